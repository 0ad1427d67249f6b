/* Signs of life, as sd_watchdog_enabled(3) asks for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/notify.h"
#include "lib/world.h"

#define PROCESS 4711

static int64_t
every_us(const char *usec, const char *whom)
{
	const struct pb_notify_asked asked = { .watchdog_us = usec, .watchdog_whom = whom };
	struct pb_notify notify;

	pb_notify_init(&notify, &asked, PROCESS);
	return notify.every_us;
}

static void
nobody_watches_who_did_not_say_so(void **state)
{
	(void)state;
	assert_int_equal(every_us(NULL, NULL), 0);
	assert_int_equal(every_us("", NULL), 0);
	assert_int_equal(every_us("soon", NULL), 0);
	assert_int_equal(every_us("-5", NULL), 0);
	assert_int_equal(every_us("99999999999999999999", NULL), 0);
	assert_int_equal(every_us("18446744073709551615", NULL), 0);
	assert_int_equal(every_us("20000000", "4712"), 0);
	assert_int_equal(every_us("20000000", "x"), 0);
}

static void
signs_of_life_come_twice_as_often_as_they_are_asked_for(void **state)
{
	(void)state;
	assert_int_equal(every_us("20000000", NULL), 10000000);
	assert_int_equal(every_us("20000000", "4711"), 10000000);
}

static void
one_is_given_when_it_is_due(void **state)
{
	char *dir = test_directory(), said[32] = "";
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct pb_notify_asked asked = { .socket = at.sun_path, .watchdog_us = "2000" };
	struct pb_notify notify;
	int64_t next_us = 9000;

	(void)state;
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", dir);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	pb_notify_init(&notify, &asked, PROCESS);
	pb_notify_alive(&notify, 5000, &next_us);
	assert_int_equal(next_us, 6000);
	assert_int_equal(recv(fd, said, sizeof(said), MSG_DONTWAIT), 10);
	assert_memory_equal(said, "WATCHDOG=1", 10);
	pb_notify_alive(&notify, 5999, &next_us);
	assert_int_equal(recv(fd, said, sizeof(said), MSG_DONTWAIT), -1);
	pb_notify_alive(&notify, 6000, &next_us);
	assert_int_equal(recv(fd, said, sizeof(said), MSG_DONTWAIT), 10);
	(void)close(fd);
	pb_notify(&notify, "READY=1"); /* to nobody */
	test_directory_remove(dir);
}

static void
without_anybody_nothing_is_due(void **state)
{
	const struct pb_notify_asked asked = { 0 };
	struct pb_notify notify;
	int64_t next_us = 9000;

	(void)state;
	pb_notify_init(&notify, &asked, PROCESS);
	pb_notify(&notify, "READY=1");
	pb_notify_alive(&notify, 5000, &next_us);
	assert_int_equal(next_us, 9000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_watches_who_did_not_say_so),
		cmocka_unit_test(signs_of_life_come_twice_as_often_as_they_are_asked_for),
		cmocka_unit_test(one_is_given_when_it_is_due),
		cmocka_unit_test(without_anybody_nothing_is_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
