/* When the local clock has stepped, and when it has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/clock_watch.h"
#include "lib/world.h"

#define SECOND 1000000LL
#define BEGIN (1792843200 * SECOND)

static bool
look(struct pb_clock_watch *watch, struct test_clock *clock, struct pb_clock_step *step)
{
	return pb_clock_watch_look(watch, &clock->table, step);
}

static void
the_first_look_tells_nothing(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	clock.now_us += 250000;
	assert_false(look(&watch, &clock, &step));
}

static void
a_clock_that_is_set_has_stepped_once(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	clock.now_us += SECOND;
	test_clock_step(&clock, -3600 * SECOND);
	assert_true(look(&watch, &clock, &step));
	assert_int_equal(step.from_us, BEGIN);
	assert_int_equal(step.to_us, BEGIN - 3599 * SECOND);
	assert_int_equal(step.until_us - step.since_us, SECOND);
	assert_false(look(&watch, &clock, &step));
	test_clock_step(&clock, 86400 * SECOND);
	assert_true(look(&watch, &clock, &step));
	assert_int_equal(step.to_us - step.from_us, 86400 * SECOND);
	assert_int_equal(step.until_us, step.since_us);
}

static void
half_a_second_is_a_step_and_less_is_none(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	test_clock_step(&clock, 499999);
	assert_false(look(&watch, &clock, &step));
	test_clock_step(&clock, -499999);
	assert_false(look(&watch, &clock, &step));
	test_clock_step(&clock, 500000);
	assert_true(look(&watch, &clock, &step));
	test_clock_step(&clock, -500000);
	assert_true(look(&watch, &clock, &step));
}

static void
a_clock_that_is_slewed_and_a_machine_that_sleeps_are_no_step(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	for (int i = 0; i < 10000; i++) {
		assert_false(look(&watch, &clock, &step));
		clock.now_us += 250000;
		test_clock_step(&clock, 125); /* 500 ppm: NTP slews no faster */
	}
	clock.now_us += 8 * 3600 * SECOND;
	assert_false(look(&watch, &clock, &step));
}

static void
a_time_before_1970_is_told_as_1970(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	test_clock_step(&clock, -2 * BEGIN);
	assert_true(look(&watch, &clock, &step));
	assert_int_equal(step.to_us, 0);
}

/* One whose process is halted for a while behind its nth reading. */
struct halted {
	int64_t monotonic_us;
	unsigned reading, halted_at;
};

static int64_t
read_halted(struct halted *h)
{
	int64_t us = h->monotonic_us;

	if (++h->reading == h->halted_at)
		h->monotonic_us += 5 * SECOND;
	return us;
}

static int64_t
halted_now(void *ctx)
{
	return BEGIN + read_halted(ctx);
}

static int64_t
halted_monotonic(void *ctx)
{
	return read_halted(ctx);
}

static void
a_process_that_is_halted_between_two_readings_sees_no_step(void **state)
{
	struct pb_clock_step step;

	(void)state;
	for (unsigned at = 1; at <= 9; at++) {
		struct halted h = { .monotonic_us = SECOND, .halted_at = at };
		const struct pb_clock clock = {
			.ctx = &h, .now_us = halted_now, .monotonic_us = halted_monotonic
		};
		struct pb_clock_watch watch = { 0 };

		for (int i = 0; i < 4; i++)
			assert_false(pb_clock_watch_look(&watch, &clock, &step));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_look_tells_nothing),
		cmocka_unit_test(a_clock_that_is_set_has_stepped_once),
		cmocka_unit_test(half_a_second_is_a_step_and_less_is_none),
		cmocka_unit_test(a_clock_that_is_slewed_and_a_machine_that_sleeps_are_no_step),
		cmocka_unit_test(a_time_before_1970_is_told_as_1970),
		cmocka_unit_test(a_process_that_is_halted_between_two_readings_sees_no_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
