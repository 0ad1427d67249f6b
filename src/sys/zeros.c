#include "sys/zeros.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE ((size_t)2 << 20)

void *
pb_zeros(size_t len)
{
	void *at;

	if (len < LARGE_PAGE)
		return calloc(1, len);
	if (len > SIZE_MAX - LARGE_PAGE)
		return NULL;
	len = (len + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
	if ((at = aligned_alloc(LARGE_PAGE, len)) == NULL)
		return NULL;
	(void)madvise(at, len, MADV_HUGEPAGE); /* advice: it may be declined */
	return memset(at, 0, len);
}
