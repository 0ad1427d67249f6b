/* Users, and directories that are theirs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/user.h"

struct fixture {
	char *dir;
	char path[512];
};

static int
set_up(void **state)
{
	static struct fixture f;

	f.dir = test_directory();
	(void)snprintf(f.path, sizeof(f.path), "%s/state/doors", f.dir);
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

static void
users_are_found_by_name(void **state)
{
	struct pb_user user = { 7, 7 };
	struct pb_error err;

	(void)state;
	assert_int_equal(pb_user_find("root", &user, &err), PB_OK);
	assert_int_equal(user.uid, 0);
	assert_int_equal(user.gid, 0);
	assert_int_equal(pb_user_find("no-such-user-here", &user, &err), PB_ENOENT);
	assert_string_equal(err.object, "no-such-user-here");
	assert_int_equal(pb_user_self().uid, geteuid());
	assert_int_equal(pb_user_is_root(), geteuid() == 0);
}

static void
a_directory_is_made_with_its_parents_for_its_user_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_user self = pb_user_self();
	struct pb_error err;
	struct stat st;

	assert_int_equal(pb_user_directory(f->path, 0700, &self, &err), PB_OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(st.st_uid, self.uid);
	assert_int_equal(pb_user_directory(f->path, 0700, &self, &err), PB_OK);
}

static void
a_directory_in_which_others_may_write_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_user self = pb_user_self(), other = { self.uid + 1, self.gid };
	struct pb_error err;

	assert_int_equal(pb_user_directory(f->path, 0700, &self, &err), PB_OK);
	assert_int_equal(chmod(f->path, 0777), 0);
	assert_int_equal(pb_user_directory(f->path, 0700, &self, &err), PB_EACCESS);
	assert_int_equal(chmod(f->path, 0700), 0);
	assert_int_equal(pb_user_directory(f->path, 0700, &other, &err), PB_EACCESS);
	assert_non_null(err.todo);
}

static void
a_link_or_a_file_is_no_directory(void **state)
{
	struct fixture *f = *state;
	struct pb_user self = pb_user_self();
	struct pb_error err;
	char link[600];

	assert_int_equal(pb_user_directory(f->path, 0700, &self, &err), PB_OK);
	(void)snprintf(link, sizeof(link), "%s/link", f->dir);
	assert_int_equal(symlink(f->path, link), 0);
	assert_int_equal(pb_user_directory(link, 0700, &self, &err), PB_EACCESS);
	assert_int_equal(pb_user_directory("/etc/passwd/x", 0700, &self, &err), PB_ENOENT);
}

/* 0: it became nobody, and cannot come back. */
static int
become_nobody(void)
{
	const struct pb_user nobody = { 65534, 65534 };
	struct pb_error err;

	if (geteuid() != 0)
		return pb_user_become(&nobody, &err) == PB_EACCESS ? 0 : 1;
	if (pb_user_become(&nobody, &err) != PB_OK || geteuid() != 65534 || getegid() != 65534)
		return 2;
	return setuid(0) != 0 && getgroups(0, NULL) == 1 ? 0 : 3;
}

static void
root_becomes_another_for_good_and_another_cannot(void **state)
{
	pid_t child = fork();
	int status = 1;

	(void)state;
	assert_true(child >= 0);
	if (child == 0)
		_exit(become_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_found_by_name),
		cmocka_unit_test_setup_teardown(
		    a_directory_is_made_with_its_parents_for_its_user_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_directory_in_which_others_may_write_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_link_or_a_file_is_no_directory, set_up, tear_down),
		cmocka_unit_test(root_becomes_another_for_good_and_another_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
