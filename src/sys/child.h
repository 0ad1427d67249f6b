/* A program that works for this one: started, spoken with over one stream, ended. */
#ifndef PB_SYS_CHILD_H
#define PB_SYS_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "core/world.h"

/* For one thread at a time. */
struct pb_child;

/*
 * Start `program`.  Its standard input and output are one stream to us, its standard error goes
 * nowhere (words of a message might stand there); with shared > 0, descriptor 3 is that much
 * memory, which both see and nobody can make shorter; no other descriptor, no environment, no
 * signal held back, and a process group of its own, so that what a terminal sends us does not
 * reach it.  PB_EUNAVAIL: it can't be started; PB_ENOMEM.
 */
enum pb_status pb_child_start(const char *program, size_t shared, struct pb_child **ret_child,
    struct pb_error *err) PB_MUST_CHECK;

/* The memory that it sees too: to be written, never believed.  NULL: none. */
void *pb_child_shared(const struct pb_child *child);

/* In the child: the memory of descriptor 3, which is closed; NULL: it isn't there. */
const void *pb_child_given(size_t shared);

/*
 * All of it, at the latest when the clock's monotonic_us reaches deadline_us.  0; -ETIMEDOUT; or
 * the negative errno: -EPIPE or -ECONNRESET where the child is no more.  SIGPIPE is never raised.
 * head goes in front of data, in one piece with it: the child is woken once.
 */
int pb_child_send(struct pb_child *child, const void *head, size_t head_len, const void *data,
    size_t len, const struct pb_clock *clock, int64_t deadline_us);
int pb_child_receive(struct pb_child *child, void *to, size_t len, const struct pb_clock *clock,
    int64_t deadline_us);

/* Its process, for tests and messages. */
long pb_child_process(const struct pb_child *child);

/* Kill it, at once, and wait for it; NULL is fine. */
void pb_child_end(struct pb_child *take_child);

/*
 * The path of a program of ours: beside the running one, or in ../libexec/probant from there, or
 * where programs of its kind were to be installed.  false: none of these may be run.
 */
bool pb_sys_beside(const char *name, char *out, size_t size);

#endif
