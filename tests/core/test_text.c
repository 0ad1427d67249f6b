#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "core/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
decimal_reads_numbers_up_to_the_largest(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} rows[] = {
		{ "0", 0 },
		{ "7", 7 },
		{ "10", 10 },
		{ "9007199254740992", UINT64_C(9007199254740992) },
		{ "18446744073709551609", UINT64_MAX - 6 },
		{ "18446744073709551615", UINT64_MAX },
	};
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		value = 1;
		char text[21];

		assert_int_equal(pb_decimal_format(rows[i].value, text), strlen(rows[i].text));
		assert_string_equal(text, rows[i].text);
		assert_true(pb_decimal_parse(rows[i].text, strlen(rows[i].text), &value));
		assert_true(value == rows[i].value);
	}
	assert_true(pb_decimal_parse("123", 2, &value));
	assert_int_equal(value, 12);
}

static void
decimal_refuses_any_other_spelling(void **state)
{
	static const char *const refused[] = { "", "00", "01", "+1", "-1", "-0", " 1", "1 ", "1\n",
		"0x1", "1e3", "1.0", "a", "/", ":", "\xd9\xa1", "18446744073709551616",
		"18446744073709551620", "99999999999999999999", "184467440737095516150" };
	uint64_t value = 42;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++)
		assert_false(pb_decimal_parse(refused[i], strlen(refused[i]), &value));
	assert_false(pb_decimal_parse(NULL, 0, &value));
	assert_false(pb_decimal_parse("1\0", 2, &value));
	assert_int_equal(value, 42);
}

static void
time_is_written_by_rfc_3339_in_utc(void **state)
{
	static const struct {
		int64_t time_s;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ 951868799, "2000-02-29T23:59:59Z" },
		{ INT64_C(4107542399), "2100-02-28T23:59:59Z" },
		{ INT64_C(4107542400), "2100-03-01T00:00:00Z" },
		{ 1778089320, "2026-05-06T17:42:00Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(-62135596800), "0001-01-01T00:00:00Z" },
		{ INT64_C(253402300800), "not a calendar date." },
		{ INT64_C(-62135596801), "not a calendar date." },
		{ INT64_MAX, "not a calendar date." },
		{ INT64_MIN, "not a calendar date." },
	};
	char text[21];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		pb_time_format(rows[i].time_s, text);
		assert_string_equal(text, rows[i].text);
	}
}

/* Over four centuries each day, and a second of it that differs from day to day. */
static void
time_agrees_with_the_c_library(void **state)
{
	char ours[21], theirs[21];
	struct tm tm;
	time_t t;

	(void)state;
	for (t = -86400LL * 365 * 200; t < 86400LL * 365 * 300; t += 86400 + 61) {
		pb_time_format(t, ours);
		assert_non_null(gmtime_r(&t, &tm));
		assert_int_equal(strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm), 20);
		assert_string_equal(ours, theirs);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_reads_numbers_up_to_the_largest),
		cmocka_unit_test(decimal_refuses_any_other_spelling),
		cmocka_unit_test(time_is_written_by_rfc_3339_in_utc),
		cmocka_unit_test(time_agrees_with_the_c_library),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
