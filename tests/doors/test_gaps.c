/* What was let through is remembered whatever happens, and taken away once it is recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/io.h"
#include "core/limits.h"
#include "doors/gaps.h"
#include "lib/world.h"
#include "probant/archive.h"

struct fixture {
	char *dir, path[300];
	const struct pb_files *files;
	struct pb_gaps *gaps;
	struct pb_buf runs;    /* a line for each that was recorded */
	enum pb_status answer; /* of the next, and from then on: */
	enum pb_status afterwards;
	bool adds; /* while it is recorded */
};

static void
open_gaps(struct fixture *f)
{
	assert_int_equal(pb_gaps_new(f->files, f->dir, "entree", &f->gaps, NULL), PB_OK);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->dir = test_directory();
	snprintf(f->path, sizeof(f->path), "%s/entree.gap", f->dir);
	f->files = pb_sys_world()->files;
	open_gaps(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_gaps_free(f->gaps);
	pb_buf_done(&f->runs);
	(void)unlink(f->path);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static void
add(struct fixture *f, const char *archive, const char *reason, int64_t time_us, const char *id)
{
	const struct pb_gap gap = { archive, reason, time_us, (const uint8_t *)id, strlen(id) };

	assert_int_equal(pb_gaps_add(f->gaps, &gap, 1, NULL), PB_OK);
}

static enum pb_status
on_run(void *ctx, const struct pb_gap *run, size_t count, struct pb_error *err)
{
	struct fixture *f = ctx;
	enum pb_status answer = f->answer;

	(void)err;
	assert_int_equal(pb_buf_printf(&f->runs, "%s %s", run->archive, run->reason), PB_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pb_buf_printf(&f->runs, " %lld:%.*s", (long long)run[i].time_us,
				     (int)run[i].queue_id_len,
				     run[i].queue_id_len > 0 ? (const char *)run[i].queue_id : ""),
		    PB_OK);
	assert_int_equal(pb_buf_append_text(&f->runs, "\n"), PB_OK);
	if (f->adds)
		add(f, "ormes", "too_late", 9, "new");
	f->adds = false;
	f->answer = f->afterwards;
	return answer;
}

static void
assert_recorded(struct fixture *f, enum pb_status status, const char *runs)
{
	pb_buf_clear(&f->runs);
	assert_int_equal(pb_gaps_record(f->gaps, on_run, f, NULL), status);
	assert_string_equal(pb_buf_text(&f->runs), runs);
}

static void
nothing_is_recorded_of_nothing(void **state)
{
	struct fixture *f = *state;

	assert_true(pb_gaps_empty(f->gaps));
	assert_recorded(f, PB_OK, "");
	assert_int_equal(access(f->path, F_OK), -1);
	pb_gaps_free(NULL);
}

static void
each_archive_and_reason_is_a_run_in_the_order_of_time(void **state)
{
	struct fixture *f = *state;

	add(f, "tilleuls", "writer_away", 5, "E");
	add(f, "ormes", "writer_away", 6, "F");
	add(f, "tilleuls", "too_late", 7, "");
	add(f, "tilleuls", "writer_away", 3, "C\n \xff"); /* whatever an MTA says */
	assert_int_equal(pb_gaps_count(f->gaps), 4);
	pb_gaps_free(f->gaps);
	open_gaps(f);
	assert_false(pb_gaps_empty(f->gaps));
	assert_recorded(f, PB_OK,
	    "ormes writer_away 6:F\n"
	    "tilleuls too_late 7:\n"
	    "tilleuls writer_away 3:C\n \xff 5:E\n");
	assert_true(pb_gaps_empty(f->gaps));
	assert_recorded(f, PB_OK, "");
}

static void
what_cannot_be_recorded_stays_and_what_came_meanwhile_too(void **state)
{
	struct fixture *f = *state;

	add(f, "ormes", "writer_away", 1, "A");
	add(f, "tilleuls", "writer_away", 2, "B");
	f->answer = PB_EUNAVAIL;
	f->adds = true;
	assert_recorded(f, PB_EUNAVAIL, "ormes writer_away 1:A\ntilleuls writer_away 2:B\n");
	f->afterwards = f->answer = PB_EIO;
	assert_recorded(f, PB_EIO, "ormes too_late 9:new\normes writer_away 1:A\n");
	pb_gaps_free(f->gaps);
	open_gaps(f);
	f->afterwards = f->answer = PB_OK;
	assert_recorded(f, PB_OK, "ormes too_late 9:new\normes writer_away 1:A\n");
	assert_true(pb_gaps_empty(f->gaps));
}

static void
a_line_that_a_crash_cut_off_is_of_no_message(void **state)
{
	static const char text[] = "1 writer_away ormes 41\n2 writer_away tilleuls 4242424242";
	struct fixture *f = *state;

	assert_int_equal(pb_io_create_file(f->files, f->path, text, sizeof(text) - 1, NULL), PB_OK);
	pb_gaps_free(f->gaps);
	open_gaps(f);
	add(f, "ormes", "writer_away", 3, "C");
	assert_recorded(f, PB_OK, "ormes writer_away 1:A 3:C\n");
}

static void
a_line_that_cannot_be_read_is_of_one_all_the_same(void **state)
{
	static const char *const lines[] = { "\n", " \n", "x writer_away ormes 41\n", " a b c\n",
		"1 writer_away\n", "1 resent ormes 41\n", "1 a\xff ormes 41\n", "1 a ../o 41\n",
		"99999999999999999999 a ormes 41\n", "1 a \n", "\\ \" { 41\n" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(
		    pb_io_create_file(f->files, f->path, lines[i], strlen(lines[i]), NULL), PB_OK);
		pb_gaps_free(f->gaps);
		open_gaps(f);
		assert_recorded(f, PB_OK, " unknown 0:\n");
		assert_int_equal(unlink(f->path), 0);
	}
}

static void
no_more_is_remembered_than_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct pb_gap *many = calloc(10000, sizeof(*many));
	enum pb_status status = PB_OK;
	size_t kept = 0;

	assert_non_null(many);
	for (size_t i = 0; i < 10000; i++)
		many[i] = (struct pb_gap){ "ormes", "writer_away", 1,
			(const uint8_t *)"0123456789012345678901234567890123456789", 40 };
	while ((status = pb_gaps_add(f->gaps, many, 10000, NULL)) == PB_OK)
		kept += 10000;
	assert_int_equal(status, PB_ELIMIT);
	assert_true(kept > 0);
	f->answer = f->afterwards = PB_OK;
	pb_buf_clear(&f->runs);
	assert_int_equal(pb_gaps_record(f->gaps, on_run, f, NULL), PB_OK);
	assert_true(pb_gaps_empty(f->gaps));
	free(many);
}

/* ---- a power cut ---------------------------------------------------------------------------- */

struct cut {
	const char *runs; /* what every disk that could be left says */
	size_t states;
};

static void
look_after_cut(void *arg, struct test_powercut *state)
{
	struct cut *cut = arg;
	struct fixture after = { .files = test_powercut_files(state) };

	assert_int_equal(pb_gaps_new(after.files, "/", "entree", &after.gaps, NULL), PB_OK);
	assert_recorded(&after, PB_OK, cut->runs);
	pb_gaps_free(after.gaps);
	pb_buf_done(&after.runs);
	cut->states++;
}

static void
what_was_noted_outlives_a_power_cut(void **state)
{
	struct test_powercut *disk = test_powercut_new();
	struct fixture f = { .files = test_powercut_files(disk) };
	struct cut cut = { .runs = "ormes too_late 1:A\n" };

	(void)state;
	assert_int_equal(pb_gaps_new(f.files, "/", "entree", &f.gaps, NULL), PB_OK);
	add(&f, "ormes", "too_late", 1, "A");
	test_powercut_states(disk, 100, look_after_cut, &cut);
	add(&f, "tilleuls", "too_late", 2, "B");
	cut.runs = "ormes too_late 1:A\ntilleuls too_late 2:B\n";
	test_powercut_states(disk, 100, look_after_cut, &cut);
	/* ormes is recorded, tilleuls is not, and another comes meanwhile. */
	f.afterwards = PB_EIO;
	f.adds = true;
	assert_recorded(&f, PB_EIO, cut.runs);
	cut.runs = "ormes too_late 9:new\ntilleuls too_late 2:B\n";
	test_powercut_states(disk, 100, look_after_cut, &cut);
	assert_true(cut.states >= 3);
	pb_gaps_free(f.gaps);
	pb_buf_done(&f.runs);
	test_powercut_free(disk);
}

/* A door that is killed behind the first line leaves a file whose name may not be durable. */
static void
what_is_noted_behind_a_crash_outlives_a_power_cut(void **state)
{
	static const char line[] = "1 too_late ormes 41\n";
	struct test_powercut *disk = test_powercut_new();
	struct fixture f = { .files = test_powercut_files(disk) };
	struct cut cut = { .runs = "ormes too_late 1:A\ntilleuls too_late 2:B\n" };
	int fd = -1;

	(void)state;
	assert_int_equal(
	    pb_io_open(f.files, "/entree.gap", O_WRONLY | O_CREAT, 0600, &fd, NULL), PB_OK);
	assert_int_equal(
	    pb_io_pwrite(f.files, fd, "entree.gap", line, strlen(line), 0, NULL), PB_OK);
	assert_int_equal(pb_io_sync(f.files, fd, "entree.gap", NULL), PB_OK);
	pb_io_close(f.files, &fd);
	assert_int_equal(pb_gaps_new(f.files, "/", "entree", &f.gaps, NULL), PB_OK);
	add(&f, "tilleuls", "too_late", 2, "B");
	test_powercut_states(disk, 100, look_after_cut, &cut);
	assert_true(cut.states > 0);
	pb_gaps_free(f.gaps);
	test_powercut_free(disk);
}

/* Who has a door may put one there, and root reads it when the door begins again. */
static void
a_link_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct pb_gaps *gaps = NULL;

	assert_int_equal(symlink("/dev/null", f->path), 0);
	assert_int_not_equal(pb_gaps_new(f->files, f->dir, "entree", &gaps, NULL), PB_OK);
	assert_null(gaps);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(symlink("/etc/passwd", f->path), 0);
	assert_int_not_equal(pb_gaps_new(f->files, f->dir, "entree", &gaps, NULL), PB_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_recorded_of_nothing),
		TEST(a_link_is_not_read),
		TEST(a_line_that_a_crash_cut_off_is_of_no_message),
		TEST(a_line_that_cannot_be_read_is_of_one_all_the_same),
		TEST(no_more_is_remembered_than_can_be_read),
		TEST(each_archive_and_reason_is_a_run_in_the_order_of_time),
		TEST(what_cannot_be_recorded_stays_and_what_came_meanwhile_too),
		cmocka_unit_test(what_was_noted_outlives_a_power_cut),
		cmocka_unit_test(what_is_noted_behind_a_crash_outlives_a_power_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
