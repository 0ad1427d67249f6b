/* When the local clock has stepped, and when it has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

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
a_machine_that_sleeps_is_no_step(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	clock.now_us += 8 * 3600 * SECOND;
	assert_false(look(&watch, &clock, &step));
}

/* Each too small to be told; what is told of them, with what is not told yet, is all of it. */
static void
steps_too_small_to_be_told_are_told_together(void **state)
{
	static const int64_t by_us[] = { 499999, 100000, 125, -125, -499999 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	for (size_t i = 0; i < sizeof(by_us) / sizeof(by_us[0]); i++) {
		struct pb_clock_watch watch = { 0 };
		int64_t all_us = 0, told_us = 0, seen_us = BEGIN;

		test_clock_init(&clock, BEGIN);
		for (int looks = 0; looks < 20000; looks++) {
			if (look(&watch, &clock, &step)) {
				assert_int_equal(step.from_us, seen_us);
				told_us += (int64_t)(step.to_us - step.from_us) -
					   (step.until_us - step.since_us);
				seen_us = (int64_t)step.to_us;
			}
			assert_true(llabs(all_us - told_us) < 500000);
			clock.now_us += 250000;
			test_clock_step(&clock, by_us[i]);
			all_us += by_us[i];
		}
		assert_true(llabs(told_us) >= 500000);
	}
}

/* There and back is where it was. */
static void
small_steps_that_come_back_are_no_step(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	for (int i = 0; i < 1000; i++) {
		assert_false(look(&watch, &clock, &step));
		clock.now_us += 250000;
		test_clock_step(&clock, i % 2 == 0 ? 400000 : -400000);
	}
}

/* The moment of a step that is large enough by itself is that of its two looks. */
static void
a_step_behind_small_ones_is_told_from_the_look_before(void **state)
{
	struct pb_clock_watch watch = { 0 };
	struct pb_clock_step step;
	struct test_clock clock;

	(void)state;
	test_clock_init(&clock, BEGIN);
	assert_false(look(&watch, &clock, &step));
	clock.now_us += 3600 * SECOND;
	test_clock_step(&clock, 400000);
	assert_false(look(&watch, &clock, &step));
	clock.now_us += SECOND;
	test_clock_step(&clock, 60 * SECOND);
	assert_true(look(&watch, &clock, &step));
	assert_int_equal(step.until_us - step.since_us, SECOND);
	assert_int_equal(step.to_us - step.from_us, 61 * SECOND);
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
		cmocka_unit_test(a_machine_that_sleeps_is_no_step),
		cmocka_unit_test(steps_too_small_to_be_told_are_told_together),
		cmocka_unit_test(small_steps_that_come_back_are_no_step),
		cmocka_unit_test(a_step_behind_small_ones_is_told_from_the_look_before),
		cmocka_unit_test(a_time_before_1970_is_told_as_1970),
		cmocka_unit_test(a_process_that_is_halted_between_two_readings_sees_no_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
