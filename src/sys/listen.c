#include "sys/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"

static const char LISTENING[] = N_("listen");

static enum pb_status
refused(int error, const char *where, struct pb_error *err)
{
	(void)pb_fail_sys(err, -error, LISTENING, "%s", where);
	if (error == ENOMEM)
		return PB_ENOMEM;
	if (err != NULL)
		err->status = PB_EUNAVAIL;
	return PB_EUNAVAIL;
}

static bool
address_of(const char *path, struct sockaddr_un *ret_address)
{
	size_t len = strlen(path);

	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (len == 0 || len >= sizeof(ret_address->sun_path))
		return false;
	memcpy(ret_address->sun_path, path, len + 1);
	return true;
}

/* A socket at which nobody answers any more: its process ended without removing it. */
static bool
is_left(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool left;

	left = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
	       errno == ECONNREFUSED;
	if (fd >= 0)
		(void)close(fd);
	return left;
}

static enum pb_status
make_room(const struct sockaddr_un *address, struct pb_error *err)
{
	const char *path = address->sun_path;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? PB_OK : refused(errno, path, err);
	if (!S_ISSOCK(st.st_mode))
		return pb_fail(
		    err, PB_EEXIST, LISTENING, N_("something else stands there"), "%s", path);
	if (!is_left(address))
		return pb_fail(
		    err, PB_EEXIST, LISTENING, N_("another process serves it"), "%s", path);
	return unlink(path) == 0 ? PB_OK : refused(errno, path, err);
}

/*
 * With that mode from the beginning (umask(2): no other thread makes files meanwhile): its
 * directory may be another's, who could put a link in its place before it was changed by name.
 */
static int
bind_local(int fd, const struct sockaddr_un *address, unsigned mode)
{
	mode_t before = umask(0777 & ~(mode_t)mode);
	int bound = bind(fd, (const struct sockaddr *)address, sizeof(*address));

	(void)umask(before);
	return bound;
}

enum pb_status
pb_listen_local(const char *path, unsigned mode, int *ret_fd, struct pb_error *err)
{
	struct sockaddr_un address;
	enum pb_status status;
	int fd;

	if (!address_of(path, &address))
		return refused(ENAMETOOLONG, path, err);
	status = make_room(&address, err);
	if (status != PB_OK)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return refused(errno, path, err);
	if (bind_local(fd, &address, mode) != 0 || listen(fd, SOMAXCONN) != 0) {
		status = refused(errno, path, err);
		(void)close(fd);
		return status;
	}
	*ret_fd = fd;
	return PB_OK;
}

static int
bind_tcp(const struct addrinfo *address)
{
	static const int yes = 1;
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return -errno;
	/* "::" is IPv6 alone, whatever the machine's habit: a policy that names both means both. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    (address->ai_family != AF_INET6 ||
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes)) == 0) &&
	    bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	return -error;
}

enum pb_status
pb_listen_tcp(const char *host, unsigned port, int *ret_fd, struct pb_error *err)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV };
	struct addrinfo *address = NULL;
	char service[16], where[128];
	int fd;

	(void)snprintf(service, sizeof(service), "%u", port);
	(void)snprintf(where, sizeof(where), "%s port %u", host, port);
	if (getaddrinfo(host, service, &hints, &address) != 0)
		return refused(EADDRNOTAVAIL, where, err);
	fd = bind_tcp(address);
	freeaddrinfo(address);
	if (fd < 0)
		return refused(-fd, where, err);
	*ret_fd = fd;
	return PB_OK;
}

int
pb_listen_own(int fd)
{
	return listen(fd, SOMAXCONN) == 0 ? 0 : -errno;
}

int
pb_listen_again(int fd)
{
	int other = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return other < 0 ? -errno : other;
}

void
pb_listen_close(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}
