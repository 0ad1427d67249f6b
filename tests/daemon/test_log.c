/* Lines for the journal: what failed, on what, why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "daemon/log.h"

/* What is written on standard error, until it is read. */
struct heard {
	int was, pipe[2];
	char line[256];
};

static void
listen_to(struct heard *heard)
{
	assert_int_equal(pipe(heard->pipe), 0);
	heard->was = dup(STDERR_FILENO);
	assert_true(heard->was >= 0);
	assert_true(dup2(heard->pipe[1], STDERR_FILENO) >= 0);
}

static const char *
read_line(struct heard *heard)
{
	ssize_t len;

	assert_true(dup2(heard->was, STDERR_FILENO) >= 0);
	(void)close(heard->was);
	(void)close(heard->pipe[1]);
	len = read(heard->pipe[0], heard->line, sizeof(heard->line) - 1);
	(void)close(heard->pipe[0]);
	assert_true(len >= 0);
	heard->line[len] = '\0';
	return heard->line;
}

static void
a_reason_and_a_cause_are_both_said(void **state)
{
	struct pb_error err = { .status = PB_EIO, .what = "write", .object = "vault" };
	struct heard heard;

	(void)state;
	err.why = "the disk failed";
	err.cause = EIO;
	listen_to(&heard);
	pb_log_error("tilleuls", &err);
	assert_string_equal(read_line(&heard),
	    "probantd: tilleuls: write: vault: the disk failed: Input/output error\n");
	err.why = NULL;
	listen_to(&heard);
	pb_log_error(NULL, &err);
	assert_string_equal(read_line(&heard), "probantd: write: vault: Input/output error\n");
}

static void
a_failure_without_either_is_never_called_a_success(void **state)
{
	struct pb_error err = { .status = PB_ENOMEM, .what = "write" };
	struct heard heard;

	(void)state;
	listen_to(&heard);
	pb_log_error("writer", &err);
	(void)read_line(&heard);
	assert_null(strstr(heard.line, strerror(0)));
	assert_non_null(strstr(heard.line, pb_status_name(PB_ENOMEM)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reason_and_a_cause_are_both_said),
		cmocka_unit_test(a_failure_without_either_is_never_called_a_success),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
