/* Listening sockets: who is let in, what stands in the way, whose they are. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/listen.h"

struct fixture {
	char *dir;
	char path[512];
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.dir = test_directory();
	(void)snprintf(f.path, sizeof(f.path), "%s/door.sock", f.dir);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	test_directory_remove(f->dir);
	return 0;
}

/* A connection, or -errno. */
static int
call(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), error;

	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	error = errno;
	(void)close(fd);
	return -error;
}

static int
listening(const char *path, unsigned mode)
{
	struct pb_error err;
	int fd = -1;

	assert_int_equal(pb_listen_local(path, mode, &fd, &err), PB_OK);
	return fd;
}

static void
a_local_socket_lets_in_whom_its_mode_says(void **state)
{
	struct fixture *f = *state;
	int fd = listening(f->path, 0666), caller = call(f->path);
	struct stat st;

	assert_true(caller >= 0);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0666);
	(void)close(caller);
	pb_listen_close(fd);
}

/* In place of the library's own: what stands at a path in another's directory may be exchanged. */
static unsigned changed_by_name;

int
chmod(const char *path, mode_t mode)
{
	changed_by_name++;
	return fchmodat(AT_FDCWD, path, mode, 0);
}

static void
a_local_socket_is_made_with_its_mode_and_not_changed_by_name(void **state)
{
	struct fixture *f = *state;
	mode_t before = umask(077);
	unsigned changed = changed_by_name;
	int fd = listening(f->path, 0660);
	struct stat st;

	assert_int_equal(umask(before), 077);
	assert_int_equal(changed_by_name, changed);
	assert_int_equal(lstat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	pb_listen_close(fd);
}

static void
what_a_dead_process_left_is_replaced(void **state)
{
	struct fixture *f = *state;
	int fd = listening(f->path, 0600), caller;

	pb_listen_close(fd);
	assert_int_equal(call(f->path), -ECONNREFUSED);
	fd = listening(f->path, 0600);
	caller = call(f->path);
	assert_true(caller >= 0);
	(void)close(caller);
	pb_listen_close(fd);
}

static void
a_socket_that_is_served_stays(void **state)
{
	struct fixture *f = *state;
	int fd = listening(f->path, 0600), other = -1;
	struct pb_error err;

	assert_int_equal(pb_listen_local(f->path, 0600, &other, &err), PB_EEXIST);
	assert_int_equal(other, -1);
	assert_string_equal(err.object, f->path);
	pb_listen_close(fd);
}

static void
a_file_in_its_place_stays(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->path, "w");
	struct pb_error err;
	int fd = -1;

	assert_non_null(file);
	(void)fclose(file);
	assert_int_equal(pb_listen_local(f->path, 0600, &fd, &err), PB_EEXIST);
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
a_path_that_no_socket_can_have_is_refused(void **state)
{
	struct pb_error err;
	char path[300];
	int fd = -1;

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(pb_listen_local(path, 0600, &fd, &err), PB_EUNAVAIL);
	assert_int_equal(pb_listen_local("", 0600, &fd, &err), PB_EUNAVAIL);
	assert_int_equal(pb_listen_local("/nowhere/door.sock", 0600, &fd, &err), PB_EUNAVAIL);
	assert_int_equal(fd, -1);
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at;
	socklen_t len = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	return ntohs(at.ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)&at)->sin6_port
					      : ((const struct sockaddr_in *)&at)->sin_port);
}

static void
a_port_is_listened_at_once(void **state)
{
	struct pb_error err;
	int fd = -1, other = -1;

	(void)state;
	assert_int_equal(pb_listen_tcp("127.0.0.1", 0, &fd, &err), PB_OK);
	assert_int_equal(pb_listen_tcp("127.0.0.1", port_of(fd), &other, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, EADDRINUSE);
	assert_non_null(strstr(err.object, "127.0.0.1"));
	assert_int_equal(other, -1);
	pb_listen_close(fd);
	assert_int_equal(pb_listen_tcp("mail.example", 25, &fd, &err), PB_EUNAVAIL);
}

static void
the_same_socket_lives_until_its_last_owner_closes_it(void **state)
{
	struct fixture *f = *state;
	int fd = listening(f->path, 0600), other = pb_listen_again(fd), caller;

	assert_true(other >= 0);
	pb_listen_close(fd);
	caller = call(f->path);
	assert_true(caller >= 0);
	(void)close(caller);
	pb_listen_close(other);
	assert_int_equal(call(f->path), -ECONNREFUSED);
	pb_listen_close(-1);
	assert_int_equal(pb_listen_again(-1), -EBADF);
}

/* Whoever connects asks for the process that listens; -1: it could not be asked. */
static pid_t
listener_of(int caller)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(caller, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 ? peer.pid : -1;
}

static void
a_socket_that_was_handed_on_is_its_new_owners(void **state)
{
	struct fixture *f = *state;
	int fd = listening(f->path, 0600), caller = call(f->path), status = 1;
	pid_t child;

	assert_int_equal(listener_of(caller), getpid());
	(void)close(caller);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(pb_listen_own(fd) == 0 && listener_of(call(f->path)) == getpid() ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	caller = call(f->path);
	assert_int_equal(listener_of(caller), child);
	(void)close(caller);
	assert_int_equal(pb_listen_own(-1), -EBADF);
	pb_listen_close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    a_local_socket_is_made_with_its_mode_and_not_changed_by_name, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    a_local_socket_lets_in_whom_its_mode_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_a_dead_process_left_is_replaced, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_socket_that_is_served_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_in_its_place_stays, set_up, tear_down),
		cmocka_unit_test(a_path_that_no_socket_can_have_is_refused),
		cmocka_unit_test(a_port_is_listened_at_once),
		cmocka_unit_test_setup_teardown(
		    the_same_socket_lives_until_its_last_owner_closes_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_socket_that_was_handed_on_is_its_new_owners, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
