#include "sys/local.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"

/* More wait outside: doors connect once for each of their sessions. */
#define BACKLOG 1024

static const char LISTENING[] = N_("listen for other processes of this machine");
static const char CONNECTING[] = N_("connect to another process of this machine");

/* ---- one side and the other ------------------------------------------------------------------ */

static enum pb_status
set_address(
    const char *path, const char *what, struct sockaddr_un *ret_address, struct pb_error *err)
{
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(ret_address->sun_path))
		return pb_fail(
		    err, PB_EINVAL, what, N_("no socket has a name so long, or none"), "%s", path);
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, len);
	return PB_OK;
}

static int
new_socket(int flags)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

	return fd < 0 ? -errno : fd;
}

static int
connect_to(int fd, const struct sockaddr_un *address)
{
	int result;

	do
		result = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	while (result != 0 && errno == EINTR);
	return result != 0 ? -errno : 0;
}

/* Away with a socket that nobody listens at any more. */
static enum pb_status
remove_stale(const struct sockaddr_un *address, struct pb_error *err)
{
	const char *path = address->sun_path;
	struct stat st;
	int fd, answer;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? PB_OK : pb_fail_sys(err, -errno, LISTENING, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return pb_fail(
		    err, PB_EEXIST, LISTENING, N_("what stands there is no socket"), "%s", path);
	if ((fd = new_socket(SOCK_NONBLOCK)) < 0)
		return pb_fail_sys(err, fd, LISTENING, "%s", path);
	answer = connect_to(fd, address);
	(void)close(fd);
	if (answer == 0 || answer == -EAGAIN)
		return pb_fail(
		    err, PB_EEXIST, LISTENING, N_("another process listens there"), "%s", path);
	if (answer != -ECONNREFUSED)
		return pb_fail_sys(err, answer, LISTENING, "%s", path);
	return unlink(path) == 0 ? PB_OK : pb_fail_sys(err, -errno, LISTENING, "%s", path);
}

enum pb_status
pb_local_listen(const char *path, unsigned mode, int *ret_fd, struct pb_error *err)
{
	struct sockaddr_un address;
	enum pb_status status = set_address(path, LISTENING, &address, err);
	int fd;

	if (status == PB_OK)
		status = remove_stale(&address, err);
	if (status != PB_OK)
		return status;
	if ((fd = new_socket(0)) < 0)
		return pb_fail_sys(err, fd, LISTENING, "%s", path);
	/* Until it listens nobody can connect, whatever the mode is that it was bound with. */
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    chmod(path, (mode_t)mode) != 0 || listen(fd, BACKLOG) != 0) {
		status = pb_fail_sys(err, -errno, LISTENING, "%s", path);
		(void)close(fd);
		return status;
	}
	*ret_fd = fd;
	return PB_OK;
}

/* Who is, or was when it began, on the other side (SO_PEERCRED). */
static int
peer_uid(int fd, uint32_t *ret_uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return -errno;
	*ret_uid = peer.uid;
	return 0;
}

enum pb_status
pb_local_connect(
    const char *path, uint32_t timeout_ms, int *ret_fd, uint32_t *ret_uid, struct pb_error *err)
{
	struct timeval limit = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };
	struct sockaddr_un address;
	enum pb_status status = set_address(path, CONNECTING, &address, err);
	int fd, answer;

	if (status != PB_OK)
		return status;
	if (timeout_ms == 0)
		limit.tv_usec = 1; /* none at all would be for ever */
	if ((fd = new_socket(0)) < 0)
		return pb_fail_sys(err, fd, CONNECTING, "%s", path);
	answer = 0;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0)
		answer = -errno;
	if (answer == 0)
		answer = connect_to(fd, &address);
	if (answer == 0)
		answer = peer_uid(fd, ret_uid);
	if (answer == 0) {
		*ret_fd = fd;
		return PB_OK;
	}
	(void)close(fd);
	status = pb_fail_sys(err, answer, CONNECTING, "%s", path);
	if (status == PB_ENOMEM)
		return status;
	if (err != NULL)
		err->status = PB_EUNAVAIL;
	return PB_EUNAVAIL;
}

int
pb_local_accept(int listener, uint32_t *ret_uid)
{
	struct pollfd waiting = { .fd = listener, .events = POLLIN };
	int fd, answer;

	/* The listener may be shared, and is not made non-blocking for others. */
	if (poll(&waiting, 1, 0) <= 0)
		return -EAGAIN;
	do
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	answer = peer_uid(fd, ret_uid);
	if (answer != 0) {
		(void)close(fd);
		return answer;
	}
	return fd;
}

/* ---- packets --------------------------------------------------------------------------------- */

/* Room for one descriptor, aligned; CMSG_SPACE would leave room for two. */
union control {
	struct cmsghdr head;
	uint8_t octets[CMSG_SPACE(sizeof(int))];
};

int
pb_local_send(int fd, const void *head, size_t head_len, const void *data, size_t len, int pass)
{
	/* sendmsg only reads them. */
	struct iovec runs[2] = { { (void *)(uintptr_t)head, head_len },
		{ (void *)(uintptr_t)data, len } };
	union control control = { .octets = { 0 } };
	struct msghdr message = { .msg_iov = runs, .msg_iovlen = 2 };
	ssize_t n;

	if (pass >= 0) {
		control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
			.cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.head), &pass, sizeof(pass));
		message.msg_control = &control;
		message.msg_controllen = CMSG_LEN(sizeof(int));
	}
	do
		n = sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The descriptor that came, if one did. */
static int
passed(const struct msghdr *message, const union control *control)
{
	int fd = -1;

	if (message->msg_controllen >= CMSG_LEN(sizeof(int)) &&
	    control->head.cmsg_level == SOL_SOCKET && control->head.cmsg_type == SCM_RIGHTS &&
	    control->head.cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(&control->head), sizeof(fd));
	return fd;
}

int64_t
pb_local_receive(int fd, void *to, size_t size, int *ret_passed)
{
	struct iovec run = { to, size };
	union control control = { .octets = { 0 } };
	struct msghdr message = { .msg_iov = &run,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	int came;
	ssize_t n;

	*ret_passed = -1;
	do
		n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	came = passed(&message, &control);
	/* MSG_CTRUNC: the kernel has dropped those for which there was no room. */
	if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || (n == 0 && came >= 0)) {
		pb_local_close(&came);
		return n == 0 ? 0 : -EMSGSIZE;
	}
	*ret_passed = came;
	return n;
}

int
pb_local_poll(struct pollfd *sockets, size_t count, uint32_t timeout_ms)
{
	int ready = poll(sockets, count, timeout_ms > INT32_MAX ? INT32_MAX : (int)timeout_ms);

	return ready < 0 ? -errno : ready;
}

void
pb_local_deafen(int fd)
{
	(void)shutdown(fd, SHUT_RD);
}

void
pb_local_close(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}
