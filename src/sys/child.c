#include "sys/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.h"
#include "sys/process.h"
#include "sys/spawn.h"

#define SHARED_FD 3

struct pb_child {
	pid_t process;
	int fd;       /* our end of the stream */
	void *shared; /* NULL: no memory is shared */
	size_t shared_len;
};

static enum pb_status
refused(struct pb_error *err, int error, const char *program)
{
	enum pb_status status =
	    pb_fail_sys(err, error, N_("start a program of ours"), "%s", program);

	if (status == PB_ENOMEM)
		return status;
	if (err != NULL)
		err->status = PB_EUNAVAIL;
	return PB_EUNAVAIL;
}

/* Memory that the child sees too.  Nobody can make it shorter, which would end us by SIGBUS. */
static int
share(struct pb_child *child, size_t len, int *ret_fd)
{
	int fd = memfd_create("probant", MFD_CLOEXEC | MFD_ALLOW_SEALING), error = 0;
	void *memory;

	if (fd < 0)
		return -errno;
	if (ftruncate(fd, (off_t)len) != 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
		error = -errno;
	memory =
	    error == 0 ? mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
	if (memory == MAP_FAILED) {
		error = error != 0 ? error : -errno;
		(void)close(fd);
		return error;
	}
	child->shared = memory;
	child->shared_len = len;
	*ret_fd = fd;
	return 0;
}

/* The child with its stream, and the memory or -1; 0, or the negative errno. */
static int
start(struct pb_child *child, const char *program, int memory)
{
	const char *const arguments[] = { program, NULL };
	int ends[2], error;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	error = pb_spawn(program, arguments, (const int[]){ ends[1], ends[1], -1, memory },
	    memory >= 0 ? SHARED_FD + 1 : SHARED_FD, &child->process);
	(void)close(ends[1]);
	if (error != 0)
		(void)close(ends[0]);
	else
		child->fd = ends[0];
	return error;
}

static void
release(struct pb_child *child)
{
	if (child->shared != NULL)
		(void)munmap(child->shared, child->shared_len);
	free(child);
}

enum pb_status
pb_child_start(
    const char *program, size_t shared, struct pb_child **ret_child, struct pb_error *err)
{
	struct pb_child *child = calloc(1, sizeof(*child));
	int memory = -1, error = 0;

	if (child == NULL)
		return pb_fail_memory(err, N_("start a program of ours"));
	if (shared > 0)
		error = share(child, shared, &memory);
	if (error == 0)
		error = start(child, program, memory);
	if (memory >= 0)
		(void)close(memory);
	if (error != 0) {
		release(child);
		return refused(err, error, program);
	}
	*ret_child = child;
	return PB_OK;
}

void *
pb_child_shared(const struct pb_child *child)
{
	return child->shared;
}

const void *
pb_child_given(size_t shared)
{
	const void *memory = mmap(NULL, shared, PROT_READ, MAP_SHARED, SHARED_FD, 0);

	(void)close(SHARED_FD);
	return memory == MAP_FAILED ? NULL : memory;
}

/* Until the stream can be read or written: 0, or -ETIMEDOUT. */
static int
wait_for(struct pb_child *child, short events, const struct pb_clock *clock, int64_t deadline_us)
{
	struct pollfd poll_fd = { .fd = child->fd, .events = events };
	int64_t left_ms = (deadline_us - clock->monotonic_us(clock->ctx)) / 1000;
	int ready;

	if (left_ms <= 0)
		return -ETIMEDOUT;
	ready = poll(&poll_fd, 1, left_ms > 3600000 ? 3600000 : (int)left_ms);
	if (ready < 0 && errno != EINTR)
		return -errno;
	return ready == 0 ? -ETIMEDOUT : 0;
}

/* What is left of two runs when `sent` octets of them are gone. */
static void
advance(struct iovec runs[2], size_t sent)
{
	size_t n;

	for (int i = 0; i < 2; i++) {
		n = sent < runs[i].iov_len ? sent : runs[i].iov_len;
		runs[i].iov_base = (char *)runs[i].iov_base + n;
		runs[i].iov_len -= n;
		sent -= n;
	}
}

int
pb_child_send(struct pb_child *child, const void *head, size_t head_len, const void *data,
    size_t len, const struct pb_clock *clock, int64_t deadline_us)
{
	/* sendmsg only reads them. */
	struct iovec runs[2] = { { (void *)(uintptr_t)head, head_len },
		{ (void *)(uintptr_t)data, len } };
	struct msghdr message = { .msg_iov = runs, .msg_iovlen = 2 };
	ssize_t n;
	int error;

	while (runs[0].iov_len + runs[1].iov_len > 0) {
		n = sendmsg(child->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0) {
			advance(runs, (size_t)n);
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			error = wait_for(child, POLLOUT, clock, deadline_us);
			if (error != 0)
				return error;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

int
pb_child_receive(
    struct pb_child *child, void *to, size_t len, const struct pb_clock *clock, int64_t deadline_us)
{
	char *at = to;
	ssize_t n;
	int error;

	while (len > 0) {
		n = recv(child->fd, at, len, MSG_DONTWAIT);
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == 0) {
			return -EPIPE;
		} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
			error = wait_for(child, POLLIN, clock, deadline_us);
			if (error != 0)
				return error;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

long
pb_child_process(const struct pb_child *child)
{
	return child->process;
}

void
pb_child_end(struct pb_child *take_child)
{
	if (take_child == NULL)
		return;
	(void)kill(take_child->process, SIGKILL);
	while (waitpid(take_child->process, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)close(take_child->fd);
	release(take_child);
}

static bool
runnable(char *out, size_t size, int written)
{
	return written > 0 && (size_t)written < size && access(out, X_OK) == 0;
}

bool
pb_sys_beside(const char *name, char *out, size_t size)
{
	char in[256];
	int written = snprintf(in, sizeof(in), "../libexec/probant/%s", name);

	if (pb_process_beside(name, out, size) && access(out, X_OK) == 0)
		return true;
	if (written > 0 && (size_t)written < sizeof(in) && pb_process_beside(in, out, size) &&
	    access(out, X_OK) == 0)
		return true;
	return runnable(out, size, snprintf(out, size, "%s/%s", PROBANT_LIBEXECDIR, name));
}
