/* The tables by name, within this room: an initialiser can't call a function. */
#ifndef PB_SYS_TABLES_H
#define PB_SYS_TABLES_H

#include "core/world.h"

extern const struct pb_files pb_sys_files_table;
extern const struct pb_clock pb_sys_clock_table;
extern const struct pb_random pb_sys_random_table;

#endif
