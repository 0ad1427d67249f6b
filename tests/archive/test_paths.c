#include "archive/fixture.h"

static void
a_path_is_directory_name_and_file(void **state)
{
	struct pb_path path;

	(void)state;
	assert_int_equal(pb_path_make(&path, "a", "vault", "b.seg", NULL), PB_OK);
	assert_string_equal(path.text, "a/vault/b.seg");
	assert_int_equal(pb_path_make(&path, "a", "lock", NULL, NULL), PB_OK);
	assert_string_equal(path.text, "a/lock");
}

static void
a_path_that_does_not_fit_is_refused(void **state)
{
	char dir[PB_LIMIT_PATH];
	struct pb_error err = { 0 };
	struct pb_path path;

	(void)state;
	memset(dir, 'd', sizeof(dir));
	dir[PB_LIMIT_PATH - 6] = '\0';
	assert_int_equal(pb_path_make(&path, dir, "lock", NULL, &err), PB_OK);
	assert_int_equal(strlen(path.text), PB_LIMIT_PATH - 1);
	dir[PB_LIMIT_PATH - 6] = 'd';
	dir[PB_LIMIT_PATH - 5] = '\0';
	assert_int_equal(pb_path_make(&path, dir, "lock", NULL, &err), PB_ELIMIT);
	assert_non_null(err.why);
}

/* ---- modes ---------------------------------------------------------------------------------- */

struct stated {
	struct pb_file_info info;
	int answer;
};

static int
state_file(void *ctx, const char *path, bool follow, struct pb_file_info *ret_info)
{
	const struct stated *stated = ctx;

	(void)path;
	assert_true(follow);
	*ret_info = stated->info;
	return stated->answer;
}

static enum pb_status
judge(uint32_t mode, bool owned, int answer, struct pb_error *err)
{
	struct stated stated = { .info = { .mode = mode, .owned = owned }, .answer = answer };
	const struct pb_files files = { .ctx = &stated, .stat = state_file };

	return pb_path_private(&files, "archive", err);
}

static void
any_right_of_others_is_refused(void **state)
{
	uint32_t bit;

	(void)state;
	assert_int_equal(judge(0700, true, 0, NULL), PB_OK);
	assert_int_equal(judge(0600, true, 0, NULL), PB_OK);
	assert_int_equal(judge(0400, true, 0, NULL), PB_OK);
	for (bit = 1; bit <= 040; bit <<= 1) {
		struct pb_error err = { 0 };

		assert_int_equal(judge(0700 | bit, true, 0, &err), PB_EACCESS);
		assert_non_null(strstr(err.todo, "chmod"));
		assert_string_equal(err.object, "archive");
	}
}

static void
what_belongs_to_another_user_is_refused(void **state)
{
	struct pb_error err = { 0 };

	(void)state;
	assert_int_equal(judge(0700, false, 0, &err), PB_EACCESS);
	assert_non_null(err.todo);
}

static void
what_is_not_there_is_no_matter_of_rights(void **state)
{
	(void)state;
	assert_int_equal(judge(0, false, -ENOENT, NULL), PB_ENOENT);
	assert_int_equal(judge(0, false, -EIO, NULL), PB_EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_directory_name_and_file),
		cmocka_unit_test(a_path_that_does_not_fit_is_refused),
		cmocka_unit_test(any_right_of_others_is_refused),
		cmocka_unit_test(what_belongs_to_another_user_is_refused),
		cmocka_unit_test(what_is_not_there_is_no_matter_of_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
