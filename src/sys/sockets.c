#include "sys/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"

union address {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
	struct sockaddr_storage room;
};

/* ---- made ----------------------------------------------------------------------------------- */

int
pb_socket_adopt(int fd)
{
	static const int at_once = 1;
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return -errno;
	/* An answer is one segment, and does not wait for the next.  No socket of TCP: no matter.
	 */
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
	return 0;
}

int
pb_socket_pair(int ret_ends[2])
{
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ret_ends) == 0
		   ? 0
		   : -errno;
}

int
pb_socket_accept(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), error;

	if (fd < 0)
		return -errno;
	error = pb_socket_adopt(fd);
	if (error == 0)
		return fd;
	(void)close(fd);
	return error;
}

/* Its length; 0: it is none. */
static socklen_t
parse_address(const char *path, const char *host, unsigned port, union address *ret_address)
{
	union address address;

	memset(&address, 0, sizeof(address));
	if (path != NULL) {
		if (strlen(path) >= sizeof(address.local.sun_path))
			return 0;
		address.local.sun_family = AF_UNIX;
		memcpy(address.local.sun_path, path, strlen(path));
		*ret_address = address;
		return sizeof(address.local);
	}
	if (port > UINT16_MAX)
		return 0;
	if (inet_pton(AF_INET, host, &address.four.sin_addr) == 1) {
		address.four.sin_family = AF_INET;
		address.four.sin_port = htons((uint16_t)port);
		*ret_address = address;
		return sizeof(address.four);
	}
	if (inet_pton(AF_INET6, host, &address.six.sin6_addr) != 1)
		return 0;
	address.six.sin6_family = AF_INET6;
	address.six.sin6_port = htons((uint16_t)port);
	*ret_address = address;
	return sizeof(address.six);
}

int
pb_socket_connect(const char *path, const char *host, unsigned port, int *ret_fd)
{
	union address address;
	socklen_t len = parse_address(path, host, port, &address);
	int fd, error = 0;

	if (len == 0)
		return -EINVAL;
	fd = socket(address.any.sa_family, SOCK_STREAM, 0);
	if (fd < 0)
		return -errno;
	error = pb_socket_adopt(fd);
	if (error == 0 && connect(fd, &address.any, len) != 0)
		error = errno == EINPROGRESS ? 1 : -errno;
	if (error < 0)
		(void)close(fd);
	else
		*ret_fd = fd;
	return error;
}

int
pb_socket_new(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	return fd >= 0 ? fd : -errno;
}

int
pb_socket_is_own(const char *host)
{
	union address address;
	socklen_t len = parse_address(NULL, host, 0, &address);
	int fd, error = 0;

	if (len == 0)
		return -EINVAL;
	fd = pb_socket_new(address.any.sa_family, SOCK_DGRAM, 0);
	if (fd < 0)
		return fd;
	/* None but one's own can be bound to, and a datagram socket does nothing by it. */
	if (bind(fd, &address.any, len) != 0)
		error = errno;
	(void)close(fd);
	return error == 0 ? 1 : error == EADDRNOTAVAIL ? 0 : -error;
}

int
pb_socket_error(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 ? -error : -errno;
}

/* ---- octets --------------------------------------------------------------------------------- */

int64_t
pb_socket_receive(int fd, void *to, size_t len)
{
	static const int at_once = 1;
	ssize_t n;

	while ((n = recv(fd, to, len, MSG_DONTWAIT)) < 0 && errno == EINTR)
		continue;
	/* Who sends in small pieces, and gets no answer to each, waits for this (RFC 896): a
	 * milter's MTA does.  TCP forgets it soon; elsewhere it is no matter. */
	if (n > 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof(at_once));
	return n >= 0 ? n : errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

int64_t
pb_socket_send(int fd, const void *from, size_t len)
{
	ssize_t n;

	while ((n = send(fd, from, len, MSG_DONTWAIT | MSG_NOSIGNAL)) < 0 && errno == EINTR)
		continue;
	return n >= 0 ? n : errno == EWOULDBLOCK ? -EAGAIN : -errno;
}

void
pb_socket_peer(int fd, char out[PB_SOCKET_PEER])
{
	union address address;
	socklen_t len = sizeof(address);
	char text[INET6_ADDRSTRLEN] = "";

	memset(&address, 0, sizeof(address));
	if (getpeername(fd, &address.any, &len) != 0)
		address.any.sa_family = AF_UNIX;
	if (address.any.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &address.four.sin_addr, text, sizeof(text)) != NULL)
		(void)snprintf(out, PB_SOCKET_PEER, "%s:%u", text, ntohs(address.four.sin_port));
	/* IPv4 at a socket that serves both (RFC 4291 2.5.5.2). */
	else if (address.any.sa_family == AF_INET6 &&
		 IN6_IS_ADDR_V4MAPPED(&address.six.sin6_addr) &&
		 inet_ntop(AF_INET, &address.six.sin6_addr.s6_addr[12], text, sizeof(text)) != NULL)
		(void)snprintf(out, PB_SOCKET_PEER, "%s:%u", text, ntohs(address.six.sin6_port));
	else if (address.any.sa_family == AF_INET6 &&
		 inet_ntop(AF_INET6, &address.six.sin6_addr, text, sizeof(text)) != NULL)
		(void)snprintf(out, PB_SOCKET_PEER, "[%s]:%u", text, ntohs(address.six.sin6_port));
	else
		(void)snprintf(out, PB_SOCKET_PEER, "unix");
}

/* ---- waiting, and the end ------------------------------------------------------------------- */

static short
events_of(unsigned wants)
{
	return (
	    short)((wants & PB_SOCKET_READ ? POLLIN : 0) | (wants & PB_SOCKET_WRITE ? POLLOUT : 0));
}

static unsigned
ready_of(short events)
{
	if (events & (POLLERR | POLLHUP | POLLNVAL))
		return PB_SOCKET_READ | PB_SOCKET_WRITE;
	return (events & POLLIN ? PB_SOCKET_READ : 0U) | (events & POLLOUT ? PB_SOCKET_WRITE : 0U);
}

int
pb_socket_wait(struct pb_socket_wait *waits, size_t count, uint32_t timeout_ms)
{
	struct pollfd polled[PB_SOCKET_WAITS];
	int ready;

	pb_assert(count <= PB_SOCKET_WAITS);
	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){ waits[i].fd, events_of(waits[i].wants), 0 };
	ready = poll(polled, count,
	    timeout_ms == PB_SOCKET_EVER ? -1
	    : timeout_ms > INT_MAX       ? INT_MAX
					 : (int)timeout_ms);
	if (ready < 0)
		return -errno;
	for (size_t i = 0; i < count; i++)
		waits[i].ready = ready_of(polled[i].revents);
	return ready;
}

int
pb_socket_twin(int fd)
{
	int twin = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	return twin >= 0 ? twin : -errno;
}

void
pb_socket_end_reading(int fd)
{
	(void)shutdown(fd, SHUT_RD);
}

void
pb_socket_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}
