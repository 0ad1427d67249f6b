/* What a confined process can no longer do: each attempt is made by one of its own. */
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
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/confine.h"

#define MEMORY (UINT64_C(256) * 1024 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* How a confined process ends that makes the attempt: its exit code, or minus the signal. */
static int
ending(int (*attempt)(void))
{
	struct pb_confined confined;
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (pb_confine(MEMORY, &confined) != 0)
			_exit(100);
		_exit(attempt());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* A call that ends the process; where a sanitizer is at work it answers EPERM. */
static void
assert_fatal(int (*attempt)(void))
{
	assert_int_equal(ending(attempt), SANITIZED ? EPERM : -SIGSYS);
}

static int
allocates_and_writes(void)
{
	char *block = malloc(1000000);

	if (block == NULL)
		return 1;
	memset(block, 1, 1000000);
	free(block);
	return write(STDOUT_FILENO, "", 0) == 0 ? 0 : 2;
}

static void
confined_process_has_memory_and_its_open_descriptors(void **state)
{
	(void)state;
	assert_int_equal(ending(allocates_and_writes), 0);
}

static int
opens_a_file(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

static int
makes_a_file(void)
{
	return open("build/confined", O_WRONLY | O_CREAT, 0600) < 0 ? errno : 0;
}

static int
looks_at_a_file(void)
{
	struct stat info;

	return stat("/etc/passwd", &info) < 0 ? errno : 0;
}

/* 0: what was offered is in force, and no more. */
static int
differs_from_what_was_offered(void)
{
	struct pb_confined offered, confined;

	pb_confine_offered(&offered);
	if (pb_confine(MEMORY, &confined) != 0)
		return 100;
	return (offered.landlock != confined.landlock) + 2 * (offered.seccomp != confined.seccomp);
}

static void
what_the_kernel_offers_is_in_force_afterwards(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(differs_from_what_was_offered());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
confined_process_reaches_no_file(void **state)
{
	(void)state;
	assert_int_equal(ending(opens_a_file), EACCES);
	assert_int_equal(ending(makes_a_file), EACCES);
	assert_int_equal(ending(looks_at_a_file), EACCES);
}

static int
opens_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
opens_a_local_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static void
confined_process_has_no_network(void **state)
{
	(void)state;
	assert_fatal(opens_a_socket);
	assert_fatal(opens_a_local_socket);
}

static int
forks(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) < 0 ? errno : 0;
}

static int
runs_a_program(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none) < 0 ? errno : 0;
}

static int
kills_its_parent(void)
{
	return kill(getppid(), 0) < 0 ? errno : 0;
}

static int
kills_its_parent_by_thread(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) < 0 ? errno : 0;
}

static void
confined_process_has_no_other_process(void **state)
{
	(void)state;
	assert_fatal(forks);
	assert_fatal(runs_a_program);
	assert_fatal(kills_its_parent);
	assert_fatal(kills_its_parent_by_thread);
}

static int
maps_a_program(void)
{
	void *at = mmap(
	    NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

static int
makes_its_memory_a_program(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? 1 : mprotect(at, 4096, PROT_READ | PROT_EXEC) != 0 ? errno : 0;
}

static void
confined_process_runs_no_code_but_its_own(void **state)
{
	(void)state;
	assert_int_equal(ending(maps_a_program), EACCES);
	assert_int_equal(ending(makes_its_memory_a_program), EACCES);
}

static int
takes_more_memory(void)
{
	void *at = mmap(NULL, MEMORY, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? errno : 0;
}

static void
confined_process_has_a_limit_of_memory(void **state)
{
	(void)state;
	if (SANITIZED)
		skip();
	assert_int_equal(ending(takes_more_memory), ENOMEM);
}

static int
loops(void)
{
	volatile unsigned turns = 0;

	if (pb_confine_processor(20) != 0)
		return 1;
	for (;;)
		turns++;
}

static int
works_again_and_again(void)
{
	for (int i = 0; i < 1000; i++) {
		if (pb_confine_processor(1000) != 0)
			return 1;
	}
	return pb_confine_processor(0) == 0 ? 0 : 2;
}

static void
confined_process_that_loops_is_ended(void **state)
{
	(void)state;
	assert_int_equal(ending(loops), -SIGPROF);
	assert_int_equal(ending(works_again_and_again), 0);
}

static int
aborts(void)
{
	abort();
}

static int
stops_itself(void)
{
	return syscall(SYS_tgkill, getpid(), gettid(), SIGSTOP) < 0 ? errno : 0;
}

static void
confined_process_does_not_stop_itself(void **state)
{
	(void)state;
	assert_fatal(stops_itself);
}

static void
confined_process_may_abort(void **state)
{
	(void)state;
	assert_int_equal(ending(aborts), -SIGABRT);
}

/* ---- what it leaves behind --------------------------------------------------------------------
 */

#define NOBODY 65533 /* root's files in /proc are root's in any case */

static pid_t
start_waiting(int ready)
{
	struct pb_confined confined;
	pid_t pid = fork();
	char octet = 1;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	if (geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) != 0)
		_exit(1);
	/* As a program is that was started, not one that changed its user. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 || pb_confine(MEMORY, &confined) != 0)
		_exit(2);
	if (write(ready, &octet, 1) != 1)
		_exit(3);
	for (;;)
		octet++;
}

/* What a program that takes core dumps could read belongs to root (proc(5), prctl(2)). */
static void
confined_process_leaves_no_core(void **state)
{
	char path[64], octet;
	struct stat info;
	int ready[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = start_waiting(ready[1]);
	(void)close(ready[1]);
	assert_int_equal(read(ready[0], &octet, 1), 1);
	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	assert_int_equal(stat(path, &info), 0);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(ready[0]);
	assert_int_not_equal(info.st_uid, geteuid() == 0 ? NOBODY : geteuid());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_offers_is_in_force_afterwards),
		cmocka_unit_test(confined_process_reaches_no_file),
		cmocka_unit_test(confined_process_has_no_network),
		cmocka_unit_test(confined_process_has_no_other_process),
		cmocka_unit_test(confined_process_runs_no_code_but_its_own),
		cmocka_unit_test(confined_process_has_a_limit_of_memory),
		cmocka_unit_test(confined_process_that_loops_is_ended),
		cmocka_unit_test(confined_process_has_memory_and_its_open_descriptors),
		cmocka_unit_test(confined_process_does_not_stop_itself),
		cmocka_unit_test(confined_process_may_abort),
		cmocka_unit_test(confined_process_leaves_no_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
