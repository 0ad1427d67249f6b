/* What the writer does when it is confined: it commits, and what it closes is indexed behind it. */
#include "archive/fixture.h"

#include <sys/wait.h>

#include "archive/views.h"
#include "lib/program.h"
#include "sys/confine_service.h"

/* A segment with a message, closed by the next; how many of them a search then finds. */
static int
capture_and_index(struct fixture *f, const char *viewer)
{
	const struct pb_views_options options = { .program = viewer, .threads = 1, .own = true };
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views_standing standing = { 0 };
	struct pb_views *views = NULL;
	struct pb_error err = { 0 };

	assert_int_equal(pb_views_new(archive, &options, &views, &err), PB_OK);
	pb_views_attach(archive, views);
	commit(f, archive, 1);
	archive->renew = true;
	commit(f, archive, 1);
	pb_views_attach(archive, NULL);
	if (pb_views_finish(views, &err) != PB_OK ||
	    pb_views_stand(pb_views_catalog(views), &standing, &err) != PB_OK)
		return 1;
	pb_views_free(views);
	close_archive(archive);
	return standing.found == 1 ? 0 : 2;
}

static int
confined(struct fixture *f, const char *viewer)
{
	const char *const directory[] = { f->root };
	const struct pb_confinement confinement = {
		.directory = directory, .directory_count = 1, .program = viewer
	};
	struct pb_confined done;

	if (pb_confine_service(&confinement, &done) != 0)
		return 3;
	return capture_and_index(f, viewer);
}

static void
what_a_confined_writer_closes_is_indexed(void **state)
{
	struct fixture *f = *state;
	char *viewer = test_program("probant-mime");
	pid_t child = fork();
	int status = 1;

	assert_true(child >= 0);
	if (child == 0)
		_exit(confined(f, viewer));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	free(viewer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_a_confined_writer_closes_is_indexed, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
