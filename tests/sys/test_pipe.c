/* Whole reads and writes on a pipe. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/pipe.h"

static void
what_is_written_is_read_whole(void **state)
{
	int ends[2];
	char got[6] = "";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pb_pipe_write(ends[1], "hel", 3), 0);
	assert_int_equal(pb_pipe_write(ends[1], "lo", 3), 0);
	assert_int_equal(pb_pipe_write(ends[1], "", 0), 0);
	assert_int_equal(pb_pipe_read(ends[0], got, 6), 1);
	assert_string_equal(got, "hello");
	(void)close(ends[0]);
	(void)close(ends[1]);
}

static void
end_is_told_from_an_end_within(void **state)
{
	int ends[2];
	char got[6] = "";

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pb_pipe_write(ends[1], "abc", 3), 0);
	(void)close(ends[1]);
	assert_int_equal(pb_pipe_read(ends[0], got, 6), -EPIPE);
	assert_int_equal(pb_pipe_read(ends[0], got, 6), 0);
	(void)close(ends[0]);
	assert_int_equal(pb_pipe_read(ends[0], got, 6), -EBADF);
	assert_int_equal(pb_pipe_write(ends[0], got, 6), -EBADF);
}

static void
writing_to_nobody_is_an_error(void **state)
{
	int ends[2];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	(void)close(ends[0]);
	assert_int_equal(pb_pipe_write(ends[1], "a", 1), -EPIPE);
	(void)close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(end_is_told_from_an_end_within),
		cmocka_unit_test(writing_to_nobody_is_an_error),
		cmocka_unit_test(what_is_written_is_read_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
