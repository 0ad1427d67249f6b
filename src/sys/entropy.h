/*
 * The kernel's random numbers: the real struct pb_random (core/world.h).
 * Not named random.h: that would stand before the system's <sys/random.h>.
 */
#ifndef PB_SYS_ENTROPY_H
#define PB_SYS_ENTROPY_H

#include "core/world.h"

const struct pb_random *pb_sys_random(void);

#endif
