#include "fixture.h"

#include "crypto/expand.h"
#include "lib/vectors.h"
#include "record/cutter.h"
#include "record/leaf.h"
#include "record/opening.h"
#include "salt.h"

static void
leaves_are_those_of_the_vectors(void **state)
{
	struct vectors v;
	struct pb_leaf leaf, expected;
	uint8_t bytes[PB_LEAF_LEN], encoded[PB_LEAF_LEN];
	enum pb_leaf_fault fault;

	(void)state;
	vectors_open(&v, TEST_VECTORS "/leaf.txt");
	while (vectors_next(&v)) {
		vector_exact(&v, "leaf", bytes, sizeof(bytes));
		fault = pb_leaf_decode(bytes, &leaf);
		if (!vector_is(&v, "expect", "ok")) {
			assert_true(vector_is(&v, "fault", "magic") == (fault == PB_LEAF_MAGIC));
			assert_true(
			    vector_is(&v, "fault", "reserved") == (fault == PB_LEAF_RESERVED));
			assert_true(vector_is(&v, "fault", "type") == (fault == PB_LEAF_TYPE));
			continue;
		}
		assert_int_equal(fault, PB_LEAF_SOUND);
		expected.seq = vector_number(&v, "seq");
		expected.time_s = vector_number(&v, "time");
		expected.type = (uint8_t)vector_number(&v, "type");
		vector_exact(&v, "prev", expected.prev, sizeof(expected.prev));
		vector_exact(&v, "commitment", expected.commitment, sizeof(expected.commitment));
		vector_exact(
		    &v, "payload_sha256", expected.payload_sha256, sizeof(expected.payload_sha256));
		pb_leaf_encode(&expected, encoded);
		assert_memory_equal(encoded, bytes, sizeof(bytes));
		assert_int_equal(leaf.seq, expected.seq);
		assert_int_equal(leaf.time_s, expected.time_s);
		assert_int_equal(leaf.type, expected.type);
		assert_memory_equal(leaf.prev, expected.prev, sizeof(leaf.prev));
		assert_memory_equal(leaf.commitment, expected.commitment, sizeof(leaf.commitment));
		assert_memory_equal(
		    leaf.payload_sha256, expected.payload_sha256, sizeof(leaf.payload_sha256));
	}
}

static struct pb_secret *
vector_secret(const struct vectors *v, const char *key)
{
	struct pb_secret *secret = NULL;

	assert_int_equal(pb_secret_new(SECRET_LEN, &secret, NULL), PB_OK);
	vector_exact(v, key, pb_secret_bytes(secret), SECRET_LEN);
	return secret;
}

/* What the case states of part i, if it does. */
static void
check_stated(
    const struct vectors *v, const char *name, unsigned i, const uint8_t *value, size_t len)
{
	if (vector_find(v, vector_indexed(name, i)) != NULL)
		vector_equal(v, vector_indexed(name, i), value, len);
}

static void
compute_part(const struct vectors *v, struct pb_secret *r, unsigned i, uint8_t kind,
    const struct pb_buf *bytes, uint8_t p[PB_H2_LEN])
{
	uint8_t salt[PB_SALT_LEN], d[PB_H2_LEN];

	assert_int_equal(salt_of(r, (uint8_t)i, salt), PB_OK);
	pb_digest_h2(bytes->data, bytes->len, d);
	pb_commitment_part((uint8_t)i, kind, bytes->len, salt, d, p);
	check_stated(v, "salt", i, salt, sizeof(salt));
	check_stated(v, "d", i, d, sizeof(d));
	check_stated(v, "p", i, p, PB_H2_LEN);
}

static void
commitments_are_those_of_the_vectors(void **state)
{
	struct vectors v;
	uint8_t p[PB_LIMIT_PARTS * PB_H2_LEN], commitment[PB_COMMITMENT_LEN];
	uint8_t expected[PB_COMMITMENT_LEN];
	struct pb_secret *r;
	struct pb_buf bytes;
	uint8_t kind;
	unsigned n;

	(void)state;
	vectors_open(&v, TEST_VECTORS "/commitment.txt");
	while (vectors_next(&v)) {
		r = vector_secret(&v, "r");
		for (n = 0; vector_part(&v, n, &kind, &bytes); n++) {
			compute_part(&v, r, n, kind, &bytes, p + n * PB_H2_LEN);
			pb_buf_done(&bytes);
		}
		pb_commitment_record(p, (uint8_t)n, commitment);
		vector_exact(&v, "commitment", expected, sizeof(expected));
		assert_memory_equal(commitment, expected, sizeof(expected));
		pb_secret_free(r);
	}
}

/* The opened record has the parts and the commitment that the case states. */
static void
check_opened(const struct vectors *v, struct pb_opened *opened)
{
	uint8_t expected[PB_COMMITMENT_LEN], commitment[PB_COMMITMENT_LEN], sha256[PB_DIGEST_LEN];
	struct pb_buf bytes, seen = PB_BUF_EMPTY;
	uint8_t kind;
	bool right;
	unsigned n;

	for (n = 0; vector_part(v, n, &kind, &bytes); n++) {
		assert_true(n < pb_opened_count(opened));
		assert_int_equal(pb_opened_kind(opened, (uint8_t)n), kind);
		assert_int_equal(pb_opened_len(opened, (uint8_t)n), bytes.len);
		pb_buf_clear(&seen);
		assert_int_equal(pb_opened_part(opened, (uint8_t)n, bytes.len, &seen, NULL), PB_OK);
		assert_int_equal(seen.len, bytes.len);
		if (bytes.len > 0)
			assert_memory_equal(seen.data, bytes.data, bytes.len);
		pb_buf_done(&bytes);
	}
	pb_buf_done(&seen);
	assert_int_equal(pb_opened_count(opened), n);
	assert_int_equal(pb_opened_commitment(opened, commitment, &right, sha256, NULL), PB_OK);
	vector_exact(v, "commitment", expected, sizeof(expected));
	assert_memory_equal(commitment, expected, sizeof(expected));
	assert_true(right);
}

/* The refusal is for what the case states. */
static void
check_reason(const struct vectors *v, const char *why)
{
	const char *fault = "zstd";

	if (strcmp(why, "its tag is missing") == 0)
		fault = "length";
	else if (strncmp(why, "its tag ", 8) == 0)
		fault = "tag";
	else if (strncmp(why, "its table ", 10) == 0)
		fault = "table";
	if (!vector_is(v, "fault", fault))
		vector_fails(v, why);
}

static void
payloads_open_or_are_refused_as_the_vectors_say(void **state)
{
	struct vectors v;
	struct pb_payload payload;
	struct pb_opened *opened;
	struct pb_opener *opener;
	struct pb_error err;
	enum pb_status status;
	struct pb_secret *r;
	struct pb_buf bytes;
	const char *origin;

	(void)state;
	vectors_open(&v, TEST_VECTORS "/sealed.txt");
	while (vectors_next(&v)) {
		origin = vector_text(&v, "origin");
		r = vector_secret(&v, "r");
		bytes = vector_bytes(&v, "payload");
		payload = payload_in(&bytes);
		opener = new_opener(origin);
		status = pb_opener_open(opener, &payload, r, &opened, &err);
		if (vector_is(&v, "expect", "ok")) {
			assert_int_equal(status, PB_OK);
			check_opened(&v, opened);
			pb_opened_free(opened);
		} else {
			assert_int_equal(status, PB_ECORRUPT);
			check_reason(&v, err.why);
		}
		pb_opener_free(opener);
		pb_buf_done(&bytes);
		pb_secret_free(r);
	}
}

static void
messages_are_cut_as_the_vectors_say(void **state)
{
	struct vectors v;
	struct parts parts = { 0 };
	const struct pb_part_sink sink = parts_sink(&parts);
	struct pb_cutter *cutter = NULL;
	struct pb_buf message, slices = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_cutter_new(&sink, &cutter, NULL), PB_OK);
	vectors_open(&v, TEST_VECTORS "/cutter.txt");
	while (vectors_next(&v)) {
		const char *expected = vector_text(&v, "slices");

		message = vector_bytes(&v, "message");
		assert_int_equal(pb_cutter_write(cutter, message.data, message.len, NULL), PB_OK);
		assert_int_equal(pb_cutter_finish(cutter, NULL), PB_OK);
		pb_buf_clear(&slices);
		for (unsigned i = 0; i < parts.count; i++)
			assert_int_equal(pb_buf_printf(&slices, "%s%u:%zu", i == 0 ? "" : " ",
					     parts.kind[i], parts.bytes[i].len),
			    PB_OK);
		if (strcmp(pb_buf_text(&slices), expected) != 0)
			vector_fails(&v, pb_buf_text(&slices));
		parts_clear(&parts);
		pb_buf_done(&message);
	}
	pb_buf_done(&slices);
	pb_cutter_free(cutter);
}

/* Each p that is known: of withheld parts it stands there, of the others it is computed. */
static void
disclose_parts(const struct vectors *v, struct pb_opening *opening)
{
	uint8_t d[PB_H2_LEN], kind;
	struct pb_buf bytes;

	for (unsigned i = 0; i < opening->count; i++) {
		if (!opening->part[i].disclosed)
			continue;
		assert_true(vector_part(v, i, &kind, &bytes));
		pb_digest_h2(bytes.data, bytes.len, d);
		pb_opening_disclose(opening, (uint8_t)i, d);
		pb_buf_done(&bytes);
	}
}

static void
check_opening(const struct vectors *v, struct pb_opening *opening)
{
	struct pb_buf json = PB_BUF_EMPTY, bytes;
	uint8_t kind;

	assert_int_equal(opening->seq, vector_number(v, "seq"));
	assert_int_equal(opening->count, vector_number(v, "count"));
	assert_int_equal(pb_opening_whole(opening), vector_is(v, "whole", "yes"));
	for (unsigned i = 0; i < opening->count; i++) {
		bool stated = vector_part(v, i, &kind, &bytes);

		assert_int_equal(stated, opening->part[i].disclosed);
		if (stated) {
			assert_int_equal(opening->part[i].kind, kind);
			assert_int_equal(opening->part[i].len, bytes.len);
			pb_buf_done(&bytes);
		}
		vector_equal(v, vector_indexed("p", i), opening->part[i].p, PB_H2_LEN);
	}
	assert_int_equal(pb_opening_encode(opening, &json), PB_OK);
	assert_string_equal(pb_buf_text(&json), vector_text(v, "json"));
	pb_buf_done(&json);
}

static void
openings_are_those_of_the_vectors(void **state)
{
	uint8_t commitment[PB_COMMITMENT_LEN], expected[PB_COMMITMENT_LEN];
	struct pb_opening opening;
	struct vectors v;

	(void)state;
	vectors_open(&v, TEST_VECTORS "/opening.txt");
	while (vectors_next(&v)) {
		const char *text = vector_text(&v, "json");
		enum pb_status status = pb_opening_decode(text, strlen(text), &opening, NULL);

		if ((status == PB_OK) == vector_is(&v, "fault", "form"))
			vector_fails(&v, status == PB_OK ? "decoded" : "not decoded");
		if (status != PB_OK) {
			vector_accepted(&v, false);
			continue;
		}
		disclose_parts(&v, &opening);
		pb_opening_commitment(&opening, commitment);
		vector_exact(&v, "commitment", expected, sizeof(expected));
		vector_accepted(&v, memcmp(commitment, expected, sizeof(expected)) == 0);
		if (vector_expects(&v, "ok"))
			check_opening(&v, &opening);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_are_those_of_the_vectors),
		cmocka_unit_test(commitments_are_those_of_the_vectors),
		cmocka_unit_test(payloads_open_or_are_refused_as_the_vectors_say),
		cmocka_unit_test(messages_are_cut_as_the_vectors_say),
		cmocka_unit_test(openings_are_those_of_the_vectors),
	};

	return cmocka_run_group_tests_name("record/vectors", tests, start_crypto, NULL);
}
