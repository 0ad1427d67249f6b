/* Whether capture lives, by what its processes tell. */
#include "health/fixture.h"

#include "health/health.h"

static void
assert_health(struct fixture *f, int64_t now_us, const char *expected)
{
	struct pb_buf lines = PB_BUF_EMPTY;

	look(f);
	assert_int_equal(pb_health(&f->boards, now_us, &lines), PB_OK);
	assert_string_equal(lines.len > 0 ? pb_buf_text(&lines) : "", expected);
	pb_buf_done(&lines);
}

static void
where_nothing_is_told_nothing_lives(void **state)
{
	assert_health(*state, NOON_US,
	    "writer: it has not given a sign of life\n"
	    "door milter: it has not given a sign of life\n"
	    "door filtre: it has not given a sign of life\n");
}

static void
what_tells_that_it_lives_does_for_a_while(void **state)
{
	struct fixture *f = *state;
	struct pb_board *board;

	all_live(f);
	assert_health(f, NOON_US, "");
	assert_health(f, NOON_US + PB_HEALTH_SILENCE_US - 1, "");
	board = open_board(f, true, OF_MILTER, 1);
	pb_board_set(board, 0, PB_BOARD_ALIVE_US, NOON_US - PB_HEALTH_SILENCE_US);
	assert_health(f, NOON_US, "door milter: no sign of life for 15 s\n");
	/* Of a time to come: the clock was set back since. */
	pb_board_set(board, 0, PB_BOARD_ALIVE_US, UINT64_MAX);
	assert_health(f, NOON_US, "door milter: no sign of life for 0 s\n");
	pb_board_free(board);
}

static void
what_cannot_be_kept_or_told_is_said(void **state)
{
	struct fixture *f = *state;
	struct pb_board *writer, *door;

	all_live(f);
	writer = open_board(f, false, OF_WRITER, 3);
	door = open_board(f, true, OF_FILTRE, 1);
	pb_board_set(door, 0, PB_BOARD_FAILING_US, NOON_US - 61 * 1000000);
	pb_board_set(door, 0, PB_BOARD_FAILED_US, NOON_US - 1000000);
	pb_board_set(door, 0, PB_BOARD_GAPS_WAITING, 3);
	pb_board_set(writer, 1, PB_BOARD_FAILING_US, NOON_US - 5 * 1000000);
	pb_board_set(writer, 1, PB_BOARD_FAILED_US, NOON_US - 5 * 1000000);
	pb_board_set(writer, 2, PB_BOARD_UNANSWERED, 1);
	assert_health(f, NOON_US,
	    "door filtre: mail for an archive cannot be kept, for 61 s\n"
	    "door filtre: 3 gaps that no record tells of yet\n"
	    "archive tilleuls: it cannot be written to, for 5 s\n"
	    "archive platanes: no authority answers, and its log says so\n");
	pb_board_free(writer);
	pb_board_free(door);
}

/* A sender who gave up tries no more. */
static void
what_was_not_tried_for_long_is_not_said_to_fail(void **state)
{
	struct fixture *f = *state;
	struct pb_board *door;

	all_live(f);
	door = open_board(f, true, OF_FILTRE, 1);
	pb_board_set(door, 0, PB_BOARD_FAILING_US, NOON_US - INT64_C(8000) * 1000000);
	pb_board_set(door, 0, PB_BOARD_FAILED_US, NOON_US - INT64_C(7199) * 1000000);
	assert_health(f, NOON_US, "door filtre: mail for an archive cannot be kept, for 8000 s\n");
	pb_board_set(door, 0, PB_BOARD_FAILED_US, NOON_US - INT64_C(7200) * 1000000);
	assert_health(f, NOON_US, "");
	pb_board_free(door);
}

/* One that a policy before asked for may have left its board behind. */
static void
a_stamper_lives_where_the_writer_asks_authorities(void **state)
{
	static const char *const names[] = { "stamper" };
	struct fixture *f = *state;
	struct pb_board *board;

	all_live(f);
	board = open_board(f, false, names, 1);
	pb_board_set(board, 0, PB_BOARD_ALIVE_US, NOON_US - 20 * 1000000);
	assert_health(f, NOON_US, "");
	pb_board_free(ask_authorities(f));
	assert_health(f, NOON_US, "stamper: no sign of life for 20 s\n");
	pb_board_set(board, 0, PB_BOARD_ALIVE_US, NOON_US);
	assert_health(f, NOON_US, "");
	pb_board_free(board);
}

/* Whatever its board is. */
static void
a_stamper_that_tells_nothing_does_not_live(void **state)
{
	struct fixture *f = *state;

	all_live(f);
	pb_board_free(ask_authorities(f));
	assert_health(f, NOON_US, "stamper: it has not given a sign of life\n");
}

/* By whoever has it open for writing: cut, or zeros. */
static void
who_cuts_a_board_does_not_look_well(void **state)
{
	static const char *const names[] = { "stamper" };
	static const struct {
		bool door;
		const char *name, *line;
	} each[] = {
		{ false, "writer", "writer: it has not given a sign of life\n" },
		{ false, "stamper", "stamper: it has not given a sign of life\n" },
		{ true, "milter", "door milter: it has not given a sign of life\n" },
		{ true, "filtre", "door filtre: it has not given a sign of life\n" },
	};
	static const off_t lengths[] = { 263, 200, 33, 32, 31, 1, 0, 2000 };
	struct fixture *f = *state;
	char path[PB_BOARD_PATH];

	for (size_t i = 0; i < sizeof(each) / sizeof(each[0]); i++) {
		all_live(f);
		pb_board_free(ask_authorities(f));
		pb_board_free(open_board(f, false, names, 1));
		assert_health(f, NOON_US, "");
		pb_board_path(f->dir, each[i].door, each[i].name, path);
		for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
			assert_int_equal(truncate(path, lengths[j]), 0);
			assert_health(f, NOON_US, each[i].line);
		}
	}
}

/* While a policy changes, and where somebody writes what he likes. */
static void
a_board_that_is_another_tells_nothing(void **state)
{
	static const char *const others[] = { "writer", PLATANES, TILLEULS };
	static const char *const more[] = { "writer", TILLEULS, PLATANES, "ormes" };
	static const char *const fewer[] = { "writer", TILLEULS };
	static const char *const other[] = { "milter", "x" };
	struct fixture *f = *state;
	struct pb_board *board;

	all_live(f);
	board = open_board(f, false, others, 3);
	pb_board_set(board, 1, PB_BOARD_FAILING_US, 1);
	pb_board_free(board);
	assert_health(f, NOON_US, "");
	/* An archive more than there is takes nobody for an authority. */
	pb_board_free(open_board(f, false, more, 4));
	assert_health(f, NOON_US, "writer: it has not given a sign of life\n");
	pb_board_free(open_board(f, false, fewer, 2));
	assert_health(f, NOON_US, "writer: it has not given a sign of life\n");
	pb_board_free(open_board(f, true, other, 2));
	assert_health(f, NOON_US,
	    "writer: it has not given a sign of life\n"
	    "door milter: it has not given a sign of life\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(where_nothing_is_told_nothing_lives),
		TEST(what_tells_that_it_lives_does_for_a_while),
		TEST(what_cannot_be_kept_or_told_is_said),
		TEST(what_was_not_tried_for_long_is_not_said_to_fail),
		TEST(a_stamper_lives_where_the_writer_asks_authorities),
		TEST(a_stamper_that_tells_nothing_does_not_live),
		TEST(who_cuts_a_board_does_not_look_well),
		TEST(a_board_that_is_another_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
