/* The local clock beside the monotonic one, looked at again and again: has it stepped? */
#ifndef PB_DAEMON_CLOCK_WATCH_H
#define PB_DAEMON_CLOCK_WATCH_H

#include <stdbool.h>

#include "archive/commit.h"
#include "core/world.h"

/* Begins as zeros. */
struct pb_clock_watch {
	bool begun;
	int64_t now_us, monotonic_us; /* at the last look */
};

/*
 * Since the look before it went half a second or more further than the monotonic clock, or less
 * far.  So a leap second that repeats a second is a step, while a clock that is slewed, or smears
 * that second, goes much slower apart than that between two looks.  A machine that sleeps moves
 * both.
 */
bool pb_clock_watch_look(
    struct pb_clock_watch *watch, const struct pb_clock *clock, struct pb_clock_step *ret_step);

#endif
