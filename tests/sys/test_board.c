/* What a process tells of itself: made by its master, written by it, read by anybody. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/limits.h"
#include "lib/world.h"
#include "sys/board.h"
#include "sys/world.h"

static const char *const NAMES[] = { "writer", "tilleuls", "platanes" };
#define ROWS 3

struct fixture {
	char *dir;
	char path[512];
	int fd;
	struct pb_board *board;
	struct pb_board_row *row;
	size_t count;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = test_directory() };
	(void)snprintf(f.path, sizeof(f.path), "%s/board.writer", f.dir);
	assert_int_equal(pb_board_make(f.path, ROWS, &f.fd, NULL), PB_OK);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_board_free(f->board);
	free(f->row);
	(void)close(f->fd);
	test_directory_remove(f->dir);
	return 0;
}

static void
map(struct fixture *f, const char *const *names, size_t rows)
{
	pb_board_free(f->board);
	f->board = NULL;
	assert_int_equal(pb_board_map(f->fd, names, rows, &f->board, NULL), PB_OK);
}

static enum pb_status
look(struct fixture *f)
{
	free(f->row);
	f->row = NULL;
	f->count = 99;
	return pb_board_read(pb_sys_world()->files, f->path, &f->row, &f->count, NULL);
}

static uint64_t
number(struct fixture *f, size_t row, enum pb_board_number number)
{
	assert_int_equal(look(f), PB_OK);
	assert_true(row < f->count);
	return f->row[row].number[number];
}

static void
who_has_no_board_tells_nobody(void **state)
{
	(void)state;
	pb_board_set(NULL, 0, PB_BOARD_KEPT, 1);
	pb_board_add(NULL, 0, PB_BOARD_KEPT, 1);
	assert_int_equal(pb_board_get(NULL, 0, PB_BOARD_KEPT), 0);
	pb_board_free(NULL);
}

static void
what_is_told_can_be_read(void **state)
{
	struct fixture *f = *state;

	map(f, NAMES, ROWS);
	pb_board_set(f->board, 0, PB_BOARD_ALIVE_US, UINT64_MAX);
	pb_board_add(f->board, 1, PB_BOARD_SESSIONS, 3);
	pb_board_add(f->board, 1, PB_BOARD_SESSIONS, -2);
	pb_board_set(f->board, 2, PB_BOARD_NUMBERS - 1, 7);
	assert_int_equal(pb_board_get(f->board, 1, PB_BOARD_SESSIONS), 1);
	assert_int_equal(number(f, 0, PB_BOARD_ALIVE_US), UINT64_MAX);
	assert_int_equal(f->count, ROWS);
	for (size_t i = 0; i < ROWS; i++)
		assert_string_equal(f->row[i].name, NAMES[i]);
	assert_int_equal(f->row[1].number[PB_BOARD_SESSIONS], 1);
	assert_int_equal(f->row[2].number[PB_BOARD_NUMBERS - 1], 7);
	assert_int_equal(f->row[2].number[PB_BOARD_ALIVE_US], 0);
}

static void
a_board_on_which_nothing_was_told_has_no_rows(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(look(f), PB_OK);
	assert_int_equal(f->count, 0);
}

static void
anybody_may_read_it_and_only_its_owner_write(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

/* A process that died goes on counting; so it does under a master who was told to begin anew. */
static void
the_same_rows_go_on_counting(void **state)
{
	struct fixture *f = *state;
	int fd = -1;

	map(f, NAMES, ROWS);
	pb_board_add(f->board, 1, PB_BOARD_KEPT, 5);
	map(f, NAMES, ROWS);
	pb_board_add(f->board, 1, PB_BOARD_KEPT, 1);
	assert_int_equal(pb_board_make(f->path, ROWS, &fd, NULL), PB_OK);
	(void)close(f->fd);
	f->fd = fd;
	map(f, NAMES, ROWS);
	assert_int_equal(number(f, 1, PB_BOARD_KEPT), 6);
}

static void
other_rows_begin_at_zeros(void **state)
{
	static const char *const others[] = { "writer", "platanes", "tilleuls" };
	struct fixture *f = *state;

	map(f, NAMES, ROWS);
	pb_board_add(f->board, 1, PB_BOARD_KEPT, 5);
	map(f, others, ROWS);
	assert_int_equal(number(f, 1, PB_BOARD_KEPT), 0);
	pb_board_add(f->board, 1, PB_BOARD_KEPT, 5);
	map(f, others, ROWS - 1);
	assert_int_equal(number(f, 1, PB_BOARD_KEPT), 0);
	assert_int_equal(f->count, ROWS - 1);
}

static struct pb_board *
start_anew(struct fixture *f)
{
	struct pb_board *board = NULL;
	int fd = -1;

	assert_int_equal(pb_board_make(f->path, ROWS, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, NAMES, ROWS, &board, NULL), PB_OK);
	(void)close(fd);
	return board;
}

/* What it says is heard no more; and whoever writes to a page that was cut off is ended. */
static void
who_survives_a_start_anew_has_another_board(void **state)
{
	struct fixture *f = *state;
	struct pb_board *anew;

	map(f, NAMES, ROWS);
	pb_board_set(f->board, 0, PB_BOARD_ALIVE_US, 5);
	anew = start_anew(f);
	pb_board_set(f->board, 0, PB_BOARD_ALIVE_US, 7);
	assert_int_equal(number(f, 0, PB_BOARD_ALIVE_US), 5);
	assert_int_equal(ftruncate(f->fd, 0), 0);
	pb_board_add(anew, 2, PB_BOARD_KEPT, 9);
	assert_int_equal(number(f, 2, PB_BOARD_KEPT), 9);
	pb_board_free(anew);
}

/* Cut, of another form, of other rows: it begins at zeros, and hurts nobody. */
static void
what_is_no_such_board_is_not_taken_over(void **state)
{
	static const off_t lengths[] = { 0, 8, 31, 32, 33, 500 };
	struct fixture *f = *state;
	int fd = -1;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct pb_board *board = start_anew(f);

		pb_board_add(board, 1, PB_BOARD_KEPT, 5);
		pb_board_free(board);
		assert_int_equal(truncate(f->path, lengths[i]), 0);
		board = start_anew(f);
		assert_int_equal(number(f, 1, PB_BOARD_KEPT), 0);
		pb_board_free(board);
	}
	assert_int_equal(pb_board_make(f->path, 1, &fd, NULL), PB_OK);
	assert_int_equal(look(f), PB_OK);
	assert_int_equal(f->count, 0);
	(void)close(fd);
}

/* Of a master that was killed. */
static void
what_was_left_half_made_is_in_nobodys_way(void **state)
{
	struct fixture *f = *state;
	char fresh[600];

	(void)snprintf(fresh, sizeof(fresh), "%s.new", f->path);
	assert_int_equal(symlink("/nowhere", fresh), 0);
	pb_board_free(start_anew(f));
	assert_int_equal(number(f, 0, PB_BOARD_KEPT), 0);
	assert_int_equal(access(fresh, F_OK), -1);
}

static void
more_than_fits_is_refused(void **state)
{
	static const char *const long_name[] = { "0123456789012345678901234567890123456789" };
	static const char *const four[] = { "a", "b", "c", "d" };
	struct fixture *f = *state;
	int fd = -1, null = open("/dev/null", O_RDWR);

	assert_int_equal(pb_board_map(f->fd, four, 4, &f->board, NULL), PB_ELIMIT);
	assert_int_equal(pb_board_map(f->fd, long_name, 1, &f->board, NULL), PB_EINVAL);
	assert_int_equal(pb_board_map(null, four, 1, &f->board, NULL), PB_ELIMIT);
	assert_int_equal(pb_board_make(f->path, PB_LIMIT_BOARD_ROWS + 1, &fd, NULL), PB_ELIMIT);
	assert_null(f->board);
	assert_int_equal(fd, -1);
	(void)close(null);
}

static void
where_no_file_can_be_there_is_none(void **state)
{
	struct fixture *f = *state;
	char elsewhere[600];
	int fd = -1;

	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(look(f), PB_ENOENT);
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s/nowhere/board", f->dir);
	assert_int_equal(pb_board_make(elsewhere, 1, &fd, NULL), PB_ENOENT);
	assert_int_equal(fd, -1);
	/* Somebody's link is not followed. */
	(void)snprintf(elsewhere, sizeof(elsewhere), "%s/victim", f->dir);
	assert_int_equal(symlink(elsewhere, f->path), 0);
	assert_int_equal(pb_board_make(f->path, 1, &fd, NULL), PB_OK);
	assert_int_equal(access(elsewhere, F_OK), -1);
	(void)close(fd);
}

/* ---- a reader trusts nothing ---------------------------------------------------------------- */

static void
a_board_cut_anywhere_is_refused(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	map(f, NAMES, ROWS);
	pb_board_free(f->board);
	f->board = NULL;
	assert_int_equal(stat(f->path, &st), 0);
	for (off_t len = st.st_size - 1; len >= 0; len--) {
		assert_int_equal(truncate(f->path, len), 0);
		assert_int_equal(look(f), PB_ECORRUPT);
		assert_int_equal(f->count, 99);
		assert_null(f->row);
	}
}

/* Each octet of the head and of the first name, changed to each of three others. */
static void
no_octet_of_a_board_breaks_its_reader(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xff };
	struct fixture *f = *state;
	uint8_t octet;

	map(f, NAMES, ROWS);
	for (off_t at = 0; at < 32 + PB_BOARD_NAME; at++)
		for (size_t i = 0; i < sizeof(changes); i++) {
			enum pb_status status;

			assert_int_equal(pread(f->fd, &octet, 1, at), 1);
			octet ^= changes[i];
			assert_int_equal(pwrite(f->fd, &octet, 1, at), 1);
			status = look(f);
			assert_true(status == PB_OK || status == PB_ECORRUPT);
			assert_true(status != PB_OK || f->count <= ROWS);
			if (at < 8)
				assert_int_equal(status, PB_ECORRUPT);
			octet ^= changes[i];
			assert_int_equal(pwrite(f->fd, &octet, 1, at), 1);
		}
}

static void
a_name_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;

	map(f, NAMES, ROWS);
	assert_int_equal(pwrite(f->fd, "\033[2J", 4, 32), 4);
	assert_int_equal(look(f), PB_ECORRUPT);
	assert_int_equal(
	    pwrite(f->fd, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", PB_BOARD_NAME, 32),
	    PB_BOARD_NAME);
	assert_int_equal(look(f), PB_ECORRUPT);
}

static void
a_reader_that_is_failed_says_so(void **state)
{
	struct test_faulty_files faulty;
	struct fixture *f = *state;
	enum pb_status status = PB_EIO;

	map(f, NAMES, ROWS);
	test_faulty_files_init(&faulty, pb_sys_world()->files);
	faulty.fault = TEST_FAULT_ERROR;
	faulty.error = EIO;
	for (faulty.fail_at = 1; status != PB_OK && faulty.fail_at < 20; faulty.fail_at++) {
		faulty.calls = 0;
		status = pb_board_read(&faulty.table, f->path, &f->row, &f->count, NULL);
		assert_true(status == PB_OK || status == PB_EIO);
	}
	assert_int_equal(status, PB_OK);
	assert_true(faulty.fail_at > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_no_board_tells_nobody),
		cmocka_unit_test_setup_teardown(what_is_told_can_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    a_board_on_which_nothing_was_told_has_no_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    anybody_may_read_it_and_only_its_owner_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_rows_go_on_counting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_rows_begin_at_zeros, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    who_survives_a_start_anew_has_another_board, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_is_no_such_board_is_not_taken_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    what_was_left_half_made_is_in_nobodys_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_than_fits_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    where_no_file_can_be_there_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_board_cut_anywhere_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_octet_of_a_board_breaks_its_reader, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_name_that_is_none_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_reader_that_is_failed_says_so, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
