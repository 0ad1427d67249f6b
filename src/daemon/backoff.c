#include "daemon/backoff.h"

#define PAUSE_MIN_US 100000
#define PAUSE_MAX_US (30 * 1000000LL)
/* What served so many times as long as it was waited for has not failed to begin. */
#define SERVED 10

int64_t
pb_backoff_next(struct pb_backoff *backoff, int64_t began_us, int64_t ended_us)
{
	int64_t pause_us = 2 * backoff->pause_us, lasted_us = ended_us - began_us;

	if (pause_us < PAUSE_MIN_US || lasted_us > PAUSE_MAX_US ||
	    lasted_us > SERVED * backoff->pause_us)
		pause_us = PAUSE_MIN_US;
	if (pause_us > PAUSE_MAX_US)
		pause_us = PAUSE_MAX_US;
	backoff->pause_us = pause_us;
	return ended_us + pause_us;
}
