/* An export of records of which some were destroyed: they stand closed, by the record that says so.
 */
#include "export/fixture.h"

#include "archive/destroy.h"
#include "bundle/statement.h"

static uint64_t
destroy(struct pb_archive *archive, uint64_t first, uint64_t last)
{
	struct pb_runs runs = PB_RUNS_EMPTY;
	uint64_t seq;

	assert_int_equal(pb_runs_add(&runs, first, last), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, &seq, NULL), PB_OK);
	pb_runs_done(&runs);
	return seq;
}

static void
assert_closed(const char *path, const char *json)
{
	struct package *p = open_package(path);
	struct pb_buf bytes = bytes_of(p, "log/closed.json");

	assert_int_equal(pb_buf_append(&bytes, "", 1), PB_OK);
	assert_string_equal((const char *)bytes.data, json);
	pb_buf_done(&bytes);
	close_package(p);
}

static void
assert_sound(struct fixture *f, const char *path)
{
	const struct pb_bundle_check_options options = { .trust = f->trust.data,
		.trust_len = f->trust.len };
	struct pb_verification *v = NULL;

	assert_int_equal(pb_bundle_check(&f->world, path, &options, &v, NULL), PB_OK);
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		if (check->verdict == PB_INVALID)
			fail_msg(
			    "%s: %s", pb_check_name((enum pb_check_id)id), check->findings[0].text);
	}
	pb_verification_free(v);
}

static void
what_is_asked_for_and_was_destroyed_later_brings_its_record_into_the_range(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "later.asics", 5, 6);
	struct pb_exported exported;

	assert_int_equal(destroy(archive, 6, 6), 14);
	stamp(f, archive);
	exported = export_it(archive, &options);
	assert_int_equal(exported.first, 4);
	assert_int_equal(exported.last, 14);
	assert_int_equal(exported.size, 15);
	assert_closed(options.output,
	    "[{\"first\":6,\"last\":6,\"reason\":\"destroyed\",\"by\":14},"
	    "{\"first\":7,\"last\":8,\"reason\":\"query\"},"
	    "{\"first\":10,\"last\":11,\"reason\":\"query\"},"
	    "{\"first\":13,\"last\":13,\"reason\":\"query\"}]");
	assert_sound(f, options.output);
	close_archive(archive);
}

static void
what_was_not_asked_for_does_not_lengthen_the_range(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "other.asics", 5, 6);
	struct pb_exported exported;

	(void)destroy(archive, 7, 7);
	stamp(f, archive);
	exported = export_it(archive, &options);
	assert_int_equal(exported.last, 6);
	assert_closed(options.output, "[]");
	assert_sound(f, options.output);
	close_archive(archive);
}

static void
a_destruction_that_no_token_covers_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = range_to(f, "early.asics", 5, 6);
	struct pb_exported exported;

	(void)destroy(archive, 6, 6);
	assert_int_equal(pb_archive_export(archive, NULL, &options, &exported, NULL), PB_EUNAVAIL);
	options.as_of = 9;
	assert_int_equal(pb_archive_export(archive, NULL, &options, &exported, NULL), PB_EINVAL);
	close_archive(archive);
}

static void
the_first_of_several_records_is_named(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_archive(f);
	struct pb_export_options options = options_to(f, "several.asics");
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_runs runs = PB_RUNS_EMPTY;

	(void)destroy(archive, 1, 2);
	assert_int_equal(pb_runs_add(&runs, 2, 3), PB_OK);
	assert_int_equal(pb_destruction_encode(&runs, PB_DESTROY_COURT, &facts), PB_OK);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_DESTRUCTION, &facts, NULL, NULL, NULL), PB_OK);
	stamp(f, archive);
	(void)export_it(archive, &options);
	assert_closed(options.output,
	    "[{\"first\":1,\"last\":2,\"reason\":\"destroyed\",\"by\":14},"
	    "{\"first\":3,\"last\":3,\"reason\":\"destroyed\",\"by\":15},"
	    "{\"first\":8,\"last\":8,\"reason\":\"query\"}]");
	assert_sound(f, options.output);
	pb_runs_done(&runs);
	pb_buf_done(&facts);
	close_archive(archive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
		    what_is_asked_for_and_was_destroyed_later_brings_its_record_into_the_range,
		    set_up),
		cmocka_unit_test_setup(what_was_not_asked_for_does_not_lengthen_the_range, set_up),
		cmocka_unit_test_setup(a_destruction_that_no_token_covers_is_waited_for, set_up),
		cmocka_unit_test_setup(the_first_of_several_records_is_named, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
