#include "fault/own_memory.h"

#include <stddef.h>
#include <string.h>

static uint64_t made, fails_at, failures;
static bool fails_forever;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);

void
own_memory_fail(uint64_t nth, bool forever)
{
	made = 0;
	failures = 0;
	fails_at = nth;
	fails_forever = forever;
}

uint64_t
own_memory_restore(void)
{
	fails_at = 0;
	return failures;
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
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return fails_now() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails_now() ? NULL : __real_strdup(text);
}
