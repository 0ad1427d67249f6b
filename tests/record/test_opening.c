#include "fixture.h"

#include "record/opening.h"

/* Parts 0, 2, 4... disclosed, the others withheld. */
static struct pb_opening *
make(uint64_t seq, unsigned count)
{
	struct pb_opening *opening = calloc(1, sizeof(*opening));
	struct test_random random;

	assert_non_null(opening);
	test_random_init(&random, seq + count);
	opening->seq = seq;
	opening->count = (uint8_t)count;
	for (unsigned i = 0; i < count; i++) {
		struct pb_opening_part *part = &opening->part[i];

		part->disclosed = i % 2 == 0;
		if (part->disclosed) {
			part->kind = (uint8_t)(i % 7);
			part->len = (uint64_t)i << (i % 57);
			random.table.fill(random.table.ctx, part->salt, PB_SALT_LEN);
		} else {
			random.table.fill(random.table.ctx, part->p, PB_H2_LEN);
		}
	}
	return opening;
}

static struct pb_buf
encode(const struct pb_opening *opening)
{
	struct pb_buf json = PB_BUF_EMPTY;

	assert_int_equal(pb_opening_encode(opening, &json), PB_OK);
	return json;
}

static void
assert_same(const struct pb_opening *a, const struct pb_opening *b)
{
	assert_true(a->seq == b->seq);
	assert_int_equal(a->count, b->count);
	for (unsigned i = 0; i < a->count; i++) {
		assert_int_equal(a->part[i].disclosed, b->part[i].disclosed);
		assert_int_equal(a->part[i].kind, b->part[i].kind);
		assert_true(a->part[i].len == b->part[i].len);
		assert_memory_equal(a->part[i].salt, b->part[i].salt, PB_SALT_LEN);
		assert_memory_equal(a->part[i].p, b->part[i].p, PB_H2_LEN);
	}
}

static void
refuse(const void *json, size_t len)
{
	struct pb_opening opening = { .count = 77 };
	struct pb_error err = { .status = PB_OK };

	assert_int_equal(pb_opening_decode(json, len, &opening, &err), PB_EDATA);
	assert_int_equal(err.status, PB_EDATA);
	assert_int_equal(opening.count, 77);
}

#define SALT "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define P_ SALT SALT

/* FORMAT 5.3, to the octet. */
static void
opening_is_written_as_the_format_says(void **state)
{
	static const char expected[] =
	    "{\"seq\":12,\"parts\":[{\"kind\":1,\"length\":345,\"salt\":\"" SALT "\"},{\"p\":\"" P_
	    "\"},{\"kind\":0,\"length\":"
	    "\"9007199254740992\",\"salt\":\"" SALT "\"}]}";
	struct pb_opening opening = { .seq = 12,
		.count = 3,
		.part = { { .disclosed = true, .kind = 1, .len = 345 }, { .disclosed = false },
		    { .disclosed = true, .len = 9007199254740992 } } };
	struct pb_buf json;

	(void)state;
	for (uint8_t i = 0; i < 32; i++) {
		opening.part[0].salt[i] = opening.part[2].salt[i] = i;
		opening.part[1].p[i] = opening.part[1].p[32 + i] = i;
	}
	json = encode(&opening);
	assert_int_equal(json.len, sizeof(expected) - 1);
	assert_memory_equal(json.data, expected, json.len);
	pb_buf_done(&json);
}

static void
decoding_is_the_inverse_of_encoding(void **state)
{
	static const uint64_t seqs[] = { 0, 7, 9007199254740991, 9007199254740992, UINT64_MAX };
	static const unsigned counts[] = { 1, 2, 3, 254, 255 };

	(void)state;
	for (size_t s = 0; s < CASES(seqs); s++)
		for (size_t n = 0; n < CASES(counts); n++) {
			struct pb_opening *opening = make(seqs[s], counts[n]);
			struct pb_opening read;
			struct pb_buf json = encode(opening);

			memset(&read, 0xa5, sizeof(read));
			assert_int_equal(
			    pb_opening_decode(json.data, json.len, &read, NULL), PB_OK);
			assert_same(&read, opening);
			pb_buf_done(&json);
			free(opening);
		}
}

#define PART "{\"kind\":0,\"length\":5,\"salt\":\"" SALT "\"}"
#define WITHHELD "{\"p\":\"" P_ "\"}"

static void
only_the_one_encoding_is_read(void **state)
{
	static const char good[] = "{\"seq\":1,\"parts\":[" PART "," WITHHELD "]}";
	static const char *const others[] = {
		"",
		"null",
		"[]",
		"{}",
		"{\"seq\":1}",
		"{\"seq\":1,\"parts\":[]}",
		"{\"seq\":1,\"parts\":{}}",
		"{\"seq\":1,\"parts\":[{}]}",
		"{\"seq\":1,\"parts\":[null]}",
		"{\"parts\":[" PART "],\"seq\":1}",
		"{\"seq\":1,\"parts\":[" PART "]} ",
		"{\"seq\":1,\"parts\":[" PART "]}\n",
		" {\"seq\":1,\"parts\":[" PART "]}",
		"{\"seq\": 1,\"parts\":[" PART "]}",
		"{\"seq\":\"1\",\"parts\":[" PART "]}",
		"{\"seq\":9007199254740992,\"parts\":[" PART "]}",
		"{\"seq\":-1,\"parts\":[" PART "]}",
		"{\"seq\":1.0,\"parts\":[" PART "]}",
		"{\"seq\":01,\"parts\":[" PART "]}",
		"{\"seq\":1,\"seq\":1,\"parts\":[" PART "]}",
		"{\"seq\":1,\"parts\":[" PART "],\"more\":1}",
		"{\"s\\u0065q\":1,\"parts\":[" PART "]}",
		"{\"seq\":1,\"parts\":[" PART ",]}",
		"{\"seq\":1,\"parts\":[{\"kind\":256,\"length\":5,\"salt\":\"" SALT "\"}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":\"0\",\"length\":5,\"salt\":\"" SALT "\"}]}",
		"{\"seq\":1,\"parts\":[{\"length\":5,\"kind\":0,\"salt\":\"" SALT "\"}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":0,\"salt\":\"" SALT "\"}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":0,\"length\":5}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":0,\"length\":5,\"salt\":\"" P_ "\"}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":0,\"length\":5,\"salt\":\"\"}]}",
		"{\"seq\":1,\"parts\":[{\"p\":\"" SALT "\"}]}",
		"{\"seq\":1,\"parts\":[{\"p\":\"" P_ "\",\"kind\":0}]}",
		"{\"seq\":1,\"parts\":[{\"kind\":0,\"length\":5,\"salt\":\"" SALT "\",\"p\":\"" P_
		"\"}]}",
		("{\"seq\":1,\"parts\":[{\"kind\":0,\"length\":5,\"salt\":\""
		 "000102030405060708090A0B0C0D0E0F101112131415161718191a1b1c1d1e1f\"}]}"),
	};
	struct pb_opening opening;

	(void)state;
	assert_int_equal(pb_opening_decode(good, sizeof(good) - 1, &opening, NULL), PB_OK);
	for (size_t i = 0; i < CASES(others); i++)
		refuse(others[i], strlen(others[i]));
	refuse(NULL, 0);
	for (size_t len = 0; len < sizeof(good) - 1; len++)
		refuse(good, len);
}

/* Whatever octet is changed: it is another opening, or none, but never the same. */
static void
every_octet_counts(void **state)
{
	struct pb_opening *opening = make(300, 3);
	struct pb_buf json = encode(opening);
	struct pb_opening read;

	(void)state;
	for (size_t i = 0; i < json.len; i++)
		for (unsigned flip = 1; flip < 256; flip <<= 1) {
			struct pb_buf again;

			json.data[i] ^= (uint8_t)flip;
			if (pb_opening_decode(json.data, json.len, &read, NULL) == PB_OK) {
				again = encode(&read);
				assert_int_equal(again.len, json.len);
				assert_memory_equal(again.data, json.data, json.len);
				pb_buf_done(&again);
			}
			json.data[i] ^= (uint8_t)flip;
		}
	pb_buf_done(&json);
	free(opening);
}

static void
more_than_255_parts_are_refused(void **state)
{
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&json, "{\"seq\":1,\"parts\":["), PB_OK);
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(
		    pb_buf_append_text(&json, i == 0 ? WITHHELD : "," WITHHELD), PB_OK);
	assert_int_equal(pb_buf_append_text(&json, "]}"), PB_OK);
	refuse(json.data, json.len);
	pb_buf_done(&json);
}

static void
text_longer_than_any_opening_is_refused(void **state)
{
	size_t len = 1024 * 1024;
	char *json = malloc(len);

	(void)state;
	assert_non_null(json);
	memset(json, '[', len);
	refuse(json, len);
	refuse(json, 2000);
	free(json);
}

static void
commitment_is_that_of_the_parts(void **state)
{
	static const unsigned counts[] = { 1, 2, 7, 255 };

	(void)state;
	for (size_t n = 0; n < CASES(counts); n++) {
		struct pb_opening *opening = make(9, counts[n]);
		struct pb_buf p = PB_BUF_EMPTY;
		uint8_t expected[PB_COMMITMENT_LEN], commitment[PB_COMMITMENT_LEN];

		for (unsigned i = 0; i < counts[n]; i++) {
			struct pb_opening_part *part = &opening->part[i];
			uint8_t d[PB_H2_LEN], p_i[PB_H2_LEN];

			pb_digest_h2(&i, sizeof(i), d);
			memcpy(p_i, part->p, sizeof(p_i));
			if (part->disclosed) {
				pb_commitment_part(
				    (uint8_t)i, part->kind, part->len, part->salt, d, p_i);
				pb_opening_disclose(opening, (uint8_t)i, d);
			}
			assert_memory_equal(part->p, p_i, sizeof(p_i));
			assert_int_equal(pb_buf_append(&p, p_i, sizeof(p_i)), PB_OK);
		}
		pb_commitment_record(p.data, (uint8_t)counts[n], expected);
		pb_opening_commitment(opening, commitment);
		assert_memory_equal(commitment, expected, sizeof(expected));
		opening->part[counts[n] - 1].p[63] ^= 1;
		pb_opening_commitment(opening, commitment);
		assert_memory_not_equal(commitment, expected, sizeof(expected));
		pb_buf_done(&p);
		free(opening);
	}
}

/* A p that a disclosed part has got is not written. */
static void
disclosed_part_is_written_without_its_p(void **state)
{
	struct pb_opening *opening = make(9, 2);
	struct pb_buf before = encode(opening), after;
	uint8_t d[PB_H2_LEN] = { 1 };

	(void)state;
	pb_opening_disclose(opening, 0, d);
	after = encode(opening);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, after.len);
	pb_buf_done(&before);
	pb_buf_done(&after);
	free(opening);
}

static void
message_is_whole_when_its_digest_is_disclosed(void **state)
{
	struct pb_opening opening = { .count = 3,
		.part = { { .disclosed = true, .kind = PB_PART_HEADER },
		    { .disclosed = false, .kind = PB_PART_DIGEST },
		    { .disclosed = true, .kind = PB_PART_FACTS },
		    { .disclosed = true, .kind = PB_PART_DIGEST } } };

	(void)state;
	assert_false(pb_opening_whole(&opening));
	opening.count = 4;
	assert_true(pb_opening_whole(&opening));
}

static void
memory_that_runs_out_is_no_malformed_opening(void **state)
{
	struct pb_buf json, again = PB_BUF_EMPTY;
	struct pb_opening *opening;
	struct pb_opening read;
	uint64_t nth;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	opening = make(9, 40);
	json = encode(opening);
	for (nth = 1;; nth++) {
		enum pb_status status;

		test_memory_fail(nth, false);
		status = pb_opening_decode(json.data, json.len, &read, NULL);
		if (test_memory_restore() == 0)
			break;
		assert_int_equal(status, PB_ENOMEM);
	}
	assert_true(nth > 3);
	for (nth = 1;; nth++) {
		enum pb_status status;

		test_memory_fail(nth, false);
		status = pb_opening_encode(opening, &again);
		test_memory_restore();
		if (status == PB_OK)
			break;
		assert_int_equal(status, PB_ENOMEM);
		assert_int_equal(again.len, 0);
		pb_buf_done(&again);
	}
	assert_true(nth > 3);
	pb_buf_done(&json);
	pb_buf_done(&again);
	free(opening);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_one_encoding_is_read),
		cmocka_unit_test(more_than_255_parts_are_refused),
		cmocka_unit_test(text_longer_than_any_opening_is_refused),
		cmocka_unit_test(opening_is_written_as_the_format_says),
		cmocka_unit_test(decoding_is_the_inverse_of_encoding),
		cmocka_unit_test(every_octet_counts),
		cmocka_unit_test(commitment_is_that_of_the_parts),
		cmocka_unit_test(disclosed_part_is_written_without_its_p),
		cmocka_unit_test(message_is_whole_when_its_digest_is_disclosed),
		cmocka_unit_test(memory_that_runs_out_is_no_malformed_opening),
	};

	return cmocka_run_group_tests_name("record/opening", tests, start_crypto, NULL);
}
