#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/cursor.h"

/* ---- safety ---- */

static void
cursor_over_nothing_is_finished_and_gives_nothing(void **state)
{
	struct pb_cursor c;

	(void)state;
	pb_cursor_init(&c, NULL, 0);
	assert_true(pb_cursor_finished(&c));
	assert_int_equal(pb_cursor_left(&c), 0);
	assert_non_null(pb_cursor_bytes(&c, 0));
	pb_cursor_copy(&c, NULL, 0);
	pb_cursor_expect(&c, "", 0);
	assert_true(pb_cursor_finished(&c));
	assert_int_equal(pb_cursor_u8(&c), 0);
	assert_false(pb_cursor_finished(&c));
	assert_true(c.failed);
}

static void
cursor_does_not_read_past_its_end(void **state)
{
	static const uint8_t seven[7] = { 1, 2, 3, 4, 5, 6, 7 };
	struct pb_cursor c;

	(void)state;
	pb_cursor_init(&c, seven, 7);
	assert_true(pb_cursor_u64(&c) == 0);
	assert_true(c.failed);
	pb_cursor_init(&c, seven, 3);
	assert_int_equal(pb_cursor_u32(&c), 0);
	assert_true(c.failed);
	pb_cursor_init(&c, seven, 1);
	assert_int_equal(pb_cursor_u16(&c), 0);
	assert_true(c.failed);
	pb_cursor_init(&c, seven, 7);
	assert_null(pb_cursor_bytes(&c, SIZE_MAX));
	assert_true(c.failed);
}

static void
cursor_that_failed_gives_zeros_and_stays_failed(void **state)
{
	static const uint8_t data[16] = "\x01\x02\x03\x04\nabcdefghij";
	struct pb_cursor c;
	uint8_t copy[4];
	size_t len = 99;

	(void)state;
	pb_cursor_init(&c, data, sizeof(data));
	pb_cursor_fail(&c);
	memset(copy, 0xff, sizeof(copy));
	pb_cursor_copy(&c, copy, sizeof(copy));
	assert_memory_equal(copy, "\0\0\0\0", 4);
	assert_int_equal(pb_cursor_u8(&c), 0);
	assert_int_equal(pb_cursor_u16(&c), 0);
	assert_int_equal(pb_cursor_u32(&c), 0);
	assert_true(pb_cursor_u64(&c) == 0);
	assert_null(pb_cursor_bytes(&c, 0));
	assert_null(pb_cursor_line(&c, &len));
	assert_int_equal(len, 0);
	assert_int_equal(pb_cursor_left(&c), 0);
	pb_cursor_expect(&c, data, 1);
	assert_false(pb_cursor_finished(&c));
	assert_ptr_equal(c.at, data);
}

/* ---- good path ---- */

static void
cursor_reads_a_format_from_front_to_back(void **state)
{
	static const uint8_t data[] = "MAGIC\x07\x01\x02\x01\x02\x03\x04\x01\x02\x03\x04\x05\x06"
				      "\x07\x08"
				      "bytes"
				      "copy";
	struct pb_cursor c;
	char copy[4];

	(void)state;
	pb_cursor_init(&c, data, sizeof(data) - 1);
	pb_cursor_expect(&c, "MAGIC", 5);
	assert_int_equal(pb_cursor_u8(&c), 7);
	assert_int_equal(pb_cursor_u16(&c), 0x0102);
	assert_int_equal(pb_cursor_u32(&c), 0x01020304);
	assert_true(pb_cursor_u64(&c) == UINT64_C(0x0102030405060708));
	assert_int_equal(pb_cursor_left(&c), 9);
	assert_memory_equal(pb_cursor_bytes(&c, 5), "bytes", 5);
	assert_false(pb_cursor_finished(&c));
	pb_cursor_copy(&c, copy, 4);
	assert_memory_equal(copy, "copy", 4);
	assert_true(pb_cursor_finished(&c));
}

static void
cursor_reads_lines_and_needs_their_ends(void **state)
{
	static const char text[] = "one\n\ntwo\r\nlast";
	struct pb_cursor c;
	const char *line;
	size_t len;

	(void)state;
	pb_cursor_init(&c, text, sizeof(text) - 1);
	line = pb_cursor_line(&c, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "one", 3);
	line = pb_cursor_line(&c, &len);
	assert_non_null(line);
	assert_int_equal(len, 0);
	line = pb_cursor_line(&c, &len);
	assert_int_equal(len, 4);
	assert_memory_equal(line, "two\r", 4);
	assert_null(pb_cursor_line(&c, &len));
	assert_int_equal(len, 0);
	assert_true(c.failed);
}

/* ---- tampering ---- */

static void
cursor_refuses_bytes_that_are_not_the_expected_ones(void **state)
{
	struct pb_cursor c;

	(void)state;
	pb_cursor_init(&c, "MAGIX", 5);
	pb_cursor_expect(&c, "MAGIC", 5);
	assert_true(c.failed);
	pb_cursor_init(&c, "MAGI", 4);
	pb_cursor_expect(&c, "MAGIC", 5);
	assert_true(c.failed);
	pb_cursor_init(&c, "MAGICS", 6);
	pb_cursor_expect(&c, "MAGIC", 5);
	assert_false(c.failed);
	assert_false(pb_cursor_finished(&c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_over_nothing_is_finished_and_gives_nothing),
		cmocka_unit_test(cursor_does_not_read_past_its_end),
		cmocka_unit_test(cursor_that_failed_gives_zeros_and_stays_failed),
		cmocka_unit_test(cursor_reads_a_format_from_front_to_back),
		cmocka_unit_test(cursor_reads_lines_and_needs_their_ends),
		cmocka_unit_test(cursor_refuses_bytes_that_are_not_the_expected_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
