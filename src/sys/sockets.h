/*
 * Sockets.  Each call answers at once, with 0 or more, or with the negative errno; only
 * pb_socket_wait waits.  None raises SIGPIPE.  (socket.h would stand before the system's own.)
 */
#ifndef PB_SYS_SOCKETS_H
#define PB_SYS_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/* A socket that was inherited: never waits from now on, and is none of a child's. */
int pb_socket_adopt(int fd);
/* The two ends of a stream; a connection that waits at a listening socket.  Adopted. */
int pb_socket_pair(int ret_ends[2]);
int pb_socket_accept(int listener);
/*
 * path NULL: host, an IP address, and port.  0: connected; 1: on its way, and once it can be
 * written to, pb_socket_error tells how it went.  Else ret_fd is untouched; -EINVAL: no such
 * address.
 */
int pb_socket_connect(const char *path, const char *host, unsigned port, int *ret_fd);
int pb_socket_error(int fd); /* 0: none */
/* As socket(2), for a library that goes on by itself; none of a child's. */
int pb_socket_new(int family, int type, int protocol);
/*
 * Whether this machine has that IP address: 1 or 0; -EINVAL: it is none.  Where every address can
 * be bound to (ip_nonlocal_bind, ip(7)), every one is taken for the machine's.
 */
int pb_socket_is_own(const char *host);

/* Octets, at most len; 0 (of receive): the other side ended; -EAGAIN: wait. */
int64_t pb_socket_receive(int fd, void *to, size_t len);
int64_t pb_socket_send(int fd, const void *from, size_t len);

/* Who is at the other end: "203.0.113.9:4711", "[2001:db8::9]:4711", "unix". */
#define PB_SOCKET_PEER 64
void pb_socket_peer(int fd, char out[PB_SOCKET_PEER]);

enum { PB_SOCKET_READ = 1, PB_SOCKET_WRITE = 2 };
struct pb_socket_wait {
	int fd; /* -1: nothing is waited for */
	unsigned wants;
	unsigned ready; /* of that, when the call returns; both once it is broken */
};
#define PB_SOCKET_WAITS 4
#define PB_SOCKET_EVER UINT32_MAX
/* How many are ready; 0: none was in so many milliseconds; -EINTR: a signal came. */
int pb_socket_wait(struct pb_socket_wait *waits, size_t count, uint32_t timeout_ms);

/* The same socket by another number. */
int pb_socket_twin(int fd);
/* Whoever reads it, now or later, finds its end. */
void pb_socket_end_reading(int fd);
void pb_socket_close(int fd); /* -1 is fine */

#endif
