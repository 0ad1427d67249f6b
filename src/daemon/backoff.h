/* When a process that ended is started again: soon, and less and less soon. */
#ifndef PB_DAEMON_BACKOFF_H
#define PB_DAEMON_BACKOFF_H

#include <stdint.h>

struct pb_backoff {
	int64_t pause_us; /* the last; 0: it never ended */
};

/*
 * It began and ended then (monotonic): when to start it.  0.1 s later, each time twice as long as
 * before up to 30 s; 0.1 s again once it lasted for longer than that, or than ten times the pause
 * before it: one that serves for a while each time is never away for long.
 */
int64_t pb_backoff_next(struct pb_backoff *backoff, int64_t began_us, int64_t ended_us);

#endif
