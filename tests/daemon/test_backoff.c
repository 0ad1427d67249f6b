/* How soon what ended begins again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/backoff.h"

#define SECOND 1000000LL

static void
the_first_end_costs_a_tenth_of_a_second(void **state)
{
	struct pb_backoff backoff = { 0 };

	(void)state;
	assert_int_equal(pb_backoff_next(&backoff, 5 * SECOND, 6 * SECOND), 6 * SECOND + 100000);
}

static void
each_end_costs_twice_as_long_up_to_thirty_seconds(void **state)
{
	struct pb_backoff backoff = { 0 };
	int64_t now_us = 0, again_us, before_us = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		again_us = pb_backoff_next(&backoff, now_us, now_us);
		assert_true(again_us - now_us == 2 * before_us || i == 0 ||
			    again_us - now_us == 30 * SECOND);
		before_us = again_us - now_us;
		now_us = again_us;
	}
	assert_int_equal(before_us, 30 * SECOND);
}

static void
what_lasted_begins_soon_again(void **state)
{
	struct pb_backoff backoff = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)pb_backoff_next(&backoff, 0, 0);
	assert_int_equal(pb_backoff_next(&backoff, 0, 30 * SECOND), 60 * SECOND);
	assert_int_equal(pb_backoff_next(&backoff, 0, 31 * SECOND), 31 * SECOND + 100000);
}

static void
what_ends_every_few_seconds_is_never_away_for_long(void **state)
{
	struct pb_backoff backoff = { 0 };
	int64_t now_us = 0, again_us;

	(void)state;
	for (int i = 0; i < 20; i++) {
		again_us = pb_backoff_next(&backoff, now_us, now_us + 2 * SECOND);
		assert_int_equal(again_us, now_us + 2 * SECOND + 100000);
		now_us = again_us;
	}
}

static void
what_ends_sooner_begins_less_and_less_soon(void **state)
{
	struct pb_backoff backoff = { 0 };

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)pb_backoff_next(&backoff, 0, SECOND / 2);
	assert_int_equal(backoff.pause_us, 30 * SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_end_costs_a_tenth_of_a_second),
		cmocka_unit_test(each_end_costs_twice_as_long_up_to_thirty_seconds),
		cmocka_unit_test(what_lasted_begins_soon_again),
		cmocka_unit_test(what_ends_every_few_seconds_is_never_away_for_long),
		cmocka_unit_test(what_ends_sooner_begins_less_and_less_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
