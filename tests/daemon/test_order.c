/* In which order processes come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/order.h"

static const struct pb_standing DOOR = { .stage = PB_STAGE_DOOR, .running = true };
static const struct pb_standing WRITER = { .stage = PB_STAGE_WRITER, .running = true };
static const struct pb_standing LAST = { .stage = PB_STAGE_LAST, .running = true };

/* At 1000; next: what becomes of 5000. */
static enum pb_deed
deed(enum pb_phase phase, struct pb_standing standing, enum pb_stage first, int64_t *ret_next_us)
{
	*ret_next_us = 5000;
	return pb_order(phase, &standing, first, 1000, ret_next_us);
}

static void
what_is_due_is_started_and_what_is_not_is_waited_for(void **state)
{
	int64_t next_us;

	(void)state;
	assert_int_equal(
	    deed(PB_PHASE_UP, (struct pb_standing){ 0 }, PB_STAGE_NONE, &next_us), PB_DEED_START);
	assert_int_equal(
	    deed(PB_PHASE_UP, (struct pb_standing){ .due_us = 1000 }, PB_STAGE_DOOR, &next_us),
	    PB_DEED_START);
	assert_int_equal(next_us, 5000);
	assert_int_equal(
	    deed(PB_PHASE_UP, (struct pb_standing){ .due_us = 1001 }, PB_STAGE_DOOR, &next_us),
	    PB_DEED_NONE);
	assert_int_equal(next_us, 1001);
	assert_int_equal(
	    deed(PB_PHASE_UP, (struct pb_standing){ .due_us = 9000 }, PB_STAGE_DOOR, &next_us),
	    PB_DEED_NONE);
	assert_int_equal(next_us, 5000);
}

static void
what_runs_is_left_alone(void **state)
{
	int64_t next_us;

	(void)state;
	assert_int_equal(deed(PB_PHASE_UP, WRITER, PB_STAGE_DOOR, &next_us), PB_DEED_NONE);
	assert_int_equal(deed(PB_PHASE_UP, DOOR, PB_STAGE_DOOR, &next_us), PB_DEED_NONE);
	assert_int_equal(next_us, 5000);
}

static void
each_stage_is_told_when_none_of_the_one_before_is_left(void **state)
{
	int64_t next_us;

	(void)state;
	assert_int_equal(deed(PB_PHASE_DOWN, DOOR, PB_STAGE_DOOR, &next_us), PB_DEED_TELL);
	assert_int_equal(deed(PB_PHASE_DOWN, WRITER, PB_STAGE_DOOR, &next_us), PB_DEED_NONE);
	assert_int_equal(deed(PB_PHASE_DOWN, LAST, PB_STAGE_DOOR, &next_us), PB_DEED_NONE);
	assert_int_equal(deed(PB_PHASE_DOWN, WRITER, PB_STAGE_WRITER, &next_us), PB_DEED_TELL);
	assert_int_equal(deed(PB_PHASE_DOWN, LAST, PB_STAGE_WRITER, &next_us), PB_DEED_NONE);
	assert_int_equal(deed(PB_PHASE_DOWN, LAST, PB_STAGE_LAST, &next_us), PB_DEED_TELL);
}

static void
what_was_told_is_killed_when_its_time_is_over(void **state)
{
	struct pb_standing told = { .running = true, .told = true, .due_us = 1001 };
	int64_t next_us;

	(void)state;
	assert_int_equal(deed(PB_PHASE_DOWN, told, PB_STAGE_DOOR, &next_us), PB_DEED_NONE);
	assert_int_equal(next_us, 1001);
	told.due_us = 1000;
	assert_int_equal(deed(PB_PHASE_DOWN, told, PB_STAGE_DOOR, &next_us), PB_DEED_KILL);
	assert_true(pb_order_grace_us(PB_STAGE_WRITER) > pb_order_grace_us(PB_STAGE_DOOR));
}

static void
what_has_ended_is_not_started_on_the_way_down(void **state)
{
	int64_t next_us;

	(void)state;
	assert_int_equal(deed(PB_PHASE_DOWN, (struct pb_standing){ .stage = PB_STAGE_WRITER },
			     PB_STAGE_NONE, &next_us),
	    PB_DEED_NONE);
	assert_int_equal(
	    deed(PB_PHASE_DOWN, (struct pb_standing){ 0 }, PB_STAGE_NONE, &next_us), PB_DEED_NONE);
	assert_int_equal(next_us, 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_is_started_and_what_is_not_is_waited_for),
		cmocka_unit_test(what_runs_is_left_alone),
		cmocka_unit_test(each_stage_is_told_when_none_of_the_one_before_is_left),
		cmocka_unit_test(what_was_told_is_killed_when_its_time_is_over),
		cmocka_unit_test(what_has_ended_is_not_started_on_the_way_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
