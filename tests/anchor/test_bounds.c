/* Between which timestamps a record stands, as `show` says it: by the anchors beside it. */
#include "archive/fake_tsa.h"

#include "anchor/bounds.h"
#include "core/text.h"

#define DAY_S 86400

static struct pb_bounds
bounds_of(struct fixture *f, uint64_t seq)
{
	struct pb_bounds bounds;

	assert_int_equal(pb_bounds_find(f->world.files, f->dir, seq, &bounds, NULL), PB_OK);
	return bounds;
}

static void
stamp(struct fixture *f, struct pb_archive *a, const struct pb_http *http)
{
	struct pb_stamp_outcome outcome;

	(void)f;
	assert_int_equal(pb_archive_stamp(a, http, true, &outcome, NULL), PB_OK);
}

static void
a_record_that_nobody_stamped_has_no_bounds(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a;
	struct pb_bounds bounds;

	fresh(f);
	a = open_archive(f, f->key);
	commit(f, a, 1);
	bounds = bounds_of(f, 1);
	assert_false(bounds.after.given);
	assert_false(bounds.before.given);
	close_archive(a);
}

/* Segments begin anew with each opening: the anchors stand in others than the record. */
static void
anchors_before_and_behind_bound_a_record_across_segments(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *a;
	struct pb_bounds bounds;
	uint64_t seq;

	fresh(f);
	for (int i = 0; i < 3; i++) {
		a = open_archive(f, f->key);
		stamp(f, a, NULL);
		close_archive(a);
		pass_time(f, DAY_S);
		a = open_archive(f, NULL);
		commit(f, a, 2);
		seq = pb_archive_size(a) - 1;
		close_archive(a);
		a = open_archive(f, NULL);
		close_archive(a);
	}
	bounds = bounds_of(f, seq);
	assert_true(bounds.after.given && bounds.after.local);
	assert_string_equal(bounds.after.by, "local");
	assert_int_equal(bounds.after.time_s, (NOON_S + 2 * DAY_S - 1)); /* its accuracy */
	assert_false(bounds.before.given);
	a = open_archive(f, f->key);
	stamp(f, a, NULL);
	bounds = bounds_of(f, seq);
	assert_true(bounds.before.given && bounds.before.local);
	assert_int_equal(bounds.before.time_s, (NOON_S + 3 * DAY_S + 1));
	assert_int_equal(bounds.after.time_s, (NOON_S + 2 * DAY_S - 1));
	bounds = bounds_of(f, 0);
	assert_false(bounds.after.given);
	assert_int_equal(bounds.before.time_s, (NOON_S + 1));
	close_archive(a);
}

/* In one segment, where the local one stands nearer on either side. */
static void
an_authority_of_somebody_else_goes_before_the_local_one(void **state)
{
	struct fixture *f = *state;
	struct fake_tsa tsa;
	struct pb_tsa_settings settings;
	struct pb_archive *a;
	struct pb_bounds bounds;
	uint64_t seq;

	fresh(f);
	fake_tsa_init(&tsa, f);
	settings = settings_of(&tsa, "fictif");
	a = open_archive(f, f->key);
	assert_int_equal(pb_archive_tsa_add(a, &settings, NULL), PB_OK);
	stamp(f, a, &tsa.http);
	pass_time(f, 60);
	stamp(f, a, NULL); /* the local one alone */
	commit(f, a, 1);
	seq = pb_archive_size(a) - 1;
	stamp(f, a, NULL);
	pass_time(f, 60);
	stamp(f, a, &tsa.http);
	bounds = bounds_of(f, seq);
	assert_string_equal(bounds.after.by, "fictif");
	assert_string_equal(bounds.before.by, "fictif");
	assert_false(bounds.after.local || bounds.before.local);
	assert_true(bounds.after.time_s <= NOON_S);
	assert_true(bounds.before.time_s >= (NOON_S + 2 * 60));
	close_archive(a);
	fake_tsa_done(&tsa);
}

static void
a_vault_that_is_not_there_is_an_error(void **state)
{
	struct fixture *f = *state;
	struct pb_bounds bounds;

	assert_int_not_equal(pb_bounds_find(f->world.files, "/nowhere", 0, &bounds, NULL), PB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_that_nobody_stamped_has_no_bounds),
		cmocka_unit_test(anchors_before_and_behind_bound_a_record_across_segments),
		cmocka_unit_test(an_authority_of_somebody_else_goes_before_the_local_one),
		cmocka_unit_test(a_vault_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
