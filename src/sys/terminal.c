#include "sys/terminal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
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

/* One octet; 0 at the end of the input. */
static int
read_octet(char *to)
{
	ssize_t n;

	do
		n = read(STDIN_FILENO, to, 1);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : (int)n;
}

enum pb_status
pb_terminal_line(const char *prompt, char *to, size_t size, size_t *ret_len, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t len = 0;
	int got;
	char c;

	if (pb_terminal_is(STDIN_FILENO))
		status = pb_terminal_write(STDERR_FILENO, prompt, strlen(prompt), err);
	if (status != PB_OK)
		return status;
	while ((got = read_octet(&c)) == 1 && c != '\n') {
		if (len < size)
			to[len] = c;
		len++;
	}
	if (got < 0)
		return pb_fail_sys(err, got, N_("read a line"), "%s", "stdin");
	if (got == 0 && len == 0)
		return pb_fail(
		    err, PB_EEND, N_("read a line"), N_("the input ended"), "%s", "stdin");
	if (len >= size)
		return pb_fail(
		    err, PB_ELIMIT, N_("read a line"), N_("it is too long"), "%s", "stdin");
	to[len] = '\0';
	*ret_len = len;
	return PB_OK;
}
