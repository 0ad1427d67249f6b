/* What Prometheus is told (its text exposition format, 0.0.4). */
#include "health/fixture.h"

#include "health/metrics.h"
#include "lib/memory.h"

static struct pb_buf
write_metrics(struct fixture *f)
{
	struct pb_buf text = PB_BUF_EMPTY;

	look(f);
	assert_int_equal(pb_metrics(&f->boards, &text), PB_OK);
	assert_non_null(pb_buf_text(&text));
	return text;
}

static void
assert_says(const struct pb_buf *text, const char *line)
{
	const char *at = strstr((const char *)text->data, line);

	if (at == NULL || at[strlen(line)] != '\n' || at[-1] != '\n')
		fail_msg("%s is not said", line);
}

static void
numbers_are_said_in_base_units(void **state)
{
	struct fixture *f = *state;
	struct pb_board *writer, *door;
	struct pb_buf text;

	all_live(f);
	writer = open_board(f, false, OF_WRITER, 3);
	door = open_board(f, true, OF_FILTRE, 1);
	pb_board_set(door, 0, PB_BOARD_KEPT, 12);
	pb_board_set(door, 0, PB_BOARD_LAG_US, 4050);
	pb_board_set(writer, 2, PB_BOARD_RECORDS, UINT64_MAX);
	text = write_metrics(f);
	assert_says(&text, "# TYPE probant_door_messages_kept_total counter");
	assert_says(&text, "probant_door_messages_kept_total{door=\"milter\"} 0");
	assert_says(&text, "probant_door_messages_kept_total{door=\"filtre\"} 12");
	assert_says(&text, "# TYPE probant_door_lag_seconds gauge");
	assert_says(&text, "probant_door_lag_seconds{door=\"filtre\"} 0.004050");
	assert_says(&text, "probant_archive_records{archive=\"tilleuls\"} 0");
	assert_says(&text, "probant_archive_records{archive=\"platanes\"} 18446744073709551615");
	assert_says(&text, "probant_writer_alive_timestamp_seconds 1778083320.000000");
	pb_buf_done(&text);
	pb_board_free(writer);
	pb_board_free(door);
}

static void
what_is_not_told_has_no_value(void **state)
{
	struct fixture *f = *state;
	struct pb_buf text = write_metrics(f);

	assert_null(strstr(pb_buf_text(&text), "{door="));
	assert_null(strstr(pb_buf_text(&text), "{archive="));
	assert_null(strstr(pb_buf_text(&text), "probant_authority"));
	assert_says(&text, "probant_build_info{version=\"" PROBANT_VERSION "\"} 1");
	pb_buf_done(&text);
}

static void
authorities_are_those_that_the_writer_tells_of(void **state)
{
	static const char *const names[] = { "stamper" };
	struct fixture *f = *state;
	struct pb_board *board;
	struct pb_buf text;

	pb_board_free(open_board(f, false, names, 1));
	board = ask_authorities(f);
	pb_board_add(board, AUTRE, PB_BOARD_FAILURES, 4);
	text = write_metrics(f);
	assert_says(&text, "probant_authority_failures_total{authority=\"une\"} 0");
	assert_says(&text, "probant_authority_failures_total{authority=\"autre\"} 4");
	assert_says(&text, "probant_stamper_alive_timestamp_seconds 1778083320.000000");
	assert_says(&text, "probant_archive_records{archive=\"platanes\"} 0");
	pb_buf_done(&text);
	pb_board_free(board);
}

/* Who took it over could tell that all of them answer. */
static void
what_a_stamper_says_of_authorities_is_not_told(void **state)
{
	static const char *const names[] = { "stamper", "une" };
	struct fixture *f = *state;
	struct pb_board *board = open_board(f, false, names, 2);
	struct pb_buf text;

	pb_board_set(board, 1, PB_BOARD_BEGUN_US, NOON_US);
	all_live(f);
	text = write_metrics(f);
	assert_null(strstr(pb_buf_text(&text), "probant_authority"));
	pb_buf_done(&text);
	pb_board_free(board);
}

static void
memory_that_runs_out_is_said(void **state)
{
	struct fixture *f = *state;
	uint64_t failed = 1;

	if (!test_memory_can_fail())
		skip();
	all_live(f);
	for (uint64_t nth = 1; failed > 0; nth++) {
		struct pb_boards boards = { 0 };
		struct pb_buf text = PB_BUF_EMPTY;
		enum pb_status status;

		test_memory_fail_own(nth, false);
		status = pb_boards_read(pb_sys_world()->files, &f->policy, &boards, NULL);
		if (status == PB_OK)
			status = pb_metrics(&boards, &text);
		failed = test_memory_restore();
		assert_int_equal(status, failed > 0 ? PB_ENOMEM : PB_OK);
		pb_boards_done(&boards);
		pb_buf_done(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_are_said_in_base_units),
		TEST(what_is_not_told_has_no_value),
		TEST(authorities_are_those_that_the_writer_tells_of),
		TEST(what_a_stamper_says_of_authorities_is_not_told),
		TEST(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
