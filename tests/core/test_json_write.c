#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "lib/memory.h"

struct written {
	struct pb_buf buf;
	struct pb_json_writer w;
};

static int
begin(void **state)
{
	static struct written written;

	written.buf = PB_BUF_EMPTY;
	pb_json_writer_init(&written.w, &written.buf);
	*state = &written;
	return 0;
}

static int
end(void **state)
{
	struct written *written = *state;

	pb_buf_done(&written->buf);
	return 0;
}

static void
assert_written(struct written *written, const char *expected)
{
	assert_int_equal(pb_json_writer_status(&written->w), PB_OK);
	assert_string_equal(pb_buf_text(&written->buf), expected);
}

/* ---- good path ---- */

static void
document_has_no_white_space_and_keeps_the_order_of_the_calls(void **state)
{
	struct written *written = *state;
	struct pb_json_writer *w = &written->w;

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "z", "last letter first");
	pb_json_u64(w, "n", 0);
	pb_json_array_begin(w, "list");
	pb_json_text(w, NULL, "one");
	pb_json_u64(w, NULL, 2);
	pb_json_object_begin(w, NULL);
	pb_json_object_end(w);
	pb_json_array_begin(w, NULL);
	pb_json_array_end(w);
	pb_json_array_end(w);
	pb_json_bool(w, "yes", true);
	pb_json_bool(w, "no", false);
	pb_json_null(w, "nothing");
	pb_json_hex(w, "hex", (const uint8_t *)"\x01\xfe", 2);
	pb_json_base64(w, "base64", (const uint8_t *)"fooba", 5);
	pb_json_raw(w, "raw", "[1,{}] ", 6);
	pb_json_object_end(w);
	assert_written(written,
	    "{\"z\":\"last letter first\",\"n\":0,\"list\":[\"one\",2,{},[]],\"yes\":true,"
	    "\"no\":false,\"nothing\":null,\"hex\":\"01fe\",\"base64\":\"Zm9vYmE=\","
	    "\"raw\":[1,{}]}");
}

static void
any_value_may_stand_alone(void **state)
{
	struct written *written = *state;

	pb_json_text(&written->w, NULL, "alone");
	assert_written(written, "\"alone\"");
}

static void
text_is_escaped_by_rfc_8259(void **state)
{
	struct written *written = *state;

	pb_json_text(
	    &written->w, NULL, "\"q\\ /\b\f\n\r\t\x01\x1f\x7f caf\xc3\xa9 \xf0\x9f\xa9\xba");
	assert_written(written,
	    "\"\\\"q\\\\ /\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f\x7f caf\xc3\xa9 "
	    "\xf0\x9f\xa9\xba\"");
}

static void
numbers_from_2_to_the_53_on_are_strings(void **state)
{
	struct written *written = *state;

	pb_json_array_begin(&written->w, NULL);
	pb_json_u64(&written->w, NULL, UINT64_C(9007199254740991));
	pb_json_u64(&written->w, NULL, UINT64_C(9007199254740992));
	pb_json_u64(&written->w, NULL, UINT64_MAX);
	pb_json_array_end(&written->w);
	assert_written(written, "[9007199254740991,\"9007199254740992\",\"18446744073709551615\"]");
}

static void
octets_from_outside_are_a_string_only_if_plain(void **state)
{
	struct written *written = *state;

	pb_json_array_begin(&written->w, NULL);
	pb_json_octets(&written->w, NULL, "caf\xc3\xa9 \"\\", 8);
	pb_json_octets(&written->w, NULL, "caf\xe9", 4);
	pb_json_octets(&written->w, NULL, "a\nb", 3);
	pb_json_octets(&written->w, NULL, "a\0b", 3);
	pb_json_octets(&written->w, NULL, NULL, 0);
	pb_json_array_end(&written->w);
	assert_written(written,
	    "[\"caf\xc3\xa9 \\\"\\\\\",{\"octets\":\"Y2Fm6Q==\"},{\"octets\":\"YQpi\"},"
	    "{\"octets\":\"YQBi\"},\"\"]");
}

static void
octets_as_a_member_keep_their_commas(void **state)
{
	struct written *written = *state;

	pb_json_object_begin(&written->w, NULL);
	pb_json_octets(&written->w, "a", "\xff", 1);
	pb_json_octets(&written->w, "b", "x", 1);
	pb_json_object_end(&written->w);
	assert_written(written, "{\"a\":{\"octets\":\"/w==\"},\"b\":\"x\"}");
}

/* ---- faults ---- */

static void
text_that_is_not_utf8_is_our_mistake_and_sticks(void **state)
{
	struct written *written = *state;

	pb_json_text(&written->w, NULL, "caf\xe9");
	pb_json_text(&written->w, NULL, "good");
	assert_int_equal(pb_json_writer_status(&written->w), PB_EINVAL);
}

static void
write_all(struct pb_json_writer *w)
{
	static const uint8_t octets[700] = { 1 };

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "text", "quite \"long\" text of ours\x01");
	pb_json_hex(w, "hex", octets, sizeof(octets));
	pb_json_base64(w, "base64", octets, sizeof(octets));
	pb_json_octets(w, "octets", octets, sizeof(octets));
	pb_json_u64(w, "n", UINT64_MAX);
	pb_json_object_end(w);
}

static void
each_failed_allocation_sticks_to_the_end(void **state)
{
	struct written *written = *state;
	uint64_t nth, failures;

	if (!test_memory_can_fail())
		skip();
	for (nth = 1;; nth++) {
		pb_buf_done(&written->buf);
		pb_json_writer_init(&written->w, &written->buf);
		test_memory_fail(nth, false);
		write_all(&written->w);
		failures = test_memory_restore();
		if (failures == 0)
			break;
		assert_int_equal(pb_json_writer_status(&written->w), PB_ENOMEM);
	}
	assert_int_equal(pb_json_writer_status(&written->w), PB_OK);
	assert_true(nth > 3);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(document_has_no_white_space_and_keeps_the_order_of_the_calls),
		TEST(any_value_may_stand_alone),
		TEST(text_is_escaped_by_rfc_8259),
		TEST(numbers_from_2_to_the_53_on_are_strings),
		TEST(octets_from_outside_are_a_string_only_if_plain),
		TEST(octets_as_a_member_keep_their_commas),
		TEST(text_that_is_not_utf8_is_our_mistake_and_sticks),
		TEST(each_failed_allocation_sticks_to_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
