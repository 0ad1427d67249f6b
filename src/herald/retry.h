/* What failed is tried again: after a second, and twice as late each time, up to five minutes. */
#ifndef PB_HERALD_RETRY_H
#define PB_HERALD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct pb_retry {
	unsigned failures; /* since it went well */
	int64_t next_us;   /* monotonic */
};

#define PB_RETRY_FIRST_US 1000000LL
#define PB_RETRY_LAST_US (300 * 1000000LL)

static inline bool
pb_retry_due(const struct pb_retry *retry, int64_t now_us)
{
	return retry->failures == 0 || now_us >= retry->next_us;
}

/* Answers whether it goes otherwise than before: for the log. */
static inline bool
pb_retry_went(struct pb_retry *retry, bool well, int64_t now_us)
{
	bool changed = well == (retry->failures > 0);
	int64_t wait_us = PB_RETRY_LAST_US;

	if (well) {
		retry->failures = 0;
		return changed;
	}
	if (retry->failures < 8)
		wait_us = PB_RETRY_FIRST_US << retry->failures++;
	retry->next_us = now_us + wait_us;
	return changed;
}

#endif
