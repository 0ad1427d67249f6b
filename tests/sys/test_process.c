#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sys/process.h"

/* Hardening lasts, so each look at it is a child's: true if `holds` is true there. */
static bool
in_child(bool (*holds)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(holds() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
dumps_nothing(void)
{
	struct rlimit limit = { 1, 1 };

	return prctl(PR_GET_DUMPABLE) == 1 && pb_process_harden(NULL) == PB_OK &&
	       prctl(PR_GET_DUMPABLE) == 0 && getrlimit(RLIMIT_CORE, &limit) == 0 &&
	       limit.rlim_cur == 0 && limit.rlim_max == 0;
}

static void
hardened_process_leaves_no_core_dump(void **state)
{
	(void)state;
	assert_true(in_child(dumps_nothing));
}

static bool
makes_private_files(void)
{
	umask(0);
	return pb_process_harden(NULL) == PB_OK && umask(0) == 077;
}

static void
hardened_process_makes_files_for_its_user_alone(void **state)
{
	(void)state;
	assert_true(in_child(makes_private_files));
}

static bool
fills_closed_descriptors(void)
{
	struct stat null, st;
	int fd;

	close(0);
	close(2);
	if (pb_process_harden(NULL) != PB_OK || stat("/dev/null", &null) != 0)
		return false;
	for (fd = 0; fd <= 2; fd += 2) {
		if (fstat(fd, &st) != 0 || st.st_rdev != null.st_rdev)
			return false;
	}
	fd = open("/dev/null", O_RDONLY);
	return fd > 2;
}

static void
closed_standard_descriptors_can_not_become_files_of_evidence(void **state)
{
	(void)state;
	assert_true(in_child(fills_closed_descriptors));
}

static bool
hardens_twice(void)
{
	return pb_process_harden(NULL) == PB_OK && pb_process_harden(NULL) == PB_OK;
}

static void
hardening_twice_is_fine(void **state)
{
	(void)state;
	assert_true(in_child(hardens_twice));
}

static bool
says_what_was_refused(void)
{
	struct rlimit none = { 0, 0 };
	struct pb_error err;

	/* No descriptor may be opened any more. */
	close(0);
	return setrlimit(RLIMIT_NOFILE, &none) == 0 && pb_process_harden(&err) == PB_EUNAVAIL &&
	       err.status == PB_EUNAVAIL && err.cause != 0 && err.what != NULL;
}

static void
refusal_of_the_machine_is_said(void **state)
{
	(void)state;
	assert_true(in_child(says_what_was_refused));
}

static void
environment_is_read_by_name(void **state)
{
	(void)state;
	assert_int_equal(setenv("PROBANT_TEST_VALUE", "value", 1), 0);
	assert_string_equal(pb_process_environment("PROBANT_TEST_VALUE"), "value");
	assert_int_equal(unsetenv("PROBANT_TEST_VALUE"), 0);
	assert_null(pb_process_environment("PROBANT_TEST_VALUE"));
}

static bool
counts_one_processor(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0 && pb_process_processors() == 1;
}

static void
processors_are_those_that_the_process_may_run_on(void **state)
{
	(void)state;
	assert_true(pb_process_processors() >= 1);
	assert_true(in_child(counts_one_processor));
}

static void
real_path_is_that_of_what_stands_there_or_will(void **state)
{
	char *dir = realpath(".", NULL), wanted[5000], found[5000], small[4];

	(void)state;
	assert_non_null(dir);
	(void)snprintf(wanted, sizeof(wanted), "%s/none", dir);
	assert_true(pb_process_real_path("none", found, sizeof(found)));
	assert_string_equal(found, wanted);
	assert_true(pb_process_real_path("././/none//", found, sizeof(found)));
	assert_string_equal(found, wanted);
	assert_true(pb_process_real_path("/", found, sizeof(found)));
	assert_string_equal(found, "/");
	assert_true(pb_process_real_path("/none-such", found, sizeof(found)));
	assert_string_equal(found, "/none-such");
	assert_true(pb_process_real_path("/proc/self/../self/status/../status", found, 0) == false);
	assert_false(pb_process_real_path("none/none", found, sizeof(found)));
	assert_false(pb_process_real_path("", found, sizeof(found)));
	assert_false(pb_process_real_path(".", small, 2));
	free(dir);
}

static bool
notes_the_first_stop(void)
{
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	pb_process_catch_stop();
	return !pb_process_stop_asked() && raise(SIGINT) == 0 && pb_process_stop_asked() &&
	       pb_process_stop_asked();
}

static bool
lets_nobody_stop_it(void)
{
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	pb_process_catch_stop();
	return raise(SIGINT) == 0 && !pb_process_stop_asked() && raise(SIGTERM) == 0 &&
	       pb_process_stop_asked() && raise(SIGINT) == 0;
}

static void
first_stop_is_noted_and_one_that_is_ignored_is_none(void **state)
{
	(void)state;
	assert_true(in_child(notes_the_first_stop));
	assert_true(in_child(lets_nobody_stop_it));
}

static bool
ends_by_the_second_stop(void)
{
	if (notes_the_first_stop())
		(void)raise(SIGTERM);
	return true;
}

static bool
ends_by_a_stop_that_is_not_caught_any_more(void)
{
	(void)signal(SIGINT, SIG_DFL);
	pb_process_catch_stop();
	pb_process_release_stop();
	(void)raise(SIGINT);
	return true;
}

static void
second_stop_and_one_behind_the_end_are_as_without(void **state)
{
	(void)state;
	assert_false(in_child(ends_by_the_second_stop));
	assert_false(in_child(ends_by_a_stop_that_is_not_caught_any_more));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hardened_process_leaves_no_core_dump),
		cmocka_unit_test(hardened_process_makes_files_for_its_user_alone),
		cmocka_unit_test(closed_standard_descriptors_can_not_become_files_of_evidence),
		cmocka_unit_test(hardening_twice_is_fine),
		cmocka_unit_test(refusal_of_the_machine_is_said),
		cmocka_unit_test(environment_is_read_by_name),
		cmocka_unit_test(real_path_is_that_of_what_stands_there_or_will),
		cmocka_unit_test(first_stop_is_noted_and_one_that_is_ignored_is_none),
		cmocka_unit_test(second_stop_and_one_behind_the_end_are_as_without),
		cmocka_unit_test(processors_are_those_that_the_process_may_run_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
