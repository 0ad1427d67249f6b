#include "lib/memory.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

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
static bool fails_forever, fails_own;

static void
fail(uint64_t nth, bool forever, bool own)
{
	made = 0;
	failures = 0;
	fails_at = nth;
	fails_forever = forever;
	fails_own = own;
}

void
test_memory_fail(uint64_t nth, bool forever)
{
	fail(nth, forever, false);
}

void
test_memory_fail_own(uint64_t nth, bool forever)
{
	fail(nth, forever, true);
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
__attribute__((visibility("default"))) char *strdup(const char *text);

bool
test_memory_can_fail(void)
{
	return true;
}

/* The program's own text, as the linker names its ends. */
extern const char __executable_start[], etext[];

static bool
fails_now(const void *caller)
{
	bool own = (uintptr_t)caller >= (uintptr_t)__executable_start &&
		   (uintptr_t)caller < (uintptr_t)etext;

	if (fails_at == 0 || (fails_own && !own))
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
	return fails_now(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return fails_now(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

/* The library's would call malloc itself. */
char *
strdup(const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = fails_now(__builtin_return_address(0)) ? NULL : __libc_malloc(len);

	return copy == NULL ? NULL : memcpy(copy, text, len);
}

void *
realloc(void *p, size_t size)
{
	return fails_now(__builtin_return_address(0)) ? NULL : __libc_realloc(p, size);
}

#endif
