#include "daemon/clock_watch.h"

#define STEP_US 500000
/* Both clocks are read at one moment, or it is no look: a process may be halted between. */
#define MOMENT_US 10000

static uint64_t
since_1970(int64_t us)
{
	return us < 0 ? 0 : (uint64_t)us;
}

bool
pb_clock_watch_look(
    struct pb_clock_watch *w, const struct pb_clock *clock, struct pb_clock_step *ret_step)
{
	const struct pb_clock_watch before = *w;
	int64_t monotonic_us = clock->monotonic_us(clock->ctx);
	int64_t now_us = clock->now_us(clock->ctx), by_us;

	if (clock->monotonic_us(clock->ctx) - monotonic_us > MOMENT_US)
		return false;
	*w = (struct pb_clock_watch){ true, now_us, monotonic_us };
	by_us = (now_us - before.now_us) - (monotonic_us - before.monotonic_us);
	if (!before.begun || (by_us < STEP_US && by_us > -STEP_US))
		return false;
	*ret_step = (struct pb_clock_step){ .from_us = since_1970(before.now_us),
		.to_us = since_1970(now_us),
		.since_us = before.monotonic_us,
		.until_us = monotonic_us };
	return true;
}
