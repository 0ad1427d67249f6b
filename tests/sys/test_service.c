/* A service and its master: what it is handed, what it says, how it is told to stop, how it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/board.h"
#include "sys/service.h"
#include "sys/world.h"

#define FAR_MS 30000
#define POLICY "policy: essai\n"

struct fixture {
	char *dir;
	char path[512];
	int socket;
	struct pb_service_given given;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.dir = test_directory();
	f.socket = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_true(f.socket >= 0);
	f.given = (struct pb_service_given){ .policy = POLICY,
		.policy_len = strlen(POLICY),
		.socket = f.socket,
		.board = -1,
		.entrance = -1 };
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)close(f->socket);
	test_directory_remove(f->dir);
	return 0;
}

/* A service that is a script; its one argument is a path of the test's directory. */
static struct pb_service *
script(struct fixture *f, const char *text)
{
	const char *const arguments[] = { "service", f->dir, NULL };
	struct pb_service *service = NULL;
	struct pb_error err;
	FILE *file;

	(void)snprintf(f->path, sizeof(f->path), "%s/service", f->dir);
	file = fopen(f->path, "w");
	assert_non_null(file);
	(void)fprintf(file, "#!/bin/sh\n%s\n", text);
	(void)fclose(file);
	assert_int_equal(chmod(f->path, 0700), 0);
	assert_int_equal(pb_service_start(f->path, arguments, &f->given, &service, &err), PB_OK);
	return service;
}

/* Its code when it has ended by itself. */
static int
code_of(struct pb_service *service)
{
	int code = 0;

	for (int ms = 0; !pb_service_ended(service, &code); ms++) {
		assert_true(ms < FAR_MS);
		(void)poll(NULL, 0, 1);
	}
	return code;
}

static void
await_line(const struct pb_service *service)
{
	struct pollfd line = { .fd = pb_service_line(service), .events = POLLIN };

	assert_int_equal(poll(&line, 1, FAR_MS), 1);
}

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	pb_service_free(NULL);
}

static void
a_program_that_is_not_there_is_unavailable(void **state)
{
	const char *const arguments[] = { "service", NULL };
	struct fixture *f = *state;
	struct pb_service *service = NULL;
	struct pb_error err;

	assert_int_equal(pb_service_start("/nowhere/service", arguments, &f->given, &service, &err),
	    PB_EUNAVAIL);
	assert_int_equal(err.status, PB_EUNAVAIL);
	assert_int_equal(err.cause, ENOENT);
	assert_null(service);
}

/* And reading it there leaves it to be read by the next, who has a file of his own. */
static void
a_service_has_what_it_is_given_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		struct pb_service *service =
		    script(f, "test \"$(cat <&3)\" = 'policy: essai' || exit 1\n"
			      "test -S /proc/self/fd/4 || exit 2\n"
			      "test -S /proc/self/fd/5 || exit 3\n"
			      "test /proc/self/fd/6 -ef /dev/null || exit 8\n"
			      "test /proc/self/fd/7 -ef /dev/null || exit 9\n"
			      "test \"$0 $1\" = \"$1/service $1\" || exit 4\n"
			      "if echo x 2>/dev/null >/proc/self/fd/3; then exit 5; fi\n"
			      "test \"$(ls /proc/self/fd | sort -n | tr '\\n' ' ')\" = '0 1 2 3 4 "
			      "5 6 7 8 ' || "
			      "exit 6\n"
			      "test -z \"$HOME\" || exit 7");

		assert_int_equal(code_of(service), 0);
		pb_service_free(service);
	}
}

static void
what_a_service_says_is_heard_once(void **state)
{
	struct fixture *f = *state;
	struct pb_service *service = script(f, "echo -n r >&5\ncat <&5");

	await_line(service);
	assert_true(pb_service_spoke(service));
	assert_false(pb_service_spoke(service));
	pb_service_free(service);
}

static void
a_service_that_is_told_finds_the_end_of_its_line(void **state)
{
	struct pb_service *service = script(*state, "cat <&5 >/dev/null\nexit 7");
	int code;

	assert_false(pb_service_ended(service, &code));
	pb_service_tell(service);
	assert_int_equal(code_of(service), 7);
	assert_int_equal(code_of(service), 7);
	pb_service_free(service);
}

static void
a_halted_service_goes_on_when_it_is_woken(void **state)
{
	struct pb_service *service = script(*state, "kill -STOP $$\nexit 7");
	pid_t process = (pid_t)pb_service_process(service);
	int how = 0;

	assert_int_equal(waitpid(process, &how, WUNTRACED), process);
	assert_true(WIFSTOPPED(how));
	pb_service_wake(service);
	assert_int_equal(code_of(service), 7);
	pb_service_wake(service);
	pb_service_free(service);
}

static void
a_killed_service_ended_by_a_signal(void **state)
{
	struct pb_service *service = script(*state, "cat <&5");

	pb_service_kill(service);
	assert_int_equal(code_of(service), -SIGKILL);
	pb_service_kill(service); /* whoever has its number now is left alone */
	pb_service_free(service);
}

static void
a_freed_service_is_gone(void **state)
{
	struct pb_service *service = script(*state, "trap '' TERM\ncat <&5");
	pid_t process = (pid_t)pb_service_process(service);

	pb_service_free(service);
	assert_int_equal(kill(process, 0), -1);
	assert_int_equal(errno, ESRCH);
}

/* The side of the service, on descriptors as it has them. */
static void
a_service_sees_that_it_is_told(void **state)
{
	int line[2];
	char said;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, line), 0);
	assert_int_equal(dup2(line[1], PB_SERVICE_LINE), PB_SERVICE_LINE);
	if (line[1] != PB_SERVICE_LINE)
		(void)close(line[1]);
	assert_false(pb_service_told());
	pb_service_ready();
	assert_int_equal(read(line[0], &said, 1), 1);
	(void)close(line[0]);
	assert_true(pb_service_told());
	pb_service_ready(); /* to nobody, and no signal */
	(void)close(PB_SERVICE_LINE);
}

/* Whoever has the process later can't cut what it tells. */
static void
a_service_tells_and_keeps_no_descriptor_of_it(void **state)
{
	const char *const name = "writer";
	struct pb_board *board = NULL;
	struct pb_board_row *row;
	char *dir = test_directory();
	char path[512];
	size_t count;
	int fd = -1;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/board.writer", dir);
	assert_int_equal(pb_board_make(path, 1, &fd, NULL), PB_OK);
	assert_int_equal(dup2(fd, PB_SERVICE_BOARD), PB_SERVICE_BOARD);
	if (fd != PB_SERVICE_BOARD)
		(void)close(fd);
	assert_int_equal(pb_service_board(&name, 1, &board, NULL), PB_OK);
	assert_int_equal(fcntl(PB_SERVICE_BOARD, F_GETFD), -1);
	pb_board_set(board, 0, PB_BOARD_KEPT, 3);
	assert_int_equal(pb_board_read(pb_sys_world()->files, path, &row, &count, NULL), PB_OK);
	assert_int_equal(row->number[PB_BOARD_KEPT], 3);
	free(row);
	pb_board_free(board);
	test_directory_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_freed),
		cmocka_unit_test(a_program_that_is_not_there_is_unavailable),
		cmocka_unit_test(a_service_has_what_it_is_given_and_nothing_else),
		cmocka_unit_test(what_a_service_says_is_heard_once),
		cmocka_unit_test(a_service_that_is_told_finds_the_end_of_its_line),
		cmocka_unit_test(a_halted_service_goes_on_when_it_is_woken),
		cmocka_unit_test(a_killed_service_ended_by_a_signal),
		cmocka_unit_test(a_freed_service_is_gone),
	};
	const struct CMUnitTest inside[] = {
		cmocka_unit_test(a_service_sees_that_it_is_told),
		cmocka_unit_test(a_service_tells_and_keeps_no_descriptor_of_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down) +
	       cmocka_run_group_tests(inside, NULL, NULL);
}
