#include "sys/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Above all that is to be given, so that giving one takes no other's place. */
static int
lift(const int *fds, size_t count, int *lifted)
{
	for (size_t i = 0; i < count; i++) {
		lifted[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, (int)count);
		if (fds[i] >= 0 && lifted[i] < 0)
			return errno;
	}
	return 0;
}

static int
add_descriptors(posix_spawn_file_actions_t *actions, const int *lifted, size_t count)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++)
		error =
		    lifted[i] >= 0
			? posix_spawn_file_actions_adddup2(actions, lifted[i], (int)i)
			: posix_spawn_file_actions_addopen(actions, (int)i, "/dev/null", O_RDWR, 0);
	if (error == 0)
		error = posix_spawn_file_actions_addclosefrom_np(actions, (int)count);
	return error;
}

static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0);
	return posix_spawnattr_setflags(
	    attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

/* Of one who only reads them. */
static char *const *
as_given(const char *const *arguments)
{
	return (char *const *)(uintptr_t)arguments;
}

static int
start(const char *program, const char *const *arguments, const int *lifted, size_t count,
    pid_t *ret_process)
{
	char *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = posix_spawn_file_actions_init(&actions);

	if (error != 0)
		return error;
	error = posix_spawnattr_init(&attributes);
	if (error == 0) {
		error = add_descriptors(&actions, lifted, count);
		if (error == 0)
			error = set_attributes(&attributes);
		if (error == 0)
			error = posix_spawn(ret_process, program, &actions, &attributes,
			    as_given(arguments), environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

int
pb_spawn(const char *program, const char *const *arguments, const int *fds, size_t count,
    pid_t *ret_process)
{
	int *lifted = calloc(count + 1, sizeof(*lifted)), error;

	if (lifted == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		lifted[i] = -1;
	error = lift(fds, count, lifted);
	if (error == 0)
		error = start(program, arguments, lifted, count, ret_process);
	for (size_t i = 0; i < count; i++)
		if (lifted[i] >= 0)
			(void)close(lifted[i]);
	free(lifted);
	return -error;
}

int
pb_become(const char *program, const char *const *arguments)
{
	(void)execv(program, as_given(arguments));
	return -errno;
}
