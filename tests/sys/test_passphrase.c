#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/terminal.h"

#define PROMPT "Passphrase: "
#define SIZE 16

/* What the asking process tells when it was answered. */
struct report {
	enum pb_status status;
	int cause;
	size_t len;
	char to[SIZE];
	bool wiped;
};

/* A process that asks on a terminal of its own, and the other end of that terminal. */
struct asking {
	pid_t leader;
	int master;
	int reports;
	char seen[4096]; /* all that came out of the terminal */
	size_t seen_len;
};

/* How the process treats SIGINT before it asks. */
enum manner { PLAIN, IGNORING, HANDLING, UNDER_A_SHELL };

static void
handle(int signal_number)
{
	(void)signal_number;
}

static void
ask(int reports, enum manner manner)
{
	struct report report = { .len = 99 };
	struct pb_error err = { 0 };
	size_t i;

	alarm(20);
	signal(SIGINT, manner == IGNORING ? SIG_IGN : manner == HANDLING ? handle : SIG_DFL);
	memset(report.to, '#', SIZE);
	report.status = pb_terminal_passphrase(PROMPT, report.to, SIZE, &report.len, &err);
	report.cause = err.cause;
	report.wiped = true;
	for (i = 0; i < SIZE; i++)
		report.wiped = report.wiped && report.to[i] == '\0';
	if (write(reports, &report, sizeof(report)) != (ssize_t)sizeof(report))
		_exit(1);
	_exit(0);
}

/*
 * A session leader that behaves like a shell: it runs the asking process in the
 * foreground, and when that is stopped, puts it there again.
 */
static void
lead(int reports)
{
	pid_t child;
	int status;

	alarm(20);
	signal(SIGTTOU, SIG_IGN);
	child = fork();
	if (child == 0) {
		setpgid(0, 0);
		tcsetpgrp(0, getpgrp());
		signal(SIGTTOU, SIG_DFL);
		ask(reports, PLAIN);
	}
	if (waitpid(child, &status, WUNTRACED) != child || !WIFSTOPPED(status))
		_exit(1);
	tcsetpgrp(0, getpgrp());
	if (write(1, "stopped", 7) != 7)
		_exit(1);
	/* The test looks at the terminal, and says when it has. */
	if (read(0, &status, 1) != 1)
		_exit(1);
	tcsetpgrp(0, child);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	_exit(0);
}

static void
start(struct asking *asking, enum manner manner)
{
	int pipes[2];

	*asking = (struct asking){ .master = -1 };
	assert_int_equal(pipe(pipes), 0);
	asking->leader = forkpty(&asking->master, NULL, NULL, NULL);
	assert_true(asking->leader >= 0);
	if (asking->leader == 0) {
		if (manner == UNDER_A_SHELL)
			lead(pipes[1]);
		ask(pipes[1], manner);
	}
	close(pipes[1]);
	asking->reports = pipes[0];
}

/* Read what the terminal shows until `text` has come `times` times; false at its end. */
static bool
expect(struct asking *asking, const char *text, int times)
{
	struct pollfd waited = { .fd = asking->master, .events = POLLIN };
	const char *at;
	ssize_t n;
	int found;

	for (;;) {
		found = 0;
		for (at = asking->seen; (at = strstr(at, text)) != NULL; at++)
			found++;
		if (found >= times)
			return true;
		if (poll(&waited, 1, 20000) != 1)
			return false;
		n = read(asking->master, asking->seen + asking->seen_len,
		    sizeof(asking->seen) - 1 - asking->seen_len);
		if (n <= 0)
			return false;
		asking->seen_len += (size_t)n;
	}
}

static void
type(struct asking *asking, const char *text)
{
	assert_int_equal(write(asking->master, text, strlen(text)), strlen(text));
}

static bool
echoes(const struct asking *asking)
{
	struct termios now;

	assert_int_equal(tcgetattr(asking->master, &now), 0);
	return (now.c_lflag & ECHO) != 0;
}

/* Wait for the report and the end of the process; its wait status. */
static int
finish(struct asking *asking, struct report *ret_report)
{
	int status;

	memset(ret_report, 0, sizeof(*ret_report));
	if (read(asking->reports, ret_report, sizeof(*ret_report)) == 0)
		ret_report->status = PB_STATUS_COUNT;
	/* Drain the terminal, so that the process is not held by it. */
	(void)expect(asking, "text that never comes", 1);
	assert_int_equal(waitpid(asking->leader, &status, 0), asking->leader);
	close(asking->reports);
	close(asking->master);
	return status;
}

static void
assert_answer(const struct report *report, const char *text)
{
	assert_int_equal(report->status, PB_OK);
	assert_int_equal(report->len, strlen(text));
	assert_memory_equal(report->to, text, strlen(text));
}

/* ---- safety ---- */

static void
without_a_terminal_there_is_no_passphrase(void **state)
{
	struct pb_error err;
	char to[SIZE];
	size_t len;
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		setsid();
		status = pb_terminal_passphrase(PROMPT, to, SIZE, &len, &err) == PB_EUNAVAIL &&
			 err.status == PB_EUNAVAIL;
		_exit(status ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* ---- good path ---- */

static void
passphrase_is_read_without_its_line_end_and_never_shown(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, PLAIN);
	assert_true(expect(&asking, PROMPT, 1));
	assert_false(echoes(&asking));
	type(&asking, "un secr\xc3\xa9t\n");
	assert_int_equal(finish(&asking, &report), 0);
	assert_answer(&report, "un secr\xc3\xa9t");
	assert_null(strstr(asking.seen, "secr"));
	assert_non_null(strstr(asking.seen, PROMPT "\r\n"));
}

static void
empty_passphrase_and_one_that_just_fits_are_read(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, PLAIN);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "\n");
	finish(&asking, &report);
	assert_answer(&report, "");
	start(&asking, PLAIN);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "123456789abcdef\n");
	finish(&asking, &report);
	assert_answer(&report, "123456789abcdef");
}

/* ---- faults ---- */

static void
passphrase_that_is_too_long_is_refused_and_wiped(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, PLAIN);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "123456789abcdef0\n");
	finish(&asking, &report);
	assert_int_equal(report.status, PB_ELIMIT);
	assert_true(report.wiped);
	assert_int_equal(report.len, 99);
}

static void
input_that_ends_is_no_passphrase(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, PLAIN);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "\x04");
	finish(&asking, &report);
	assert_int_equal(report.status, PB_EIO);
	assert_true(report.wiped);
}

static void
signal_ends_the_program_after_the_terminal_is_restored(void **state)
{
	static const struct {
		const char *key;
		int signal_number;
	} rows[] = { { "\x03", SIGINT }, { "", SIGTERM }, { "", SIGHUP } };
	struct asking asking;
	struct report report;
	size_t i;
	int status;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(&asking, PLAIN);
		assert_true(expect(&asking, PROMPT, 1));
		type(&asking, "half");
		if (rows[i].key[0] != '\0')
			type(&asking, rows[i].key);
		else
			kill(asking.leader, rows[i].signal_number);
		assert_int_equal(read(asking.reports, &report, sizeof(report)), 0);
		assert_true(echoes(&asking));
		status = finish(&asking, &report);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), rows[i].signal_number);
		assert_null(strstr(asking.seen, "half"));
	}
}

static void
ignored_signal_is_ignored(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, IGNORING);
	assert_true(expect(&asking, PROMPT, 1));
	kill(asking.leader, SIGINT);
	type(&asking, "secret\n");
	finish(&asking, &report);
	assert_answer(&report, "secret");
}

static void
signal_that_the_program_handles_ends_the_question(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, HANDLING);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "\x03");
	assert_int_equal(finish(&asking, &report), 0);
	assert_int_equal(report.status, PB_EIO);
	assert_int_equal(report.cause, EINTR);
	assert_true(report.wiped);
}

static void
stop_restores_the_terminal_and_the_question_comes_again(void **state)
{
	struct asking asking;
	struct report report;

	(void)state;
	start(&asking, UNDER_A_SHELL);
	assert_true(expect(&asking, PROMPT, 1));
	type(&asking, "half\x1a");
	assert_true(expect(&asking, "stopped", 1));
	assert_true(echoes(&asking));
	type(&asking, "\n");
	assert_true(expect(&asking, PROMPT, 2));
	assert_false(echoes(&asking));
	type(&asking, "secret\n");
	assert_int_equal(finish(&asking, &report), 0);
	assert_answer(&report, "secret");
	assert_null(strstr(asking.seen, "secret"));
	assert_null(strstr(asking.seen, "half"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_terminal_there_is_no_passphrase),
		cmocka_unit_test(passphrase_is_read_without_its_line_end_and_never_shown),
		cmocka_unit_test(empty_passphrase_and_one_that_just_fits_are_read),
		cmocka_unit_test(passphrase_that_is_too_long_is_refused_and_wiped),
		cmocka_unit_test(input_that_ends_is_no_passphrase),
		cmocka_unit_test(signal_ends_the_program_after_the_terminal_is_restored),
		cmocka_unit_test(ignored_signal_is_ignored),
		cmocka_unit_test(signal_that_the_program_handles_ends_the_question),
		cmocka_unit_test(stop_restores_the_terminal_and_the_question_comes_again),
	};

	/* Whoever started the tests may have it ignored (nohup): the children are to die of it. */
	(void)signal(SIGHUP, SIG_DFL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
