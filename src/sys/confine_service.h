/*
 * A service that gives up what it does not need: it stays able to open files and sockets, but only
 * those that it is for.
 */
#ifndef PB_SYS_CONFINE_SERVICE_H
#define PB_SYS_CONFINE_SERVICE_H

#include <stddef.h>
#include <stdint.h>

#include "sys/confine.h"

struct pb_confinement {
	const char *const *directory; /* in which all may be done; nothing outside is written */
	size_t directory_count;
	/* In which files may be read, and directories listed; one that is not there is passed over.
	 */
	const char *const *reading;
	size_t reading_count;
	bool naming; /* in those, too, by which names are resolved and servers are known */
	/* The one program that may be started, and then everything else may be read; or NULL. */
	const char *program;
	bool network; /* sockets other than local ones */
	/* Of those, where the kernel can say so (Landlock, version 4): connections alone, to these
	 * ports of TCP.  None: to all. */
	const uint16_t *port;
	size_t port_count;
};

/*
 * For the rest of the process's life and of all that it starts: no core dump, no new privileges;
 * Landlock with these directories; no call by which a process debugs another, mounts, loads
 * code into the kernel or reaches for its keys (they answer EPERM).  Before the first thread.
 *
 * 0, or the negative errno: of a directory that is not there, say.  ret_confined: what is in force;
 * landlock only from its version 2 on, since an older one forbids every rename between directories.
 */
int pb_confine_service(const struct pb_confinement *confinement, struct pb_confined *ret_confined);

#endif
