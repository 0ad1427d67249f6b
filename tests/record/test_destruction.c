/* What a record of type 8 states (FORMAT 1.5). */
#include "lib/vectors.h"

#include "core/limits.h"
#include "record/destruction.h"

static enum pb_status
decode(const char *text, uint64_t seq, struct pb_runs *runs, enum pb_destruction_reason *reason)
{
	struct pb_json *facts = NULL;
	enum pb_status status = pb_json_parse(text, strlen(text), &facts, NULL);

	assert_int_equal(status, PB_OK);
	status = pb_destruction_decode(facts, seq, runs, reason);
	pb_json_free(facts);
	return status;
}

static uint64_t
number(const char *text)
{
	uint64_t value = 0;

	assert_true(pb_decimal_parse(text, strlen(text), &value));
	return value;
}

static void
vectors_are_read_as_they_say(void **state)
{
	struct vectors v;

	(void)state;
	vectors_open(&v, TEST_VECTORS "/destruction.txt");
	while (vectors_next(&v)) {
		bool ok = strcmp(vector_text(&v, "expect"), "ok") == 0;
		uint64_t seq = number(vector_text(&v, "seq"));
		enum pb_destruction_reason reason = PB_DESTROY_COUNT;
		struct pb_runs runs = PB_RUNS_EMPTY;
		enum pb_status status = decode(vector_text(&v, "facts"), seq, &runs, &reason);
		char key[32], run[64];

		if (status != (ok ? PB_OK : PB_EDATA))
			fail_msg("%s: %d", vector_text(&v, "what"), status);
		if (!ok)
			continue;
		assert_int_equal(runs.count, number(vector_text(&v, "count")));
		for (size_t i = 0; i < runs.count; i++) {
			(void)snprintf(key, sizeof(key), "run.%zu", i);
			(void)snprintf(run, sizeof(run), "%llu %llu",
			    (unsigned long long)runs.run[i].first,
			    (unsigned long long)runs.run[i].last);
			assert_string_equal(vector_text(&v, key), run);
		}
		pb_runs_done(&runs);
	}
}

static void
what_is_written_is_read_again(void **state)
{
	struct pb_runs runs = PB_RUNS_EMPTY, again = PB_RUNS_EMPTY;
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_destruction_reason reason;

	(void)state;
	assert_int_equal(pb_destruction_encode(&runs, PB_DESTROY_COURT, &facts), PB_ELIMIT);
	assert_int_equal(pb_runs_add(&runs, 3, 5), PB_OK);
	assert_int_equal(pb_runs_add(&runs, 1ULL << 53, 1ULL << 53), PB_OK);
	assert_int_equal(pb_destruction_encode(&runs, PB_DESTROY_COURT, &facts), PB_OK);
	assert_string_equal(pb_buf_text(&facts),
	    "{\"event\":\"destruction\",\"records\":[[3,5],[\"9007199254740992\","
	    "\"9007199254740992\"]],\"reason\":\"court\"}");
	assert_int_equal(decode(pb_buf_text(&facts), UINT64_MAX, &again, &reason), PB_OK);
	assert_int_equal(reason, PB_DESTROY_COURT);
	assert_int_equal(again.count, 2);
	assert_true(pb_runs_hold(&again, 3, 5));
	pb_runs_done(&again);
	pb_runs_done(&runs);
	pb_buf_done(&facts);
}

static void
too_many_runs_are_neither_written_nor_read(void **state)
{
	struct pb_runs runs = PB_RUNS_EMPTY, again = PB_RUNS_EMPTY;
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_destruction_reason reason;

	(void)state;
	for (uint64_t i = 0; i < PB_LIMIT_DESTROYED; i++)
		assert_int_equal(pb_runs_add(&runs, 2 * i, 2 * i), PB_OK);
	assert_int_equal(pb_destruction_encode(&runs, PB_DESTROY_ERROR, &facts), PB_OK);
	assert_int_equal(decode(pb_buf_text(&facts), 1 << 20, &again, &reason), PB_OK);
	assert_int_equal(pb_runs_total(&again), PB_LIMIT_DESTROYED);
	pb_runs_done(&again);
	assert_int_equal(pb_runs_add(&runs, 1 << 19, 1 << 19), PB_OK);
	assert_int_equal(pb_destruction_encode(&runs, PB_DESTROY_ERROR, &facts), PB_ELIMIT);
	pb_buf_clear(&facts);
	assert_int_equal(
	    pb_buf_append_text(&facts, "{\"event\":\"destruction\",\"records\":["), PB_OK);
	for (unsigned i = 0; i <= PB_LIMIT_DESTROYED; i++)
		assert_int_equal(
		    pb_buf_printf(&facts, "%s[%u,%u]", i > 0 ? "," : "", 2 * i, 2 * i), PB_OK);
	assert_int_equal(pb_buf_append_text(&facts, "],\"reason\":\"error\"}"), PB_OK);
	assert_int_equal(decode(pb_buf_text(&facts), 1 << 20, &again, &reason), PB_EDATA);
	pb_runs_done(&runs);
	pb_buf_done(&facts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_read_as_they_say),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(too_many_runs_are_neither_written_nor_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
