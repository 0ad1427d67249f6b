/* A policy and the file of its map: read, handed on, and the same on the other side. */
#include "policy/fixture.h"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "lib/world.h"
#include "policy/whole.h"
#include "sys/world.h"

#define MAP "camille@ormes.example ormes\n"

struct fixture {
	const struct pb_files *files;
	char *dir, policy[PATH_MAX], map[PATH_MAX];
};

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) >= 0, 1);
	assert_int_equal(fclose(file), 0);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char text[2 * PATH_MAX], *relative;

	assert_non_null(f);
	f->files = pb_sys_world()->files;
	relative = test_directory();
	f->dir = realpath(relative, NULL); /* a policy's paths are absolute */
	free(relative);
	assert_non_null(f->dir);
	(void)snprintf(f->policy, sizeof(f->policy), "%s/capture.yaml", f->dir);
	(void)snprintf(f->map, sizeof(f->map), "%s/map", f->dir);
	(void)snprintf(text, sizeof(text),
	    "policy: capture\narchives: [{name: ormes, path: /srv/ormes}]\nmap: file %s\n"
	    "otherwise: pass\n"
	    "doors: [{name: m, kind: milter, listen: \"unix:/run/m\", on_failure: defer}]\n",
	    f->map);
	write_file(f->policy, text);
	write_file(f->map, MAP);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->policy);
	(void)unlink(f->map);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

/* What it holds is handed over, in a file. */
static enum pb_status
hand_over(struct fixture *f, const struct pb_buf *whole, struct pb_capture_policy **ret_policy)
{
	struct pb_buf text = PB_BUF_EMPTY;
	int fd = open(f->map, O_RDWR | O_TRUNC);
	enum pb_status status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, whole->data, whole->len), whole->len);
	status = pb_policy_whole_handed(f->files, fd, &text, ret_policy, NULL);
	if (status == PB_OK)
		assert_memory_equal(text.data, whole->data, whole->len);
	(void)close(fd);
	pb_buf_done(&text);
	return status;
}

static void
what_is_handed_over_is_what_was_read(void **state)
{
	struct fixture *f = *state;
	struct pb_capture_policy *read = NULL, *handed = NULL;
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_policy_whole_read(f->files, f->policy, &text, &read, NULL), PB_OK);
	assert_int_equal(text.data[pb_policy_whole_own(&text)], '\0');
	assert_string_equal(pb_buf_text(&text) + pb_policy_whole_own(&text) + 1, MAP);
	assert_int_equal(hand_over(f, &text, &handed), PB_OK);
	assert_int_equal(pb_capture_policy_owner(handed, "camille@ormes.example", 21), 0);
	pb_capture_policy_free(read);
	pb_capture_policy_free(handed);
	pb_buf_done(&text);
}

static void
a_policy_without_its_map_is_not_whole(void **state)
{
	struct fixture *f = *state;
	struct pb_capture_policy *policy = NULL;
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_policy_whole_read(f->files, f->policy, &text, &policy, NULL), PB_OK);
	pb_capture_policy_free(policy);
	policy = NULL;
	text.len = pb_policy_whole_own(&text);
	assert_int_equal(hand_over(f, &text, &policy), PB_EDATA);
	assert_null(policy);
	pb_buf_done(&text);
	(void)unlink(f->map);
	assert_int_equal(
	    pb_policy_whole_read(f->files, f->policy, &text, &policy, NULL), PB_ENOENT);
	assert_null(policy);
	assert_null(text.data);
}

static void
what_is_wrong_in_the_map_is_told_by_its_path(void **state)
{
	struct fixture *f = *state;
	struct pb_capture_policy *policy = NULL;
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_error err = { 0 };

	write_file(f->map, "#\ncamille@ormes.example chenes\n");
	assert_int_equal(pb_policy_whole_read(f->files, f->policy, &text, &policy, &err), PB_EDATA);
	assert_int_equal(strncmp(err.object, f->map, strlen(f->map)), 0);
	assert_string_equal(err.object + strlen(f->map), ", line 2");
	assert_string_equal(err.why, "no archive of the policy has this name");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    what_is_handed_over_is_what_was_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_policy_without_its_map_is_not_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_wrong_in_the_map_is_told_by_its_path, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
