/* Alerts that a herald remembers for the one after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/limits.h"
#include "herald/memory.h"
#include "lib/world.h"

#define SECOND 1000000LL
#define WALL (1700000000 * SECOND)

static const struct pb_alerts_rules RULES = { SECOND, 3600 * SECOND, { true, true, true } };
static const struct pb_fault FAULTS[] = { { PB_ALERT_WRITER_DOWN, "" },
	{ PB_ALERT_DISK_LOW, "abcdefghijklmnopqrstuvwxyz012345" },
	{ PB_ALERT_DOOR_DOWN, "milter" } };

struct fixture {
	char *dir;
	struct pb_board *board;
	struct pb_alerts *alerts, *anew;
};

static int
set_up(void **state)
{
	const char *names[1 + PB_LIMIT_ALERTS] = { "herald" };
	static struct fixture f;
	char path[PB_BOARD_PATH];
	int fd = -1;

	f = (struct fixture){ .dir = test_directory() };
	for (size_t i = 1; i <= PB_LIMIT_ALERTS; i++)
		names[i] = "alert";
	pb_board_path(f.dir, false, "herald", path);
	assert_int_equal(pb_board_make(path, 1 + PB_LIMIT_ALERTS, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, names, 1 + PB_LIMIT_ALERTS, &f.board, NULL), PB_OK);
	(void)close(fd);
	assert_int_equal(pb_alerts_new(&RULES, &f.alerts, NULL), PB_OK);
	assert_int_equal(pb_alerts_new(&RULES, &f.anew, NULL), PB_OK);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_alerts_free(f->alerts);
	pb_alerts_free(f->anew);
	pb_board_free(f->board);
	test_directory_remove(f->dir);
	return 0;
}

static void
turn(struct pb_alerts *alerts, int64_t second, size_t count)
{
	assert_int_equal(
	    pb_alerts_turn(alerts, FAULTS, count, WALL + second * SECOND, second * SECOND), 0);
}

/* The herald ends, and another one begins. */
static size_t
recall(struct fixture *f)
{
	pb_memory_keep(f->board, f->alerts, false);
	pb_memory_recall(f->board, f->anew, 10 * SECOND);
	return pb_alerts_standing(f->anew);
}

static void
what_stands_is_remembered_and_what_is_over_is_not(void **state)
{
	struct fixture *f = *state;
	struct pb_notice notices[4];

	turn(f->alerts, 0, 3);
	turn(f->alerts, 1, 3);
	pb_memory_keep(f->board, f->alerts, false);
	turn(f->alerts, 2, 2);
	turn(f->alerts, 3, 2);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		for (int state_of = 0; state_of < 2; state_of++)
			pb_alerts_told(way, notices,
			    pb_alerts_due(f->alerts, way, 3 * SECOND, notices, 4), 3 * SECOND);
	turn(f->alerts, 4, 2);
	assert_int_equal(recall(f), 2);
	turn(f->anew, 10, 2);
	assert_int_equal(pb_alerts_due(f->anew, PB_ALERT_RECORD, 10 * SECOND, notices, 4), 0);
	turn(f->anew, 11, 0);
	turn(f->anew, 12, 0);
	assert_int_equal(pb_alerts_due(f->anew, PB_ALERT_RECORD, 12 * SECOND, notices, 4), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(notices[i].alert->word, FAULTS[i].word);
		assert_string_equal(notices[i].alert->name, FAULTS[i].name);
		assert_int_equal(notices[i].alert->since_us, WALL);
	}
}

/* It is told once more: better twice in the log than never. */
static void
a_record_that_waits_is_not_one_yet(void **state)
{
	struct fixture *f = *state;
	struct pb_notice notices[4];

	turn(f->alerts, 0, 1);
	turn(f->alerts, 1, 1);
	for (enum pb_alert_way way = 0; way < PB_ALERT_WAYS; way++)
		pb_alerts_told(
		    way, notices, pb_alerts_due(f->alerts, way, SECOND, notices, 4), SECOND);
	pb_memory_keep(f->board, f->alerts, true);
	pb_memory_recall(f->board, f->anew, 10 * SECOND);
	assert_int_equal(pb_alerts_due(f->anew, PB_ALERT_EMAIL, 10 * SECOND, notices, 4), 0);
	assert_int_equal(pb_alerts_due(f->anew, PB_ALERT_RECORD, 10 * SECOND, notices, 4), 1);
}

/* A herald that was taken over has written there what it liked: all that is told has the form of
 * what this program writes. */
static void
what_no_herald_writes_is_not_remembered(void **state)
{
	static const uint64_t words[] = { 1 + PB_ALERT_WORDS, UINT64_MAX,
		1 + PB_ALERT_WRITER_DOWN };
	struct fixture *f = *state;
	size_t row = 1;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++, row++) {
		pb_board_set(f->board, row, 0, words[i]);
		pb_board_set(f->board, row, 1, WALL);
		pb_board_set(f->board, row, 4, 'a'); /* which writer_down does not have */
	}
	for (uint64_t octet = 0; octet < 256; octet++, row++) {
		bool name = (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') ||
			    octet == '-';

		pb_board_set(f->board, row, 0, name ? 0 : 1 + PB_ALERT_DOOR_DOWN);
		pb_board_set(f->board, row, 1, WALL);
		pb_board_set(f->board, row, 4, octet);
	}
	for (unsigned i = 0; i < PB_BOARD_NUMBERS; i++)
		pb_board_set(
		    f->board, row, i, i == 0 ? 1 + PB_ALERT_DOOR_DOWN : UINT64_MAX / 255 * 'a');
	pb_memory_recall(f->board, f->anew, 10 * SECOND);
	assert_int_equal(pb_alerts_standing(f->anew), 0);
}

static void
without_a_board_nothing_is_remembered(void **state)
{
	struct fixture *f = *state;

	turn(f->alerts, 0, 3);
	turn(f->alerts, 1, 3);
	pb_memory_keep(NULL, f->alerts, false);
	pb_memory_recall(NULL, f->anew, 0);
	assert_int_equal(pb_alerts_standing(f->anew), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_stands_is_remembered_and_what_is_over_is_not),
		TEST(a_record_that_waits_is_not_one_yet),
		TEST(what_no_herald_writes_is_not_remembered),
		TEST(without_a_board_nothing_is_remembered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
