/* The local clock beside the monotonic one, looked at again and again: has it stepped? */
#ifndef PB_DAEMON_CLOCK_WATCH_H
#define PB_DAEMON_CLOCK_WATCH_H

#include <stdbool.h>

#include "archive/commit.h"
#include "core/world.h"

struct pb_clock_reading {
	int64_t now_us, monotonic_us; /* at one moment */
};

/* Begins as zeros. */
struct pb_clock_watch {
	bool begun;
	struct pb_clock_reading last; /* at the look before */
	struct pb_clock_reading base; /* at the step before, or at the first look */
};

/*
 * It went half a second or more further than the monotonic clock, or less far: since the look
 * before, or, by smaller steps, since the step before.  So a leap second that repeats a second is a
 * step.  A clock that is slewed, or smears that second, takes the monotonic one along, as
 * clock_gettime(2) has it of both; so does a machine that sleeps.
 */
bool pb_clock_watch_look(
    struct pb_clock_watch *watch, const struct pb_clock *clock, struct pb_clock_step *ret_step);

#endif
