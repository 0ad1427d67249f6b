/* Observations in an export: their facts go along with what they name, and nothing else does. */
#include "export/fixture.h"

static uint64_t
observe(struct pb_archive *archive, const char *facts)
{
	static const char secret[] = "{\"recipient\":\"nemo@example.test\"}";
	struct pb_buf text = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	uint64_t seq;

	assert_int_equal(pb_buf_append_text(&text, facts), PB_OK);
	assert_int_equal(pb_buf_append_text(&envelope, secret), PB_OK);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_OBSERVATION, &text, &envelope, &seq, NULL), PB_OK);
	pb_buf_done(&text);
	pb_buf_done(&envelope);
	return seq;
}

/* Letters 1 2 3; 4: 3 speaks of 1; 5: 3 speaks of nobody; 6: 2 came before as 1; 7 anchor. */
static struct pb_archive *
make_observed(struct fixture *f)
{
	struct pb_archive *archive = open_archive(f, f->key);

	for (uint64_t seq = 1; seq <= 3; seq++)
		assert_int_equal(add_letter(f, archive, "mot\r\n"), seq);
	assert_int_equal(observe(archive, "{\"event\":\"delivery\",\"speaks\":3,\"of\":[{\"seq\":1,"
					  "\"by\":[\"message_id\"]}],\"recipients\":[]}"),
	    4);
	assert_int_equal(observe(archive, "{\"event\":\"disposition\",\"speaks\":3,\"of\":[]}"), 5);
	assert_int_equal(observe(archive, "{\"event\":\"again\",\"speaks\":2,\"of\":[{\"seq\":1,"
					  "\"by\":[\"transaction\"]}]}"),
	    6);
	stamp(f, archive);
	return archive;
}

/* Which of the observations are opened when that one letter is. */
static void
assert_opened(struct fixture *f, struct pb_archive *archive, uint64_t letter, uint64_t closed,
    const char *opened)
{
	const struct pb_export_rule rule[] = { { .last = UINT64_MAX, .what = PB_EXPORT_NONE },
		{ .first = letter, .last = letter, .what = PB_EXPORT_HEADERS },
		{ .first = closed, .last = closed, .what = PB_EXPORT_NONE } };
	struct pb_export_options options = range_to(f, "observed.asics", 0, 6);
	struct package *p;

	options.rule = rule;
	options.rule_count = closed > 0 ? 3 : 2;
	(void)export_it(archive, &options);
	p = open_package(options.output);
	for (char seq = '4'; seq <= '6'; seq++) {
		char facts[40], envelope[40];
		bool wanted = strchr(opened, seq) != NULL;

		(void)snprintf(facts, sizeof(facts), "records/%c/part-0.bin", seq);
		(void)snprintf(envelope, sizeof(envelope), "records/%c/part-1.bin", seq);
		assert_int_equal(has(p, facts), wanted);
		assert_false(has(p, envelope));
	}
	close_package(p);
}

static void
facts_of_observations_go_along_with_what_they_name(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_observed(f);

	assert_opened(f, archive, 1, 0, "46");
	assert_opened(f, archive, 2, 0, "6");
	assert_opened(f, archive, 3, 0, "45");
	close_archive(archive);
}

static void
one_that_a_rule_closes_stays_closed(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = make_observed(f);

	assert_opened(f, archive, 1, 4, "6");
	close_archive(archive);
}

static void
a_bundle_with_observations_is_sound(void **state)
{
	struct fixture *f = *state;
	const struct pb_bundle_check_options check = { .trust = f->trust.data,
		.trust_len = f->trust.len };
	struct pb_archive *archive = make_observed(f);
	struct pb_export_options options = range_to(f, "sound.asics", 0, 6);
	const struct pb_export_rule rule = { .first = 1, .last = 1, .what = PB_EXPORT_ALL };
	struct pb_verification *v = NULL;

	options.rule = &rule;
	options.rule_count = 1;
	(void)export_it(archive, &options);
	close_archive(archive);
	assert_int_equal(pb_bundle_check(&f->world, options.output, &check, &v, NULL), PB_OK);
	for (int id = 0; id < PB_CHECK_COUNT; id++)
		assert_int_not_equal(
		    pb_verification_check(v, (enum pb_check_id)id)->verdict, PB_INVALID);
	pb_verification_free(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(facts_of_observations_go_along_with_what_they_name, set_up),
		cmocka_unit_test_setup(one_that_a_rule_closes_stays_closed, set_up),
		cmocka_unit_test_setup(a_bundle_with_observations_is_sound, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
