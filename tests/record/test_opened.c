#include "fixture.h"

struct world {
	struct test_random random;
	struct unnamed_files files;
	struct pb_sealer *sealer;
	struct pb_opener *opener;
	struct pb_sealed sealed;
	struct pb_payload payload;
	struct parts parts;
	struct pb_opened *opened;
};

static int
make_world(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	test_random_init(&w->random, 11);
	unnamed_init(&w->files);
	w->sealer = new_sealer(&w->files.table, &w->random);
	w->opener = new_opener(ORIGIN);
	w->sealed = PB_SEALED_EMPTY;
	*state = w;
	return 0;
}

static void
close_record(struct world *w)
{
	pb_opened_free(w->opened);
	w->opened = NULL;
	pb_sealed_done(&w->sealed);
	parts_clear(&w->parts);
}

static int
end_world(void **state)
{
	struct world *w = *state;

	close_record(w);
	pb_opener_free(w->opener);
	pb_sealer_free(w->sealer);
	assert_none_open(&w->files);
	free(w);
	return 0;
}

static void
open_sealed(struct world *w)
{
	w->payload = payload_of(&w->sealed);
	assert_int_equal(
	    pb_opener_open(w->opener, &w->payload, w->sealed.r, &w->opened, NULL), PB_OK);
}

/* A message of body octets of noise, with its digest and empty parts at both ends and between. */
static void
seal_and_open(struct world *w, size_t body)
{
	struct pb_buf bytes = noise(body, body);
	uint8_t sha256[PB_DIGEST_LEN];

	parts_add(&w->parts, PB_PART_OBJECT, "", 0);
	parts_add(&w->parts, PB_PART_HEADER, "Subject: essai\r\n\r\n", 18);
	parts_add(&w->parts, PB_PART_BODY, "", 0);
	parts_add(&w->parts, PB_PART_BODY, bytes.data, bytes.len);
	assert_int_equal(pb_sealer_start(w->sealer, NULL), PB_OK);
	assert_int_equal(push_parts(w->sealer, &w->parts, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(w->sealer, sha256, NULL), PB_OK);
	parts_add(&w->parts, PB_PART_DIGEST, sha256, sizeof(sha256));
	assert_int_equal(pb_sealer_part(w->sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
	parts_add(&w->parts, PB_PART_FACTS, "{}", 2);
	assert_int_equal(pb_sealer_part(w->sealer, PB_PART_ENVELOPE, "", 0, NULL), PB_OK);
	parts_add(&w->parts, PB_PART_ENVELOPE, "", 0);
	assert_int_equal(pb_sealer_finish(w->sealer, PB_RECORD_IMPORTED, &w->sealed, NULL), PB_OK);
	pb_buf_done(&bytes);
	open_sealed(w);
}

/* What seal_and_open makes besides the body: the rest of the parts, and the table. */
#define BESIDES (18 + 32 + 2 + 7 * 9 + 1)

static const size_t sizes[] = { 0, 1, 1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1,
	PB_LIMIT_OPENED - BESIDES - 1, PB_LIMIT_OPENED - BESIDES, PB_LIMIT_OPENED - BESIDES + 1,
	5 * 1024 * 1024 };

static void
record_comes_out_as_it_went_in(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < CASES(sizes); i++) {
		struct parts seen = { 0 };
		struct pb_part_sink sink = parts_sink(&seen);

		seal_and_open(w, sizes[i]);
		assert_int_equal(pb_opened_count(w->opened), 7);
		for (uint8_t k = 0; k < 7; k++) {
			assert_int_equal(pb_opened_kind(w->opened, k), w->parts.kind[k]);
			assert_int_equal(pb_opened_len(w->opened, k), w->parts.bytes[k].len);
		}
		assert_int_equal(pb_opened_message_len(w->opened), 18 + sizes[i]);
		assert_int_equal(pb_opened_find(w->opened, PB_PART_DIGEST), 4);
		assert_int_equal(pb_opened_find(w->opened, PB_PART_BODY), 2);
		assert_int_equal(pb_opened_find(w->opened, PB_PART_CLASS), 7);
		assert_int_equal(pb_opened_stream(w->opened, 0, 6, &sink, NULL), PB_OK);
		assert_same_parts(&seen, &w->parts);
		parts_clear(&seen);
		close_record(w);
	}
}

/* Several of them open, large ones and one that was spoilt among them, in any order. */
static void
records_open_beside_each_other_have_the_commitments_that_they_have_alone(void **state)
{
	static const size_t bodies[] = { 0, 100, 5 * 1024 * 1024, 70000, 3 * 1024 * 1024, 1000000,
		2 * 1024 * 1024, 1, 3 * 1024 * 1024 };
	struct pb_sealed sealed[CASES(bodies)];
	struct pb_payload payload[CASES(bodies)];
	struct pb_opened *opened[CASES(bodies)];
	struct pb_opened_sums sums[CASES(bodies)];
	struct world *w = *state;

	for (size_t i = 0; i < CASES(bodies); i++) {
		seal_and_open(w, bodies[i]);
		pb_opened_free(w->opened);
		w->opened = NULL;
		sealed[i] = w->sealed;
		w->sealed = PB_SEALED_EMPTY;
		parts_clear(&w->parts);
	}
	assert_false(pb_opener_full(w->opener));
	for (size_t i = 0; i < CASES(bodies); i++) {
		payload[i] = payload_of(&sealed[i]);
		assert_int_equal(
		    pb_opener_open(w->opener, &payload[i], sealed[i].r, &opened[i], NULL), PB_OK);
	}
	assert_true(pb_opener_full(w->opener));
	assert_int_equal(pb_opened_commitments(opened, CASES(bodies), sums, NULL), PB_OK);
	for (size_t i = 0; i < CASES(bodies); i++) {
		assert_int_equal(sums[i].status, PB_OK);
		assert_memory_equal(
		    sums[i].commitment, sealed[i].commitment, sizeof(sealed[i].commitment));
		assert_true(sums[i].digest_right);
		assert_memory_equal(sums[i].sha256, sealed[i].message_sha256, PB_DIGEST_LEN);
		assert_int_equal(pb_opened_message_len(opened[i]), 18 + bodies[i]);
	}
	for (size_t i = 0; i < CASES(bodies); i++)
		pb_opened_free(opened[(i * 5 + 2) % CASES(bodies)]);
	assert_false(pb_opener_full(w->opener));
	/* It serves again. */
	w->sealed = sealed[3];
	open_sealed(w);
	assert_int_equal(pb_opened_commitments(&w->opened, 1, sums, NULL), PB_OK);
	assert_memory_equal(sums[0].commitment, w->sealed.commitment, PB_COMMITMENT_LEN);
	sealed[3] = PB_SEALED_EMPTY;
	for (size_t i = 0; i < CASES(bodies); i++)
		pb_sealed_done(&sealed[i]);
}

static void
digests_of_parts_are_had_of_what_is_in_memory(void **state)
{
	struct world *w = *state;
	struct pb_opened_digests digests;
	uint8_t right[PB_H2_LEN];

	seal_and_open(w, 70000);
	assert_int_equal(pb_opened_digests(&w->opened, 1, &digests, NULL), PB_OK);
	assert_true(digests.computed);
	for (unsigned i = 0; i < w->parts.count; i++) {
		pb_digest_h2(w->parts.bytes[i].data, w->parts.bytes[i].len, right);
		assert_memory_equal(digests.part[i], right, sizeof(right));
	}
	assert_memory_equal(digests.message, w->sealed.message_sha256, PB_DIGEST_LEN);
	close_record(w);
	seal_and_open(w, PB_LIMIT_OPENED + 1);
	assert_int_equal(pb_opened_digests(&w->opened, 1, &digests, NULL), PB_OK);
	assert_false(digests.computed);
}

/* What does not open leaves those that are open as they are. */
static void
record_that_is_refused_leaves_the_others_open(void **state)
{
	struct world *w = *state;
	struct pb_sealed broken;
	struct pb_opened_sums sums;
	struct pb_opened *opened = NULL;
	struct pb_payload payload;

	seal_and_open(w, 3000);
	broken = w->sealed;
	pb_opened_free(w->opened);
	w->opened = NULL;
	w->sealed = PB_SEALED_EMPTY;
	parts_clear(&w->parts);
	seal_and_open(w, 70000);
	broken.memory.data[100] ^= 1;
	payload = payload_of(&broken);
	assert_int_equal(pb_opener_open(w->opener, &payload, broken.r, &opened, NULL), PB_ECORRUPT);
	assert_int_equal(pb_opened_commitments(&w->opened, 1, &sums, NULL), PB_OK);
	assert_memory_equal(sums.commitment, w->sealed.commitment, PB_COMMITMENT_LEN);
	pb_sealed_done(&broken);
}

static void
any_run_of_parts_comes_out_alone(void **state)
{
	static const size_t two[] = { 70000, 5 * 1024 * 1024 };
	struct world *w = *state;

	for (size_t i = 0; i < CASES(two); i++) {
		seal_and_open(w, two[i]);
		for (uint8_t first = 0; first < 7; first++) {
			for (uint8_t last = first; last < 7; last += (uint8_t)(1 + i)) {
				struct parts seen = { 0 };
				struct pb_part_sink sink = parts_sink(&seen);

				assert_int_equal(
				    pb_opened_stream(w->opened, first, last, &sink, NULL), PB_OK);
				assert_int_equal(seen.count, last - first + 1);
				for (unsigned k = 0; k < seen.count; k++) {
					struct pb_buf *expected = &w->parts.bytes[first + k];

					assert_int_equal(seen.kind[k], w->parts.kind[first + k]);
					assert_int_equal(seen.bytes[k].len, expected->len);
					if (expected->len > 0)
						assert_memory_equal(seen.bytes[k].data,
						    expected->data, expected->len);
				}
				parts_clear(&seen);
			}
		}
		close_record(w);
	}
}

static void
message_is_its_header_and_body_unless_it_is_longer_than_the_caller_wants(void **state)
{
	static const size_t two[] = { 70000, 5 * 1024 * 1024 };
	struct world *w = *state;
	struct pb_buf buf = PB_BUF_EMPTY;

	for (size_t i = 0; i < CASES(two); i++) {
		size_t at = 7;

		seal_and_open(w, two[i]);
		pb_buf_clear(&buf);
		assert_int_equal(pb_buf_append(&buf, "before ", 7), PB_OK);
		assert_int_equal(pb_opened_message(w->opened, 17 + two[i], &buf, NULL), PB_ELIMIT);
		assert_int_equal(buf.len, 7);
		assert_int_equal(pb_opened_message(w->opened, 18 + two[i], &buf, NULL), PB_OK);
		assert_int_equal(buf.len, 7 + 18 + two[i]);
		for (unsigned k = 0; k < w->parts.count; k++) {
			const struct pb_buf *part = &w->parts.bytes[k];

			if (w->parts.kind[k] != PB_PART_HEADER && w->parts.kind[k] != PB_PART_BODY)
				continue;
			assert_memory_equal(buf.data + at, part->data, part->len);
			at += part->len;
		}
		assert_int_equal(at, buf.len);
		close_record(w);
	}
	pb_buf_done(&buf);
}

static void
message_in_memory_is_seen_where_it_stands(void **state)
{
	struct world *w = *state;
	struct pb_buf buf = PB_BUF_EMPTY;

	for (size_t i = 0; i < CASES(sizes); i++) {
		bool in_memory = sizes[i] <= PB_LIMIT_OPENED - BESIDES;
		const uint8_t *message;

		seal_and_open(w, sizes[i]);
		message = pb_opened_message_at(w->opened);
		assert_int_equal(message != NULL, in_memory);
		if (in_memory) {
			pb_buf_clear(&buf);
			assert_int_equal(pb_opened_message(w->opened, SIZE_MAX, &buf, NULL), PB_OK);
			assert_memory_equal(message, buf.data, buf.len);
		}
		close_record(w);
	}
	pb_buf_done(&buf);
}

static void
message_beside_another_is_seen_where_it_stands(void **state)
{
	struct world *w = *state;
	struct pb_opened *first = NULL;
	struct pb_sealed sealed;
	struct pb_payload payload;

	seal_and_open(w, 100);
	pb_opened_free(w->opened);
	sealed = w->sealed;
	w->sealed = PB_SEALED_EMPTY;
	payload = payload_of(&sealed);
	assert_int_equal(pb_opener_open(w->opener, &payload, sealed.r, &first, NULL), PB_OK);
	parts_clear(&w->parts);
	parts_add(&w->parts, PB_PART_BODY, "a", 1);
	parts_add(&w->parts, PB_PART_BODY, "b", 1);
	w->sealed = seal_parts(w->sealer, &w->parts);
	open_sealed(w);
	assert_memory_equal(pb_opened_message_at(first), "Subject: essai\r\n\r\n", 18);
	assert_memory_equal(pb_opened_message_at(w->opened), "ab", 2);
	pb_opened_free(first);
	pb_sealed_done(&sealed);
}

static void
message_in_two_pieces_stands_nowhere(void **state)
{
	struct world *w = *state;

	parts_add(&w->parts, PB_PART_HEADER, "a", 1);
	parts_add(&w->parts, PB_PART_FACTS, "{}", 2);
	parts_add(&w->parts, PB_PART_BODY, "b", 1);
	w->sealed = seal_parts(w->sealer, &w->parts);
	open_sealed(w);
	assert_null(pb_opened_message_at(w->opened));
}

static void
part_is_appended_unless_it_is_longer_than_the_caller_wants(void **state)
{
	static const size_t two[] = { 70000, 5 * 1024 * 1024 };
	struct world *w = *state;
	struct pb_buf buf = PB_BUF_EMPTY;

	for (size_t i = 0; i < CASES(two); i++) {
		seal_and_open(w, two[i]);
		pb_buf_clear(&buf);
		assert_int_equal(pb_buf_append(&buf, "before ", 7), PB_OK);
		assert_int_equal(pb_opened_part(w->opened, 3, two[i] - 1, &buf, NULL), PB_ELIMIT);
		assert_int_equal(pb_opened_part(w->opened, 1, 17, &buf, NULL), PB_ELIMIT);
		assert_int_equal(buf.len, 7);
		assert_int_equal(pb_opened_part(w->opened, 5, 2, &buf, NULL), PB_OK);
		assert_int_equal(pb_opened_part(w->opened, 6, 0, &buf, NULL), PB_OK);
		assert_int_equal(buf.len, 9);
		assert_memory_equal(buf.data, "before {}", 9);
		assert_int_equal(pb_opened_part(w->opened, 3, two[i], &buf, NULL), PB_OK);
		assert_int_equal(buf.len, 9 + two[i]);
		assert_memory_equal(buf.data + 9, w->parts.bytes[3].data, two[i]);
		close_record(w);
	}
	pb_buf_done(&buf);
}

static void
commitment_of_what_was_opened_is_that_of_what_was_sealed(void **state)
{
	struct world *w = *state;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	bool right;

	for (size_t i = 0; i < CASES(sizes); i++) {
		seal_and_open(w, sizes[i]);
		right = false;
		assert_int_equal(
		    pb_opened_commitment(w->opened, commitment, &right, sha256, NULL), PB_OK);
		assert_true(right);
		assert_memory_equal(commitment, w->sealed.commitment, sizeof(commitment));
		assert_memory_equal(sha256, w->parts.bytes[4].data, sizeof(sha256));
		assert_memory_equal(sha256, w->sealed.message_sha256, sizeof(sha256));
		close_record(w);
	}
}

/* Seal parts as they are given: kinds, and the octets of each. */
static void
check_digest(
    struct world *w, const char *kinds, const char *const *bytes, const size_t *lens, bool expected)
{
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	bool right = !expected;

	for (size_t i = 0; kinds[i] != '\0'; i++)
		parts_add(&w->parts, (uint8_t)(kinds[i] - '0'), bytes[i], lens[i]);
	w->sealed = seal_parts(w->sealer, &w->parts);
	open_sealed(w);
	assert_int_equal(pb_opened_commitment(w->opened, commitment, &right, sha256, NULL), PB_OK);
	assert_memory_equal(commitment, w->sealed.commitment, sizeof(commitment));
	assert_int_equal(right, expected);
	close_record(w);
}

static void
digest_part_that_is_not_the_messages_is_noticed(void **state)
{
	struct world *w = *state;
	uint8_t sha256[PB_DIGEST_LEN], other[PB_DIGEST_LEN];
	const char *right = (const char *)sha256, *wrong = (const char *)other;

	pb_digest_sha256("ab", 2, sha256);
	memcpy(other, sha256, sizeof(other));
	other[31] ^= 1;
	check_digest(w, "123", (const char *[]){ "a", "b", right }, (size_t[]){ 1, 1, 32 }, true);
	check_digest(w, "12", (const char *[]){ "a", "b" }, (size_t[]){ 1, 1 }, true);
	check_digest(w, "0", (const char *[]){ "ab" }, (size_t[]){ 2 }, true);
	check_digest(w, "123", (const char *[]){ "a", "b", wrong }, (size_t[]){ 1, 1, 32 }, false);
	check_digest(w, "123", (const char *[]){ "a", "c", right }, (size_t[]){ 1, 1, 32 }, false);
	check_digest(w, "132", (const char *[]){ "ab", right, "c" }, (size_t[]){ 2, 32, 1 }, false);
	check_digest(w, "13", (const char *[]){ "ab", right }, (size_t[]){ 2, 31 }, false);
	check_digest(w, "13", (const char *[]){ "ab", "" }, (size_t[]){ 2, 0 }, false);
	check_digest(
	    w, "133", (const char *[]){ "ab", right, right }, (size_t[]){ 2, 32, 32 }, false);
	check_digest(w, "133", (const char *[]){ "ab", right, "x" }, (size_t[]){ 2, 32, 1 }, false);
}

static void
record_that_is_no_message_has_no_digest(void **state)
{
	static const uint8_t zeros[PB_DIGEST_LEN];
	struct world *w = *state;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN] = { 1 };
	bool right;

	parts_add(&w->parts, PB_PART_FACTS, "{}", 2);
	w->sealed = seal_parts(w->sealer, &w->parts);
	open_sealed(w);
	assert_int_equal(pb_opened_message_len(w->opened), 0);
	assert_int_equal(pb_opened_commitment(w->opened, commitment, &right, sha256, NULL), PB_OK);
	assert_memory_equal(sha256, zeros, sizeof(zeros));
}

static void
record_of_255_parts_opens(void **state)
{
	struct world *w = *state;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	bool right;

	for (unsigned i = 0; i < 255; i++)
		parts_add(&w->parts, PB_PART_OBJECT, "0123456789", i % 11);
	w->sealed = seal_parts(w->sealer, &w->parts);
	open_sealed(w);
	assert_int_equal(pb_opened_count(w->opened), 255);
	assert_int_equal(pb_opened_find(w->opened, PB_PART_FACTS), 255);
	assert_int_equal(pb_opened_commitment(w->opened, commitment, &right, sha256, NULL), PB_OK);
	assert_memory_equal(commitment, w->sealed.commitment, sizeof(commitment));
}

/* A payload that answers something else from a certain octet on, once it is told to. */
struct changing {
	struct pb_sealed *sealed;
	uint64_t flip_at;
	bool changed;
};

static enum pb_status
read_changing(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	struct changing *changing = ctx;
	enum pb_status status = pb_sealed_read(changing->sealed, offset, to, len, err);

	if (changing->changed && changing->flip_at >= offset && changing->flip_at - offset < len)
		((uint8_t *)to)[changing->flip_at - offset] ^= 1;
	return status;
}

static void
large_record_that_changes_after_it_was_opened_is_refused(void **state)
{
	struct world *w = *state;
	uint8_t commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	uint64_t flips[4];
	bool right;

	seal_and_open(w, 5 * 1024 * 1024);
	pb_opened_free(w->opened);
	flips[0] = 0;
	flips[1] = 100000;
	flips[2] = w->sealed.payload_len - 40;
	flips[3] = w->sealed.payload_len - 1;
	for (size_t i = 0; i < CASES(flips); i++) {
		struct changing changing = { &w->sealed, flips[i], false };
		const struct pb_payload payload = { &changing, w->sealed.payload_len,
			read_changing };
		struct pb_buf buf = PB_BUF_EMPTY;
		struct parts seen = { 0 };
		struct pb_part_sink sink = parts_sink(&seen);

		assert_int_equal(
		    pb_opener_open(w->opener, &payload, w->sealed.r, &w->opened, NULL), PB_OK);
		changing.changed = true;
		/* Even a look at the first part goes to the tag. */
		assert_int_equal(pb_opened_part(w->opened, 1, 100, &buf, NULL), PB_ECORRUPT);
		assert_int_equal(buf.len, 0);
		assert_int_equal(pb_opened_stream(w->opened, 0, 6, &sink, NULL), PB_ECORRUPT);
		assert_int_equal(
		    pb_opened_commitment(w->opened, commitment, &right, sha256, NULL), PB_ECORRUPT);
		changing.changed = false;
		assert_int_equal(pb_opened_part(w->opened, 1, 100, &buf, NULL), PB_OK);
		assert_int_equal(buf.len, 18);
		pb_opened_free(w->opened);
		parts_clear(&seen);
		pb_buf_done(&buf);
	}
	w->opened = NULL;
}

static void
failure_of_the_sink_is_answered_and_the_record_stays_open(void **state)
{
	static const size_t two[] = { 70000, 5 * 1024 * 1024 };
	struct world *w = *state;

	for (size_t i = 0; i < CASES(two); i++) {
		seal_and_open(w, two[i]);
		for (unsigned fail_at = 1; fail_at < 8; fail_at++) {
			struct parts seen = { .fail_at = fail_at };
			struct pb_part_sink sink = parts_sink(&seen);

			assert_int_equal(
			    pb_opened_stream(w->opened, 0, 6, &sink, NULL), PB_EUNAVAIL);
			assert_int_equal(seen.calls, fail_at);
			parts_clear(&seen);
			assert_int_equal(pb_opened_stream(w->opened, 0, 6, &sink, NULL), PB_OK);
			assert_same_parts(&seen, &w->parts);
			parts_clear(&seen);
		}
		close_record(w);
	}
}

static void
opener_serves_the_next_record_after_one_that_it_refused(void **state)
{
	struct world *w = *state;
	struct pb_opened *refused = NULL;

	seal_and_open(w, 300000);
	pb_opened_free(w->opened);
	w->sealed.memory.data[200000] ^= 1;
	assert_int_equal(
	    pb_opener_open(w->opener, &w->payload, w->sealed.r, &refused, NULL), PB_ECORRUPT);
	assert_null(refused);
	w->sealed.memory.data[200000] ^= 1;
	open_sealed(w);
	pb_opened_free(NULL);
	pb_opener_free(NULL);
}

/* Where the longest run of octets of a part stood when the sink saw it. */
struct sight {
	const uint8_t *data;
	size_t len;
};

static enum pb_status
see_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	(void)ctx;
	(void)kind;
	(void)err;
	return PB_OK;
}

static enum pb_status
see_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct sight *sight = ctx;

	(void)err;
	if (len > sight->len)
		*sight = (struct sight){ data, len };
	return PB_OK;
}

static void
record_is_wiped_when_it_is_freed(void **state)
{
	static const size_t two[] = { 70000, 5 * 1024 * 1024 };
	struct world *w = *state;

	for (size_t i = 0; i < CASES(two); i++) {
		struct sight sight = { NULL, 0 };
		const struct pb_part_sink sink = { &sight, see_begin, see_write };
		size_t zeros = 0;

		seal_and_open(w, two[i]);
		assert_int_equal(pb_opened_stream(w->opened, 3, 3, &sink, NULL), PB_OK);
		assert_true(sight.len > 1000);
		close_record(w);
		/* It is the opener's memory, which is still there. */
		for (size_t at = 0; at < sight.len; at++)
			zeros += sight.data[at] == 0;
		assert_int_equal(zeros, sight.len);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(record_comes_out_as_it_went_in),
		TEST(records_open_beside_each_other_have_the_commitments_that_they_have_alone),
		TEST(digests_of_parts_are_had_of_what_is_in_memory),
		TEST(record_that_is_refused_leaves_the_others_open),
		TEST(any_run_of_parts_comes_out_alone),
		TEST(message_is_its_header_and_body_unless_it_is_longer_than_the_caller_wants),
		TEST(message_in_memory_is_seen_where_it_stands),
		TEST(message_beside_another_is_seen_where_it_stands),
		TEST(message_in_two_pieces_stands_nowhere),
		TEST(part_is_appended_unless_it_is_longer_than_the_caller_wants),
		TEST(commitment_of_what_was_opened_is_that_of_what_was_sealed),
		TEST(digest_part_that_is_not_the_messages_is_noticed),
		TEST(record_that_is_no_message_has_no_digest),
		TEST(record_of_255_parts_opens),
		TEST(large_record_that_changes_after_it_was_opened_is_refused),
		TEST(failure_of_the_sink_is_answered_and_the_record_stays_open),
		TEST(opener_serves_the_next_record_after_one_that_it_refused),
		TEST(record_is_wiped_when_it_is_freed),
	};

	return cmocka_run_group_tests_name("record/opened", tests, start_crypto, NULL);
}
