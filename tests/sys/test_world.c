#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sys/clock.h"
#include "sys/entropy.h"
#include "sys/files.h"
#include "sys/world.h"

static void
world_is_the_machine_s_files_clock_and_random_numbers(void **state)
{
	const struct pb_world *world = pb_sys_world();

	(void)state;
	assert_ptr_equal(world->files, pb_sys_files());
	assert_ptr_equal(world->clock, pb_sys_clock());
	assert_ptr_equal(world->random, pb_sys_random());
}

static void
clock_tells_the_time_in_microseconds(void **state)
{
	const struct pb_clock *clock = pb_sys_clock();
	int64_t seconds = time(NULL);

	(void)state;
	assert_true(llabs(clock->now_us(clock->ctx) - seconds * 1000000) < 60 * 1000000LL);
}

static void
monotonic_clock_goes_on_and_never_back(void **state)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	const struct pb_clock *clock = pb_sys_clock();
	int64_t first = clock->monotonic_us(clock->ctx), before = first, now;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		now = clock->monotonic_us(clock->ctx);
		assert_true(now >= before);
		before = now;
	}
	nanosleep(&pause, NULL);
	assert_true(clock->monotonic_us(clock->ctx) - first >= 2000);
}

static void
clock_sleeps_as_long_as_it_was_told(void **state)
{
	const struct pb_clock *clock = pb_sys_clock();
	int64_t before = clock->monotonic_us(clock->ctx);

	(void)state;
	clock->sleep_us(clock->ctx, 3000);
	assert_true(clock->monotonic_us(clock->ctx) - before >= 3000);
}

static void
random_numbers_fill_all_that_was_asked_and_do_not_repeat(void **state)
{
	const struct pb_random *random = pb_sys_random();
	uint8_t a[100000], b[32], c[32];
	size_t i, zeros = 0;

	(void)state;
	memset(a, 0, sizeof(a));
	assert_int_equal(random->fill(random->ctx, a, sizeof(a)), 0);
	for (i = 0; i < sizeof(a); i++)
		zeros += a[i] == 0;
	/* 391 are expected; 200 off is ten standard deviations. */
	assert_in_range(zeros, 191, 591);
	assert_int_equal(random->fill(random->ctx, b, sizeof(b)), 0);
	assert_int_equal(random->fill(random->ctx, c, sizeof(c)), 0);
	assert_memory_not_equal(b, c, sizeof(b));
	assert_int_equal(random->fill(random->ctx, NULL, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(world_is_the_machine_s_files_clock_and_random_numbers),
		cmocka_unit_test(clock_tells_the_time_in_microseconds),
		cmocka_unit_test(monotonic_clock_goes_on_and_never_back),
		cmocka_unit_test(clock_sleeps_as_long_as_it_was_told),
		cmocka_unit_test(random_numbers_fill_all_that_was_asked_and_do_not_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
