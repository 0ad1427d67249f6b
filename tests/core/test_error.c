#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/text.h"

/* ---- safety ---- */

static void
failing_without_an_error_to_fill_is_fine(void **state)
{
	(void)state;
	assert_int_equal(pb_fail(NULL, PB_EDATA, "read", "wrong", "%s", "x"), PB_EDATA);
	assert_int_equal(pb_fail_sys(NULL, -ENOSPC, "write", "%s", "x"), PB_ENOSPC);
	assert_int_equal(pb_fail_memory(NULL, "read"), PB_ENOMEM);
	assert_int_equal(pb_fail_todo(NULL, PB_EDATA, "try again"), PB_EDATA);
}

static void
object_of_an_error_is_safe_for_a_terminal(void **state)
{
	struct pb_error err;

	(void)state;
	pb_fail(&err, PB_EDATA, "read", "wrong", "%s",
	    "a\x1b[31m\r\n\xe2\x80\xae\xff"
	    "b");
	assert_string_equal(err.object, "a\\x1b[31m\\x0d\\x0a\\xe2\\x80\\xae\\xff"
					"b");
}

static void
object_of_an_error_is_cut_at_a_whole_character(void **state)
{
	struct pb_error err;
	char path[2000];
	size_t i;

	(void)state;
	for (i = 0; i + 2 < sizeof(path); i += 2)
		memcpy(path + i, "\xc3\xa9", 2);
	path[i] = '\0';
	pb_fail(&err, PB_EDATA, "read", "wrong", "%s", path);
	assert_int_equal(strlen(err.object), 254);
	assert_true(pb_utf8_plain((const uint8_t *)err.object, 254));
	/* The same shifted by one: the buffer's edge falls inside a character. */
	pb_fail(&err, PB_EDATA, "read", "wrong", "x%s", path);
	assert_int_equal(strlen(err.object), 255);
	assert_true(pb_utf8_plain((const uint8_t *)err.object, 255));
}

static void
object_of_an_error_may_be_made_from_itself(void **state)
{
	struct pb_error err;

	(void)state;
	pb_fail(&err, PB_EDATA, "read", "wrong", "%s", "inner");
	pb_fail(&err, PB_ECORRUPT, "open", "wrong", "outer, %s", err.object);
	assert_string_equal(err.object, "outer, inner");
}

/* ---- good path ---- */

static void
error_names_what_was_tried_on_what_and_why(void **state)
{
	struct pb_error err;

	(void)state;
	memset(&err, 0xff, sizeof(err));
	assert_int_equal(
	    pb_fail(&err, PB_ELIMIT, "read a note", "it is too long", "note %d", 7), PB_ELIMIT);
	assert_int_equal(err.status, PB_ELIMIT);
	assert_string_equal(err.what, "read a note");
	assert_string_equal(err.why, "it is too long");
	assert_string_equal(err.object, "note 7");
	assert_null(err.todo);
	assert_int_equal(err.cause, 0);
	assert_int_equal(pb_fail_todo(&err, err.status, "send a shorter one"), PB_ELIMIT);
	assert_string_equal(err.todo, "send a shorter one");
	assert_string_equal(err.object, "note 7");
	assert_int_equal(pb_fail_of(&err, PB_ELIMIT, "log/checkpoint"), PB_ELIMIT);
	assert_string_equal(err.object, "note 7"); /* which is nearer */
}

static void
error_of_octets_is_given_the_name_of_their_file(void **state)
{
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_fail(&err, PB_EDATA, "read a key", "it is none", "%s", ""), PB_EDATA);
	assert_int_equal(pb_fail_of(&err, PB_EDATA, "log\x1b.key"), PB_EDATA);
	assert_string_equal(err.why, "it is none");
	assert_non_null(strstr(err.object, ".key"));
	assert_null(strchr(err.object, 0x1b));
	assert_int_equal(pb_fail_memory(&err, "read a key"), PB_ENOMEM);
	assert_int_equal(pb_fail_of(&err, PB_ENOMEM, "log.key"), PB_ENOMEM);
	assert_string_equal(err.object, "");
	assert_int_equal(pb_fail_of(&err, PB_OK, "log.key"), PB_OK);
	assert_string_equal(err.object, "");
	assert_int_equal(pb_fail_of(NULL, PB_EDATA, "log.key"), PB_EDATA);
}

static void
error_of_a_system_call_keeps_its_cause(void **state)
{
	static const struct {
		int cause;
		enum pb_status status;
	} rows[] = {
		{ ENOSPC, PB_ENOSPC },
		{ EDQUOT, PB_ENOSPC },
		{ ENOENT, PB_ENOENT },
		{ ENOTDIR, PB_ENOENT },
		{ EACCES, PB_EACCESS },
		{ EPERM, PB_EACCESS },
		{ EROFS, PB_EACCESS },
		{ EEXIST, PB_EEXIST },
		{ ENOMEM, PB_ENOMEM },
		{ EWOULDBLOCK, PB_ELOCKED },
		{ EIO, PB_EIO },
		{ EINTR, PB_EIO },
		{ ELOOP, PB_EIO },
	};
	struct pb_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    pb_fail_sys(&err, -rows[i].cause, "write", "%s", "file"), rows[i].status);
		assert_int_equal(err.status, rows[i].status);
		assert_int_equal(err.cause, rows[i].cause);
		assert_string_equal(err.what, "write");
		assert_null(err.why);
		assert_string_equal(err.object, "file");
	}
}

static void
error_of_memory_names_the_work(void **state)
{
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_fail_memory(&err, "read JSON"), PB_ENOMEM);
	assert_int_equal(err.status, PB_ENOMEM);
	assert_string_equal(err.what, "read JSON");
	assert_string_equal(err.object, "");
}

static void
every_status_has_a_name_of_its_own(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < PB_STATUS_COUNT; i++) {
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    pb_status_name((enum pb_status)i), pb_status_name((enum pb_status)j));
	}
	assert_string_equal(pb_status_name(PB_OK), "OK");
	assert_string_equal(pb_status_name(PB_EDATA), "EDATA");
	assert_string_equal(pb_status_name(PB_EUNAVAIL), "EUNAVAIL");
	assert_string_equal(pb_status_name(PB_STATUS_COUNT), "UNKNOWN");
	assert_string_equal(pb_status_name((enum pb_status) - 1), "UNKNOWN");
}

/* ---- our own bugs ---- */

/* What a child says on stderr when it asserts `condition`, and how it ended. */
static int
assert_in_child(int condition, char said[256])
{
	struct rlimit none = { 0, 0 };
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setrlimit(RLIMIT_CORE, &none);
		dup2(pipes[1], 2);
		signal(SIGABRT, SIG_DFL);
		pb_assert(condition == 1);
		_exit(0);
	}
	close(pipes[1]);
	n = read(pipes[0], said, 255);
	said[n > 0 ? n : 0] = '\0';
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
broken_invariant_says_where_and_ends_the_program(void **state)
{
	char said[256];
	int status;

	(void)state;
	status = assert_in_child(0, said);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(said, "condition == 1"));
	assert_non_null(strstr(said, "test_error.c:"));
	status = assert_in_child(1, said);
	assert_true(WIFEXITED(status));
	assert_string_equal(said, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_without_an_error_to_fill_is_fine),
		cmocka_unit_test(object_of_an_error_is_safe_for_a_terminal),
		cmocka_unit_test(object_of_an_error_is_cut_at_a_whole_character),
		cmocka_unit_test(object_of_an_error_may_be_made_from_itself),
		cmocka_unit_test(error_names_what_was_tried_on_what_and_why),
		cmocka_unit_test(error_of_octets_is_given_the_name_of_their_file),
		cmocka_unit_test(error_of_a_system_call_keeps_its_cause),
		cmocka_unit_test(error_of_memory_names_the_work),
		cmocka_unit_test(every_status_has_a_name_of_its_own),
		cmocka_unit_test(broken_invariant_says_where_and_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
