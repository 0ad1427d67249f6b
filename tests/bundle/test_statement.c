#include "bundle/fixture.h"

#include "bundle/statement.h"
#include "lib/memory.h"

#define ORIGIN "cabinet-fictif.example/mail/0a1b2c3d"
#define HEAD "{\"format\":1,\"case\":\"dossier-7\","
#define PLACE "\"origin\":\"" ORIGIN "\",\"range\":[3,9],\"size\":12,"
#define RUNS "\"disclosed\":[{\"first\":3,\"last\":3,\"what\":\"all\"}],"
#define TAIL "\"software\":\"probant 0.1.0\"}"
#define WITH_RUNS(runs) HEAD PLACE "\"disclosed\":" runs "," TAIL

static struct pb_disclosed_run some_runs[] = { { 3, 3, PB_DISCLOSE_ALL },
	{ 4, 5, PB_DISCLOSE_HEADERS }, { 7, 7, PB_DISCLOSE_HEADERS }, { 8, 8, PB_DISCLOSE_FACTS },
	{ 9, 9, PB_DISCLOSE_PARTS } };

static struct pb_manifest
some_manifest(void)
{
	return (struct pb_manifest){ .case_name = "dossier-7",
		.origin = ORIGIN,
		.first = 3,
		.last = 9,
		.size = 12,
		.run = some_runs,
		.run_count = CASES(some_runs),
		.software = "probant 0.1.0" };
}

static enum pb_status
decode(const char *json)
{
	struct pb_manifest manifest = PB_MANIFEST_EMPTY;
	enum pb_status status = pb_manifest_decode(json, strlen(json), &manifest, NULL);

	if (status != PB_OK)
		assert_null(manifest.run);
	pb_manifest_done(&manifest);
	return status;
}

static void
manifest_has_the_form_that_format_prints(void **state)
{
	struct pb_manifest manifest = some_manifest();
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_manifest_encode(&manifest, &json), PB_OK);
	assert_string_equal(pb_buf_text(&json),
	    HEAD PLACE "\"disclosed\":["
		       "{\"first\":3,\"last\":3,\"what\":\"all\"},"
		       "{\"first\":4,\"last\":5,\"what\":\"headers\"},"
		       "{\"first\":7,\"last\":7,\"what\":\"headers\"},"
		       "{\"first\":8,\"last\":8,\"what\":\"facts\"},"
		       "{\"first\":9,\"last\":9,\"what\":\"parts\"}]," TAIL);
	pb_buf_done(&json);
}

static void
manifest_comes_back_as_it_was_written(void **state)
{
	static const char *const recipients[] = { "", "Me Fictive, \"avocate\"",
		"\xff\x01 octets" };

	(void)state;
	for (size_t i = 0; i < CASES(recipients); i++) {
		struct pb_manifest manifest = some_manifest(), back = PB_MANIFEST_EMPTY;
		struct pb_buf json = PB_BUF_EMPTY;

		manifest.size = UINT64_MAX; /* 2^53 or more: a string */
		assert_int_equal(pb_buf_append_text(&manifest.recipient, recipients[i]), PB_OK);
		assert_int_equal(pb_manifest_encode(&manifest, &json), PB_OK);
		assert_int_equal(pb_manifest_decode(json.data, json.len, &back, NULL), PB_OK);
		assert_string_equal(back.case_name, manifest.case_name);
		assert_string_equal(back.origin, manifest.origin);
		assert_string_equal(back.software, manifest.software);
		assert_int_equal(back.first, 3);
		assert_int_equal(back.last, 9);
		assert_int_equal(back.size, UINT64_MAX);
		assert_int_equal(back.recipient.len, manifest.recipient.len);
		if (back.recipient.len > 0)
			assert_memory_equal(back.recipient.data, recipients[i], back.recipient.len);
		assert_int_equal(back.run_count, CASES(some_runs));
		for (size_t r = 0; r < CASES(some_runs); r++) {
			assert_int_equal(back.run[r].first, some_runs[r].first);
			assert_int_equal(back.run[r].last, some_runs[r].last);
			assert_int_equal(back.run[r].what, some_runs[r].what);
		}
		pb_manifest_done(&back);
		pb_buf_done(&manifest.recipient);
		pb_buf_done(&json);
	}
}

/* FORMAT 0: a reader depends on neither order nor white space. */
static void
manifest_is_read_in_any_order(void **state)
{
	(void)state;
	assert_int_equal(decode(HEAD PLACE RUNS TAIL), PB_OK);
	assert_int_equal(decode("{ " RUNS PLACE "\"case\": \"dossier-7\",\n\"format\":1,"
				"\"software\":\"another 2.0\" }\n"),
	    PB_OK);
}

static void
manifest_of_another_format_is_not_judged(void **state)
{
	(void)state;
	assert_int_equal(decode("{\"format\":2}"), PB_EUNAVAIL);
	assert_int_equal(decode("{\"format\":0,\"case\":1}"), PB_EUNAVAIL);
	assert_int_equal(decode("{\"format\":\"1\"}"), PB_EDATA);
	assert_int_equal(decode("{\"case\":\"a\"}"), PB_EDATA);
}

static void
manifests_of_any_other_form_are_refused(void **state)
{
	static const char *const bad[] = { "", "null", "[]", "{}", "{\"format\":1}",
		HEAD PLACE RUNS "\"software\":\"\"}", HEAD PLACE TAIL, HEAD RUNS TAIL,
		HEAD PLACE RUNS "\"more\":1," TAIL, HEAD HEAD PLACE RUNS TAIL,
		HEAD PLACE RUNS TAIL "{}", "{\"format\":1,\"case\":\"../x\"," PLACE RUNS TAIL,
		"{\"format\":1,\"case\":\"CON\"," PLACE RUNS TAIL,
		"{\"format\":1,\"case\":7," PLACE RUNS TAIL,
		HEAD "\"recipient\":\"\"," PLACE RUNS TAIL,
		HEAD "\"recipient\":null," PLACE RUNS TAIL,
		HEAD "\"recipient\":\"a\\u0001\"," PLACE RUNS TAIL,
		HEAD "\"recipient\":{\"octets\":\"YQ==\"}," PLACE RUNS TAIL,
		HEAD "\"recipient\":{\"octets\":\"!\"}," PLACE RUNS TAIL,
		HEAD "\"recipient\":{\"octets\":\"/w==\",\"b\":1}," PLACE RUNS TAIL,
		HEAD "\"origin\":\"x\",\"range\":[3,9],\"size\":12," RUNS TAIL,
		HEAD "\"origin\":\"" ORIGIN "\",\"range\":[3],\"size\":12," RUNS TAIL,
		HEAD "\"origin\":\"" ORIGIN "\",\"range\":[3,3,3],\"size\":12," RUNS TAIL,
		HEAD "\"origin\":\"" ORIGIN "\",\"range\":[9,3],\"size\":12," RUNS TAIL,
		HEAD "\"origin\":\"" ORIGIN "\",\"range\":[3,9],\"size\":9," RUNS TAIL,
		HEAD "\"origin\":\"" ORIGIN "\",\"range\":[3,9],\"size\":-12," RUNS TAIL };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (decode(bad[i]) != PB_EDATA)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(
	    decode(HEAD "\"recipient\":{\"octets\":\"/w==\"}," PLACE RUNS TAIL), PB_OK);
}

static void
runs_of_opened_records_are_ascending_and_maximal(void **state)
{
#define RUN(first, last, what) "{\"first\":" #first ",\"last\":" #last ",\"what\":\"" what "\"}"
	static const char *const bad[] = { WITH_RUNS("[]"), WITH_RUNS("{}"), WITH_RUNS("7"),
		WITH_RUNS("[7]"), WITH_RUNS("[" RUN(3, 3, "none") "]"),
		WITH_RUNS("[" RUN(3, 3, "All") "]"), WITH_RUNS("[" RUN(4, 3, "all") "]"),
		WITH_RUNS("[" RUN(2, 3, "all") "]"), WITH_RUNS("[" RUN(3, 10, "all") "]"),
		WITH_RUNS("[" RUN(3, 3, "all") "," RUN(3, 4, "facts") "]"),
		WITH_RUNS("[" RUN(3, 3, "all") "," RUN(4, 4, "all") "]"),
		WITH_RUNS("[" RUN(5, 5, "all") "," RUN(3, 3, "all") "]"),
		WITH_RUNS("[{\"first\":3,\"last\":3}]"),
		WITH_RUNS("[{\"first\":3,\"last\":3,\"what\":\"all\",\"x\":1}]") };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (decode(bad[i]) != PB_EDATA)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(decode(WITH_RUNS("[" RUN(3, 3, "all") "," RUN(4, 9, "facts") "]")), PB_OK);
#undef RUN
}

static void
manifest_that_no_reader_takes_is_not_written(void **state)
{
	struct pb_manifest manifest = some_manifest();
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	manifest.last = manifest.size;
	assert_int_equal(pb_manifest_encode(&manifest, &json), PB_EINVAL);
	manifest = some_manifest();
	manifest.case_name[0] = '/';
	assert_int_equal(pb_manifest_encode(&manifest, &json), PB_EINVAL);
	manifest = some_manifest();
	manifest.run_count = 0;
	assert_int_equal(pb_manifest_encode(&manifest, &json), PB_EINVAL);
	assert_int_equal(json.len, 0);
}

/* ---- closed.json ---------------------------------------------------------------------------- */

static enum pb_status
decode_closed(const char *json, size_t *ret_count)
{
	struct pb_closed_run *run = NULL;
	enum pb_status status = pb_closed_decode(json, strlen(json), &run, ret_count, NULL);

	assert_int_equal(run != NULL, status == PB_OK);
	free(run);
	return status;
}

static void
closed_has_the_form_that_format_prints(void **state)
{
	static const struct pb_closed_run runs[] = { { 1, 4, false, 0 }, { 5, 5, true, 9 },
		{ 6, 7, true, 10 }, { 11, UINT64_MAX, false, 0 } };
	struct pb_buf json = PB_BUF_EMPTY;
	struct pb_closed_run *back = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(pb_closed_encode(runs, CASES(runs), &json), PB_OK);
	assert_string_equal(pb_buf_text(&json),
	    "[{\"first\":1,\"last\":4,\"reason\":\"query\"},"
	    "{\"first\":5,\"last\":5,\"reason\":\"destroyed\",\"by\":9},"
	    "{\"first\":6,\"last\":7,\"reason\":\"destroyed\",\"by\":10},"
	    "{\"first\":11,\"last\":\"18446744073709551615\",\"reason\":\"query\"}]");
	assert_int_equal(pb_closed_decode(json.data, json.len, &back, &count, NULL), PB_OK);
	assert_int_equal(count, CASES(runs));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(back[i].first, runs[i].first);
		assert_int_equal(back[i].last, runs[i].last);
		assert_int_equal(back[i].destroyed, runs[i].destroyed);
		assert_int_equal(back[i].by, runs[i].by);
	}
	free(back);
	pb_buf_done(&json);
}

static void
nothing_closed_is_an_empty_list(void **state)
{
	struct pb_buf json = PB_BUF_EMPTY;
	size_t count = 7;

	(void)state;
	assert_int_equal(pb_closed_encode(NULL, 0, &json), PB_OK);
	assert_string_equal(pb_buf_text(&json), "[]");
	assert_int_equal(decode_closed("[]", &count), PB_OK);
	assert_int_equal(count, 0);
	pb_buf_done(&json);
}

static void
closed_lists_of_any_other_form_are_refused(void **state)
{
#define QUERY(first, last) "{\"first\":" #first ",\"last\":" #last ",\"reason\":\"query\"}"
#define GONE(first, last, by)                                                                      \
	"{\"first\":" #first ",\"last\":" #last ",\"reason\":\"destroyed\",\"by\":" #by "}"
	static const char *const bad[] = { "", "null", "7", "\"\"", "{}", "[7]", "[[]]", "[{}]",
		"[" QUERY(2, 1) "]", "[" QUERY(1, 2) "," QUERY(2, 3) "]",
		"[" QUERY(1, 2) "," QUERY(3, 4) "]", "[" QUERY(5, 6) "," QUERY(1, 2) "]",
		"[" GONE(1, 2, 9) "," GONE(3, 3, 9) "]", "[" GONE(1, 2, -9) "]",
		"[{\"first\":1,\"last\":2,\"reason\":\"query\",\"by\":9}]",
		"[{\"first\":1,\"last\":2,\"reason\":\"destroyed\"}]",
		"[{\"first\":1,\"last\":2,\"reason\":\"lost\"}]",
		"[{\"first\":1,\"last\":2,\"reason\":\"query\",\"x\":1}]",
		"[{\"first\":1,\"reason\":\"query\"}]", "[" QUERY(1, 2) "]]" };
	size_t count = 7;

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (decode_closed(bad[i], &count) != PB_EDATA)
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(count, 7);
	assert_int_equal(
	    decode_closed(" [" QUERY(1, 2) "," GONE(3, 3, 9) "," GONE(4, 4, 8) "]", &count), PB_OK);
	assert_int_equal(count, 3);
#undef QUERY
#undef GONE
}

static void
closed_list_that_no_reader_takes_is_not_written(void **state)
{
	static const struct pb_closed_run touching[] = { { 1, 4, false, 0 }, { 5, 5, false, 0 } };
	struct pb_buf json = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_closed_encode(touching, 2, &json), PB_EINVAL);
	assert_int_equal(json.len, 0);
}

/* The longest lists that are written can be read: PB_LIMIT_JSON and _VALUES allow them. */
static void
as_many_runs_as_are_written_can_be_read(void **state)
{
	struct pb_closed_run *runs = calloc(PB_LIMIT_RUNS + 1, sizeof(*runs));
	struct pb_buf json = PB_BUF_EMPTY;
	size_t count = 0;

	(void)state;
	assert_non_null(runs);
	for (size_t i = 0; i <= PB_LIMIT_RUNS; i++) {
		runs[i].first = runs[i].last = UINT64_MAX - 2 * (PB_LIMIT_RUNS - i);
		runs[i].destroyed = true;
		runs[i].by = UINT64_MAX;
	}
	assert_int_equal(pb_closed_encode(runs, PB_LIMIT_RUNS + 1, &json), PB_ELIMIT);
	assert_int_equal(pb_closed_encode(runs, PB_LIMIT_RUNS, &json), PB_OK);
	free(runs);
	runs = NULL;
	assert_int_equal(pb_closed_decode(json.data, json.len, &runs, &count, NULL), PB_OK);
	assert_int_equal(count, PB_LIMIT_RUNS);
	free(runs);
	pb_buf_done(&json);
}

static void
memory_that_runs_out_is_no_malformed_statement(void **state)
{
	static const char json[] = HEAD "\"recipient\":{\"octets\":\"/w==\"}," PLACE RUNS TAIL;
	static const char closed[] = "[{\"first\":1,\"last\":2,\"reason\":\"query\"}]";
	enum pb_status status = PB_ENOMEM;
	size_t count;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1; status != PB_OK; nth++) {
		test_memory_fail(nth, false);
		status = decode(json);
		(void)test_memory_restore();
		assert_true(status == PB_OK || status == PB_ENOMEM);
		assert_true(nth < 100);
	}
	status = PB_ENOMEM;
	for (uint64_t nth = 1; status != PB_OK; nth++) {
		test_memory_fail(nth, false);
		status = decode_closed(closed, &count);
		(void)test_memory_restore();
		assert_true(status == PB_OK || status == PB_ENOMEM);
		assert_true(nth < 100);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(manifest_has_the_form_that_format_prints),
		cmocka_unit_test(manifest_comes_back_as_it_was_written),
		cmocka_unit_test(manifest_is_read_in_any_order),
		cmocka_unit_test(manifest_of_another_format_is_not_judged),
		cmocka_unit_test(manifests_of_any_other_form_are_refused),
		cmocka_unit_test(runs_of_opened_records_are_ascending_and_maximal),
		cmocka_unit_test(manifest_that_no_reader_takes_is_not_written),
		cmocka_unit_test(closed_has_the_form_that_format_prints),
		cmocka_unit_test(nothing_closed_is_an_empty_list),
		cmocka_unit_test(closed_lists_of_any_other_form_are_refused),
		cmocka_unit_test(closed_list_that_no_reader_takes_is_not_written),
		cmocka_unit_test(as_many_runs_as_are_written_can_be_read),
		cmocka_unit_test(memory_that_runs_out_is_no_malformed_statement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
