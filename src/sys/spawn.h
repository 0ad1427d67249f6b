/* Another program: beside this one, or in its place. */
#ifndef PB_SYS_SPAWN_H
#define PB_SYS_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/*
 * fds[i] becomes its descriptor i, -1 there /dev/null; every other one is closed.  No environment,
 * no signal held back or passed over, and a process group of its own, so that what a terminal sends
 * us does not reach it.  arguments ends with NULL.  0, or the negative errno.
 */
int pb_spawn(const char *program, const char *const *arguments, const int *fds, size_t count,
    pid_t *ret_process);

/* Become that program.  Answers only when it can't be done: the negative errno. */
int pb_become(const char *program, const char *const *arguments);

#endif
