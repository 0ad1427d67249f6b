/*
 * A question on the controlling terminal, without echo.
 *
 * Signals that end or stop the program are held back while echo is off and
 * watched through a signalfd, so that no handler and no global is needed: when
 * one is pending, the terminal is restored first, and then the signal let go.
 * SIGTTIN and SIGTTOU are not held: a process in the background stops on them
 * before it changes or reads anything.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/error.h"
#include "sys/terminal.h"

static const char asking[] = N_("ask for a passphrase");

struct question {
	int tty;
	int signals;           /* readable while a held signal is pending */
	sigset_t held;         /* what would end or stop the program */
	sigset_t mask;         /* the signal mask as it was */
	struct termios normal; /* the terminal as it was */
	bool silent;           /* signals are held and echo is off */
};

static enum pb_status
failed(struct pb_error *err, int cause)
{
	return pb_fail_sys(err, -cause, asking, "%s", "/dev/tty");
}

/* A signal that is ignored stays ignored. */
static void
choose_signals(sigset_t *held)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct sigaction action;
	size_t i;

	sigemptyset(held);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		if (sigaction(signals[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(held, signals[i]);
	}
}

static enum pb_status
open_question(struct question *q, struct pb_error *err)
{
	q->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (q->tty < 0)
		return pb_fail(err, PB_EUNAVAIL, asking, N_("there is no terminal to ask on"), "%s",
		    "/dev/tty");
	choose_signals(&q->held);
	q->signals = signalfd(-1, &q->held, SFD_CLOEXEC | SFD_NONBLOCK);
	if (q->signals < 0)
		return failed(err, errno);
	return PB_OK;
}

static void
close_question(struct question *q)
{
	if (q->signals >= 0)
		close(q->signals);
	if (q->tty >= 0)
		close(q->tty);
}

/* Hold the signals, then turn echo off: no signal comes between. */
static enum pb_status
silence(struct question *q, struct pb_error *err)
{
	struct termios quiet;
	int cause;

	if (tcgetattr(q->tty, &q->normal) != 0)
		return failed(err, errno);
	quiet = q->normal;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	quiet.c_lflag |= ICANON | ISIG | ECHONL;
	pthread_sigmask(SIG_BLOCK, &q->held, &q->mask);
	if (tcsetattr(q->tty, TCSAFLUSH, &quiet) != 0) {
		cause = errno;
		pthread_sigmask(SIG_SETMASK, &q->mask, NULL);
		return failed(err, cause);
	}
	q->silent = true;
	return PB_OK;
}

/*
 * The terminal first, then the signals, which act here.  True if the program
 * was stopped and goes on.  What was typed behind the line is not for the shell.
 */
static bool
restore(struct question *q)
{
	sigset_t pending;
	bool stopped;

	if (!q->silent)
		return false;
	tcsetattr(q->tty, TCSAFLUSH, &q->normal);
	q->silent = false;
	stopped = sigpending(&pending) == 0 && sigismember(&pending, SIGTSTP) == 1;
	pthread_sigmask(SIG_SETMASK, &q->mask, NULL);
	return stopped;
}

/* One line, or PB_EEND if a held signal came first. */
static enum pb_status
read_answer(const struct question *q, char *to, size_t size, size_t *ret_len, struct pb_error *err)
{
	struct pollfd waited[2] = {
		{ .fd = q->tty, .events = POLLIN },
		{ .fd = q->signals, .events = POLLIN },
	};
	ssize_t n;

	if (poll(waited, 2, -1) < 0 && errno != EINTR)
		return failed(err, errno);
	if (waited[1].revents != 0)
		return PB_EEND;
	/* A terminal in canonical mode answers with one line at a time. */
	n = read(q->tty, to, size);
	if (n < 0)
		return failed(err, errno);
	if (n == 0)
		return pb_fail(err, PB_EIO, asking, N_("the input ended"), "%s", "/dev/tty");
	if (to[n - 1] == '\n')
		n--;
	else if ((size_t)n == size)
		return pb_fail(err, PB_ELIMIT, asking, N_("it is too long"), "%s", "");
	*ret_len = (size_t)n;
	return PB_OK;
}

static enum pb_status
ask_once(struct question *q, const char *prompt, char *to, size_t size, size_t *ret_len,
    struct pb_error *err)
{
	enum pb_status status;

	status = silence(q, err);
	if (status == PB_OK)
		status = pb_terminal_write(q->tty, prompt, strlen(prompt), err);
	if (status == PB_OK)
		status = read_answer(q, to, size, ret_len, err);
	return status;
}

enum pb_status
pb_terminal_passphrase(
    const char *prompt, char *to, size_t size, size_t *ret_len, struct pb_error *err)
{
	struct question q = { .tty = -1, .signals = -1 };
	enum pb_status status;
	size_t len = 0;
	bool stopped;

	status = open_question(&q, err);
	if (status != PB_OK)
		goto out;
	do {
		status = ask_once(&q, prompt, to, size, &len, err);
		stopped = restore(&q);
	} while (status == PB_EEND && stopped);
	if (status == PB_EEND)
		status = failed(err, EINTR); /* the program handles that signal, and lives */
	if (status != PB_OK)
		goto out;
	*ret_len = len;
out:
	if (status != PB_OK)
		pb_wipe(to, size);
	close_question(&q);
	return status;
}
