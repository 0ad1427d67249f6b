/* How fast an archive grows, and when what it depends on ends. */
#include "archive/fixture.h"

#include "archive/ends.h"
#include "archive/growth.h"

#define DAY 86400

static struct pb_growth
growth_now(struct fixture *f)
{
	struct pb_growth growth = { 99, 99 };

	assert_int_equal(
	    pb_growth_read(f->world.files, f->dir, f->clock.now_us / 1000000, &growth, NULL),
	    PB_OK);
	return growth;
}

/* A segment of its own, of some 100 kB. */
static void
add_segment(struct fixture *f)
{
	struct pb_archive *archive = open_archive(f, NULL);

	archive->renew = true;
	assert_int_equal(try_commit(f, archive, 1, 100000, NULL), PB_OK);
	close_archive(archive);
}

static void
of_less_than_a_day_nobody_can_tell(void **state)
{
	struct fixture *f = *state;

	add_segment(f);
	pass_time(f, DAY - 1);
	assert_int_equal(growth_now(f).span_s, 0);
	assert_int_equal(growth_now(f).bytes, 0);
	pass_time(f, 1);
	assert_int_equal(growth_now(f).span_s, DAY);
	assert_in_range(growth_now(f).bytes, 100000, 120000);
}

static void
what_grew_in_a_week_is_told_by_the_day(void **state)
{
	struct fixture *f = *state;
	struct pb_growth growth;

	for (int i = 0; i < 10; i++) {
		add_segment(f);
		pass_time(f, DAY);
	}
	growth = growth_now(f);
	assert_int_equal(growth.span_s, 7 * DAY);
	assert_in_range(growth.bytes, 600000, 720000);
	assert_in_range(pb_growth_a_day(&growth), 85000, 103000);
	assert_int_equal(pb_growth_days_left(1000000, 100000), 10);
	pass_time(f, 8 * DAY);
	growth = growth_now(f);
	assert_int_equal(growth.bytes, 0);
	assert_int_equal(pb_growth_days_left(1, pb_growth_a_day(&growth)), UINT64_MAX);
}

/* Then it was made at a time to come. */
static void
a_clock_that_was_set_back_tells_nothing(void **state)
{
	struct fixture *f = *state;

	add_segment(f);
	pass_time(f, -3 * DAY);
	assert_int_equal(growth_now(f).span_s, 0);
}

static void
an_archive_of_its_own_has_the_end_of_its_authority(void **state)
{
	struct fixture *f = *state;
	struct pb_ends ends = { 0 };

	assert_int_equal(pb_ends_read(f->world.files, f->dir, &ends, NULL), PB_OK);
	/* Its reader's certificate has no meaningful end. */
	assert_int_equal(ends.count, 1);
	assert_int_equal(ends.end[0].of, PB_END_TSA_ROOT);
	assert_string_equal(ends.end[0].name, "local");
	assert_true(ends.end[0].ends_s > NOON_S + 365 * DAY);
	pb_ends_done(&ends);
}

/* What is only remembered, how an authority answered say, may be lost. */
static void
what_cannot_be_read_is_said(void **state)
{
	struct fixture *f = *state;
	unsigned said = 0;

	for (uint64_t nth = 1; nth == 1 || f->faulty.failed > 0; nth++) {
		struct pb_growth growth;
		struct pb_ends ends = { 0 };
		enum pb_status status;

		fail_call(f, nth, EIO, false);
		status = pb_growth_read(f->world.files, f->dir, NOON_S, &growth, NULL);
		if (status == PB_OK)
			status = pb_ends_read(f->world.files, f->dir, &ends, NULL);
		assert_true(status == PB_OK || (status == PB_EIO && ends.end == NULL));
		said += status == PB_EIO;
		pb_ends_done(&ends);
	}
	heal(f);
	assert_true(said > 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(of_less_than_a_day_nobody_can_tell, set_up),
		cmocka_unit_test_setup(what_grew_in_a_week_is_told_by_the_day, set_up),
		cmocka_unit_test_setup(a_clock_that_was_set_back_tells_nothing, set_up),
		cmocka_unit_test_setup(an_archive_of_its_own_has_the_end_of_its_authority, set_up),
		cmocka_unit_test_setup(what_cannot_be_read_is_said, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
