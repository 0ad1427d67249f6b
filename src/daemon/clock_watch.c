#include "daemon/clock_watch.h"

#define STEP_US 500000
/* Both clocks are read at one moment, or it is no look: a process may be halted between. */
#define MOMENT_US 10000

static uint64_t
since_1970(int64_t us)
{
	return us < 0 ? 0 : (uint64_t)us;
}

static bool
is_step(const struct pb_clock_reading *from, const struct pb_clock_reading *to)
{
	int64_t by_us = (to->now_us - from->now_us) - (to->monotonic_us - from->monotonic_us);

	return by_us >= STEP_US || by_us <= -STEP_US;
}

bool
pb_clock_watch_look(
    struct pb_clock_watch *w, const struct pb_clock *clock, struct pb_clock_step *ret_step)
{
	struct pb_clock_reading to = { .monotonic_us = clock->monotonic_us(clock->ctx) }, from;

	to.now_us = clock->now_us(clock->ctx);
	if (clock->monotonic_us(clock->ctx) - to.monotonic_us > MOMENT_US)
		return false;
	if (!w->begun)
		*w = (struct pb_clock_watch){ true, to, to };
	from = is_step(&w->last, &to) ? w->last : w->base;
	w->last = to;
	if (!is_step(&from, &to))
		return false;
	w->base = to;
	*ret_step = (struct pb_clock_step){ .from_us = since_1970(from.now_us),
		.to_us = since_1970(to.now_us),
		.since_us = from.monotonic_us,
		.until_us = to.monotonic_us };
	return true;
}
