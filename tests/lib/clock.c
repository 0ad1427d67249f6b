#include "lib/world.h"

static int64_t
now_us(void *ctx)
{
	const struct test_clock *clock = ctx;

	return clock->now_us;
}

static int64_t
monotonic_us(void *ctx)
{
	struct test_clock *clock = ctx;

	if (clock->highest_us < clock->now_us - clock->stepped_us)
		clock->highest_us = clock->now_us - clock->stepped_us;
	return clock->highest_us;
}

static void
sleep_us(void *ctx, int64_t us)
{
	struct test_clock *clock = ctx;
	int64_t after_us = monotonic_us(clock) + us;

	clock->slept_us += us;
	clock->now_us += us;
	clock->highest_us = after_us;
	if (clock->asleep != NULL)
		clock->asleep(clock->arg);
}

void
test_clock_init(struct test_clock *clock, int64_t start_us)
{
	*clock = (struct test_clock){
		.now_us = start_us,
		.highest_us = start_us,
		.table = { .ctx = clock,
		    .now_us = now_us,
		    .monotonic_us = monotonic_us,
		    .sleep_us = sleep_us },
	};
}

void
test_clock_step(struct test_clock *clock, int64_t by_us)
{
	clock->now_us += by_us;
	clock->stepped_us += by_us;
}
