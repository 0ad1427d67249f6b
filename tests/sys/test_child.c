/* A child process and the stream to it: what it is given, and what its end costs. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/child.h"
#include "sys/clock.h"

#define FAR_S 30

static int64_t
in_ms(int64_t ms)
{
	return pb_sys_clock()->monotonic_us(NULL) + ms * 1000;
}

static struct pb_child *
started(const char *program)
{
	struct pb_child *child = NULL;
	struct pb_error err;

	assert_int_equal(pb_child_start(program, 0, &child, &err), PB_OK);
	return child;
}

static void
script_to(const char *dir, const char *text, char *path, size_t size)
{
	FILE *file;

	snprintf(path, size, "%s/child", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", text);
	fclose(file);
	assert_int_equal(chmod(path, 0700), 0);
}

/* A child that is a script. */
static struct pb_child *
script(const char *dir, const char *text)
{
	char path[512];

	script_to(dir, text, path, sizeof(path));
	return started(path);
}

static int
receive(struct pb_child *child, char *to, size_t len)
{
	return pb_child_receive(child, to, len, pb_sys_clock(), in_ms(FAR_S * 1000));
}

static void
nothing_can_be_ended(void **state)
{
	(void)state;
	pb_child_end(NULL);
}

static void
program_that_is_not_there_is_unavailable(void **state)
{
	struct pb_child *child = NULL;
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_child_start("/nowhere/program", 0, &child, &err), PB_EUNAVAIL);
	assert_null(child);
	assert_int_equal(err.status, PB_EUNAVAIL);
	assert_int_equal(err.cause, ENOENT);
	assert_int_equal(pb_child_start("/etc/passwd", 0, &child, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, EACCES);
}

static void
what_is_sent_arrives_and_what_is_answered_too(void **state)
{
	struct pb_child *child = started("/bin/cat");
	char got[6] = "";

	(void)state;
	assert_int_equal(
	    pb_child_send(child, "hel", 3, "lo", 3, pb_sys_clock(), in_ms(FAR_S * 1000)), 0);
	assert_int_equal(receive(child, got, 6), 0);
	assert_string_equal(got, "hello");
	pb_child_end(child);
}

static void
memory_is_shared_and_cannot_be_taken_away(void **state)
{
	char *dir = test_directory(), path[512], got[7] = "";
	struct pb_child *child = NULL;

	(void)state;
	script_to(dir,
	    "read start; head -c 5 /proc/self/fd/3; true 2>/dev/null >/proc/self/fd/3 || "
	    "printf '!'; cat",
	    path, sizeof(path));
	assert_int_equal(pb_child_start(path, 8192, &child, NULL), PB_OK);
	memcpy(pb_child_shared(child), "hello", 5);
	assert_int_equal(
	    pb_child_send(child, "\n", 1, NULL, 0, pb_sys_clock(), in_ms(FAR_S * 1000)), 0);
	assert_int_equal(receive(child, got, 6), 0);
	assert_string_equal(got, "hello!");
	assert_memory_equal(pb_child_shared(child), "hello", 5);
	pb_child_end(child);
	child = started("/bin/cat");
	assert_null(pb_child_shared(child));
	pb_child_end(child);
	test_directory_remove(dir);
}

static void
dead_child_is_an_error_and_no_signal(void **state)
{
	struct pb_child *child = started("/bin/true");
	char block[4096] = "", got;
	int error = 0;

	(void)state;
	assert_int_equal(receive(child, &got, 1), -EPIPE);
	while (error == 0)
		error = pb_child_send(
		    child, NULL, 0, block, sizeof(block), pb_sys_clock(), in_ms(FAR_S * 1000));
	assert_true(error == -EPIPE || error == -ECONNRESET);
	pb_child_end(child);
}

static void
silent_child_is_waited_for_as_long_as_said(void **state)
{
	struct pb_child *child = started("/bin/cat");
	char got;

	(void)state;
	assert_int_equal(pb_child_receive(child, &got, 1, pb_sys_clock(), in_ms(20)), -ETIMEDOUT);
	assert_int_equal(pb_child_receive(child, &got, 1, pb_sys_clock(), in_ms(-20)), -ETIMEDOUT);
	pb_child_end(child);
}

static void
child_that_takes_nothing_is_waited_for_as_long_as_said(void **state)
{
	struct pb_child *child = started("/bin/cat");
	size_t len = (size_t)4 * 1024 * 1024;
	char *block = calloc(1, len);

	(void)state;
	assert_non_null(block);
	assert_int_equal(kill((pid_t)pb_child_process(child), SIGSTOP), 0);
	assert_int_equal(
	    pb_child_send(child, "x", 1, block, len, pb_sys_clock(), in_ms(20)), -ETIMEDOUT);
	pb_child_end(child);
	free(block);
}

static void
ended_child_is_gone(void **state)
{
	struct pb_child *child = started("/bin/cat");
	pid_t process = (pid_t)pb_child_process(child);

	(void)state;
	assert_int_equal(kill(process, 0), 0);
	pb_child_end(child);
	assert_int_equal(kill(process, 0), -1);
	assert_int_equal(errno, ESRCH);
}

static void
child_has_no_environment_and_no_descriptor_of_ours(void **state)
{
	char *dir = test_directory(), got[4] = "";
	struct pb_child *child;
	int fd = open("/dev/null", O_RDONLY); /* without O_CLOEXEC */

	(void)state;
	assert_true(fd > 2);
	assert_int_equal(setenv("PROBANT_SECRET", "x", 1), 0);
	child = script(dir, "[ -z \"$PROBANT_SECRET\" ] && printf a || printf A\n"
			    "n=3; while [ $n -lt 10 ]; do\n"
			    "[ ! -e /proc/self/fd/$n ] || printf B; n=$((n+1)); done\n"
			    "printf bc; cat");
	assert_int_equal(receive(child, got, 3), 0);
	/* The shell itself holds its script open, at 10 or above. */
	assert_string_equal(got, "abc");
	pb_child_end(child);
	(void)close(fd);
	test_directory_remove(dir);
}

static void
child_is_in_a_group_of_its_own_with_no_signal_held_back(void **state)
{
	sigset_t held, before;
	struct pb_child *child;
	char path[64], line[256];
	bool free_of_signals = false;
	FILE *file;

	(void)state;
	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &held, &before), 0);
	child = started("/bin/cat");
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	assert_int_equal(getpgid((pid_t)pb_child_process(child)), (pid_t)pb_child_process(child));
	snprintf(path, sizeof(path), "/proc/%ld/status", pb_child_process(child));
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		free_of_signals =
		    free_of_signals || strcmp(line, "SigBlk:\t0000000000000000\n") == 0;
	fclose(file);
	assert_true(free_of_signals);
	pb_child_end(child);
}

static void
program_beside_this_one_is_found(void **state)
{
	char path[4096];

	(void)state;
	assert_true(pb_sys_beside("test_child", path, sizeof(path)));
	assert_int_equal(access(path, X_OK), 0);
	assert_false(pb_sys_beside("no-such-program", path, sizeof(path)));
	assert_false(pb_sys_beside("test_child", path, 4));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_ended),
		cmocka_unit_test(program_that_is_not_there_is_unavailable),
		cmocka_unit_test(what_is_sent_arrives_and_what_is_answered_too),
		cmocka_unit_test(memory_is_shared_and_cannot_be_taken_away),
		cmocka_unit_test(dead_child_is_an_error_and_no_signal),
		cmocka_unit_test(silent_child_is_waited_for_as_long_as_said),
		cmocka_unit_test(child_that_takes_nothing_is_waited_for_as_long_as_said),
		cmocka_unit_test(ended_child_is_gone),
		cmocka_unit_test(child_has_no_environment_and_no_descriptor_of_ours),
		cmocka_unit_test(child_is_in_a_group_of_its_own_with_no_signal_held_back),
		cmocka_unit_test(program_beside_this_one_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
