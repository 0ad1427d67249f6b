#include "fixture.h"

#include "record/table.h"

static const struct pb_table three = { 3, { 1, 2, 0 }, { 5, 0, 300 } };

static void
table_stands_as_the_format_says(void **state)
{
	static const char expected[] = "\x01\0\0\0\0\0\0\0\x05\x02\0\0\0\0\0\0\0\0"
				       "\0\0\0\0\0\0\0\x01\x2c\x03";
	uint8_t bytes[PB_TABLE_MAX];

	(void)state;
	assert_int_equal(pb_table_encode(&three, bytes), sizeof(expected) - 1);
	assert_int_equal(pb_table_len(3), sizeof(expected) - 1);
	assert_memory_equal(bytes, expected, sizeof(expected) - 1);
}

static void
table_is_read_from_the_end_of_a_record(void **state)
{
	uint8_t bytes[305 + PB_TABLE_MAX] = { 0 };
	size_t len = 305 + pb_table_encode(&three, bytes + 305);
	struct pb_table table;

	(void)state;
	assert_true(pb_table_decode(bytes, len, len, &table));
	assert_int_equal(table.count, 3);
	assert_memory_equal(table.kind, three.kind, 3);
	assert_memory_equal(table.len, three.len, 3 * sizeof(uint64_t));
	/* No more of the record need be at hand than the table. */
	assert_true(pb_table_decode(bytes + 305, len - 305, len, &table));
}

static void
table_of_255_parts_fits(void **state)
{
	struct pb_table full = { .count = 255 }, table;
	uint8_t bytes[PB_TABLE_MAX];

	(void)state;
	for (unsigned i = 0; i < 255; i++)
		full.len[i] = i;
	assert_int_equal(pb_table_encode(&full, bytes), PB_TABLE_MAX);
	assert_true(pb_table_decode(bytes, PB_TABLE_MAX, PB_TABLE_MAX + 254 * 255 / 2, &table));
	assert_int_equal(table.len[254], 254);
}

/* Each table that lies about 305 bytes, in one way. */
static void
table_that_does_not_account_for_every_byte_is_refused(void **state)
{
	static const struct {
		const char *what;
		uint64_t len[3];
		uint64_t total;
	} cases[] = {
		{ "one too many", { 5, 0, 301 }, 305 },
		{ "one too few", { 5, 0, 299 }, 305 },
		{ "a sum that is right only modulo 2^64", { UINT64_MAX, 6, 300 }, 305 },
		{ "a sum that wraps to the table", { 5, UINT64_MAX - 27, 300 }, 305 },
		{ "nothing before it", { 5, 0, 300 }, 0 },
		{ "2^63", { 5, (uint64_t)1 << 63, 300 }, 305 },
	};
	struct pb_table lie = three, table;
	uint8_t bytes[PB_TABLE_MAX];
	size_t len;

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		memcpy(lie.len, cases[i].len, sizeof(cases[i].len));
		len = pb_table_encode(&lie, bytes);
		if (pb_table_decode(bytes, len, cases[i].total + len, &table))
			fail_msg("%s", cases[i].what);
	}
}

static void
table_that_is_cut_off_or_empty_is_refused(void **state)
{
	uint8_t bytes[PB_TABLE_MAX];
	size_t len = pb_table_encode(&three, bytes);
	struct pb_table table;

	(void)state;
	assert_false(pb_table_decode(bytes, 0, 0, &table));
	for (size_t from = 1; from < len; from++)
		assert_false(pb_table_decode(bytes + from, len - from, len - from, &table));
	bytes[len - 1] = 0;
	assert_false(pb_table_decode(bytes, len, len, &table));
	assert_false(pb_table_decode(bytes + len - 1, 1, 1, &table));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_that_does_not_account_for_every_byte_is_refused),
		cmocka_unit_test(table_that_is_cut_off_or_empty_is_refused),
		cmocka_unit_test(table_stands_as_the_format_says),
		cmocka_unit_test(table_is_read_from_the_end_of_a_record),
		cmocka_unit_test(table_of_255_parts_fits),
	};

	return cmocka_run_group_tests_name("record/table", tests, NULL, NULL);
}
