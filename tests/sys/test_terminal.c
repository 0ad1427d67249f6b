#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/terminal.h"

/* ---- safety ---- */

static void
what_is_no_terminal_has_the_width_of_a_page(void **state)
{
	int fd = open("/dev/null", O_RDWR);

	(void)state;
	assert_false(pb_terminal_is(fd));
	assert_false(pb_terminal_is(-1));
	assert_int_equal(pb_terminal_width(fd), 80);
	assert_int_equal(pb_terminal_width(-1), 80);
	close(fd);
}

static void
nothing_is_written_where_nothing_is_to_be_said(void **state)
{
	(void)state;
	assert_int_equal(pb_terminal_write(-1, NULL, 0, NULL), PB_OK);
}

/* ---- good path ---- */

static void
terminal_is_known_and_tells_its_width(void **state)
{
	struct winsize size = { .ws_row = 50, .ws_col = 132 };
	int master, slave;

	(void)state;
	assert_int_equal(openpty(&master, &slave, NULL, NULL, &size), 0);
	assert_true(pb_terminal_is(slave));
	assert_int_equal(pb_terminal_width(slave), 132);
	size.ws_col = 0;
	assert_int_equal(ioctl(slave, TIOCSWINSZ, &size), 0);
	assert_int_equal(pb_terminal_width(slave), 80);
	close(slave);
	close(master);
}

/* A child that reads all of fd slowly; its exit status says if it was what was sent. */
static pid_t
read_slowly(int fd, const char *sent, size_t len)
{
	size_t done = 0;
	ssize_t n = 1;
	char *got;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	got = malloc(len + 1);
	while (got != NULL && n > 0 && done <= len) {
		usleep(1000);
		n = read(fd, got + done, len + 1 - done < 30000 ? len + 1 - done : 30000);
		done += n > 0 ? (size_t)n : 0;
	}
	_exit(got != NULL && done == len && memcmp(got, sent, len) == 0 ? 0 : 1);
}

static void
all_is_written_though_the_reader_is_slow_and_the_pipe_small(void **state)
{
	size_t len = 500000, i;
	char *data = malloc(len);
	int pipes[2], status;
	pid_t pid;

	(void)state;
	assert_non_null(data);
	for (i = 0; i < len; i++)
		data[i] = (char)(i % 253);
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(fcntl(pipes[1], F_SETFL, O_NONBLOCK), 0);
	/* The child must not hold the end it waits for. */
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(pipes[0]);
		_exit(pb_terminal_write(pipes[1], data, len, NULL) == PB_OK ? 0 : 1);
	}
	close(pipes[1]);
	assert_int_equal(waitpid(read_slowly(pipes[0], data, len), &status, 0) > 0, 1);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(pipes[0]);
	free(data);
}

/* ---- faults ---- */

static void
writing_where_nobody_reads_is_an_error(void **state)
{
	struct pb_error err;
	int pipes[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]);
	assert_int_equal(pb_terminal_write(pipes[1], "x", 1, &err), PB_EIO);
	assert_int_equal(err.cause, EPIPE);
	close(pipes[1]);
	signal(SIGPIPE, SIG_DFL);
}

static void
writing_to_a_full_disk_is_an_error(void **state)
{
	struct pb_error err;
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	assert_int_equal(pb_terminal_write(fd, "x", 1, &err), PB_ENOSPC);
	assert_int_equal(err.cause, ENOSPC);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_terminal_has_the_width_of_a_page),
		cmocka_unit_test(nothing_is_written_where_nothing_is_to_be_said),
		cmocka_unit_test(terminal_is_known_and_tells_its_width),
		cmocka_unit_test(all_is_written_though_the_reader_is_slow_and_the_pipe_small),
		cmocka_unit_test(writing_where_nobody_reads_is_an_error),
		cmocka_unit_test(writing_to_a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
