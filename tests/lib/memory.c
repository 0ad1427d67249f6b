#include "lib/memory.h"

#include <errno.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

/* One per process, as the allocator is. */
static uint64_t made, fails_at, failures;
static bool fails_forever;

void
test_memory_fail(uint64_t nth, bool forever)
{
	made = 0;
	failures = 0;
	fails_at = nth;
	fails_forever = forever;
}

uint64_t
test_memory_restore(void)
{
	fails_at = 0;
	return failures;
}

#ifdef SANITIZED

bool
test_memory_can_fail(void)
{
	return false;
}

#else

/* glibc's own names, for programs that put their functions before the usual ones. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *p, size_t size);
__attribute__((visibility("default"))) void *malloc(size_t size);
__attribute__((visibility("default"))) void *calloc(size_t count, size_t size);
__attribute__((visibility("default"))) void *realloc(void *p, size_t size);

bool
test_memory_can_fail(void)
{
	return true;
}

static bool
fails_now(void)
{
	if (fails_at == 0)
		return false;
	made++;
	if (made != fails_at && !(fails_forever && made > fails_at))
		return false;
	failures++;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails_now() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __libc_calloc(count, size);
}

void *
realloc(void *p, size_t size)
{
	return fails_now() ? NULL : __libc_realloc(p, size);
}

#endif
