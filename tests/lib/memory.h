/*
 * Memory that runs out when a test says so: malloc, calloc and realloc of the
 * whole process, libraries too.  A program that names none of these calls
 * keeps the C library's own.
 */
#ifndef PB_TEST_MEMORY_H
#define PB_TEST_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* False under a sanitizer, which needs the allocator for itself: then skip(). */
bool test_memory_can_fail(void);

/* From now on the nth allocation (from 1) fails, and with `forever` all after it. */
void test_memory_fail(uint64_t nth, bool forever);

/* Likewise, of those that our own code calls for: OpenSSL 3.0 crashes when some of its own fail. */
void test_memory_fail_own(uint64_t nth, bool forever);

/* All succeed again.  How many were made to fail since. */
uint64_t test_memory_restore(void);

#endif
