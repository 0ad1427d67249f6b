#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/csv.h"

/* Its rows, fields in brackets: "[a][b]\n"; or what is wrong, and where. */
static void
check(const char *text, size_t len, const char *expected)
{
	struct pb_buf seen = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	struct pb_csv csv;
	enum pb_status status = pb_csv_begin(&csv, text, len, &err);

	while (status == PB_OK && (status = pb_csv_next(&csv, &err)) == PB_OK) {
		for (size_t i = 0; i < csv.count; i++)
			assert_int_equal(pb_buf_printf(&seen, "[%s]", csv.field[i]), PB_OK);
		assert_int_equal(pb_buf_append_text(&seen, "\n"), PB_OK);
	}
	if (status != PB_EEND) {
		assert_int_equal(status, err.status);
		pb_buf_clear(&seen);
		assert_int_equal(pb_buf_printf(&seen, "%s: %s", err.object, err.why), PB_OK);
	}
	assert_string_equal(pb_buf_text(&seen) != NULL ? (const char *)seen.data : "", expected);
	pb_buf_done(&seen);
	pb_csv_done(&csv);
}

#define CHECK(text, expected) check(text, sizeof(text) - 1, expected)

static void
nothing_has_no_row(void **state)
{
	(void)state;
	CHECK("", "");
	CHECK("\xef\xbb\xbf", "");
	CHECK("\r\n\n", "");
	CHECK(";;;\n;;;\n", "");
}

static void
what_spreadsheets_write_is_read(void **state)
{
	(void)state;
	CHECK("\xef\xbb\xbfnom;bo\xc3\xaetes\r\na;b\r\n;\r\n", "[nom][bo\xc3\xaetes]\n[a][b]\n");
}

static void
fields_are_separated_by_what_the_first_line_has(void **state)
{
	(void)state;
	CHECK("a,b\nc;d,e\n", "[a][b]\n[c;d][e]\n");
	CHECK("a;b\nc,d;e", "[a][b]\n[c,d][e]\n");
	CHECK("a\tb\nc\td\n", "[a][b]\n[c][d]\n");
	CHECK("\"a,b\";c\nd;e\n", "[a,b][c]\n[d][e]\n");
	CHECK("a\nb\n", "[a]\n[b]\n");
}

/* RFC 4180 2, 5 to 7 */
static void
quotation_marks_hold_anything_together(void **state)
{
	(void)state;
	CHECK("a,b\n\"c,\"\"d\"\"\r\ne\",f\n", "[a][b]\n[c,\"d\"\ne][f]\n");
	CHECK("a,b\n\"\",\"\"\n\"x\",", "[a][b]\n[x][]\n");
	CHECK("a\n\"b", "line 2, field 1: this quotation mark is not closed");
	CHECK("a\n\"b\nc\nd", "line 2, field 1: this quotation mark is not closed");
	CHECK("a,b\nc,\"d\"e\n",
	    "line 2, field 2: something stands behind the closing quotation mark");
	CHECK("a,b\nc,d\"e\"\n",
	    "line 2, field 2: a quotation mark stands in a field that does not begin with one");
}

static void
every_row_has_as_many_fields_as_the_first(void **state)
{
	(void)state;
	CHECK("a,b\nc\n", "line 2: 1, not 2: this row has another number of fields than the first");
	CHECK("a,b\n\nc,d,e\n",
	    "line 3: 3, not 2: this row has another number of fields than the first");
}

static void
what_is_no_plain_text_is_refused(void **state)
{
	(void)state;
	CHECK("a\nbo\xeetes\n", "line 2: this is no UTF-8");
	CHECK("a\nb\x00\n", "line 2, field 1: a control character stands here");
	CHECK("a,b\nc,\"\x1b\"\n", "line 2, field 2: a control character stands here");
	CHECK("a\rb\n", "line 1, field 1: a control character stands here");
	CHECK("a,b\nc\t,d\n", "line 2, field 1: a control character stands here");
}

static void
limits_are_met(void **state)
{
	char row[PB_LIMIT_CSV_FIELDS];
	struct pb_csv csv;

	(void)state;
	memset(row, ',', sizeof(row));
	check(row, sizeof(row), "line 1, field 65: this row has too many fields");
	row[0] = 'a';
	assert_int_equal(pb_csv_begin(&csv, row, sizeof(row), NULL), PB_OK);
	assert_int_equal(pb_csv_next(&csv, NULL), PB_OK);
	assert_int_equal(csv.count, PB_LIMIT_CSV_FIELDS);
	pb_csv_done(&csv);
}

static void
a_field_that_is_written_is_no_formula(void **state)
{
	struct pb_buf line = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_csv_put(&line, "=1+1"), PB_OK);
	assert_int_equal(pb_csv_put(&line, "@x;y"), PB_OK);
	assert_int_equal(pb_csv_put(&line, "a \"b\", c"), PB_OK);
	assert_int_equal(pb_csv_put(&line, ""), PB_OK);
	assert_int_equal(pb_csv_put(&line, "d-e"), PB_OK);
	assert_string_equal(pb_buf_text(&line), "'=1+1,\"'@x;y\",\"a \"\"b\"\", c\",,d-e");
	pb_buf_done(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_has_no_row),
		cmocka_unit_test(what_spreadsheets_write_is_read),
		cmocka_unit_test(fields_are_separated_by_what_the_first_line_has),
		cmocka_unit_test(quotation_marks_hold_anything_together),
		cmocka_unit_test(every_row_has_as_many_fields_as_the_first),
		cmocka_unit_test(what_is_no_plain_text_is_refused),
		cmocka_unit_test(limits_are_met),
		cmocka_unit_test(a_field_that_is_written_is_no_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
