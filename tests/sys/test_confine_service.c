/* What a confined service can do still, and what no more: each attempt by a process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/confine_service.h"

/* The attempts of a process: in the directory that is its, and outside. */
struct place {
	char *dir;
	char inside[512], outside[512];
};
typedef int attempt_fn(const struct place *place);

static int
set_up(void **state)
{
	static struct place place;

	place.dir = test_directory();
	(void)snprintf(place.inside, sizeof(place.inside), "%s/inside", place.dir);
	(void)snprintf(place.outside, sizeof(place.outside), "%s/outside", place.dir);
	assert_int_equal(mkdir(place.inside, 0700), 0);
	assert_int_equal(mkdir(place.outside, 0700), 0);
	*state = &place;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *place = *state;

	test_directory_remove(place->dir);
	return 0;
}

#define NO_LANDLOCK 200
#define NO_SECCOMP 201

/* How a process that is confined so ends that makes the attempt: its exit code. */
static int
ending_of(const struct place *place, const struct pb_confinement *confinement, bool files,
    attempt_fn *attempt)
{
	struct pb_confined confined;
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (pb_confine_service(confinement, &confined) != 0)
			_exit(100);
		if (files && !confined.landlock)
			_exit(NO_LANDLOCK);
		if (!files && !confined.seccomp)
			_exit(NO_SECCOMP);
		_exit(attempt(place));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int
ending(const struct place *place, bool programs, bool network, bool files, attempt_fn *attempt)
{
	const char *const directory[] = { place->inside };
	const struct pb_confinement confinement = { .directory = directory,
		.directory_count = 1,
		.program = programs ? "/bin/true" : NULL,
		.network = network };

	return ending_of(place, &confinement, files, attempt);
}

/* What the kernel offers decides what can be seen: the rest is said to be missing. */
static struct pb_confined
offered(void)
{
	struct pb_confined confined;

	pb_confine_offered(&confined);
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 2)
		confined.landlock = false;
	return confined;
}

static void
assert_file_ending(const struct place *place, bool programs, attempt_fn *attempt, int expected)
{
	assert_int_equal(ending(place, programs, false, true, attempt),
	    offered().landlock ? expected : NO_LANDLOCK);
}

static void
assert_call_ending(
    const struct place *place, bool programs, bool network, attempt_fn *attempt, int expected)
{
	assert_int_equal(ending(place, programs, network, false, attempt),
	    offered().seccomp ? expected : NO_SECCOMP);
}

static int
write_in(const char *dir)
{
	char path[600], other[600];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/file", dir);
	(void)snprintf(other, sizeof(other), "%s/renamed", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd < 0)
		return errno;
	if (write(fd, "x", 1) != 1 || ftruncate(fd, 0) != 0 || rename(path, other) != 0 ||
	    unlink(other) != 0)
		return errno;
	return 0;
}

static int
writes_inside(const struct place *place)
{
	return write_in(place->inside);
}

static int
writes_outside(const struct place *place)
{
	return write_in(place->outside);
}

static int
reads_outside(const struct place *place)
{
	(void)place;
	return open("/etc/passwd", O_RDONLY) < 0 ? errno : 0;
}

/* From tmp/ to vault/, as an archive does. */
static int
renames_between_directories(const struct place *place)
{
	char from[600], to[600];

	(void)snprintf(from, sizeof(from), "%s/tmp", place->inside);
	(void)snprintf(to, sizeof(to), "%s/vault", place->inside);
	if (mkdir(from, 0700) != 0 || mkdir(to, 0700) != 0)
		return errno;
	(void)snprintf(from, sizeof(from), "%s/tmp/a", place->inside);
	(void)snprintf(to, sizeof(to), "%s/vault/a", place->inside);
	if (open(from, O_WRONLY | O_CREAT, 0600) < 0 || rename(from, to) != 0)
		return errno;
	return 0;
}

static int
starts_a_program(const struct place *place)
{
	(void)place;
	(void)execl("/bin/true", "true", (char *)NULL);
	return errno;
}

static int
starts_another_program(const struct place *place)
{
	(void)place;
	(void)execl("/bin/sh", "sh", "-c", ":", (char *)NULL);
	return errno;
}

static int
opens_a_network_socket(const struct place *place)
{
	(void)place;
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
opens_a_local_socket(const struct place *place)
{
	(void)place;
	return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
is_traced(const struct place *place)
{
	(void)place;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0 ? errno : 0;
}

static int
mounts(const struct place *place)
{
	return mount("none", place->inside, "tmpfs", 0, NULL) != 0 ? errno : 0;
}

static int
asks_for_another_way_in(const struct place *place)
{
	(void)place;
	return syscall(SYS_io_uring_setup, 1, NULL) < 0 ? errno : 0;
}

static void *
nothing(void *arg)
{
	return arg;
}

static int
begins_a_thread(const struct place *place)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, nothing, NULL);

	(void)place;
	return error != 0 ? error : pthread_join(thread, NULL);
}

static void
a_door_has_its_directory_and_no_other_file(void **state)
{
	assert_file_ending(*state, false, writes_inside, 0);
	assert_file_ending(*state, false, writes_outside, EACCES);
	assert_file_ending(*state, false, reads_outside, EACCES);
}

static int
reads_inside_and_writes_nowhere(const struct place *place)
{
	const char *const readable[] = { "/nowhere/at/all", place->inside };
	const struct pb_confinement confinement = {
		.reading = readable, .reading_count = 2, .network = true
	};
	struct pb_confined confined;
	int inside, outside;

	if (pb_confine_service(&confinement, &confined) != 0)
		return 100;
	if (!confined.landlock)
		return NO_LANDLOCK;
	inside = open(place->inside, O_RDONLY | O_DIRECTORY);
	outside = open(place->outside, O_RDONLY | O_DIRECTORY);
	return inside >= 0 && outside < 0 && write_in(place->inside) == EACCES ? 0 : 1;
}

static void
what_a_service_may_read_it_may_not_write(void **state)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(reads_inside_and_writes_nowhere(*state));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), offered().landlock ? 0 : NO_LANDLOCK);
}

static int
reads_its_system(const struct place *place)
{
	int error = reads_outside(place);

	return error != 0 ? error : write_in(place->outside) == EACCES ? 0 : 1;
}

static void
what_names_are_resolved_by_is_for_those_who_said_so(void **state)
{
	struct pb_confinement confinement = { .network = true };
	int expected = offered().landlock ? EACCES : NO_LANDLOCK;

	assert_int_equal(ending_of(*state, &confinement, true, reads_its_system), expected);
	confinement.naming = true;
	expected = offered().landlock ? 0 : NO_LANDLOCK;
	assert_int_equal(ending_of(*state, &confinement, true, reads_its_system), expected);
}

static void
a_writer_reads_everything_and_writes_in_its_directories(void **state)
{
	assert_file_ending(*state, true, writes_inside, 0);
	assert_file_ending(*state, true, renames_between_directories, 0);
	assert_file_ending(*state, true, reads_outside, 0);
	assert_file_ending(*state, true, writes_outside, EACCES);
}

static void
one_program_is_for_those_who_said_so(void **state)
{
	assert_file_ending(*state, true, starts_a_program, 0);
	assert_file_ending(*state, true, starts_another_program, EACCES);
	assert_call_ending(*state, false, true, starts_a_program, EPERM);
	assert_call_ending(*state, true, true, starts_a_program, 0);
}

static void
the_network_is_for_those_who_said_so(void **state)
{
	assert_call_ending(*state, false, false, opens_a_network_socket, EACCES);
	assert_call_ending(*state, false, false, opens_a_local_socket, 0);
	assert_call_ending(*state, false, true, opens_a_network_socket, 0);
}

/* ---- ports ---------------------------------------------------------------------------------- */

static int
listen_somewhere(unsigned *ret_port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*ret_port = ntohs(at.sin_port);
	return fd;
}

static int
try_port(unsigned port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0), error;

	if (fd < 0)
		return errno;
	error = connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 ? 0 : errno;
	(void)close(fd);
	return error;
}

/* 0: the one can be connected to, and the other not. */
static int
confined_to(unsigned port, unsigned other)
{
	const uint16_t ports[] = { (uint16_t)port };
	const struct pb_confinement confinement = {
		.network = true, .port = ports, .port_count = 1
	};
	struct pb_confined confined;

	if (pb_confine_service(&confinement, &confined) != 0)
		return 100;
	return try_port(port) == 0 && try_port(other) == EACCES ? 0 : 1;
}

static void
whom_a_service_calls_can_be_bound_to_ports(void **state)
{
	unsigned port = 0, other = 0;
	int fd = listen_somewhere(&port), other_fd = listen_somewhere(&other), status = 0;
	pid_t pid;

	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 4)
		skip();
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(confined_to(port, other));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	(void)close(fd);
	(void)close(other_fd);
}

static void
what_an_intruder_needs_next_is_refused(void **state)
{
	assert_call_ending(*state, true, true, is_traced, EPERM);
	assert_call_ending(*state, true, true, mounts, EPERM);
	assert_call_ending(*state, true, true, asks_for_another_way_in, EPERM);
	assert_call_ending(*state, false, false, begins_a_thread, 0);
}

static void
a_directory_that_is_not_there_is_an_error(void **state)
{
	const char *const directory[] = { "/nowhere/at/all" };
	const struct pb_confinement confinement = { .directory = directory, .directory_count = 1 };
	struct pb_confined confined;
	pid_t pid = fork();
	int status = 0;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(pb_confine_service(&confinement, &confined) == -ENOENT ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, offered().landlock ? 0 : 256);
}

static int
reads_inside(const struct place *place)
{
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/board", place->inside);
	return open(path, O_RDONLY) < 0 || open(place->inside, O_RDONLY | O_DIRECTORY) < 0 ? errno
											   : 0;
}

static void
what_may_be_read_may_not_be_written(void **state)
{
	const struct place *place = *state;
	const char *const reading[] = { place->inside };
	const struct pb_confinement confinement = { .reading = reading, .reading_count = 1 };
	char path[600];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/board", place->inside);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(ending_of(place, &confinement, true, reads_inside),
	    offered().landlock ? 0 : NO_LANDLOCK);
	assert_int_equal(ending_of(place, &confinement, true, writes_inside),
	    offered().landlock ? EACCES : NO_LANDLOCK);
	assert_int_equal(ending_of(place, &confinement, true, reads_outside),
	    offered().landlock ? EACCES : NO_LANDLOCK);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_may_be_read_may_not_be_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_door_has_its_directory_and_no_other_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_names_are_resolved_by_is_for_those_who_said_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_writer_reads_everything_and_writes_in_its_directories, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_a_service_may_read_it_may_not_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    one_program_is_for_those_who_said_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    the_network_is_for_those_who_said_so, set_up, tear_down),
		cmocka_unit_test(whom_a_service_calls_can_be_bound_to_ports),
		cmocka_unit_test_setup_teardown(
		    what_an_intruder_needs_next_is_refused, set_up, tear_down),
		cmocka_unit_test(a_directory_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
