#include "sys/clock.h"

#include <sys/timex.h>
#include <time.h>

#include "core/error.h"
#include "sys/tables.h"

static int64_t
read_us(clockid_t id)
{
	struct timespec now;
	int answer = clock_gettime(id, &now);

	/* It fails only for a clock or an address that does not exist. */
	pb_assert(answer == 0);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
now_us(void *ctx)
{
	(void)ctx;
	return read_us(CLOCK_REALTIME);
}

/* A segment ages while the machine sleeps too, so not CLOCK_MONOTONIC. */
static int64_t
monotonic_us(void *ctx)
{
	(void)ctx;
	return read_us(CLOCK_BOOTTIME);
}

/* Of a signal that ends it, whoever waits learns by the clock. */
static void
sleep_us(void *ctx, int64_t us)
{
	const struct timespec pause = { .tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000 };

	(void)ctx;
	(void)nanosleep(&pause, NULL);
}

const struct pb_clock pb_sys_clock_table = {
	.now_us = now_us,
	.monotonic_us = monotonic_us,
	.sleep_us = sleep_us,
};

const struct pb_clock *
pb_sys_clock(void)
{
	return &pb_sys_clock_table;
}

bool
pb_sys_clock_kept(int64_t *ret_error_us)
{
	struct timex state = { .modes = 0 }; /* it is only asked */
	int answer = adjtimex(&state);

	if (answer < 0 || answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0)
		return false;
	*ret_error_us = state.maxerror;
	return true;
}
