#include "crypto/readers.h"

#include "core/limits.h"
#include "crypto/envelope.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

enum { P256, P384, RSA3072, STRANGER, READERS };

/* Made once: RSA keys take a while. */
static struct test_reader readers[READERS];

static int
make_readers(void **state)
{
	if (start_crypto(state) != 0)
		return -1;
	test_reader_generate(&readers[P256]);
	test_reader_open(&readers[P256]);
	test_reader_of(&readers[P384], EVP_EC_gen("P-384"));
	test_reader_of(&readers[RSA3072], EVP_RSA_gen(3072));
	test_reader_of(&readers[STRANGER], EVP_EC_gen("P-256"));
	return 0;
}

static int
free_readers(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < READERS; i++)
		test_reader_done(&readers[i]);
	return 0;
}

/* An envelope of KEY to `count` of the readers from `first`. */
static struct pb_buf
seal(int first, size_t count)
{
	const struct pb_reader *to[READERS];
	struct pb_secret *secret = secret_from_hex(KEY);
	struct pb_buf cms = PB_BUF_EMPTY;
	size_t i;

	for (i = 0; i < count; i++)
		to[i] = readers[first + (int)i].reader;
	assert_int_equal(pb_envelope_seal(secret, to, count, &cms, NULL), PB_OK);
	assert_hex(pb_secret_bytes(secret), 32, KEY);
	pb_secret_free(secret);
	return cms;
}

static enum pb_status
try_open(const struct pb_buf *cms, int reader, struct pb_secret **ret_secret)
{
	return pb_envelope_open(cms->data, cms->len, readers[reader].opened, 32, ret_secret, NULL);
}

static void
assert_opens(const struct pb_buf *cms, int reader)
{
	struct pb_secret *secret = NULL;

	assert_int_equal(try_open(cms, reader, &secret), PB_OK);
	assert_int_equal(pb_secret_len(secret), 32);
	assert_hex(pb_secret_bytes(secret), 32, KEY);
	pb_secret_free(secret);
}

/* ---- safety ---- */

static void
envelope_wants_readers_and_each_but_once(void **state)
{
	const struct pb_reader *twice[] = { readers[P256].reader, readers[P384].reader,
		readers[P256].reader };
	const struct pb_reader *many[PB_LIMIT_READERS + 1];
	struct pb_secret *secret = secret_from_hex(KEY);
	struct pb_buf cms = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(many); i++)
		many[i] = readers[P256].reader;
	assert_int_equal(pb_envelope_seal(secret, NULL, 0, &cms, NULL), PB_EINVAL);
	assert_int_equal(pb_envelope_seal(secret, twice, 3, &cms, NULL), PB_EINVAL);
	assert_int_equal(pb_envelope_seal(secret, many, CASES(many), &cms, NULL), PB_ELIMIT);
	assert_int_equal(cms.len, 0);
	pb_secret_free(secret);
}

static void
envelope_is_not_taken_for_one_when_it_is_none(void **state)
{
	static const char *const texts[] = { "", "0", "no envelope at all", "\x30\x80" };
	struct pb_secret *untouched = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(texts); i++)
		assert_int_equal(pb_envelope_open(texts[i], strlen(texts[i]), readers[P256].opened,
				     32, &untouched, NULL),
		    PB_ECORRUPT);
	assert_int_equal(
	    pb_envelope_open(NULL, 0, readers[P256].opened, 32, &untouched, NULL), PB_ECORRUPT);
	assert_null(untouched);
}

/* ---- good path ---- */

static void
envelope_opens_for_a_reader_of_each_kind(void **state)
{
	struct pb_buf cms;
	int reader;

	(void)state;
	for (reader = P256; reader <= RSA3072; reader++) {
		cms = seal(reader, 1);
		assert_opens(&cms, reader);
		pb_buf_done(&cms);
	}
}

static void
envelope_opens_for_each_of_several_readers(void **state)
{
	struct pb_buf cms = seal(P256, 3);
	int reader;

	(void)state;
	for (reader = P256; reader <= RSA3072; reader++)
		assert_opens(&cms, reader);
	pb_buf_done(&cms);
}

static void
envelope_is_appended_to_what_is_there(void **state)
{
	const struct pb_reader *to[] = { readers[P384].reader };
	struct pb_secret *secret = secret_from_hex(KEY), *again = NULL;
	struct pb_buf cms = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&cms, "before"), PB_OK);
	assert_int_equal(pb_envelope_seal(secret, to, 1, &cms, NULL), PB_OK);
	assert_memory_equal(cms.data, "before", 6);
	assert_int_equal(
	    pb_envelope_open(cms.data + 6, cms.len - 6, readers[P384].opened, 32, &again, NULL),
	    PB_OK);
	pb_secret_free(again);
	pb_secret_free(secret);
	pb_buf_done(&cms);
}

static void
envelope_holds_secrets_of_other_lengths(void **state)
{
	static const size_t lengths[] = { 1, 31, 4096, 64 * 1024 };
	const struct pb_reader *to[] = { readers[P256].reader };
	struct pb_secret *secret, *again;
	struct pb_buf cms = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(lengths); i++) {
		secret = again = NULL;
		pb_buf_clear(&cms);
		assert_int_equal(pb_secret_new(lengths[i], &secret, NULL), PB_OK);
		memset(pb_secret_bytes(secret), 0x42, lengths[i]);
		assert_int_equal(pb_envelope_seal(secret, to, 1, &cms, NULL), PB_OK);
		assert_int_equal(pb_envelope_open(cms.data, cms.len, readers[P256].opened,
				     lengths[i], &again, NULL),
		    PB_OK);
		assert_memory_equal(pb_secret_bytes(again), pb_secret_bytes(secret), lengths[i]);
		pb_secret_free(again);
		pb_secret_free(secret);
	}
	pb_buf_done(&cms);
}

static void
envelope_is_never_the_same_twice(void **state)
{
	struct pb_buf a = seal(P256, 1), b = seal(P256, 1);

	(void)state;
	assert_int_equal(a.len, b.len);
	assert_memory_not_equal(a.data, b.data, a.len);
	pb_buf_done(&a);
	pb_buf_done(&b);
}

/* ---- tampering ---- */

static void
envelope_stays_closed_for_anybody_else(void **state)
{
	struct pb_buf cms = seal(P256, 3);
	struct pb_secret *untouched = NULL;
	struct pb_error err;

	(void)state;
	assert_int_equal(
	    pb_envelope_open(cms.data, cms.len, readers[STRANGER].opened, 32, &untouched, &err),
	    PB_EACCESS);
	assert_string_equal(err.object, pb_reader_id(readers[STRANGER].reader));
	assert_null(untouched);
	pb_buf_done(&cms);
}

static void
envelope_must_hold_the_length_that_is_asked(void **state)
{
	struct pb_buf cms = seal(P256, 1);
	struct pb_secret *untouched = NULL;
	size_t len;

	(void)state;
	for (len = 1; len < 70; len++)
		if (len != 32)
			assert_int_equal(pb_envelope_open(cms.data, cms.len, readers[P256].opened,
					     len, &untouched, NULL),
			    PB_ECORRUPT);
	assert_int_equal(
	    pb_envelope_open(cms.data, cms.len, readers[P256].opened, 0, &untouched, NULL),
	    PB_EINVAL);
	assert_null(untouched);
	pb_buf_done(&cms);
}

/* For a single reader nothing of it is his to ignore. */
static void
envelope_to_one_reader_opens_with_no_octet_changed(void **state)
{
	struct pb_secret *untouched = NULL;
	struct pb_buf cms;
	enum pb_status status;
	size_t i, k;
	int reader;

	(void)state;
	for (reader = P256; reader <= RSA3072; reader++) {
		cms = seal(reader, 1);
		for (i = 0; i < cms.len; i++)
			for (k = 0; k < 2; k++) {
				cms.data[i] ^= k ? 0xff : 0x01;
				status = try_open(&cms, reader, &untouched);
				assert_true(status == PB_ECORRUPT || status == PB_EACCESS);
				assert_int_equal(ERR_peek_error(), 0);
				cms.data[i] ^= k ? 0xff : 0x01;
			}
		assert_null(untouched);
		assert_opens(&cms, reader);
		pb_buf_done(&cms);
	}
}

/* A change in another reader's part may not be his to see; the secret is the same then. */
static void
envelope_never_opens_to_another_secret(void **state)
{
	struct pb_secret *secret = NULL;
	struct pb_buf cms = seal(P256, 2);
	enum pb_status status;
	size_t i, k;
	int reader;

	(void)state;
	for (reader = P256; reader <= P384; reader++)
		for (i = 0; i < cms.len; i++)
			for (k = 0; k < 2; k++) {
				cms.data[i] ^= k ? 0xff : 0x01;
				status = try_open(&cms, reader, &secret);
				if (status == PB_OK) {
					assert_hex(pb_secret_bytes(secret), 32, KEY);
					pb_secret_free(secret);
				} else {
					assert_true(status == PB_ECORRUPT || status == PB_EACCESS);
				}
				cms.data[i] ^= k ? 0xff : 0x01;
			}
	pb_buf_done(&cms);
}

static void
envelope_opens_at_no_other_length(void **state)
{
	struct pb_secret *untouched = NULL;
	struct pb_buf cms = seal(P256, 2);
	size_t whole = cms.len;

	(void)state;
	for (cms.len = 0; cms.len < whole; cms.len++)
		assert_int_equal(try_open(&cms, P256, &untouched), PB_ECORRUPT);
	assert_int_equal(pb_buf_append_u8(&cms, 0), PB_OK);
	assert_int_equal(try_open(&cms, P256, &untouched), PB_ECORRUPT);
	assert_null(untouched);
	pb_buf_done(&cms);
}

#define TEST(name) cmocka_unit_test_teardown(name, no_errors_are_left)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(envelope_wants_readers_and_each_but_once),
		TEST(envelope_is_not_taken_for_one_when_it_is_none),
		TEST(envelope_opens_for_a_reader_of_each_kind),
		TEST(envelope_opens_for_each_of_several_readers),
		TEST(envelope_is_appended_to_what_is_there),
		TEST(envelope_holds_secrets_of_other_lengths),
		TEST(envelope_is_never_the_same_twice),
		TEST(envelope_stays_closed_for_anybody_else),
		TEST(envelope_must_hold_the_length_that_is_asked),
		TEST(envelope_to_one_reader_opens_with_no_octet_changed),
		TEST(envelope_never_opens_to_another_secret),
		TEST(envelope_opens_at_no_other_length),
	};

	return cmocka_run_group_tests(tests, make_readers, free_readers);
}
