/* What a master waits for, and whom he tells. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/attend.h"

#define FAR_US (30 * 1000000LL)

static void
signals_come_by_the_descriptor_one_by_one(void **state)
{
	int signals = pb_attend_signals();

	(void)state;
	assert_true(signals >= 0);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_NOTHING);
	assert_int_equal(kill(getpid(), SIGHUP), 0);
	pb_attend(&signals, 1, FAR_US);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_RELOAD);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_NOTHING);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_END);
	assert_int_equal(kill(getpid(), SIGINT), 0);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_END);
	assert_int_equal(kill(getpid(), SIGCHLD), 0);
	assert_int_equal(pb_attend_next(signals), PB_ATTEND_CHILD);
	(void)close(signals);
}

static void
nothing_is_waited_for_when_the_time_is_over(void **state)
{
	const int none[] = { -1 };

	(void)state;
	pb_attend(none, 1, 0);
	pb_attend(none, 1, -5);
	pb_attend(none, 1, 1000);
}

static int
watch(const char *name, size_t len)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(at.sun_path, name, len);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	return fd;
}

static void
assert_said(int fd, const char *text)
{
	char said[64] = "";

	assert_int_equal(recv(fd, said, sizeof(said) - 1, MSG_DONTWAIT), strlen(text));
	assert_string_equal(said, text);
}

static void
whoever_started_us_is_told_by_a_datagram(void **state)
{
	char *dir = test_directory(), path[100], name[100];
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/notify", dir);
	fd = watch(path, strlen(path) + 1);
	assert_int_equal(pb_attend_notify(path, "READY=1"), 0);
	assert_said(fd, "READY=1");
	(void)close(fd);
	assert_int_equal(pb_attend_notify(path, "READY=1"), -ECONNREFUSED);
	(void)snprintf(name, sizeof(name), "@probant-test-%ld", (long)getpid());
	path[0] = '\0';
	memcpy(path + 1, name + 1, strlen(name));
	fd = watch(path, strlen(name));
	assert_int_equal(pb_attend_notify(name, "STOPPING=1"), 0);
	assert_said(fd, "STOPPING=1");
	(void)close(fd);
	assert_int_equal(pb_attend_notify("", "READY=1"), -EINVAL);
	test_directory_remove(dir);
}

static void
files_may_be_as_many_as_the_hard_limit(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(pb_attend_many_files(), limit.rlim_max);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_come_by_the_descriptor_one_by_one),
		cmocka_unit_test(nothing_is_waited_for_when_the_time_is_over),
		cmocka_unit_test(whoever_started_us_is_told_by_a_datagram),
		cmocka_unit_test(files_may_be_as_many_as_the_hard_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
