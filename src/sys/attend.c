#include "sys/attend.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* Descriptors that a master watches: its signals, and the lines of those that start. */
#define FDS_MAX 64

int
pb_attend_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR || pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
		return -EINVAL;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

enum pb_attend_signal
pb_attend_next(int signals)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return PB_ATTEND_NOTHING;
	switch (info.ssi_signo) {
	case SIGCHLD:
		return PB_ATTEND_CHILD;
	case SIGHUP:
		return PB_ATTEND_RELOAD;
	default:
		return PB_ATTEND_END;
	}
}

void
pb_attend(const int *fds, size_t count, int64_t timeout_us)
{
	struct pollfd polled[FDS_MAX];
	int64_t ms = timeout_us <= 0 ? 0 : timeout_us / 1000 + 1;

	if (count > FDS_MAX)
		count = FDS_MAX;
	for (size_t i = 0; i < count; i++)
		polled[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	(void)poll(polled, (nfds_t)count, ms > 60000 ? 60000 : (int)ms);
}

int
pb_attend_notify(const char *socket_name, const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t len = strlen(socket_name);
	/* It reads when it can; one that hangs must not hang us. */
	static const struct timeval patience = { .tv_sec = 1 };
	int fd, error = 0;

	if (len == 0 || len >= sizeof(to.sun_path))
		return -EINVAL;
	memcpy(to.sun_path, socket_name, len);
	if (to.sun_path[0] == '@') /* an abstract one, as sd_notify(3) writes it */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		error = errno;
	(void)close(fd);
	return -error;
}

size_t
pb_attend_many_files(void)
{
	struct rlimit files = { 0, 0 };

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
		(void)getrlimit(RLIMIT_NOFILE, &files);
	}
	return (size_t)files.rlim_cur;
}
