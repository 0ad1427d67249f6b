#include "crypto/fixture.h"

#include "crypto/aead.h"

#define LONG_KEY "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define LONG_TEXT                                                                                  \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"                         \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define LONG_SEALED                                                                                \
	"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"                         \
	"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
#define ZERO_16 "00000000000000000000000000000000"

/* McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13 to 16 */
static const struct vector {
	const char *key;
	const char *nonce;
	const char *aad;
	const char *text;
	const char *sealed;
	const char *tag;
} vectors[] = {
	{ ZERO_16 ZERO_16, "000000000000000000000000", "", "", "",
	    "530f8afbc74536b9a963b4f1c4cb738b" },
	{ ZERO_16 ZERO_16, "000000000000000000000000", "", ZERO_16,
	    "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919" },
	{ LONG_KEY, "cafebabefacedbaddecaf888", "", LONG_TEXT "1aafd255", LONG_SEALED "898015ad",
	    "b094dac5d93471bdec1a502270e3cc6c" },
	{ LONG_KEY, "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
	    LONG_TEXT, LONG_SEALED, "76fc6ece0f4e1768cddf8853bb2d551b" },
};

/* A vector as octets, and a handle ready to work on it. */
struct stream {
	struct pb_aead *aead;
	uint8_t key[PB_AEAD_KEY_LEN], nonce[PB_AEAD_NONCE_LEN], tag[PB_AEAD_TAG_LEN];
	uint8_t aad[32], data[64];
	size_t aad_len, len;
};

static void
stream_open(struct stream *s, const struct vector *vector, const char *data)
{
	memset(s, 0, sizeof(*s));
	assert_int_equal(pb_aead_new(&s->aead, NULL), PB_OK);
	(void)from_hex(vector->key, s->key, sizeof(s->key));
	(void)from_hex(vector->nonce, s->nonce, sizeof(s->nonce));
	(void)from_hex(vector->tag, s->tag, sizeof(s->tag));
	s->aad_len = from_hex(vector->aad, s->aad, sizeof(s->aad));
	s->len = from_hex(data, s->data, sizeof(s->data));
}

static void
stream_start(struct stream *s)
{
	assert_int_equal(pb_aead_start(s->aead, s->key, s->nonce, s->aad, s->aad_len, NULL), PB_OK);
}

/* ---- safety ---- */

static void
aead_takes_nothing_at_all(void **state)
{
	struct stream s;
	uint8_t tag[PB_AEAD_TAG_LEN];
	bool right = false;

	(void)state;
	stream_open(&s, &vectors[0], "");
	assert_int_equal(pb_aead_start(s.aead, s.key, s.nonce, NULL, 0, NULL), PB_OK);
	assert_int_equal(pb_aead_encrypt(s.aead, NULL, 0, NULL), PB_OK);
	assert_int_equal(pb_aead_tag(s.aead, tag, NULL), PB_OK);
	assert_hex(tag, sizeof(tag), vectors[0].tag);
	stream_start(&s);
	assert_int_equal(pb_aead_decrypt(s.aead, NULL, 0, NULL), PB_OK);
	assert_int_equal(pb_aead_check(s.aead, tag, &right, NULL), PB_OK);
	assert_true(right);
	pb_aead_free(s.aead);
	pb_aead_free(NULL);
}

/* ---- good path ---- */

static void
aead_encrypts_as_published(void **state)
{
	uint8_t tag[PB_AEAD_TAG_LEN];
	struct stream s;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		stream_open(&s, &vectors[i], vectors[i].text);
		stream_start(&s);
		assert_int_equal(pb_aead_encrypt(s.aead, s.data, s.len, NULL), PB_OK);
		assert_int_equal(pb_aead_tag(s.aead, tag, NULL), PB_OK);
		assert_hex(s.data, s.len, vectors[i].sealed);
		assert_hex(tag, sizeof(tag), vectors[i].tag);
		pb_aead_free(s.aead);
	}
}

static void
aead_decrypts_as_published(void **state)
{
	struct stream s;
	bool right;
	size_t i;

	(void)state;
	for (i = 0; i < CASES(vectors); i++) {
		stream_open(&s, &vectors[i], vectors[i].sealed);
		stream_start(&s);
		right = false;
		assert_int_equal(pb_aead_decrypt(s.aead, s.data, s.len, NULL), PB_OK);
		assert_int_equal(pb_aead_check(s.aead, s.tag, &right, NULL), PB_OK);
		assert_true(right);
		assert_hex(s.data, s.len, vectors[i].text);
		pb_aead_free(s.aead);
	}
}

static void
aead_takes_a_stream_in_any_pieces(void **state)
{
	uint8_t tag[PB_AEAD_TAG_LEN];
	struct stream s;
	size_t step, at, n;
	bool right = false;

	(void)state;
	for (step = 1; step < 60; step++) {
		stream_open(&s, &vectors[3], vectors[3].text);
		stream_start(&s);
		for (at = 0; at < s.len; at += n) {
			n = s.len - at < step ? s.len - at : step;
			assert_int_equal(pb_aead_encrypt(s.aead, s.data + at, n, NULL), PB_OK);
		}
		assert_int_equal(pb_aead_tag(s.aead, tag, NULL), PB_OK);
		assert_hex(s.data, s.len, vectors[3].sealed);
		assert_hex(tag, sizeof(tag), vectors[3].tag);
		/* The same handle serves the way back. */
		stream_start(&s);
		for (at = 0; at < s.len; at += n) {
			n = s.len - at < step ? s.len - at : step;
			assert_int_equal(pb_aead_decrypt(s.aead, s.data + at, n, NULL), PB_OK);
		}
		assert_int_equal(pb_aead_check(s.aead, tag, &right, NULL), PB_OK);
		assert_true(right);
		assert_hex(s.data, s.len, vectors[3].text);
		pb_aead_free(s.aead);
	}
}

/* Encrypt len zeros under a key that ends with `last`; the sealed bytes and the tag in out. */
static void
seal_zeros(struct pb_aead *aead, uint8_t last, size_t len, uint8_t *out)
{
	uint8_t key[PB_AEAD_KEY_LEN] = { 0 }, nonce[PB_AEAD_NONCE_LEN] = { 0 };

	key[31] = last;
	memset(out, 0, len);
	assert_int_equal(pb_aead_start(aead, key, nonce, "aad", 3, NULL), PB_OK);
	assert_int_equal(pb_aead_encrypt(aead, out, len, NULL), PB_OK);
	assert_int_equal(pb_aead_tag(aead, out + len, NULL), PB_OK);
}

static void
aead_forgets_the_stream_before(void **state)
{
	uint8_t expected[50 + PB_AEAD_TAG_LEN], out[50 + PB_AEAD_TAG_LEN], broken[40] = { 0 };
	struct pb_aead *fresh = NULL, *used = NULL;
	struct stream s;
	size_t before, len;

	(void)state;
	stream_open(&s, &vectors[3], "");
	assert_int_equal(pb_aead_new(&used, NULL), PB_OK);
	for (before = 0; before < 40; before++)
		for (len = 0; len < 50; len += 7) {
			assert_int_equal(pb_aead_new(&fresh, NULL), PB_OK);
			seal_zeros(fresh, (uint8_t)len, len, expected);
			pb_aead_free(fresh);
			/* after a whole stream */
			seal_zeros(used, 200, before, out);
			seal_zeros(used, (uint8_t)len, len, out);
			assert_memory_equal(out, expected, len + PB_AEAD_TAG_LEN);
			/* after one that was broken off */
			assert_int_equal(
			    pb_aead_start(used, s.key, s.nonce, s.aad, before / 2, NULL), PB_OK);
			assert_int_equal(pb_aead_encrypt(used, broken, before, NULL), PB_OK);
			seal_zeros(used, (uint8_t)len, len, out);
			assert_memory_equal(out, expected, len + PB_AEAD_TAG_LEN);
		}
	pb_aead_free(used);
	pb_aead_free(s.aead);
}

static void
aead_has_as_many_handles_as_a_pipeline_wants(void **state)
{
	struct pb_aead *handles[256];
	size_t i;

	(void)state;
	for (i = 0; i < CASES(handles); i++)
		assert_int_equal(pb_aead_new(&handles[i], NULL), PB_OK);
	for (i = 0; i < CASES(handles); i++)
		pb_aead_free(handles[i]);
}

/* ---- tampering ---- */

/* Flip one bit of what `at` points to; the tag must not be right then. */
static void
assert_wrong_with(struct stream *s, uint8_t *at)
{
	uint8_t before[sizeof(s->data)];
	bool right = true;

	memcpy(before, s->data, sizeof(before));
	*at ^= 0x01;
	stream_start(s);
	assert_int_equal(pb_aead_decrypt(s->aead, s->data, s->len, NULL), PB_OK);
	assert_int_equal(pb_aead_check(s->aead, s->tag, &right, NULL), PB_OK);
	assert_false(right);
	memcpy(s->data, before, sizeof(before));
	if (at < s->data || at >= s->data + sizeof(s->data))
		*at ^= 0x01;
}

static void
aead_finds_a_flip_in_anything_it_covers(void **state)
{
	struct stream s;
	size_t i;

	(void)state;
	stream_open(&s, &vectors[3], vectors[3].sealed);
	for (i = 0; i < sizeof(s.tag); i++)
		assert_wrong_with(&s, &s.tag[i]);
	for (i = 0; i < sizeof(s.key); i++)
		assert_wrong_with(&s, &s.key[i]);
	for (i = 0; i < sizeof(s.nonce); i++)
		assert_wrong_with(&s, &s.nonce[i]);
	for (i = 0; i < s.aad_len; i++)
		assert_wrong_with(&s, &s.aad[i]);
	for (i = 0; i < s.len; i++)
		assert_wrong_with(&s, &s.data[i]);
	pb_aead_free(s.aead);
}

static void
aead_finds_a_missing_end(void **state)
{
	struct stream s;
	bool right = true;

	(void)state;
	stream_open(&s, &vectors[3], vectors[3].sealed);
	stream_start(&s);
	assert_int_equal(pb_aead_decrypt(s.aead, s.data, s.len - 1, NULL), PB_OK);
	assert_int_equal(pb_aead_check(s.aead, s.tag, &right, NULL), PB_OK);
	assert_false(right);
	pb_aead_free(s.aead);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aead_takes_nothing_at_all),
		cmocka_unit_test(aead_encrypts_as_published),
		cmocka_unit_test(aead_decrypts_as_published),
		cmocka_unit_test(aead_takes_a_stream_in_any_pieces),
		cmocka_unit_test(aead_forgets_the_stream_before),
		cmocka_unit_test(aead_has_as_many_handles_as_a_pipeline_wants),
		cmocka_unit_test(aead_finds_a_flip_in_anything_it_covers),
		cmocka_unit_test(aead_finds_a_missing_end),
	};

	return cmocka_run_group_tests(tests, start_crypto, no_errors_are_left);
}
