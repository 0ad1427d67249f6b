#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

static enum pb_status
refused(struct pb_error *err, const char *what)
{
	int cause = errno;

	(void)pb_fail_sys(err, -cause, what, "%s", "");
	if (err != NULL)
		err->status = PB_EUNAVAIL;
	return PB_EUNAVAIL;
}

/* open(2) answers the lowest free descriptor, so these fill in order. */
static int
open_standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR | O_NOCTTY) != fd)
			return -1;
	}
	return 0;
}

enum pb_status
pb_process_harden(struct pb_error *err)
{
	static const struct rlimit none = { 0, 0 };

	if (open_standard_descriptors() != 0)
		return refused(err, N_("open the standard descriptors"));
	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return refused(err, N_("forbid core dumps"));
	/* The limit does not bind a core_pattern that pipes to a program: this does. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return refused(err, N_("forbid core dumps"));
	return PB_OK;
}

const char *
pb_process_environment(const char *name)
{
	return secure_getenv(name);
}

/* What malloc takes by mmap(2) from the beginning; it would raise that with each that is freed. */
#define LARGE (128 * 1024)

void
pb_process_give_back_memory(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, LARGE);
}

long
pb_process_number(void)
{
	return getpid();
}

unsigned
pb_process_processors(void)
{
	cpu_set_t set;

	/* It fails where there are more than the 1024 that the set has room for. */
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return CPU_SETSIZE;
	return (unsigned)CPU_COUNT(&set);
}

bool
pb_process_beside(const char *name, char *out, size_t size)
{
	char program[4096];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);
	char *slash;
	int written;

	if (len <= 0)
		return false;
	program[len] = '\0';
	slash = strrchr(program, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	written = snprintf(out, size, "%s/%s", program, name);
	return written > 0 && (size_t)written < size && access(out, R_OK) == 0;
}

bool
pb_process_real_path(const char *path, char *out, size_t size)
{
	char *whole = realpath(path, NULL), *inner = strdup(path), *slash;
	const char *name = "", *place = ".";
	int written = -1;

	if (whole == NULL && inner != NULL &&
	    *inner != '\0') { /* then its directory's, and its name */
		for (size_t len = strlen(inner); len > 1 && inner[len - 1] == '/'; len--)
			inner[len - 1] = '\0';
		slash = strrchr(inner, '/');
		name = slash != NULL ? slash + 1 : inner;
		if (slash == inner)
			place = "/";
		else if (slash != NULL)
			place = inner;
		if (slash != NULL)
			*slash = '\0';
		whole = realpath(place, NULL);
	}
	if (whole != NULL)
		written = snprintf(out, size, "%s%s%s", strcmp(whole, "/") == 0 ? "" : whole,
		    *name != '\0' || strcmp(whole, "/") == 0 ? "/" : "", name);
	free(whole);
	free(inner);
	return written > 0 && (size_t)written < size;
}

void
pb_process_wait(void)
{
	sigset_t ends;
	int signal;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	while (sigwait(&ends, &signal) != 0)
		continue;
}

void
pb_process_hold_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
}

/* ---- asked to stop -------------------------------------------------------------------------- */

static const int stops[] = { SIGINT, SIGTERM };
#define STOPS (sizeof(stops) / sizeof(stops[0]))

static void
note_stop(int number)
{
	int error = errno;

	(void)number;
	pb_process_release_stop();
	errno = error;
}

/* sigaction(2) may be called by a handler; that the default action is back is what notes the stop.
 */
void
pb_process_release_stop(void)
{
	static const struct sigaction standard = { .sa_handler = SIG_DFL };
	struct sigaction now;
	size_t i;

	for (i = 0; i < STOPS; i++)
		if (sigaction(stops[i], NULL, &now) == 0 && now.sa_handler == note_stop)
			(void)sigaction(stops[i], &standard, NULL);
}

void
pb_process_catch_stop(void)
{
	static const struct sigaction noted = { .sa_handler = note_stop, .sa_flags = SA_RESTART };
	struct sigaction now;
	size_t i;

	for (i = 0; i < STOPS; i++)
		if (sigaction(stops[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
			(void)sigaction(stops[i], &noted, NULL);
}

bool
pb_process_stop_asked(void)
{
	struct sigaction now;
	bool asked = false;
	size_t i;

	for (i = 0; i < STOPS; i++)
		asked |= sigaction(stops[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL;
	return asked;
}
