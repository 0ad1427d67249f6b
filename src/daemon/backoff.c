#include "daemon/backoff.h"

#define PAUSE_MIN_US 100000
#define PAUSE_MAX_US (30 * 1000000LL)

int64_t
pb_backoff_next(struct pb_backoff *backoff, int64_t began_us, int64_t ended_us)
{
	int64_t pause_us = 2 * backoff->pause_us;

	if (pause_us < PAUSE_MIN_US || ended_us - began_us > PAUSE_MAX_US)
		pause_us = PAUSE_MIN_US;
	if (pause_us > PAUSE_MAX_US)
		pause_us = PAUSE_MAX_US;
	backoff->pause_us = pause_us;
	return ended_us + pause_us;
}
