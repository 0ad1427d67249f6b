/* The process itself: what it inherits, and what it must not leave behind. */
#ifndef PB_SYS_PROCESS_H
#define PB_SYS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "probant/status.h"

/*
 * To be called first in main.  Descriptors 0 to 2 are opened on /dev/null if
 * they are closed (else a segment could become stderr, and a message be
 * written into it); new files are for the user alone (umask 077); memory is
 * never dumped to disk nor read by another process of the same user.
 * PB_EUNAVAIL: the machine refused one of these.
 */
enum pb_status pb_process_harden(struct pb_error *err) PB_MUST_CHECK;

/* An environment variable, borrowed; NULL if unset, or if the program runs set-user-ID. */
const char *pb_process_environment(const char *name);

/*
 * Large pieces of memory go back to the system when they are freed, also later on: of who serves
 * for long, and needs them for moments.
 */
void pb_process_give_back_memory(void);

long pb_process_number(void); /* its own */

/* Processors that this process may run on, 1 or more. */
unsigned pb_process_processors(void);

/*
 * The path of `name` in the directory that holds the running program, into out.
 * false if there is nothing of that name, or no room for it.
 */
bool pb_process_beside(const char *name, char *out, size_t size);

/*
 * The path without links and from the root, of what stands at `path` or is to be made there, into
 * out.  false if its directory is not there, or there is no room for it.
 */
bool pb_process_real_path(const char *path, char *out, size_t size);

/*
 * Serving until somebody ends it: hold SIGINT, SIGTERM and SIGHUP back before the first
 * thread begins, then wait for one of them.
 */
void pb_process_hold_signals(void);
void pb_process_wait(void);

/*
 * What should end in good order: between catch and release, the first SIGINT or SIGTERM is only
 * noted, and the next ends the process, as it does without these.  One that is ignored stays so.
 * pb_process_stop_asked: whether one was noted; to be called between the two alone.
 */
void pb_process_catch_stop(void);
bool pb_process_stop_asked(void);
void pb_process_release_stop(void);

#endif
