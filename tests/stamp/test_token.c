#include "stamp/craft.h"

#include "core/limits.h"
#include "core/text.h"

#define CERTIFIED "04-sigstage-sha256/token.tsr"

static enum pb_status
parse(const void *data, size_t len, struct pb_error *err)
{
	struct pb_token *token = NULL;
	enum pb_status status = pb_token_parse(data, len, &token, err);

	if (status != PB_OK)
		assert_null(token);
	pb_token_free(token);
	return status;
}

/* The group's state: one who signs. */
static int
start(void **state)
{
	static struct signer signer;

	if (start_crypto(state) != 0)
		return -1;
	signer = make_signer(false);
	*state = &signer;
	return 0;
}

static int
end(void **state)
{
	free_signer(*state);
	return 0;
}

/* ---- safety ---- */

static void
nothing_and_noise_are_refused(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} cases[] = {
		{ "", 0 },
		{ "\x30", 1 },
		{ "\x30\x00", 2 },
		{ "\x05\x00", 2 },
		{ "\x30\x80\x00\x00", 4 },                     /* indefinite */
		{ "\x30\x84\xff\xff\xff\xff", 6 },             /* 4 GiB */
		{ "\x30\x83\xff\xff\xff", 5 },                 /* cut off */
		{ "\x30\x81\x05\x30\x03\x02\x01\x00", 8 },     /* length not the shortest */
		{ "\x30\x05\x30\x03\x02\x01\x00\x00", 8 },     /* an octet behind */
		{ "\x30\x05\x30\x03\x02\x01\x00", 7 },         /* granted, and no token */
		{ "\x30\x05\x30\x03\x02\x01\x01", 7 },         /* the same with modifications */
		{ "\x30\x07\x30\x03\x02\x01\x00\x30\x00", 9 }, /* granted, and nothing in it */
		{ "\x30\x04\x30\x02\x02\x00", 6 },             /* no number */
		{ "\x30\x06\x30\x04\x02\x02\x01\x00", 8 },     /* status 256 */
		{ "\x30\x05\x30\x03\x02\x01\xff", 7 },         /* status -1 */
		{ "-----BEGIN CMS-----\n", 20 },
	};
	struct pb_error err;

	(void)state;
	assert_int_equal(parse(NULL, 0, &err), PB_EDATA);
	for (size_t i = 0; i < CASES(cases); i++) {
		assert_int_equal(parse(cases[i].octets, cases[i].len, &err), PB_EDATA);
		assert_int_equal(parse(cases[i].octets, cases[i].len, NULL), PB_EDATA);
	}
	pb_token_free(NULL);
}

static void
elements_nested_too_deep_are_refused(void **state)
{
	static uint8_t nested[8000];
	size_t len = 0;

	(void)state;
	/* Each with a length of three octets, so that the innermost stands at the end. */
	while (len + 5 <= sizeof(nested)) {
		size_t left = sizeof(nested) - len - 4;

		if (left < 256)
			break;
		nested[len++] = 0x30;
		nested[len++] = 0x82;
		nested[len++] = (uint8_t)(left >> 8);
		nested[len++] = (uint8_t)left;
	}
	nested[len] = 0x04;
	nested[len + 1] = 0x81;
	nested[len + 2] = (uint8_t)(sizeof(nested) - len - 3);
	assert_int_equal(parse(nested, sizeof(nested), NULL), PB_EDATA);
}

static void
token_that_is_too_long_is_refused_unread(void **state)
{
	struct pb_error err;

	(void)state;
	assert_int_equal(parse("", (size_t)PB_LIMIT_TSA_REPLY + 1, &err), PB_EDATA);
	assert_string_equal(err.why, "it is too long");
	assert_int_equal(parse("", SIZE_MAX, &err), PB_EDATA);
}

static void
octets_behind_a_token_are_refused(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;

	(void)state;
	read_vector(CERTIFIED, &data);
	assert_int_equal(parse(data.data, data.len, NULL), PB_OK);
	assert_int_equal(pb_buf_append_u8(&data, 0), PB_OK);
	assert_int_equal(parse(data.data, data.len, NULL), PB_EDATA);
	pb_buf_done(&data);
}

static void
beginning_of_a_token_is_refused(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;

	(void)state;
	read_vector(CERTIFIED, &data);
	for (size_t len = 0; len < data.len; len++)
		assert_int_equal(parse(data.data, len, NULL), PB_EDATA);
	pb_buf_done(&data);
}

/* It is read, or it is not; it is never anything else. */
static void
altered_token_is_read_or_refused(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;
	static const uint8_t with[] = { 0x01, 0x80, 0xff };
	size_t refused = 0;

	(void)state;
	read_vector(CERTIFIED, &data);
	for (size_t i = 0; i < data.len; i++)
		for (size_t j = 0; j < CASES(with); j++) {
			enum pb_status status;

			data.data[i] ^= with[j];
			status = parse(data.data, data.len, NULL);
			data.data[i] ^= with[j];
			assert_true(status == PB_OK || status == PB_EDATA);
			refused += status == PB_EDATA;
		}
	assert_true(refused > data.len / 8);
	pb_buf_done(&data);
}

static void
no_memory_is_not_a_malformed_token(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;
	enum pb_status status = PB_ENOMEM;
	uint64_t nth;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	read_vector(CERTIFIED, &data);
	assert_int_equal(parse(data.data, data.len, NULL), PB_OK);
	for (nth = 1;; nth++) {
		struct pb_token *token = NULL;
		uint64_t failed;

		test_memory_fail(nth, false);
		status = pb_token_parse(data.data, data.len, &token, NULL);
		failed = test_memory_restore();
		pb_token_free(token);
		assert_true(status == PB_OK || status == PB_ENOMEM);
		if (failed == 0)
			break;
	}
	assert_int_equal(status, PB_OK);
	assert_true(nth > 20);
	pb_buf_done(&data);
}

/* ---- tokens of real authorities ---- */

static void
tokens_of_real_authorities_state_what_they_state(void **state)
{
	static const struct {
		const char *name;
		enum pb_stamp_hash hash;
		const char *policy, *serial, *gen_time;
		int64_t gen_time_us;
		uint64_t accuracy_us; /* 0: none */
		const char *nonce;    /* hex, NULL: none */
		const char *tsa;
	} cases[] = {
		{ "01-digicert-2024-nocert", PB_STAMP_SHA512, "2.16.840.1.114412.7.1",
		    "1ac5fa61f8004c0f75fdecdb6e261b9b", "2024-09-18T21:17:50Z",
		    INT64_C(1726694270000000), 0, NULL, "" },
		{ "03-identrust-2025", PB_STAMP_SHA512, "2.16.840.1.113839.0.6.13.3",
		    "400195846778d8ebd3e0d31354082a24", "2025-03-11T08:52:08Z",
		    INT64_C(1741683128000000), 0,
		    "00000000000000000000000000000000000000000000000075c3b3214ac39fbb",
		    "TrustID Timestamp Authority" },
		{ "04-sigstage-sha256", PB_STAMP_SHA256, "1.3.6.1.4.1.57264.2",
		    "784b4c5e57aaa63b570f15cba4df95251668ae9e", "2025-05-09T11:58:55Z",
		    INT64_C(1746791935000000), 1000000,
		    "000000000000000000000000051708b19a1d2e209c2236ffc3238bf24dcecc40",
		    "sigstore-tsa" },
		/* Its serial number is negative: the magnitude is shown. */
		{ "08-sigstore-mock-expired", PB_STAMP_SHA256, "1.3.6.1.4.1.57264.2", "21524111",
		    "2023-02-01T00:00:00Z", INT64_C(1675209600000000), 1000000,
		    "00000000000000000000000000000000000000000000000000000000499602d2", "" },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_buf data = PB_BUF_EMPTY, stamped = PB_BUF_EMPTY;
		const struct pb_token_info *info;
		struct pb_token *token = NULL;
		uint8_t imprint[PB_STAMP_HASH_MAX], nonce[32] = { 0 };
		char name[128];

		(void)snprintf(name, sizeof(name), "%s/token.tsr", cases[i].name);
		read_vector(name, &data);
		(void)snprintf(name, sizeof(name), "%s/data.bin", cases[i].name);
		read_vector(name, &stamped);
		assert_int_equal(pb_token_parse(data.data, data.len, &token, NULL), PB_OK);
		info = pb_token_info(token);
		assert_int_equal(info->hash, cases[i].hash);
		pb_stamp_imprint(info->hash, stamped.data, stamped.len, imprint);
		assert_memory_equal(info->imprint, imprint, pb_stamp_hash_len(info->hash));
		assert_string_equal(info->policy, cases[i].policy);
		assert_string_equal(info->serial, cases[i].serial);
		assert_string_equal(info->gen_time, cases[i].gen_time);
		assert_true(info->gen_time_us == cases[i].gen_time_us);
		assert_int_equal(info->has_accuracy, cases[i].accuracy_us != 0);
		assert_int_equal(info->accuracy_us, cases[i].accuracy_us);
		assert_int_equal(info->has_nonce, cases[i].nonce != NULL);
		if (cases[i].nonce != NULL)
			assert_true(pb_hex_decode(cases[i].nonce, 64, nonce, 32));
		assert_memory_equal(info->nonce, nonce, 32);
		assert_string_equal(info->tsa, cases[i].tsa);
		assert_false(info->ordering);
		assert_false(info->qualified);
		pb_token_free(token);
		pb_buf_done(&stamped);
		pb_buf_done(&data);
	}
}

/* Reading is not believing: that is said by stamp/check.h. */
static void
token_with_a_broken_signature_is_read(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;

	(void)state;
	read_vector("06-sigstage-invalid-signature/token.tsr", &data);
	assert_int_equal(parse(data.data, data.len, NULL), PB_OK);
	pb_buf_clear(&data);
	read_vector("02-digicert-wrong-data/token.tsr", &data);
	assert_int_equal(parse(data.data, data.len, NULL), PB_OK);
	pb_buf_done(&data);
}

static void
refusal_names_its_status_and_failure(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;
	struct pb_error err;

	(void)state;
	read_vector("13-rejection/token.tsr", &data);
	assert_int_equal(parse(data.data, data.len, &err), PB_EDATA);
	assert_string_equal(err.why, "the authority did not grant it");
	assert_string_equal(err.object, "status 2 (rejection), addInfoNotAvailable: "
					"Error during serial number generation.");
	pb_buf_done(&data);
}

static void
bare_token_and_its_reply_state_the_same(void **state)
{
	struct pb_buf data = PB_BUF_EMPTY;
	struct pb_token *reply = NULL, *bare = NULL;
	const void *octets, *again;
	size_t len, again_len;

	(void)state;
	read_vector(CERTIFIED, &data);
	assert_int_equal(pb_token_parse(data.data, data.len, &reply, NULL), PB_OK);
	pb_token_bare(reply, &octets, &len);
	assert_true(len < data.len);
	assert_memory_equal(octets, data.data + data.len - len, len);
	assert_int_equal(pb_token_parse(octets, len, &bare, NULL), PB_OK);
	pb_token_bare(bare, &again, &again_len);
	assert_int_equal(again_len, len);
	assert_memory_equal(again, octets, len);
	assert_memory_equal(
	    pb_token_info(bare), pb_token_info(reply), sizeof(struct pb_token_info));
	pb_token_free(bare);
	pb_token_free(reply);
	pb_buf_done(&data);
}

/* ---- tokens that are made ---- */

static enum pb_status
judge(const struct signer *signer, const struct statement *s, struct pb_token_info *ret_info,
    struct pb_error *err)
{
	struct pb_buf data = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	enum pb_status status;

	craft_token(signer, s, &data);
	status = pb_token_parse(data.data, data.len, &token, err);
	if (status == PB_OK)
		*ret_info = *pb_token_info(token);
	pb_token_free(token);
	pb_buf_done(&data);
	return status;
}

static void
token_of_another_form_is_refused(void **state)
{
	static const struct {
		struct statement s;
		const char *why;
	} cases[] = {
		{ { .version = 2 }, "it is not of version 1" },
		{ { .hash_nid = NID_sha1, .imprint_len = 20 },
		    "its imprint is not of SHA-256, SHA-384 or SHA-512" },
		{ { .hash_nid = NID_sha3_256 },
		    "its imprint is not of SHA-256, SHA-384 or SHA-512" },
		{ { .imprint_len = 31 }, "its imprint is not as long as its algorithm makes it" },
		{ { .imprint_len = 64 }, "its imprint is not as long as its algorithm makes it" },
		{ { .hash_nid = NID_sha512 },
		    "its imprint is not as long as its algorithm makes it" },
		{ { .serial_len = PB_STAMP_SERIAL_MAX + 1 }, "its serial number is too long" },
		{ { .nonce_len = 33 }, "its nonce is too long" },
		{ { .seconds = -1 }, "its accuracy cannot be read" },
		{ { .seconds = 1000000001 }, "its accuracy cannot be read" },
		{ { .millis = 1000 }, "its accuracy cannot be read" },
		{ { .micros = 1000 }, "its accuracy cannot be read" },
		{ { .signers = -1 }, "it does not have exactly one signature" },
		{ { .signers = 2 }, "it does not have exactly one signature" },
		{ { .content_nid = NID_pkcs7_data }, "what it signs is not a timestamp" },
		{ { .behind = true }, "what it signs is not a timestamp" },
		{ { .detached = true }, "what it signs is not in it" },
	};
	struct pb_token_info info;
	struct pb_error err;

	for (size_t i = 0; i < CASES(cases); i++) {
		assert_int_equal(judge(*state, &cases[i].s, &info, &err), PB_EDATA);
		assert_string_equal(err.why, cases[i].why);
	}
}

static void
sha1_is_named_where_it_is_refused(void **state)
{
	const struct statement s = { .hash_nid = NID_sha1, .imprint_len = 20 };
	struct pb_token_info info;
	struct pb_error err;

	assert_int_equal(judge(*state, &s, &info, &err), PB_EDATA);
	assert_string_equal(err.object, "sha1");
}

/* RFC 3161 2.4.2, RFC 3339. */
static void
time_is_read_with_its_fraction(void **state)
{
	static const struct {
		const char *time, *text;
		int64_t us;
	} cases[] = {
		{ "19700101000000Z", "1970-01-01T00:00:00Z", 0 },
		{ "20260506174200Z", "2026-05-06T17:42:00Z", NOW_US },
		{ "20260506174200.25Z", "2026-05-06T17:42:00.25Z", NOW_US + 250000 },
		{ "20260506174200.000001Z", "2026-05-06T17:42:00.000001Z", NOW_US + 1 },
		{ "20260506174200.1234569Z", "2026-05-06T17:42:00.1234569Z", NOW_US + 123456 },
		{ "20260506174200.500Z", "2026-05-06T17:42:00.500Z", NOW_US + 500000 },
		{ "20260506174200.123456789012345678Z", "2026-05-06T17:42:00.123456789012345678Z",
		    NOW_US + 123456 },
		{ "20240229235959Z", "2024-02-29T23:59:59Z", INT64_C(1709251199000000) },
		{ "20000229000000Z", "2000-02-29T00:00:00Z", INT64_C(951782400000000) },
		{ "99991231235959Z", "9999-12-31T23:59:59Z", INT64_C(253402300799000000) },
		{ "00010101000000Z", "0001-01-01T00:00:00Z", INT64_C(-62135596800000000) },
	};
	struct pb_token_info info;

	for (size_t i = 0; i < CASES(cases); i++) {
		const struct statement s = { .time = cases[i].time };

		assert_int_equal(judge(*state, &s, &info, NULL), PB_OK);
		assert_string_equal(info.gen_time, cases[i].text);
		assert_true(info.gen_time_us == cases[i].us);
	}
}

static void
time_that_is_none_is_refused(void **state)
{
	static const char *const times[] = { "20260506174200", "202605061742Z", "20260506174200.Z",
		"20260506174200.1", "20260506174200,1Z", "20260506174200+0200",
		"20260506174200.1+02Z", "20260506174260Z", "20260506176000Z", "20260506240000Z",
		"20260532174200Z", "20260431000000Z", "20260500174200Z", "20261306174200Z",
		"20260006174200Z", "20250229000000Z", "21000229000000Z", "00000506174200Z",
		"2026050617420Z", " 0260506174200Z", "-0260506174200Z", "20260506174200z",
		"20260506174200ZZ", "20260506174200.1234567890123456789Z", "Z", "" };
	struct pb_token_info info;
	struct pb_error err;

	for (size_t i = 0; i < CASES(times); i++) {
		const struct statement s = { .time = times[i] };

		assert_int_equal(judge(*state, &s, &info, &err), PB_EDATA);
		assert_string_equal(err.why, "its time cannot be read");
	}
}

static void
accuracy_is_read_in_all_its_parts(void **state)
{
	static const struct {
		struct statement s;
		uint64_t us;
	} cases[] = {
		{ { .seconds = 1 }, 1000000 },
		{ { .millis = 500 }, 500000 },
		{ { .micros = 100 }, 100 },
		{ { .seconds = 60, .millis = 999, .micros = 999 }, 60999999 },
		{ { .seconds = 1000000000 }, UINT64_C(1000000000000000) },
	};
	const struct statement none = { 0 };
	struct pb_token_info info;

	for (size_t i = 0; i < CASES(cases); i++) {
		assert_int_equal(judge(*state, &cases[i].s, &info, NULL), PB_OK);
		assert_true(info.has_accuracy);
		assert_int_equal(info.accuracy_us, cases[i].us);
	}
	assert_int_equal(judge(*state, &none, &info, NULL), PB_OK);
	assert_false(info.has_accuracy);
	assert_int_equal(info.accuracy_us, 0);
}

static void
longest_numbers_are_read(void **state)
{
	const struct statement s = {
		.serial_len = PB_STAMP_SERIAL_MAX, .nonce_len = 32, .ordering = true
	};
	struct pb_token_info info;

	assert_int_equal(judge(*state, &s, &info, NULL), PB_OK);
	assert_int_equal(strlen(info.serial), 2 * PB_STAMP_SERIAL_MAX);
	assert_memory_equal(info.serial, "01020304", 8);
	assert_memory_equal(info.nonce, "\1\2\3\4", 4);
	assert_int_equal(info.nonce[31], 32);
	assert_true(info.ordering);
}

static void
nonce_stands_at_the_right(void **state)
{
	const struct statement s = { .nonce_len = 2 };
	const uint8_t nonce[32] = { [30] = 1, [31] = 2 };
	struct pb_token_info info;

	assert_int_equal(judge(*state, &s, &info, NULL), PB_OK);
	assert_true(info.has_nonce);
	assert_memory_equal(info.nonce, nonce, 32);
}

static void
signer_is_named_if_it_came_along(void **state)
{
	const struct signer *signer = *state;
	struct pb_token_info info;
	uint8_t key[PB_STAMP_HASH_MAX], *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(signer->certificate), &der);
	struct statement s = { .certificate = true };

	pb_stamp_imprint(PB_STAMP_SHA256, der, (size_t)len, key);
	assert_int_equal(judge(signer, &s, &info, NULL), PB_OK);
	assert_memory_equal(info.key, key, 32);
	assert_string_equal(info.tsa, "essai.example/journal/4e5f6071 (fictive)");
	s.certificate = false;
	memset(key, 0, 32);
	assert_int_equal(judge(signer, &s, &info, NULL), PB_OK);
	assert_memory_equal(info.key, key, 32);
	assert_string_equal(info.tsa, "");
	OPENSSL_free(der);
}

/* EN 319 422 9.1. */
static void
qualified_is_what_states_so(void **state)
{
	static const struct {
		const char *octets;
		int len;
		bool qualified;
	} cases[] = {
		{ "\x30\x0b\x30\x09\x06\x07\x04\x00\x81\x97\x5e\x01\x01", 13, true },
		/* behind another statement, and with a statementInfo */
		{ "\x30\x17\x30\x08\x06\x06\x04\x00\x8e\x46\x01\x01"
		  "\x30\x0b\x06\x07\x04\x00\x81\x97\x5e\x01\x01\x05\x00",
		    25, true },
		{ "\x30\x0a\x30\x08\x06\x06\x04\x00\x8e\x46\x01\x01", 12, false },
		{ "\x30\x0b\x30\x09\x06\x07\x04\x00\x81\x97\x5e\x01\x02", 13, false },
		{ "\x30\x00", 2, false },
		{ "", 0, false },
		{ "\x30\x0b\x30\x09\x06\x07\x04\x00\x81\x97\x5e\x01", 12, false },
		{ "\x30\x0b\x30\x09\x06\x07\x04\x00\x81\x97\x5e\x01\x01\x00", 14, false },
	};
	struct pb_token_info info;

	for (size_t i = 0; i < CASES(cases); i++) {
		const struct statement s = { .statements = cases[i].octets,
			.statements_len = cases[i].len };

		assert_int_equal(judge(*state, &s, &info, NULL), PB_OK);
		assert_int_equal(info.qualified, cases[i].qualified);
	}
}

/* ---- imprints ---- */

static void
imprints_are_those_of_fips_180(void **state)
{
	static const struct {
		const char *name, *abc;
		size_t len;
	} cases[] = {
		[PB_STAMP_SHA256] = { "sha256",
		    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 32 },
		[PB_STAMP_SHA384] = { "sha384",
		    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		    "8086072ba1e7cc2358baeca134c825a7",
		    48 },
		[PB_STAMP_SHA512] = { "sha512",
		    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
		    64 },
	};
	enum pb_stamp_hash hash;
	uint8_t out[PB_STAMP_HASH_MAX];
	char hex[2 * PB_STAMP_HASH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_stamp_digest *digest = NULL;

		assert_true(pb_stamp_hash_parse(cases[i].name, &hash));
		assert_int_equal(hash, i);
		assert_string_equal(pb_stamp_hash_name(hash), cases[i].name);
		assert_int_equal(pb_stamp_hash_len(hash), cases[i].len);
		pb_stamp_imprint(hash, "abc", 3, out);
		pb_hex_encode(out, cases[i].len, hex);
		assert_string_equal(hex, cases[i].abc);
		assert_int_equal(pb_stamp_digest_new(hash, &digest, NULL), PB_OK);
		pb_stamp_digest_update(digest, "ab", 2);
		pb_stamp_digest_update(digest, NULL, 0);
		pb_stamp_digest_update(digest, "c", 1);
		pb_stamp_digest_final(digest, out);
		pb_hex_encode(out, cases[i].len, hex);
		assert_string_equal(hex, cases[i].abc);
		pb_stamp_digest_free(digest);
	}
	assert_false(pb_stamp_hash_parse("sha1", &hash));
	assert_false(pb_stamp_hash_parse("SHA256", &hash));
	assert_false(pb_stamp_hash_parse("", &hash));
	pb_stamp_digest_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_and_noise_are_refused),
		cmocka_unit_test(elements_nested_too_deep_are_refused),
		cmocka_unit_test(token_that_is_too_long_is_refused_unread),
		cmocka_unit_test(octets_behind_a_token_are_refused),
		cmocka_unit_test(beginning_of_a_token_is_refused),
		cmocka_unit_test(altered_token_is_read_or_refused),
		cmocka_unit_test(no_memory_is_not_a_malformed_token),
		cmocka_unit_test(tokens_of_real_authorities_state_what_they_state),
		cmocka_unit_test(token_with_a_broken_signature_is_read),
		cmocka_unit_test(refusal_names_its_status_and_failure),
		cmocka_unit_test(bare_token_and_its_reply_state_the_same),
		cmocka_unit_test(token_of_another_form_is_refused),
		cmocka_unit_test(sha1_is_named_where_it_is_refused),
		cmocka_unit_test(time_is_read_with_its_fraction),
		cmocka_unit_test(time_that_is_none_is_refused),
		cmocka_unit_test(accuracy_is_read_in_all_its_parts),
		cmocka_unit_test(longest_numbers_are_read),
		cmocka_unit_test(nonce_stands_at_the_right),
		cmocka_unit_test(signer_is_named_if_it_came_along),
		cmocka_unit_test(qualified_is_what_states_so),
		cmocka_unit_test(imprints_are_those_of_fips_180),
	};

	return cmocka_run_group_tests(tests, start, end);
}
