#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "lib/memory.h"

/* RFC 4648 section 10. */
static const struct {
	const char *octets;
	const char *base64;
	const char *hex;
} vectors[] = {
	{ "", "", "" },
	{ "f", "Zg==", "66" },
	{ "fo", "Zm8=", "666f" },
	{ "foo", "Zm9v", "666f6f" },
	{ "foob", "Zm9vYg==", "666f6f62" },
	{ "fooba", "Zm9vYmE=", "666f6f6261" },
	{ "foobar", "Zm9vYmFy", "666f6f626172" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static enum pb_status
decode(const char *text, struct pb_buf *buf)
{
	return pb_base64_decode(text, strlen(text), buf);
}

/* ---- good path ---- */

static void
base64_agrees_with_the_vectors_of_rfc_4648(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	size_t i, len;
	char text[16];

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		len = strlen(vectors[i].octets);
		pb_base64_encode((const uint8_t *)vectors[i].octets, len, text);
		assert_string_equal(text, vectors[i].base64);
		assert_int_equal(strlen(text), PB_BASE64_LEN(len));
		pb_buf_clear(&buf);
		assert_int_equal(decode(vectors[i].base64, &buf), PB_OK);
		assert_int_equal(buf.len, len);
		assert_string_equal(pb_buf_text(&buf), vectors[i].octets);
	}
	pb_buf_done(&buf);
}

static void
base64_brings_back_every_octet_at_every_length(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t octets[256], back[256];
	char text[PB_BASE64_LEN(256) + 1];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(255 - i);
	for (len = 0; len <= sizeof(octets); len++) {
		pb_base64_encode(octets, len, text);
		pb_buf_clear(&buf);
		assert_int_equal(decode(text, &buf), PB_OK);
		assert_int_equal(buf.len, len);
		assert_true(pb_base64_decode_exact(text, strlen(text), back, len));
		assert_memory_equal(back, octets, len);
	}
	pb_buf_done(&buf);
}

static void
base64_is_appended_behind_what_the_buffer_holds(void **state)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&buf, "before "), PB_OK);
	assert_int_equal(decode("Zm9v", &buf), PB_OK);
	assert_string_equal(pb_buf_text(&buf), "before foo");
	pb_buf_done(&buf);
}

static void
hex_agrees_with_the_vectors_of_rfc_4648(void **state)
{
	uint8_t octets[8];
	size_t i, len;
	char text[16];

	(void)state;
	for (i = 0; i < COUNT(vectors); i++) {
		len = strlen(vectors[i].octets);
		pb_hex_encode((const uint8_t *)vectors[i].octets, len, text);
		assert_string_equal(text, vectors[i].hex);
		assert_true(pb_hex_decode(text, 2 * len, octets, len));
		assert_memory_equal(octets, vectors[i].octets, len);
	}
}

static void
hex_brings_back_every_octet(void **state)
{
	uint8_t octet, back;
	char text[3];
	int i;

	(void)state;
	for (i = 0; i < 256; i++) {
		octet = (uint8_t)i;
		pb_hex_encode(&octet, 1, text);
		assert_true(pb_hex_decode(text, 2, &back, 1));
		assert_int_equal(back, octet);
	}
}

/* ---- tampering ---- */

static void
base64_refuses_a_second_form_of_the_same_octets(void **state)
{
	static const char *const refused[] = {
		"Zg=",
		"Zg",
		"Z",
		"Zm8",
		"Zm9vYg",
		"Zm9vYg=", /* padding that is missing */
		"Zh==",
		"Zv==",
		"Zm9=",
		"Zm+=", /* bits behind the end */
		"Zg==Zg==",
		"Zg==Zm9v",
		"Zm8=Zm9v",
		"Zg=a",
		"Z===",
		"====",
		"=Zg=",
		"=",
		"==",
		" Zg==",
		"Zg== ",
		"Zm9v\n",
		"Zm\n9v",
		"Zm9v\r\n\r\n",
		"Zm 9",
		"Zm9v    ",
		"Zm-_",
		"Zm9*",
		"Zm9\x7f",
		"Zm9\xe9",
		"....",
	};
	struct pb_buf buf = PB_BUF_EMPTY;
	size_t i;

	(void)state;
	assert_int_equal(pb_buf_append_text(&buf, "kept"), PB_OK);
	for (i = 0; i < COUNT(refused); i++) {
		assert_int_equal(decode(refused[i], &buf), PB_EDATA);
		assert_int_equal(buf.len, 4);
	}
	assert_int_equal(pb_base64_decode("Zm\0v", 4, &buf), PB_EDATA);
	assert_string_equal(pb_buf_text(&buf), "kept");
	pb_buf_done(&buf);
}

static void
each_last_group_has_exactly_one_spelling(void **state)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct pb_buf buf = PB_BUF_EMPTY;
	size_t i, j, accepted = 0;
	char text[5] = "AA==";

	(void)state;
	for (i = 0; i < 64; i++) {
		for (j = 0; j < 64; j++) {
			text[0] = digits[i];
			text[1] = digits[j];
			pb_buf_clear(&buf);
			accepted += decode(text, &buf) == PB_OK;
		}
	}
	assert_int_equal(accepted, 256);
	pb_buf_done(&buf);
}

static void
exact_base64_refuses_another_length_and_leaves_the_octets_alone(void **state)
{
	uint8_t octets[4] = "kept";

	(void)state;
	assert_false(pb_base64_decode_exact("Zm9v", 4, octets, 2));
	assert_false(pb_base64_decode_exact("Zm8=", 4, octets, 3));
	assert_false(pb_base64_decode_exact("Zm8=", 4, octets, 1));
	assert_false(pb_base64_decode_exact("Zm9vYg==", 8, octets, 3));
	assert_false(pb_base64_decode_exact("Zm9", 3, octets, 3));
	assert_false(pb_base64_decode_exact("Zm9*", 4, octets, 3));
	assert_false(pb_base64_decode_exact("", 0, octets, 1));
	assert_memory_equal(octets, "kept", 4);
	assert_true(pb_base64_decode_exact("", 0, octets, 0));
	assert_true(pb_base64_decode_exact("Zm8=", 4, octets, 2));
	assert_memory_equal(octets, "fopt", 4);
}

static void
hex_refuses_capitals_odd_lengths_and_other_digits(void **state)
{
	static const char *const refused[] = { "0", "000", "0000", "AB", "aB", "g0", "0g", "0x",
		" 0", "0 ", "-1", "+1", "", "/0", ":0", "`0" };
	uint8_t octet = 0x5a;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(refused); i++)
		assert_false(pb_hex_decode(refused[i], strlen(refused[i]), &octet, 1));
	assert_false(pb_hex_decode("0\0", 2, &octet, 1));
	assert_int_equal(octet, 0x5a);
}

/* ---- faults ---- */

static void
base64_of_exact_length_looks_at_nothing_before_the_text(void **state)
{
	/* Found by fuzzing: the octet before a lone "=" was read. */
	static const char text[] = "==";
	uint8_t octets[3] = "abc";

	(void)state;
	assert_false(pb_base64_decode_exact(text + 1, 1, octets, 1));
	assert_false(pb_base64_decode_exact(text + 1, 0, octets, 1));
	assert_true(pb_base64_decode_exact(text + 1, 0, octets, 0));
	assert_memory_equal(octets, "abc", 3);
}

static void
base64_says_when_memory_runs_out(void **state)
{
	uint8_t octets[3] = "abc";
	struct pb_buf buf = PB_BUF_EMPTY;
	enum pb_status status;
	bool exact;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	test_memory_fail(1, true);
	status = decode("Zm9v", &buf);
	exact = pb_base64_decode_exact("Zm9v", 4, octets, 3);
	test_memory_restore();
	assert_int_equal(status, PB_ENOMEM);
	assert_null(buf.data);
	assert_true(exact); /* needs none: lack of memory is never taken for malformed */
	assert_memory_equal(octets, "foo", 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_agrees_with_the_vectors_of_rfc_4648),
		cmocka_unit_test(base64_brings_back_every_octet_at_every_length),
		cmocka_unit_test(base64_is_appended_behind_what_the_buffer_holds),
		cmocka_unit_test(hex_agrees_with_the_vectors_of_rfc_4648),
		cmocka_unit_test(hex_brings_back_every_octet),
		cmocka_unit_test(base64_refuses_a_second_form_of_the_same_octets),
		cmocka_unit_test(each_last_group_has_exactly_one_spelling),
		cmocka_unit_test(exact_base64_refuses_another_length_and_leaves_the_octets_alone),
		cmocka_unit_test(hex_refuses_capitals_odd_lengths_and_other_digits),
		cmocka_unit_test(base64_of_exact_length_looks_at_nothing_before_the_text),
		cmocka_unit_test(base64_says_when_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
