/*
 * Memory that runs out for Probant's own calls alone: the program is linked with
 * --wrap=malloc and its like, which redirects the calls of our objects and not those
 * inside the libraries (OpenSSL 3.0 itself crashes when some of its allocations fail).
 */
#ifndef PB_FAULT_OWN_MEMORY_H
#define PB_FAULT_OWN_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* From now on our nth allocation (from 1) fails, and with `forever` all after it. */
void own_memory_fail(uint64_t nth, bool forever);

/* All succeed again.  How many were made to fail since. */
uint64_t own_memory_restore(void);

#endif
