#include "sys/world.h"

#include "sys/tables.h"

static const struct pb_world world = {
	.files = &pb_sys_files_table,
	.clock = &pb_sys_clock_table,
	.random = &pb_sys_random_table,
};

const struct pb_world *
pb_sys_world(void)
{
	return &world;
}
