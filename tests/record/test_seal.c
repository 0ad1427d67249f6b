#include "fixture.h"

#include <zstd.h>

#include "crypto/aead.h"
#include "crypto/expand.h"
#include "salt.h"

struct world {
	struct test_random random;
	struct unnamed_files files;
	struct pb_sealer *sealer;
};

static int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	test_random_init(&w->random, 7);
	unnamed_init(&w->files);
	w->sealer = new_sealer(&w->files.table, &w->random);
	*state = w;
	return 0;
}

static int
end_world(void **state)
{
	struct world *w = *state;

	pb_sealer_free(w->sealer);
	assert_none_open(&w->files);
	free(w);
	return 0;
}

static void
add_text(struct parts *parts, uint8_t kind, const char *text)
{
	parts_add(parts, kind, text, strlen(text));
}

/* A message with all that goes with it; body octets of noise. */
static struct parts
example(size_t body)
{
	struct pb_buf bytes = noise(body, body);
	struct parts parts = { 0 };

	add_text(&parts, PB_PART_HEADER, "Received: x\r\n");
	add_text(&parts, PB_PART_HEADER, "Subject: essai\r\n\r\n");
	parts_add(&parts, PB_PART_BODY, bytes.data, bytes.len);
	add_text(&parts, PB_PART_FACTS, "{\"source\":\"import\"}");
	add_text(&parts, PB_PART_ENVELOPE, "");
	pb_buf_done(&bytes);
	return parts;
}

/* ---- safety ---- */

static void
nothing_is_sealed_that_was_not_begun(void **state)
{
	struct world *w = *state;
	const struct pb_part_sink *sink = pb_sealer_sink(w->sealer);
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN];

	pb_sealer_free(NULL);
	assert_int_equal(sink->begin(sink->ctx, 0, NULL), PB_EINVAL);
	assert_int_equal(sink->write(sink->ctx, "x", 1, NULL), PB_EINVAL);
	assert_int_equal(pb_sealer_part(w->sealer, 0, "x", 1, NULL), PB_EINVAL);
	assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_EINVAL);
	assert_int_equal(pb_sealer_finish(w->sealer, 15, &sealed, NULL), PB_EINVAL);
	assert_null(sealed.r);
}

static void
record_without_parts_is_refused(void **state)
{
	struct world *w = *state;
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(w->sealer, 15, &sealed, NULL), PB_EINVAL);
	assert_null(sealed.r);
	/* It was dropped. */
	assert_int_equal(pb_sealer_part(w->sealer, 0, "x", 1, NULL), PB_EINVAL);
}

static void
record_takes_255_parts_and_no_more(void **state)
{
	struct world *w = *state;
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_error err;

	for (unsigned more = 0; more < 2; more++) {
		assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
		for (unsigned i = 0; i < 255; i++)
			assert_int_equal(
			    pb_sealer_part(w->sealer, PB_PART_OBJECT, NULL, 0, NULL), PB_OK);
		if (more)
			assert_int_equal(pb_sealer_part(w->sealer, 4, "", 0, &err), PB_ELIMIT);
		assert_int_equal(
		    pb_sealer_finish(w->sealer, 12, &sealed, NULL), more ? PB_EINVAL : PB_OK);
		pb_sealed_done(&sealed);
	}
}

static void
record_beyond_four_gibibytes_is_refused_before_it_is_read(void **state)
{
	struct world *w = *state;
	const uint64_t room = PB_LIMIT_RECORD - 10; /* a table of one part */
	struct pb_error err;

	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "", (size_t)room + 1, &err), PB_ELIMIT);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "", SIZE_MAX, &err), PB_ELIMIT);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "x", 1, &err), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "", (size_t)room - 9, &err), PB_ELIMIT);
}

/* ---- good path ---- */

/* Decrypt by hand what FORMAT 3.4 says a payload is; the octets of the record come out. */
static struct pb_buf
open_by_hand(const struct pb_sealed *sealed)
{
	static const uint8_t nonce[PB_AEAD_NONCE_LEN] = { 0 };
	uint8_t key[32], aad[51] = "probant/v1 payload", tag[PB_AEAD_TAG_LEN];
	size_t len = (size_t)sealed->payload_len - sizeof(tag);
	struct pb_buf z = PB_BUF_EMPTY, record = PB_BUF_EMPTY;
	struct pb_aead *aead = NULL;
	unsigned long long size;
	bool right = false;

	assert_int_equal(pb_expand(sealed->r, "probant/v1 data", 15, key, NULL), PB_OK);
	pb_digest_sha256(ORIGIN, strlen(ORIGIN), aad + 19);
	assert_int_equal(pb_buf_reserve(&z, len), PB_OK);
	assert_int_equal(pb_sealed_read(sealed, 0, z.data, len, NULL), PB_OK);
	assert_int_equal(pb_sealed_read(sealed, len, tag, sizeof(tag), NULL), PB_OK);
	assert_int_equal(pb_aead_new(&aead, NULL), PB_OK);
	assert_int_equal(pb_aead_start(aead, key, nonce, aad, sizeof(aad), NULL), PB_OK);
	assert_int_equal(pb_aead_decrypt(aead, z.data, len, NULL), PB_OK);
	assert_int_equal(pb_aead_check(aead, tag, &right, NULL), PB_OK);
	assert_true(right);
	pb_aead_free(aead);
	/* One frame, no checksum, no dictionary. */
	assert_int_equal(ZSTD_findFrameCompressedSize(z.data, len), len);
	assert_int_equal(z.data[4] & 0x07, 0);
	size = ZSTD_getFrameContentSize(z.data, len);
	assert_true(size < 1024 * 1024); /* so small a record is sealed knowing its size */
	assert_int_equal(pb_buf_reserve(&record, (size_t)size), PB_OK);
	record.len = ZSTD_decompress(record.data, (size_t)size, z.data, len);
	assert_false(ZSTD_isError(record.len));
	pb_buf_done(&z);
	return record;
}

static void
payload_is_what_the_format_says(void **state)
{
	struct world *w = *state;
	struct parts parts = example(1000);
	struct pb_sealed sealed = seal_parts(w->sealer, &parts);
	struct pb_buf record = open_by_hand(&sealed), expected = PB_BUF_EMPTY;
	uint8_t p[5 * PB_H2_LEN], d[PB_H2_LEN], salt[PB_SALT_LEN], commitment[PB_COMMITMENT_LEN];

	for (uint8_t i = 0; i < 5; i++) {
		struct pb_buf *bytes = &parts.bytes[i];

		assert_int_equal(pb_buf_append(&expected, bytes->data, bytes->len), PB_OK);
		pb_digest_h2(bytes->data, bytes->len, d);
		assert_int_equal(salt_of(sealed.r, i, salt), PB_OK);
		pb_commitment_part(i, parts.kind[i], bytes->len, salt, d, p + i * PB_H2_LEN);
	}
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(pb_buf_append_u8(&expected, parts.kind[i]), PB_OK);
		assert_int_equal(pb_buf_append_u64(&expected, parts.bytes[i].len), PB_OK);
	}
	assert_int_equal(pb_buf_append_u8(&expected, 5), PB_OK);
	assert_int_equal(record.len, expected.len);
	assert_memory_equal(record.data, expected.data, expected.len);
	pb_commitment_record(p, 5, commitment);
	assert_memory_equal(sealed.commitment, commitment, sizeof(commitment));
	assert_int_equal(sealed.type, PB_RECORD_IMPORTED);
	assert_int_equal(sealed.time_first_us, 0);
	pb_sealed_done(&sealed);
	parts_clear(&parts);
	pb_buf_done(&record);
	pb_buf_done(&expected);
}

static void
digest_part_is_the_sha256_of_the_message_alone(void **state)
{
	struct world *w = *state;
	uint8_t expected[PB_DIGEST_LEN], sha256[PB_DIGEST_LEN];
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_buf record;

	pb_digest_sha256("headbody", 8, expected);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 4, "object", 6, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 1, "head", 4, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "body", 4, NULL), PB_OK);
	assert_int_equal(pb_sealer_message_len(w->sealer), 8);
	assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_OK);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	assert_int_equal(pb_sealer_part(w->sealer, 0, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_message_len(w->sealer), 8);
	assert_int_equal(pb_sealer_finish(w->sealer, 1, &sealed, NULL), PB_OK);
	assert_memory_equal(sealed.message_sha256, expected, sizeof(expected));
	record = open_by_hand(&sealed);
	assert_memory_equal(record.data, "objectheadbody", 14);
	assert_memory_equal(record.data + 14, expected, sizeof(expected));
	pb_buf_done(&record);
	pb_sealed_done(&sealed);
}

static void
record_that_is_no_message_has_no_digest_and_an_empty_message_has(void **state)
{
	static const uint8_t zeros[PB_DIGEST_LEN];
	struct world *w = *state;
	uint8_t expected[PB_DIGEST_LEN], sha256[PB_DIGEST_LEN];
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 0, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(w->sealer, 3, &sealed, NULL), PB_OK);
	assert_memory_equal(sealed.message_sha256, zeros, sizeof(zeros));
	pb_sealed_done(&sealed);

	pb_digest_sha256("", 0, expected);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(w->sealer, 15, &sealed, NULL), PB_OK);
	assert_memory_equal(sealed.message_sha256, expected, sizeof(expected));
	assert_memory_equal(sha256, expected, sizeof(expected));
	pb_sealed_done(&sealed);
}

static void
each_record_has_a_secret_of_its_own(void **state)
{
	struct world *w = *state;
	struct parts parts = example(100);
	struct pb_sealed one = seal_parts(w->sealer, &parts), two = seal_parts(w->sealer, &parts);

	assert_int_equal(pb_secret_len(one.r), SECRET_LEN);
	assert_memory_not_equal(pb_secret_bytes(one.r), pb_secret_bytes(two.r), SECRET_LEN);
	assert_memory_not_equal(one.commitment, two.commitment, sizeof(one.commitment));
	assert_memory_not_equal(one.payload_sha256, two.payload_sha256, PB_DIGEST_LEN);
	pb_sealed_done(&one);
	pb_sealed_done(&two);
	parts_clear(&parts);
}

static void
record_does_not_depend_on_what_was_dropped_before_or_how_it_was_written(void **state)
{
	struct world *w = *state;
	const struct pb_part_sink *sink = pb_sealer_sink(w->sealer);
	struct parts parts = example(300000);
	struct pb_sealed whole, bits = PB_SEALED_EMPTY;

	test_random_init(&w->random, 99);
	whole = seal_parts(w->sealer, &parts);
	test_random_init(&w->random, 98);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(push_parts(w->sealer, &parts, NULL), PB_OK);
	test_random_init(&w->random, 99);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	for (unsigned i = 0; i < parts.count; i++) {
		assert_int_equal(sink->begin(sink->ctx, parts.kind[i], NULL), PB_OK);
		for (size_t at = 0; at < parts.bytes[i].len; at++)
			assert_int_equal(
			    sink->write(sink->ctx, parts.bytes[i].data + at, 1, NULL), PB_OK);
	}
	assert_int_equal(pb_sealer_finish(w->sealer, PB_RECORD_IMPORTED, &bits, NULL), PB_OK);
	assert_memory_equal(whole.commitment, bits.commitment, sizeof(bits.commitment));
	assert_memory_equal(whole.payload_sha256, bits.payload_sha256, PB_DIGEST_LEN);
	assert_memory_equal(whole.message_sha256, bits.message_sha256, PB_DIGEST_LEN);
	pb_sealed_done(&whole);
	pb_sealed_done(&bits);
	parts_clear(&parts);
}

/* SHA-256 of the payload, read in pieces as the archive reads it. */
static void
check_payload_sha256(const struct pb_sealed *sealed)
{
	uint8_t piece[4099], sha256[PB_DIGEST_LEN];
	struct pb_digest *digest = NULL;
	size_t n;

	assert_int_equal(pb_digest_new(PB_DIGEST_SHA256, &digest, NULL), PB_OK);
	for (uint64_t at = 0; at < sealed->payload_len; at += n) {
		n = sizeof(piece);
		if (n > sealed->payload_len - at)
			n = (size_t)(sealed->payload_len - at);
		assert_int_equal(pb_sealed_read(sealed, at, piece, n, NULL), PB_OK);
		pb_digest_update(digest, piece, n);
	}
	pb_digest_final(digest, sha256);
	pb_digest_free(digest);
	assert_memory_equal(sha256, sealed->payload_sha256, sizeof(sha256));
}

static void
payload_stays_in_memory_until_it_is_too_large_and_then_spills(void **state)
{
	static const size_t sizes[] = { 0, 1, PB_LIMIT_SPILL - 4096, PB_LIMIT_SPILL + 1,
		3 * PB_LIMIT_SPILL };
	struct world *w = *state;

	for (size_t i = 0; i < CASES(sizes); i++) {
		struct parts parts = example(sizes[i]);
		struct pb_sealed sealed = seal_parts(w->sealer, &parts);

		assert_int_equal(sealed.fd >= 0, sizes[i] > PB_LIMIT_SPILL);
		assert_int_equal(sealed.memory.len, sealed.fd >= 0 ? 0 : sealed.payload_len);
		check_payload_sha256(&sealed);
		pb_sealed_done(&sealed);
		assert_int_equal(sealed.fd, -1);
		pb_sealed_done(&sealed);
		parts_clear(&parts);
	}
}

static void
sealed_record_is_not_read_beyond_its_end(void **state)
{
	static const size_t sizes[] = { 10, 2 * PB_LIMIT_SPILL };
	struct world *w = *state;
	uint8_t byte;

	for (size_t i = 0; i < CASES(sizes); i++) {
		struct parts parts = example(sizes[i]);
		struct pb_sealed sealed = seal_parts(w->sealer, &parts);
		uint64_t len = sealed.payload_len;

		assert_int_equal(pb_sealed_read(&sealed, len - 1, &byte, 1, NULL), PB_OK);
		assert_int_equal(pb_sealed_read(&sealed, len, &byte, 0, NULL), PB_OK);
		assert_int_equal(pb_sealed_read(&sealed, len, &byte, 1, NULL), PB_ECORRUPT);
		assert_int_equal(pb_sealed_read(&sealed, len + 1, &byte, 0, NULL), PB_ECORRUPT);
		assert_int_equal(pb_sealed_read(&sealed, 1, &byte, SIZE_MAX, NULL), PB_ECORRUPT);
		assert_int_equal(pb_sealed_read(&sealed, UINT64_MAX, &byte, 1, NULL), PB_ECORRUPT);
		pb_sealed_done(&sealed);
		parts_clear(&parts);
	}
}

static void
levels_that_would_want_a_larger_window_keep_to_the_limit(void **state)
{
	struct world *w = *state;
	struct pb_buf zeros = PB_BUF_EMPTY;
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_opener *opener = new_opener(ORIGIN);
	struct pb_opened *opened = NULL;
	struct pb_payload payload;

	/* Of unknown size to zstd: that is when it takes the window of its level. */
	pb_sealer_free(w->sealer);
	assert_int_equal(
	    pb_sealer_new(&w->files.table, &w->random.table, ORIGIN, "spill", 22, &w->sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_buf_reserve(&zeros, 300000), PB_OK);
	memset(zeros.data, 0, 300000);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 4, zeros.data, 300000, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(w->sealer, 4, &sealed, NULL), PB_OK);
	payload = payload_of(&sealed);
	assert_int_equal(pb_opener_open(opener, &payload, sealed.r, &opened, NULL), PB_OK);
	assert_int_equal(pb_opened_len(opened, 0), 300000);
	pb_opened_free(opened);
	pb_opener_free(opener);
	pb_sealed_done(&sealed);
	pb_buf_done(&zeros);
}

/* ---- several at once ---- */

/* Records of all sizes, large and scattered ones among them: held, they are what they are alone. */
static struct parts
of_kind(unsigned i)
{
	struct parts parts = { 0 };

	if (i == 0)
		add_text(&parts, PB_PART_FACTS, "{}");
	else if (i == 1)
		parts = example(PB_LIMIT_OPENED + 1);
	else if (i % 5 == 0)
		for (unsigned k = 0; k < 255; k++)
			add_text(&parts, k % 2 ? PB_PART_BODY : PB_PART_OBJECT, "xy");
	else
		parts = example((size_t)i * i * i);
	return parts;
}

static void
assert_same_sealed(const struct pb_sealed *a, const struct pb_sealed *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->payload_len, b->payload_len);
	assert_memory_equal(a->commitment, b->commitment, sizeof(a->commitment));
	assert_memory_equal(a->payload_sha256, b->payload_sha256, PB_DIGEST_LEN);
	assert_memory_equal(a->message_sha256, b->message_sha256, PB_DIGEST_LEN);
	assert_memory_equal(pb_secret_bytes(a->r), pb_secret_bytes(b->r), SECRET_LEN);
}

#define KINDS 24

static void
hold(struct world *w, unsigned i)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct parts parts = of_kind(i);

	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(push_parts(w->sealer, &parts, NULL), PB_OK);
	if (parts.count < 255)
		assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_OK);
	assert_int_equal(pb_sealer_hold(w->sealer, PB_RECORD_IMPORTED, NULL), PB_OK);
	parts_clear(&parts);
}

static void
records_that_wait_for_each_other_are_sealed_as_alone(void **state)
{
	struct pb_sealed alone[KINDS], *held = calloc(PB_SEALER_HELD, sizeof(*held));
	struct world *w = *state;
	size_t count = 99;

	assert_non_null(held);
	test_random_init(&w->random, 5);
	for (unsigned i = 0; i < KINDS; i++) {
		struct parts parts = of_kind(i);
		uint8_t sha256[PB_DIGEST_LEN];

		assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
		assert_int_equal(push_parts(w->sealer, &parts, NULL), PB_OK);
		if (parts.count < 255)
			assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_OK);
		assert_int_equal(
		    pb_sealer_finish(w->sealer, PB_RECORD_IMPORTED, &alone[i], NULL), PB_OK);
		parts_clear(&parts);
	}
	test_random_init(&w->random, 5);
	for (unsigned i = 0; i < KINDS; i++) {
		assert_false(pb_sealer_full(w->sealer));
		hold(w, i);
	}
	assert_int_equal(pb_sealer_settle(w->sealer, held, &count, NULL), PB_OK);
	assert_int_equal(count, KINDS);
	for (unsigned i = 0; i < KINDS; i++) {
		assert_same_sealed(&alone[i], &held[i]);
		pb_sealed_done(&alone[i]);
		pb_sealed_done(&held[i]);
	}
	assert_int_equal(pb_sealer_settle(w->sealer, held, &count, NULL), PB_OK);
	assert_int_equal(count, 0);
	free(held);
}

/* One that fails, and one that is finished by itself, leave those that wait alone. */
static void
records_wait_whatever_becomes_of_others(void **state)
{
	struct pb_sealed *held = calloc(PB_SEALER_HELD, sizeof(*held)), one;
	struct pb_sealed *again = calloc(PB_SEALER_HELD, sizeof(*again));
	struct world *w = *state;
	struct parts parts = of_kind(7);
	size_t count = 0;

	assert_true(held != NULL && again != NULL);
	test_random_init(&w->random, 6);
	hold(w, 3);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(push_parts(w->sealer, &parts, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(w->sealer, 2, "", SIZE_MAX, NULL), PB_ELIMIT);
	assert_int_equal(pb_sealer_hold(w->sealer, 15, NULL), PB_EINVAL);
	one = seal_parts(w->sealer, &parts);
	hold(w, 4);
	assert_int_equal(pb_sealer_settle(w->sealer, held, &count, NULL), PB_OK);
	assert_int_equal(count, 2);
	test_random_init(&w->random, 6);
	for (unsigned i = 0; i < 2; i++) {
		size_t n;

		hold(w, 3 + i);
		assert_int_equal(pb_sealer_settle(w->sealer, again, &n, NULL), PB_OK);
		assert_int_equal(n, 1);
		/* The two between drew a secret each. */
		for (unsigned k = 0; k < 2 && i == 0; k++)
			assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
		assert_same_sealed(&again[0], &held[i]);
		pb_sealed_done(&again[0]);
		pb_sealed_done(&held[i]);
	}
	pb_sealed_done(&one);
	parts_clear(&parts);
	free(again);
	free(held);
}

static void
sealer_is_full_of_many_records_or_of_many_octets(void **state)
{
	struct pb_sealed *held = calloc(PB_SEALER_HELD, sizeof(*held));
	struct world *w = *state;
	struct parts parts = example(PB_LIMIT_OPENED / 2);
	size_t count;

	assert_non_null(held);
	for (unsigned i = 0; i < PB_SEALER_HELD; i++) {
		assert_false(pb_sealer_full(w->sealer));
		hold(w, 0);
	}
	assert_true(pb_sealer_full(w->sealer));
	assert_int_equal(pb_sealer_settle(w->sealer, held, &count, NULL), PB_OK);
	assert_int_equal(count, PB_SEALER_HELD);
	while (count > 0)
		pb_sealed_done(&held[--count]);
	while (!pb_sealer_full(w->sealer)) {
		assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
		assert_int_equal(push_parts(w->sealer, &parts, NULL), PB_OK);
		assert_int_equal(pb_sealer_hold(w->sealer, 15, NULL), PB_OK);
		count++;
	}
	assert_in_range(count, 2, 4);
	/* Whoever goes on all the same is served: what finds no room passes in pieces. */
	for (unsigned i = 0; i < 3; i++) {
		struct pb_sealed one = seal_parts(w->sealer, &parts);

		check_payload_sha256(&one);
		pb_sealed_done(&one);
	}
	parts_clear(&parts);
	free(held);
}

/* ---- faults ---- */

static int
no_random(void *ctx, void *to, size_t len)
{
	(void)ctx;
	(void)to;
	(void)len;
	return -EIO;
}

/* What is kept of a record says the same as what is stored of it. */
static void
what_is_kept_is_what_was_sealed(void **state)
{
	struct world *w = *state;
	struct parts parts = example(5000), opened_parts = { 0 }, adopted_parts = { 0 };
	struct pb_part_sink sink = parts_sink(&opened_parts), other = parts_sink(&adopted_parts);
	struct pb_opener *opener = new_opener(ORIGIN);
	struct pb_opened *opened = NULL, *adopted = NULL;
	struct pb_keep *keep = NULL;
	struct pb_payload payload;
	struct pb_sealed sealed;

	assert_int_equal(pb_keep_new(16384, &keep, NULL), PB_OK);
	pb_sealer_keep(w->sealer, keep);
	sealed = seal_parts(w->sealer, &parts);
	assert_non_null(sealed.plain.keep);
	payload = payload_of(&sealed);
	assert_int_equal(pb_opener_open(opener, &payload, sealed.r, &opened, NULL), PB_OK);
	assert_int_equal(
	    pb_opener_adopt(opener, &payload, sealed.r, &sealed.plain, &adopted, NULL), PB_OK);
	assert_int_equal(pb_opened_count(adopted), pb_opened_count(opened));
	assert_int_equal(
	    pb_opened_stream(opened, 0, pb_opened_count(opened) - 1, &sink, NULL), PB_OK);
	assert_int_equal(
	    pb_opened_stream(adopted, 0, pb_opened_count(opened) - 1, &other, NULL), PB_OK);
	assert_same_parts(&opened_parts, &adopted_parts);
	assert_ptr_equal(pb_opened_message_at(adopted), sealed.plain.data);
	/* Closed before the other, it leaves what is lent as it is. */
	pb_opened_free(adopted);
	assert_memory_equal(sealed.plain.data, "Received: x\r\n", 13);
	pb_opened_free(opened);
	/* Cut short it is no record. */
	sealed.plain.len--;
	assert_int_equal(pb_opener_adopt(opener, &payload, sealed.r, &sealed.plain, &adopted, NULL),
	    PB_ECORRUPT);
	sealed.plain.len++;
	pb_sealed_done(&sealed);
	pb_opener_free(opener);
	pb_sealer_keep(w->sealer, NULL);
	pb_keep_free(keep);
	parts_clear(&parts);
	parts_clear(&opened_parts);
	parts_clear(&adopted_parts);
}

static void
record_without_random_numbers_is_not_begun(void **state)
{
	struct world *w = *state;

	w->random.table.fill = no_random;
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_EIO);
	assert_int_equal(pb_sealer_part(w->sealer, 0, "x", 1, NULL), PB_EINVAL);
}

/* Begin, fill and finish; ret_sealed is empty on failure. */
static enum pb_status
try_to_seal(struct pb_sealer *sealer, const struct parts *parts, struct pb_sealed *ret_sealed)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_error err;
	enum pb_status status;

	*ret_sealed = PB_SEALED_EMPTY;
	status = pb_sealer_start(sealer, &err);
	if (status == PB_OK)
		status = push_parts(sealer, parts, &err);
	if (status == PB_OK)
		status = pb_sealer_digest(sealer, sha256, &err);
	if (status == PB_OK)
		status = pb_sealer_finish(sealer, PB_RECORD_IMPORTED, ret_sealed, &err);
	assert_true(status == PB_OK || err.status == status);
	return status;
}

static void
each_file_operation_may_fail_or_fall_short(void **state)
{
	struct world *w = *state;
	struct parts parts = example(2 * PB_LIMIT_SPILL);
	struct test_faulty_files faulty;
	enum pb_status status;
	struct pb_sealed sealed;

	test_faulty_files_init(&faulty, &w->files.table);
	pb_sealer_free(w->sealer);
	w->sealer = new_sealer(&faulty.table, &w->random);
	for (int fault = TEST_FAULT_ERROR; fault <= TEST_FAULT_SHORT; fault++) {
		faulty.fault = fault;
		faulty.error = ENOSPC;
		faulty.fail_at = 0;
		do {
			faulty.fail_at++;
			faulty.calls = faulty.failed = 0;
			status = try_to_seal(w->sealer, &parts, &sealed);
			if (faulty.failed > 0 && fault == TEST_FAULT_ERROR) {
				assert_int_equal(status, PB_ENOSPC);
				assert_none_open(&w->files);
			} else {
				assert_int_equal(status, PB_OK);
				faulty.fail_at = faulty.failed > 0 ? faulty.fail_at : 0;
				check_payload_sha256(&sealed);
			}
			pb_sealed_done(&sealed);
		} while (faulty.fail_at > 0);
		assert_true(faulty.calls > 5);
	}
	parts_clear(&parts);
}

static void
each_allocation_may_fail(void **state)
{
	static const size_t sizes[] = { 100, PB_LIMIT_SPILL + 100000 };
	struct world *w = *state;
	struct pb_sealer *sealer;
	struct pb_sealed sealed;
	enum pb_status status;
	uint64_t failed;

	if (!test_memory_can_fail())
		skip();
	for (size_t i = 0; i < CASES(sizes); i++) {
		struct parts parts = example(sizes[i]);
		uint64_t nth = 0;

		do {
			sealer = NULL;
			sealed = PB_SEALED_EMPTY;
			test_memory_fail(++nth, false);
			status = pb_sealer_new(&w->files.table, &w->random.table, ORIGIN, "spill",
			    LEVEL, &sealer, NULL);
			if (status == PB_OK)
				status = try_to_seal(sealer, &parts, &sealed);
			failed = test_memory_restore();
			if (status != PB_OK) {
				assert_int_equal(status, PB_ENOMEM);
				assert_null(sealed.r);
				assert_none_open(&w->files);
			}
			assert_true(status == PB_OK || failed == 1);
			pb_sealed_done(&sealed);
			/* The sealer that could not is as good as new. */
			if (sealer != NULL) {
				assert_int_equal(try_to_seal(sealer, &parts, &sealed), PB_OK);
				pb_sealed_done(&sealed);
			}
			pb_sealer_free(sealer);
		} while (failed == 1);
		assert_true(nth > 10);
		parts_clear(&parts);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_sealed_that_was_not_begun),
		TEST(record_without_parts_is_refused),
		TEST(record_takes_255_parts_and_no_more),
		TEST(record_beyond_four_gibibytes_is_refused_before_it_is_read),
		TEST(payload_is_what_the_format_says),
		TEST(digest_part_is_the_sha256_of_the_message_alone),
		TEST(record_that_is_no_message_has_no_digest_and_an_empty_message_has),
		TEST(each_record_has_a_secret_of_its_own),
		TEST(record_does_not_depend_on_what_was_dropped_before_or_how_it_was_written),
		TEST(payload_stays_in_memory_until_it_is_too_large_and_then_spills),
		TEST(sealed_record_is_not_read_beyond_its_end),
		TEST(levels_that_would_want_a_larger_window_keep_to_the_limit),
		TEST(records_that_wait_for_each_other_are_sealed_as_alone),
		TEST(records_wait_whatever_becomes_of_others),
		TEST(sealer_is_full_of_many_records_or_of_many_octets),
		TEST(what_is_kept_is_what_was_sealed),
		TEST(record_without_random_numbers_is_not_begun),
		TEST(each_file_operation_may_fail_or_fall_short),
		TEST(each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("record/seal", tests, start_crypto, NULL);
}
