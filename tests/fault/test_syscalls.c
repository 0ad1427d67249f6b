/*
 * Every system call of opening, importing and committing fails in turn: once,
 * and from then on; with no space, an error of the medium, an interruption, or half
 * of what was asked.  All that was acknowledged is there afterwards and verifies,
 * and the next start works alone.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/io.h"
#include "fault/archive.h"

struct stage {
	char *dir;
	char *template; /* an archive with one earlier commit */
	char *copy;
	char *paths[3];
	struct fault_world world;
	struct pb_reader_key *key;
	struct pb_buf trust;
	struct pb_buf against;
};

static char *
write_message(const char *dir, const char *name, size_t body)
{
	char *path = pb_path_join(dir, name);
	struct pb_buf text = PB_BUF_EMPTY;
	size_t i;

	assert_int_equal(
	    pb_buf_printf(&text, "From: labo-fictif@example.test\r\nSubject: %s\r\n\r\n", name),
	    PB_OK);
	for (i = 0; i < body; i++)
		assert_int_equal(pb_buf_append_u8(&text, (uint8_t)(i * 2654435761u >> 13)), PB_OK);
	assert_int_equal(
	    pb_io_create_file(pb_sys_world()->files, path, text.data, text.len, NULL), PB_OK);
	pb_buf_done(&text);
	return path;
}

static int
set_up(void **state)
{
	struct stage *s = calloc(1, sizeof(*s));
	struct fault_kept kept = { 0 };

	assert_non_null(s);
	s->dir = test_directory();
	s->template = pb_path_join(s->dir, "template");
	s->copy = pb_path_join(s->dir, "copy");
	s->paths[0] = write_message(s->dir, "a.eml", 100);
	s->paths[1] = write_message(s->dir, "b.eml", 0);
	/* large enough to spill */
	s->paths[2] = write_message(s->dir, "c.eml", 1500000);
	fault_world_init(&s->world, pb_sys_world()->files, 1);
	fault_create(&s->world.world, s->template);
	s->key = fault_key(&s->world.world, s->template);
	fault_trust(&s->world.world, s->template, &s->trust);
	assert_int_equal(
	    fault_import(&s->world.world, s->template, s->key, s->paths, 1, true, &kept, NULL),
	    PB_OK);
	fault_checkpoint(&s->world.world, s->template, &s->against);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct stage *s = *state;
	size_t i;

	for (i = 0; i < 3; i++)
		free(s->paths[i]);
	pb_reader_key_free(s->key);
	pb_buf_done(&s->trust);
	pb_buf_done(&s->against);
	free(s->template);
	free(s->copy);
	test_directory_remove(s->dir);
	free(s);
	return 0;
}

static int
remove_tree(void *arg, const char *name)
{
	const struct pb_files *files = pb_sys_world()->files;
	char *path = pb_path_join(arg, name);

	if (files->unlink(files->ctx, path) != 0) {
		(void)files->list(files->ctx, path, remove_tree, path);
		(void)files->unlink(files->ctx, path);
	}
	free(path);
	return 0;
}

/* One import with the fault set; how many calls it made. */
static uint64_t
run_once(struct stage *s, uint64_t fail_at, enum test_fault fault, int error, bool forever,
    bool with_key)
{
	struct test_faulty_files faulty;
	struct fault_world world;
	struct fault_kept kept = { 0 };
	struct pb_error err = { 0 };
	const char *wrong;

	fault_copy(s->template, s->copy);
	test_faulty_files_init(&faulty, pb_sys_world()->files);
	faulty.fail_at = fail_at;
	faulty.fault = fault;
	faulty.error = error;
	faulty.forever = forever;
	fault_world_init(&world, &faulty.table, 1000 + fail_at);
	(void)fault_import(
	    &world.world, s->copy, with_key ? s->key : NULL, s->paths, 3, true, &kept, &err);
	world.world.files = pb_sys_world()->files;
	wrong = fault_after(&world.world, s->copy, s->key, &s->trust, &s->against, &kept);
	if (wrong != NULL)
		fail_msg("call %llu (%s) %s error %d fault %d %s: %s", (unsigned long long)fail_at,
		    faulty.operation != NULL ? faulty.operation : "none",
		    forever ? "and all after" : "once", error, fault, with_key ? "with key" : "",
		    wrong);
	if (fail_at == 0)
		assert_int_equal(kept.count, 3);
	remove_tree(s->dir, "copy");
	return faulty.calls;
}

static void
fail_each(struct stage *s, enum test_fault fault, int error, bool with_key)
{
	uint64_t calls = run_once(s, 0, TEST_FAULT_NONE, 0, false, with_key), i;

	assert_true(calls > 50);
	for (i = 1; i <= calls; i++) {
		(void)run_once(s, i, fault, error, false, with_key);
		(void)run_once(s, i, fault, error, true, with_key);
	}
}

static void
no_space_at_any_call_loses_nothing_acknowledged(void **state)
{
	fail_each(*state, TEST_FAULT_ERROR, ENOSPC, false);
}

static void
no_space_while_a_segment_is_continued_loses_nothing(void **state)
{
	fail_each(*state, TEST_FAULT_ERROR, ENOSPC, true);
}

static void
an_error_of_the_medium_at_any_call_loses_nothing(void **state)
{
	fail_each(*state, TEST_FAULT_ERROR, EIO, false);
}

static void
an_interruption_at_any_call_loses_nothing(void **state)
{
	struct stage *s = *state;
	uint64_t calls = run_once(s, 0, TEST_FAULT_NONE, 0, false, false), i;

	/* Once only: a machine that interrupts every call for ever would be waited for. */
	for (i = 1; i <= calls; i++)
		(void)run_once(s, i, TEST_FAULT_ERROR, EINTR, false, false);
}

static void
half_a_read_or_write_at_any_call_loses_nothing(void **state)
{
	fail_each(*state, TEST_FAULT_SHORT, 0, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    no_space_at_any_call_loses_nothing_acknowledged, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_space_while_a_segment_is_continued_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_error_of_the_medium_at_any_call_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    an_interruption_at_any_call_loses_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    half_a_read_or_write_at_any_call_loses_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
