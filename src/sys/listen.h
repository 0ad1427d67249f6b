/* Listening sockets, bound by whoever may, for services that they are handed to. */
#ifndef PB_SYS_LISTEN_H
#define PB_SYS_LISTEN_H

#include "probant/status.h"

/*
 * A local socket of streams (of packets: sys/local.h), to which whoever `mode` lets may connect.
 * What a dead process left at path is replaced.  PB_EEXIST: something else stands there, or
 * somebody serves it; PB_EUNAVAIL: the system refuses.
 */
enum pb_status pb_listen_local(
    const char *path, unsigned mode, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/* host is an IP address.  PB_EUNAVAIL. */
enum pb_status pb_listen_tcp(
    const char *host, unsigned port, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/*
 * Whoever connects sees the credentials of who called listen(2) last (unix(7), SO_PEERCRED): a
 * service that was handed a socket makes them its own.  0, or the negative errno.
 */
int pb_listen_own(int fd);

/* The same socket once more, for another owner, or the negative errno; and its end, -1 is fine. */
int pb_listen_again(int fd);
void pb_listen_close(int fd);

#endif
