/*
 * Sockets between processes of this machine that keep packets whole (unix(7), SOCK_SEQPACKET); a
 * packet may bring a descriptor.  No call waits for the other side, but for pb_local_connect and
 * pb_local_poll, which say how long; none raises SIGPIPE.
 */
#ifndef PB_SYS_LOCAL_H
#define PB_SYS_LOCAL_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

/*
 * Listen at `path`, which whoever `mode` lets may connect to.  A socket that somebody left there is
 * replaced; PB_EEXIST: somebody listens there, or it is no socket.
 */
enum pb_status pb_local_listen(
    const char *path, unsigned mode, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/*
 * ret_uid: of whoever listened when this came.  PB_EUNAVAIL: nobody does, or so many wait that it
 * was not accepted in time.
 */
enum pb_status pb_local_connect(const char *path, uint32_t timeout_ms, int *ret_fd,
    uint32_t *ret_uid, struct pb_error *err) PB_MUST_CHECK;

/* One that waits to be accepted: a descriptor, or the negative errno; -EAGAIN: none does. */
int pb_local_accept(int listener, uint32_t *ret_uid);

/*
 * One packet, head and data behind each other, with the descriptor `pass` (-1: none), which stays
 * the caller's.  0, or the negative errno; -EAGAIN: there is no room now.
 */
int pb_local_send(
    int fd, const void *head, size_t head_len, const void *data, size_t len, int pass);

/*
 * The next packet: its length; 0: the other side ended, or the packet was empty; or the negative
 * errno: -EAGAIN: there is none; -EMSGSIZE: it was longer than size, or brought more than one
 * descriptor, all of which are closed.  *ret_passed: what it brought, the caller's; -1: nothing.
 */
int64_t pb_local_receive(int fd, void *to, size_t size, int *ret_passed);

/* poll(2). */
int pb_local_poll(struct pollfd *sockets, size_t count, uint32_t timeout_ms);

/* The other side can send no more; what it sent can still be received, and answered. */
void pb_local_deafen(int fd);

void pb_local_close(int *fd); /* and forget it; -1 is fine */

#endif
