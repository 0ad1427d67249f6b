#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "doors/rebuild.h"
#include "lib/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
take(void *ctx, const void *data, size_t len)
{
	assert_true(len > 0);
	assert_int_equal(pb_buf_append(ctx, data, len), PB_OK);
}

static struct pb_rebuild
rebuild_into(struct pb_buf *out, bool spaced)
{
	return (struct pb_rebuild){ .write = take, .ctx = out, .spaced = spaced };
}

static void
assert_words(const struct pb_rebuild *rebuild, const char *expected)
{
	const char *words[PB_REBUILD_WORDS];
	size_t count = pb_rebuild_words(rebuild, words);
	char joined[32] = "";

	for (size_t i = 0; i < count; i++) {
		test_append(joined, sizeof(joined), words[i]);
		test_append(joined, sizeof(joined), ";");
	}
	assert_string_equal(joined, expected);
}

static void
a_field_is_what_the_mta_took_apart(void **state)
{
	static const struct {
		bool spaced;
		const char *name, *value, *field, *words;
	} rows[] = {
		{ true, "Subject", " a", "Subject: a\r\n", "" },
		{ true, "Subject", "a", "Subject:a\r\n", "" },
		{ true, "Subject", "\t a ", "Subject:\t a \r\n", "" },
		{ true, "Subject", "", "Subject:\r\n", "" },
		{ true, "Subject", " a\n\tb\n c", "Subject: a\r\n\tb\r\n c\r\n", "folds;" },
		{ true, "Subject", "\n a", "Subject:\r\n a\r\n", "folds;" },
		{ true, "Subject", " a\n", "Subject: a\r\n\r\n", "folds;" },
		{ true, "Subject", " a\r\n b", "Subject: a\r\n b\r\n", "" },
		{ true, "Subject", " a\r b\r\r\n c", "Subject: a\r b\r\r\n c\r\n", "" },
		{ true, "Subject", " \xc3\xa9\xff", "Subject: \xc3\xa9\xff\r\n", "" },
		{ false, "Subject", "a", "Subject: a\r\n", "spaces;" },
		{ false, "Subject", "\ta", "Subject: \ta\r\n", "spaces;" },
		{ false, "Subject", "", "Subject:\r\n", "" },
		{ false, "Subject", "a\n b", "Subject: a\r\n b\r\n", "folds;spaces;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pb_buf out = PB_BUF_EMPTY;
		struct pb_rebuild rebuild = rebuild_into(&out, rows[i].spaced);

		pb_rebuild_field(&rebuild, rows[i].name, rows[i].value);
		assert_string_equal(pb_buf_text(&out), rows[i].field);
		assert_words(&rebuild, rows[i].words);
		pb_buf_done(&out);
	}
}

static void
one_empty_line_stands_between_header_and_body(void **state)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_rebuild rebuild = rebuild_into(&out, true);

	(void)state;
	pb_rebuild_field(&rebuild, "A", " b");
	pb_rebuild_end_of_header(&rebuild);
	pb_rebuild_end_of_header(&rebuild);
	pb_rebuild_body(&rebuild, "c\n\0d", 4);
	pb_rebuild_body(&rebuild, NULL, 0);
	pb_rebuild_body(&rebuild, "\r\ne", 3);
	assert_int_equal(out.len, 15);
	assert_memory_equal(out.data, "A: b\r\n\r\nc\n\0d\r\ne", 15);
	assert_words(&rebuild, "");
	pb_buf_done(&out);
}

static void
a_body_ends_the_header_by_itself(void **state)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_rebuild rebuild = rebuild_into(&out, true);

	(void)state;
	pb_rebuild_body(&rebuild, "", 0);
	pb_rebuild_body(&rebuild, "a", 1);
	assert_string_equal(pb_buf_text(&out), "\r\na");
	pb_buf_done(&out);
}

static void
an_empty_line_behind_a_header_alone_is_told(void **state)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_rebuild rebuild = rebuild_into(&out, true);

	(void)state;
	pb_rebuild_field(&rebuild, "A", " b");
	pb_rebuild_body(&rebuild, NULL, 0);
	assert_string_equal(pb_buf_text(&out), "A: b\r\n\r\n");
	assert_words(&rebuild, "empty_line;");
	pb_buf_done(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_field_is_what_the_mta_took_apart),
		cmocka_unit_test(one_empty_line_stands_between_header_and_body),
		cmocka_unit_test(a_body_ends_the_header_by_itself),
		cmocka_unit_test(an_empty_line_behind_a_header_alone_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
