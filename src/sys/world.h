/* The world as it is, for main to hand down. */
#ifndef PB_SYS_WORLD_H
#define PB_SYS_WORLD_H

#include "core/world.h"
#include "probant/status.h"

/* Const, for any thread. */
PB_API const struct pb_world *pb_sys_world(void);

#endif
