/* A process that gives up all that it does not need, before it looks at octets of others. */
#ifndef PB_SYS_CONFINE_H
#define PB_SYS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is in force; a kernel may have one and not the other. */
struct pb_confined {
	bool landlock; /* no file can be opened, by its rules on paths; no TCP port, where it can */
	bool seccomp;  /* no call of the system but those for memory, and on open descriptors */
};

/*
 * For the rest of the process's life: no core dump, no new descriptor, no file made larger, no
 * child, at most `memory` bytes of address space (0: no such limit, and none where a
 * sanitizer is compiled in, which reserves terabytes); no new privileges; Landlock with no path at
 * all; a seccomp filter.  Opening a path answers EACCES then; a call that nobody here needs
 * ends the process by SIGSYS (under a sanitizer it answers EPERM).
 *
 * 0, or the negative errno of a limit that could not be set.
 */
int pb_confine(uint64_t memory, struct pb_confined *ret_confined);

/* What of both this kernel would put in force; nothing is given up. */
void pb_confine_offered(struct pb_confined *ret_offered);

/* Ends the process by SIGPROF when it has used that much processor time from now; 0: no more. */
int pb_confine_processor(unsigned ms);

#endif
