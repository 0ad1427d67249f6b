#include "stamp/craft.h"

#include <errno.h>

#include "core/limits.h"

#define HASH_FAULT "its imprint is not of SHA-256, SHA-384 or SHA-512"
#define LEN_FAULT "its imprint is not as long as its algorithm makes it"
#define NONCE_FAULT "its nonce is negative or too long"
#define EXTENSION_FAULT "it has extensions, and none is known"
#define FORM_FAULT "it is not one, or octets stand behind it"

static const uint8_t imprint[PB_STAMP_HASH_MAX] = { 0xe3, 0x01, 0x02, 0x03 };

static void
make(uint64_t seed, enum pb_stamp_hash hash, const char *policy, struct pb_buf *der)
{
	struct test_random random;

	test_random_init(&random, seed);
	assert_int_equal(
	    pb_stamp_request_make(&random.table, hash, imprint, policy, der, NULL), PB_OK);
}

/* ---- safety ---- */

static void
nothing_and_noise_are_no_request(void **state)
{
	static const uint8_t noise[] = { 0x30, 0x80, 0x02, 0x01, 0x01, 0x00, 0x00 };
	struct pb_stamp_request request, before;
	struct pb_error err;

	(void)state;
	memset(&request, 0x55, sizeof(request));
	before = request;
	assert_int_equal(pb_stamp_request_parse(NULL, 0, &request, &err), PB_EDATA);
	assert_int_equal(pb_stamp_request_parse("", SIZE_MAX, &request, &err), PB_EDATA);
	assert_int_equal(
	    pb_stamp_request_parse("", PB_LIMIT_STAMP_REQUEST + 1, &request, &err), PB_EDATA);
	assert_int_equal(pb_stamp_request_parse(noise, sizeof(noise), &request, &err), PB_EDATA);
	assert_string_equal(err.why, FORM_FAULT);
	assert_memory_equal(&request, &before, sizeof(request));
}

static void
request_is_refused_when_cut_or_followed(void **state)
{
	struct pb_buf der = PB_BUF_EMPTY;
	struct pb_stamp_request request;

	(void)state;
	make(1, PB_STAMP_SHA256, "1.2.3", &der);
	for (size_t len = 0; len < der.len; len++)
		assert_int_equal(pb_stamp_request_parse(der.data, len, &request, NULL), PB_EDATA);
	assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, NULL), PB_OK);
	assert_int_equal(pb_buf_append_u8(&der, 0), PB_OK);
	assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, NULL), PB_EDATA);
	pb_buf_done(&der);
}

static void
altered_request_is_read_or_refused(void **state)
{
	static const uint8_t with[] = { 0x01, 0x02, 0x10, 0x80, 0xff };
	struct pb_buf der = PB_BUF_EMPTY;
	struct pb_stamp_request request;

	(void)state;
	make(1, PB_STAMP_SHA256, "1.2.3", &der);
	for (size_t i = 0; i < der.len; i++)
		for (size_t j = 0; j < CASES(with); j++) {
			enum pb_status status;

			der.data[i] ^= with[j];
			status = pb_stamp_request_parse(der.data, der.len, &request, NULL);
			der.data[i] ^= with[j];
			assert_true(status == PB_OK || status == PB_EDATA);
		}
	pb_buf_done(&der);
}

static int
fill_fails(void *ctx, void *to, size_t len)
{
	(void)ctx;
	(void)to;
	(void)len;
	return -EIO;
}

static void
request_is_not_made_without_random_numbers(void **state)
{
	const struct pb_random random = { .fill = fill_fails };
	struct pb_buf der = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(
	    pb_stamp_request_make(&random, PB_STAMP_SHA256, imprint, NULL, &der, NULL), PB_EIO);
	assert_int_equal(der.len, 0);
}

static void
request_is_not_made_for_what_is_no_policy(void **state)
{
	static const char *const policies[] = { "", "sha256", "1", "1.2.x", "3.1", "1.2.3.",
		" 1.2.3" };
	struct pb_buf der = PB_BUF_EMPTY;
	struct test_random random;
	char longest[2 * PB_STAMP_OID_MAX];

	(void)state;
	test_random_init(&random, 1);
	for (size_t i = 0; i < CASES(policies); i++)
		assert_int_equal(pb_stamp_request_make(&random.table, PB_STAMP_SHA256, imprint,
				     policies[i], &der, NULL),
		    PB_EINVAL);
	memset(longest, '1', sizeof(longest));
	longest[1] = '.';
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(
	    pb_stamp_request_make(&random.table, PB_STAMP_SHA256, imprint, longest, &der, NULL),
	    PB_EINVAL);
	assert_int_equal(der.len, 0);
}

static void
no_memory_is_not_a_malformed_request(void **state)
{
	struct pb_buf der = PB_BUF_EMPTY;
	enum pb_status status;
	uint64_t failed;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	make(1, PB_STAMP_SHA256, "1.2.3", &der);
	for (uint64_t nth = 1;; nth++) {
		struct pb_stamp_request request;

		test_memory_fail(nth, false);
		status = pb_stamp_request_parse(der.data, der.len, &request, NULL);
		failed = test_memory_restore();
		assert_true(status == PB_OK || status == PB_ENOMEM);
		if (failed == 0)
			break;
	}
	assert_int_equal(status, PB_OK);
	pb_buf_done(&der);
	for (uint64_t nth = 1;; nth++) {
		struct pb_buf made = PB_BUF_EMPTY;
		struct test_random random;

		test_random_init(&random, 1);
		test_memory_fail(nth, false);
		status = pb_stamp_request_make(
		    &random.table, PB_STAMP_SHA256, imprint, "1.2.3", &made, NULL);
		failed = test_memory_restore();
		assert_true(status == PB_OK ? made.len > 0 : made.len == 0);
		pb_buf_done(&made);
		assert_true(status == PB_OK || status == PB_ENOMEM);
		if (failed == 0)
			break;
	}
	assert_int_equal(status, PB_OK);
}

/* ---- made and read ---- */

static void
request_reads_as_it_was_made(void **state)
{
	static const enum pb_stamp_hash hashes[] = { PB_STAMP_SHA256, PB_STAMP_SHA384,
		PB_STAMP_SHA512 };

	(void)state;
	for (size_t i = 0; i < CASES(hashes); i++) {
		const char *policy = i == 1 ? PB_STAMP_LOCAL_POLICY : NULL;
		struct pb_stamp_request request;
		struct pb_buf der = PB_BUF_EMPTY;

		make(i, hashes[i], policy, &der);
		assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, NULL), PB_OK);
		assert_int_equal(request.hash, hashes[i]);
		assert_memory_equal(request.imprint, imprint, pb_stamp_hash_len(hashes[i]));
		assert_string_equal(request.policy, policy == NULL ? "" : policy);
		assert_true(request.has_nonce);
		assert_true(request.certificates);
		pb_buf_done(&der);
	}
}

/* RFC 3161 2.4.1, octet for octet. */
static void
request_is_the_der_of_rfc_3161(void **state)
{
	static const uint8_t head[] = { 0x30, 0x4b, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
		0x20 };
	static const uint8_t behind[] = { 0x02, 0x10 };
	static const uint8_t tail[] = { 0x01, 0x01, 0xff };
	struct pb_buf der = PB_BUF_EMPTY;

	(void)state;
	make(1, PB_STAMP_SHA256, NULL, &der);
	assert_int_equal(der.len, 77);
	assert_memory_equal(der.data, head, sizeof(head));
	assert_memory_equal(der.data + sizeof(head), imprint, 32);
	assert_memory_equal(der.data + sizeof(head) + 32, behind, sizeof(behind));
	assert_memory_equal(der.data + der.len - 3, tail, sizeof(tail));
	pb_buf_done(&der);
}

static void
nonces_are_fresh_and_not_negative(void **state)
{
	struct pb_stamp_request request, last = { 0 };
	struct test_random random;

	(void)state;
	test_random_init(&random, 7);
	for (int i = 0; i < 32; i++) {
		struct pb_buf der = PB_BUF_EMPTY;

		assert_int_equal(pb_stamp_request_make(
				     &random.table, PB_STAMP_SHA256, imprint, NULL, &der, NULL),
		    PB_OK);
		assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, NULL), PB_OK);
		assert_memory_not_equal(request.nonce, last.nonce, 32);
		assert_memory_equal(request.nonce, last.policy, 16); /* zeros */
		assert_true(request.nonce[16] < 0x80);
		last = request;
		pb_buf_done(&der);
	}
}

/* Made by another's client. */
static void
real_request_is_read(void **state)
{
	struct pb_buf der = PB_BUF_EMPTY, data = PB_BUF_EMPTY;
	uint8_t stamped[PB_STAMP_HASH_MAX];
	struct pb_stamp_request request;

	(void)state;
	read_vector("01-digicert-2024-nocert/query.tsq", &der);
	read_vector("01-digicert-2024-nocert/data.bin", &data);
	assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, NULL), PB_OK);
	assert_int_equal(request.hash, PB_STAMP_SHA512);
	pb_stamp_imprint(PB_STAMP_SHA512, data.data, data.len, stamped);
	assert_memory_equal(request.imprint, stamped, 64);
	assert_string_equal(request.policy, "");
	assert_false(request.certificates);
	pb_buf_done(&data);
	pb_buf_done(&der);
}

/* ---- refused ---- */

struct odd {
	long version;
	int hash_nid, imprint_len;
	size_t nonce_len;
	bool negative, extension;
	const char *why;
};

static void
craft_request(const struct odd *odd, struct pb_buf *der)
{
	TS_REQ *req = TS_REQ_new();
	TS_MSG_IMPRINT *made = craft_imprint(odd->hash_nid, odd->imprint_len);
	ASN1_INTEGER *nonce = long_integer(odd->nonce_len, odd->negative);
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "CA:TRUE");
	unsigned char *octets = NULL;
	int len;

	TS_REQ_set_version(req, odd->version == 0 ? 1 : odd->version);
	TS_REQ_set_msg_imprint(req, made);
	if (odd->nonce_len > 0)
		TS_REQ_set_nonce(req, nonce);
	if (odd->extension)
		TS_REQ_add_ext(req, extension, -1);
	len = i2d_TS_REQ(req, &octets);
	assert_true(len > 0);
	assert_int_equal(pb_buf_append(der, octets, (size_t)len), PB_OK);
	OPENSSL_free(octets);
	X509_EXTENSION_free(extension);
	ASN1_INTEGER_free(nonce);
	TS_MSG_IMPRINT_free(made);
	TS_REQ_free(req);
}

static void
request_of_another_form_is_refused(void **state)
{
	static const struct odd cases[] = {
		{ .version = 2, .why = "it is not of version 1" },
		{ .hash_nid = NID_sha1, .imprint_len = 20, .why = HASH_FAULT },
		{ .hash_nid = NID_sha3_256, .why = HASH_FAULT },
		{ .imprint_len = 33, .why = LEN_FAULT },
		{ .hash_nid = NID_sha384, .why = LEN_FAULT },
		{ .nonce_len = 33, .why = NONCE_FAULT },
		{ .nonce_len = 8, .negative = true, .why = NONCE_FAULT },
		{ .extension = true, .why = EXTENSION_FAULT },
		{ .nonce_len = 32 },
		{ .why = NULL },
	};
	struct pb_stamp_request request;
	struct pb_error err;

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_buf der = PB_BUF_EMPTY;

		craft_request(&cases[i], &der);
		assert_int_equal(pb_stamp_request_parse(der.data, der.len, &request, &err),
		    cases[i].why == NULL ? PB_OK : PB_EDATA);
		if (cases[i].why != NULL)
			assert_string_equal(err.why, cases[i].why);
		else
			assert_int_equal(request.has_nonce, cases[i].nonce_len > 0);
		pb_buf_done(&der);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_and_noise_are_no_request),
		cmocka_unit_test(request_is_refused_when_cut_or_followed),
		cmocka_unit_test(altered_request_is_read_or_refused),
		cmocka_unit_test(request_is_not_made_without_random_numbers),
		cmocka_unit_test(request_is_not_made_for_what_is_no_policy),
		cmocka_unit_test(no_memory_is_not_a_malformed_request),
		cmocka_unit_test(request_reads_as_it_was_made),
		cmocka_unit_test(request_is_the_der_of_rfc_3161),
		cmocka_unit_test(nonces_are_fresh_and_not_negative),
		cmocka_unit_test(real_request_is_read),
		cmocka_unit_test(request_of_another_form_is_refused),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
