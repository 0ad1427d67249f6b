/* Files as the operating system keeps them: the real struct pb_files (core/world.h). */
#ifndef PB_SYS_FILES_H
#define PB_SYS_FILES_H

#include "core/world.h"

/* Const, without state, for any thread.  ctx is not used. */
const struct pb_files *pb_sys_files(void);

/*
 * open_unnamed for a file system without O_TMPFILE: created under a random
 * name in dir, mode 0600, and unlinked at once.  The fd or the negative errno.
 */
int pb_sys_files_unlinked(const char *dir);

#endif
