/* The machine's clocks: the real struct pb_clock (core/world.h). */
#ifndef PB_SYS_CLOCK_H
#define PB_SYS_CLOCK_H

#include "core/world.h"

const struct pb_clock *pb_sys_clock(void);

#endif
