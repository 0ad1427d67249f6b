#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/buf.h"
#include "lib/memory.h"

/* ---- safety ---- */

static void
buffer_is_empty_before_anything_is_appended(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_null(buf.data);
	assert_int_equal(buf.len, 0);
	assert_int_equal(pb_buf_append(&buf, NULL, 0), PB_OK);
	assert_int_equal(pb_buf_reserve(&buf, 0), PB_OK);
	pb_buf_clear(&buf);
	pb_buf_wipe(&buf);
	pb_buf_done(&buf);
	pb_buf_done(&buf);
	assert_null(buf.data);
}

static void
buffer_refuses_a_size_that_no_memory_has(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	assert_int_equal(pb_buf_reserve(&buf, SIZE_MAX), PB_ENOMEM);
	assert_int_equal(pb_buf_reserve(&buf, SIZE_MAX - 3), PB_ENOMEM);
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf.data, "kept", 4);
	pb_buf_done(&buf);
}

/* ---- good path ---- */

static void
buffer_holds_what_was_appended_in_order(void **state)
{
	static const uint8_t expected[] = { 'a', 'b', 7, 1, 2, 3, 4, 1, 2, 3, 4, 5, 6, 7, 8, '-',
		'4', '2', 'z' };
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append(&buf, "ab", 2), PB_OK);
	assert_int_equal(pb_buf_append_u8(&buf, 7), PB_OK);
	assert_int_equal(pb_buf_append_u32(&buf, 0x01020304), PB_OK);
	assert_int_equal(pb_buf_append_u64(&buf, UINT64_C(0x0102030405060708)), PB_OK);
	assert_int_equal(pb_buf_printf(&buf, "%d", -42), PB_OK);
	assert_int_equal(pb_buf_append_text(&buf, "z"), PB_OK);
	assert_int_equal(buf.len, sizeof(expected));
	assert_memory_equal(buf.data, expected, sizeof(expected));
	pb_buf_done(&buf);
}

static void
buffer_grows_without_losing_a_byte(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		assert_int_equal(pb_buf_append_u8(&buf, (uint8_t)(i % 251)), PB_OK);
	for (i = 0; i < 100000; i++)
		assert_int_equal(buf.data[i], i % 251);
	pb_buf_done(&buf);
}

static void
buffer_is_text_when_asked_and_the_nul_does_not_count(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_string_equal(pb_buf_text(&buf), "");
	assert_int_equal(buf.len, 0);
	assert_int_equal(pb_buf_printf(&buf, "%s %d", "deux", 2), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "deux 2");
	assert_int_equal(buf.len, 6);
	assert_int_equal(pb_buf_append_text(&buf, "!"), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "deux 2!");
	pb_buf_done(&buf);
}

static void
clear_keeps_the_room_and_wipe_zeroes_all_of_it(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	size_t i, cap;

	(void)state;
	assert_int_equal(pb_buf_reserve(&buf, 100), PB_OK);
	cap = buf.cap;
	memset(buf.data, 's', cap);
	buf.len = 100;
	pb_buf_clear(&buf);
	assert_int_equal(buf.len, 0);
	assert_int_equal(buf.data[99], 's');
	pb_buf_wipe(&buf);
	assert_int_equal(buf.cap, cap);
	for (i = 0; i < cap; i++)
		assert_int_equal(buf.data[i], 0);
	pb_buf_done(&buf);
}

/* ---- faults ---- */

static void
buffer_is_as_it_was_when_memory_runs_out(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status appended, printed;
	const char *text;
	size_t cap;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	assert_int_equal(pb_buf_append(&buf, "", 1), PB_OK);
	cap = buf.cap;
	buf.len = cap;
	test_memory_fail(1, true);
	appended = pb_buf_append(&buf, "x", 1);
	printed = pb_buf_printf(&buf, "%c", 'x');
	text = pb_buf_text(&buf);
	test_memory_restore();
	assert_int_equal(appended, PB_ENOMEM);
	assert_int_equal(printed, PB_ENOMEM);
	assert_null(text);
	assert_int_equal(buf.len, cap);
	assert_int_equal(buf.cap, cap);
	assert_string_equal((const char *)buf.data, "kept");
	pb_buf_done(&buf);
}

/* ---- octets ---- */

static void
numbers_are_big_endian(void **state)
{
	uint8_t octets[8];

	(void)state;
	pb_put_u16(octets, 0xfe01);
	assert_memory_equal(octets, "\xfe\x01", 2);
	assert_int_equal(pb_get_u16(octets), 0xfe01);
	pb_put_u32(octets, 0xfedcba98);
	assert_memory_equal(octets, "\xfe\xdc\xba\x98", 4);
	assert_int_equal(pb_get_u32(octets), 0xfedcba98);
	pb_put_u64(octets, UINT64_C(0xfedcba9876543210));
	assert_memory_equal(octets, "\xfe\xdc\xba\x98\x76\x54\x32\x10", 8);
	assert_true(pb_get_u64(octets) == UINT64_C(0xfedcba9876543210));
}

static void
wipe_zeroes_and_equal_sees_every_bit(void **state)
{
	uint8_t a[33], b[33], zero[33] = { 0 };
	size_t i, bit;

	(void)state;
	memset(a, 0xa5, sizeof(a));
	memcpy(b, a, sizeof(a));
	assert_int_equal(pb_equal(a, b, sizeof(a)), 1);
	assert_int_equal(pb_equal(a, zero, 0), 1);
	for (i = 0; i < sizeof(a); i++) {
		for (bit = 0; bit < 8; bit++) {
			b[i] ^= (uint8_t)(1 << bit);
			assert_int_equal(pb_equal(a, b, sizeof(a)), 0);
			b[i] ^= (uint8_t)(1 << bit);
		}
	}
	pb_wipe(a, sizeof(a));
	assert_memory_equal(a, zero, sizeof(a));
	pb_wipe(NULL, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buffer_is_empty_before_anything_is_appended),
		cmocka_unit_test(buffer_refuses_a_size_that_no_memory_has),
		cmocka_unit_test(buffer_holds_what_was_appended_in_order),
		cmocka_unit_test(buffer_grows_without_losing_a_byte),
		cmocka_unit_test(buffer_is_text_when_asked_and_the_nul_does_not_count),
		cmocka_unit_test(clear_keeps_the_room_and_wipe_zeroes_all_of_it),
		cmocka_unit_test(buffer_is_as_it_was_when_memory_runs_out),
		cmocka_unit_test(numbers_are_big_endian),
		cmocka_unit_test(wipe_zeroes_and_equal_sees_every_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
