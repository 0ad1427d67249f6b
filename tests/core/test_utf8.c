#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "lib/memory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
valid(const char *text)
{
	return pb_utf8_valid((const uint8_t *)text, strlen(text));
}

static bool
plain(const char *text)
{
	return pb_utf8_plain((const uint8_t *)text, strlen(text));
}

static const char *
safe(struct pb_buf *buf, const char *text)
{
	pb_buf_clear(buf);
	assert_int_equal(pb_text_safe(buf, (const uint8_t *)text, strlen(text)), PB_OK);
	return pb_buf_text(buf);
}

/* Encode by RFC 3629's table, code points that it forbids too. */
static size_t
encode(uint32_t code, uint8_t out[4])
{
	size_t n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4, i;

	for (i = n - 1; i > 0; i--) {
		out[i] = (uint8_t)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	out[0] = (uint8_t)(n == 1 ? code : (0xf00 >> n & 0xff) | code);
	return n;
}

/* ---- safety ---- */

static void
nothing_is_valid_text_without_a_character(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	uint32_t code = 42;
	char to[4] = "abc";

	(void)state;
	assert_true(pb_utf8_valid(NULL, 0));
	assert_true(pb_utf8_plain(NULL, 0));
	assert_int_equal(pb_utf8_next(NULL, 0, &code), 0);
	assert_int_equal(code, 42);
	assert_int_equal(pb_text_safe(&buf, NULL, 0), PB_OK);
	assert_int_equal(buf.len, 0);
	pb_text_safe_copy(to, sizeof(to), NULL, 0);
	assert_string_equal(to, "");
	pb_buf_done(&buf);
}

/* ---- good path ---- */

static void
every_code_point_but_the_surrogates_is_read_back(void **state)
{
	uint8_t octets[4];
	uint32_t code, got;
	size_t n;

	(void)state;
	for (code = 0; code <= 0x10ffff; code++) {
		n = encode(code, octets);
		got = UINT32_MAX;
		if (code >= 0xd800 && code <= 0xdfff) {
			assert_true(pb_utf8_next(octets, n, &got) == 0);
			assert_true(got == UINT32_MAX);
			continue;
		}
		if (pb_utf8_next(octets, n, &got) != n || got != code)
			fail_msg("U+%04X", code);
		if (pb_utf8_next(octets, n - 1, &got) != 0)
			fail_msg("U+%04X cut short", code);
	}
}

static void
french_and_other_text_is_valid_and_plain(void **state)
{
	static const char text[] = "R\xc3\xa9sultats \xe2\x82\xac \xf0\x9f\xa9\xba \xd7\xa9";

	(void)state;
	assert_true(valid(text));
	assert_true(plain(text));
}

/* ---- tampering ---- */

static void
malformed_sequences_are_refused(void **state)
{
	static const char *const refused[] = {
		"\x80", "\xbf", "a\x80", /* a continuation alone */
		"\xc3", "\xe2\x82", "\xf0\x9f\xa9", "\xc3(", "\xe2(\xac", "\xe2\x82(", /* cut */
		"\xc0\x80", "\xc0\xaf", "\xc1\xbf",             /* overlong in two */
		"\xe0\x80\x80", "\xe0\x80\xaf", "\xe0\x9f\xbf", /* in three */
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf",         /* in four */
		"\xed\xa0\x80", "\xed\xad\xbf", "\xed\xae\x80", "\xed\xbf\xbf", /* surrogates */
		"\xed\xa0\x80\xed\xb0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xf7\xbf\xbf\xbf", /* past U+10FFFF */
		"\xf8\x88\x80\x80\x80", "\xfc\x84\x80\x80\x80\x80", "\xfe", "\xff",
		"caf\xe9", /* Latin-1 */
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++) {
		assert_false(valid(refused[i]));
		assert_false(plain(refused[i]));
	}
}

static void
plain_text_has_no_controls(void **state)
{
	uint8_t octets[4];
	uint32_t code;
	size_t n;

	(void)state;
	for (code = 0; code < 0x100; code++) {
		n = encode(code, octets);
		assert_true(pb_utf8_valid(octets, n));
		assert_int_equal(
		    pb_utf8_plain(octets, n), !(code < 0x20 || (code >= 0x7f && code < 0xa0)));
	}
	assert_true(pb_utf8_plain((const uint8_t *)"\xe2\x80\xae", 3));
}

static void
terminal_is_shown_no_control_and_no_turning_of_order(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_string_equal(safe(&buf, "caf\xc3\xa9 \\ \"x\""), "caf\xc3\xa9 \\ \"x\"");
	assert_string_equal(safe(&buf, "\x1b]0;x\x07"), "\\x1b]0;x\\x07");
	assert_string_equal(safe(&buf, "a\r\n\tb\x7f"), "a\\x0d\\x0a\\x09b\\x7f");
	assert_string_equal(safe(&buf, "\xc2\x9b"
				       "31m"),
	    "\\xc2\\x9b31m");
	assert_string_equal(safe(&buf, "caf\xe9"), "caf\\xe9");
	assert_string_equal(safe(&buf, "\xf0\x9f\xa9"), "\\xf0\\x9f\\xa9");
	assert_string_equal(safe(&buf, "gpj.\xe2\x80\xae"
				       "exe"),
	    "gpj.\\xe2\\x80\\xaeexe");
	pb_buf_clear(&buf);
	assert_int_equal(pb_text_safe(&buf, (const uint8_t *)"a\0b", 3), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "a\\x00b");
	pb_buf_done(&buf);
}

static void
what_turns_the_order_or_has_no_width_is_escaped_and_its_neighbours_are_not(void **state)
{
	static const uint32_t hidden[][2] = { { 0x61c, 0x61c }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xe0000, 0xe007f } };
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t octets[5] = "";
	uint32_t code;
	size_t i, n;
	bool hides;

	(void)state;
	for (code = 0x600; code < 0xe0100; code++) {
		if (code == 0xd800)
			code = 0xe000;
		hides = false;
		for (i = 0; i < COUNT(hidden); i++)
			hides = hides || (code >= hidden[i][0] && code <= hidden[i][1]);
		n = encode(code, octets);
		pb_buf_clear(&buf);
		assert_int_equal(pb_text_safe(&buf, octets, n), PB_OK);
		if ((buf.len == n) == hides)
			fail_msg("U+%04X", code);
	}
	pb_buf_done(&buf);
}

static void
heap_of_combining_marks_is_shown_up_to_four(void **state)
{
#define MARK "\xcc\x81"
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_string_equal(
	    safe(&buf, "e" MARK MARK MARK MARK "o" MARK), "e" MARK MARK MARK MARK "o" MARK);
	assert_string_equal(safe(&buf, "e" MARK MARK MARK MARK MARK MARK "o"),
	    "e" MARK MARK MARK MARK "\\xcc\\x81\\xcc\\x81o");
	pb_buf_done(&buf);
}

static void
safe_copy_is_cut_before_what_does_not_fit_whole(void **state)
{
	static const char text[] = "ab\xc3\xa9\x1b"
				   "c";
	static const char *const at_size[] = { NULL, "", "a", "ab", "ab", "ab\xc3\xa9",
		"ab\xc3\xa9", "ab\xc3\xa9", "ab\xc3\xa9", "ab\xc3\xa9\\x1b",
		"ab\xc3\xa9\\x1b"
		"c",
		"ab\xc3\xa9\\x1b"
		"c" };
	char to[12];
	size_t size;

	(void)state;
	for (size = 1; size < COUNT(at_size); size++) {
		memset(to, '#', sizeof(to));
		pb_text_safe_copy(to, size, (const uint8_t *)text, sizeof(text) - 1);
		assert_string_equal(to, at_size[size]);
		if (size < sizeof(to))
			assert_int_equal(to[size], '#');
	}
}

/* ---- faults ---- */

static void
safe_text_leaves_the_buffer_alone_when_memory_runs_out(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t octets[1000];
	enum pb_status status;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	memset(octets, 0x1b, sizeof(octets));
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	test_memory_fail(1, true);
	status = pb_text_safe(&buf, octets, sizeof(octets));
	test_memory_restore();
	assert_int_equal(status, PB_ENOMEM);
	assert_string_equal(pb_buf_text(&buf), "kept");
	pb_buf_done(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_valid_text_without_a_character),
		cmocka_unit_test(every_code_point_but_the_surrogates_is_read_back),
		cmocka_unit_test(french_and_other_text_is_valid_and_plain),
		cmocka_unit_test(malformed_sequences_are_refused),
		cmocka_unit_test(plain_text_has_no_controls),
		cmocka_unit_test(terminal_is_shown_no_control_and_no_turning_of_order),
		cmocka_unit_test(
		    what_turns_the_order_or_has_no_width_is_escaped_and_its_neighbours_are_not),
		cmocka_unit_test(heap_of_combining_marks_is_shown_up_to_four),
		cmocka_unit_test(safe_copy_is_cut_before_what_does_not_fit_whole),
		cmocka_unit_test(safe_text_leaves_the_buffer_alone_when_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
