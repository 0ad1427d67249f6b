#include "sys/pipe.h"

#include <errno.h>
#include <unistd.h>

int
pb_pipe_read(int fd, void *to, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = read(fd, (char *)to + done, len - done);
		if (n == 0)
			return done == 0 ? 0 : -EPIPE;
		if (n > 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return 1;
}

int
pb_pipe_write(int fd, const void *from, size_t len)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = write(fd, (const char *)from + done, len - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}
