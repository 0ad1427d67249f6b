#include "sys/entropy.h"

#include <errno.h>
#include <sys/random.h>

#include "sys/tables.h"

/* getrandom(2) waits for the kernel's first seed, and may be short beyond 256 bytes. */
static int
fill(void *ctx, void *to, size_t len)
{
	uint8_t *at = to;
	ssize_t n;

	(void)ctx;
	while (len > 0) {
		n = getrandom(at, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

const struct pb_random pb_sys_random_table = { .fill = fill };

const struct pb_random *
pb_sys_random(void)
{
	return &pb_sys_random_table;
}
