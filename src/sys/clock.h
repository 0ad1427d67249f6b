/* The machine's clocks: the real struct pb_clock (core/world.h). */
#ifndef PB_SYS_CLOCK_H
#define PB_SYS_CLOCK_H

#include <stdbool.h>

#include "core/world.h"

const struct pb_clock *pb_sys_clock(void);

/* A time service keeps the machine's clock, as far as the kernel was told (adjtimex(2)); then
 * *ret_error_us is how far off it may be. */
bool pb_sys_clock_kept(int64_t *ret_error_us);

#endif
