#include "sys/terminal.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/error.h"

bool
pb_terminal_is(int fd)
{
	return isatty(fd) == 1;
}

unsigned
pb_terminal_width(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* Wait for a descriptor that its owner made non-blocking, until it takes more. */
static bool
wait_writable(int fd)
{
	struct pollfd waited = { .fd = fd, .events = POLLOUT };
	int answer;

	do
		answer = poll(&waited, 1, -1);
	while (answer < 0 && errno == EINTR);
	return answer > 0;
}

enum pb_status
pb_terminal_write(int fd, const void *data, size_t len, struct pb_error *err)
{
	const char *at = data;
	ssize_t n;
	int cause;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && wait_writable(fd))
			continue;
		if (n < 0) {
			cause = errno;
			return pb_fail_sys(err, -cause, N_("write the output"), "%s", "");
		}
		at += n;
		len -= (size_t)n;
	}
	return PB_OK;
}
