/* Cells of a table: what fits, what is cut, on which side the room is; sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cell.h"

#define CASES(list) (sizeof(list) / sizeof((list)[0]))

static void
assert_line(struct pb_buf *line, const char *expected)
{
	assert_string_equal(pb_buf_text(line), expected);
	pb_buf_clear(line);
}

static void
cell_has_its_width_and_no_control(void **state)
{
	struct pb_buf line = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_cell(&line, "abc", 5, true), PB_OK);
	assert_int_equal(pb_cell(&line, "|", 5, false), PB_OK);
	assert_line(&line, "abc  |");
	assert_int_equal(pb_cell_right(&line, "abc", 5), PB_OK);
	assert_line(&line, "  abc");
	assert_int_equal(pb_cell_right(&line, "abcdef", 3), PB_OK);
	assert_line(&line, "ab\xe2\x80\xa6");
	assert_int_equal(pb_cell(&line, "a\033[2J", 20, false), PB_OK);
	assert_line(&line, "a\\x1b[2J");
	assert_int_equal(pb_cell(&line, "abc", 0, true), PB_OK);
	assert_int_equal(line.len, 0);
	pb_buf_done(&line);
}

static void
size_has_a_unit_and_at_most_eight_columns(void **state)
{
	static const struct {
		uint64_t size;
		const char *expected;
	} cases[] = { { 0, "0 B" }, { 999, "999 B" }, { 1000, "1.0 kB" }, { 12345, "12.3 kB" },
		{ 999949, "999.9 kB" }, { 999950, "1.0 MB" }, { 5000000000, "5.0 GB" },
		{ UINT64_MAX, "18.4 EB" } };
	char text[PB_CELL_SIZE_LEN];

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		pb_cell_size(cases[i].size, text);
		assert_string_equal(text, cases[i].expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cell_has_its_width_and_no_control),
		cmocka_unit_test(size_has_a_unit_and_at_most_eight_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
