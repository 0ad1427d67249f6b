/* A policy of two doors and two archives, and the boards of its processes. */
#ifndef PB_TEST_HEALTH_FIXTURE_H
#define PB_TEST_HEALTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "health/boards.h"
#include "lib/world.h"
#include "sys/world.h"

#define NOON_US INT64_C(1778083320000000)

struct fixture {
	char *dir;
	struct pb_policy_archive archive[2];
	struct pb_policy_door door[2];
	struct pb_capture_policy policy;
	struct pb_boards boards;
};

static char TILLEULS[] = "tilleuls", PLATANES[] = "platanes", MILTER[] = "milter",
	    FILTRE[] = "filtre";

static int
set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .dir = test_directory() };
	f.archive[0].name = TILLEULS;
	f.archive[1].name = PLATANES;
	f.door[0].name = MILTER;
	f.door[1].name = FILTRE;
	f.policy = (struct pb_capture_policy){ .runtime_dir = f.dir,
		.archive = f.archive,
		.archive_count = 2,
		.door = f.door,
		.door_count = 2 };
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_boards_done(&f->boards);
	test_directory_remove(f->dir);
	return 0;
}

/* The board of a process that tells that it lives. */
static inline struct pb_board *
open_board(struct fixture *f, bool door, const char *const *names, size_t rows)
{
	char path[PB_BOARD_PATH];
	struct pb_board *board = NULL;
	int fd = -1;

	pb_board_path(f->dir, door, names[0], path);
	assert_int_equal(pb_board_make(path, rows, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, names, rows, &board, NULL), PB_OK);
	(void)close(fd);
	pb_board_set(board, 0, PB_BOARD_ALIVE_US, NOON_US);
	return board;
}

static const char *const OF_WRITER[] = { "writer", TILLEULS, PLATANES };
static const char *const OF_MILTER[] = { MILTER };
static const char *const OF_FILTRE[] = { FILTRE };

static inline void
all_live(struct fixture *f)
{
	pb_board_free(open_board(f, false, OF_WRITER, 3));
	pb_board_free(open_board(f, true, OF_MILTER, 1));
	pb_board_free(open_board(f, true, OF_FILTRE, 1));
}

/* And an authority's, which it asks. */
static const char *const OF_ASKING[] = { "writer", TILLEULS, PLATANES, "une", "autre" };
#define UNE 3
#define AUTRE 4

static inline struct pb_board *
ask_authorities(struct fixture *f)
{
	struct pb_board *board = open_board(f, false, OF_ASKING, 5);

	for (size_t i = UNE; i <= AUTRE; i++)
		pb_board_set(board, i, PB_BOARD_BEGUN_US, NOON_US);
	return board;
}

static inline void
look(struct fixture *f)
{
	pb_boards_done(&f->boards);
	assert_int_equal(
	    pb_boards_read(pb_sys_world()->files, &f->policy, &f->boards, NULL), PB_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
