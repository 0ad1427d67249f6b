#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/json.h"
#include "core/limits.h"
#include "lib/memory.h"
#include "lib/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pb_json *
parsed(const char *text)
{
	struct pb_json *root = NULL;

	assert_int_equal(pb_json_parse(text, strlen(text), &root, NULL), PB_OK);
	assert_non_null(root);
	return root;
}

static enum pb_status
refused(const void *text, size_t len, struct pb_error *err)
{
	struct pb_json *untouched = (struct pb_json *)&untouched, *root = untouched;
	enum pb_status status = pb_json_parse(text, len, &root, err);

	if (status == PB_OK)
		pb_json_free(root);
	else
		assert_ptr_equal(root, untouched);
	return status;
}

/* ---- safety ---- */

static void
questions_about_nothing_are_answered_with_nothing(void **state)
{
	uint8_t octet = 7;
	uint64_t n = 7;
	bool b = true;

	(void)state;
	pb_json_free(NULL);
	assert_null(pb_json_get(NULL, "a"));
	assert_null(pb_json_item(NULL, 0));
	assert_int_equal(pb_json_count(NULL), 0);
	assert_false(pb_json_is_object(NULL));
	assert_null(pb_json_string(NULL));
	assert_false(pb_json_as_u64(NULL, &n));
	assert_false(pb_json_as_bool(NULL, &b));
	assert_false(pb_json_as_hex(NULL, &octet, 1));
	assert_int_equal(refused(NULL, 0, NULL), PB_EDATA);
	assert_int_equal(n, 7);
	assert_true(b);
	assert_int_equal(octet, 7);
}

static void
text_longer_than_the_limit_is_not_even_looked_at(void **state)
{
	struct pb_error err;

	(void)state;
	assert_int_equal(refused("", PB_LIMIT_JSON + 1, &err), PB_ELIMIT);
	assert_int_equal(err.status, PB_ELIMIT);
}

static char *
nested(size_t levels, const char *open, const char *middle, const char *close)
{
	char *text = malloc(levels * (strlen(open) + strlen(close)) + strlen(middle) + 1), *at;
	size_t i;

	assert_non_null(text);
	at = text;
	for (i = 0; i < levels; i++)
		at = stpcpy(at, open);
	at = stpcpy(at, middle);
	for (i = 0; i < levels; i++)
		at = stpcpy(at, close);
	return text;
}

static void
nesting_beyond_the_limit_is_refused(void **state)
{
	static const struct {
		size_t levels;
		const char *open, *close;
		enum pb_status status;
	} rows[] = {
		{ PB_LIMIT_JSON_DEPTH, "[", "]", PB_OK },
		{ PB_LIMIT_JSON_DEPTH, "{\"a\":", "}", PB_OK },
		{ PB_LIMIT_JSON_DEPTH + 1, "[", "]", PB_ELIMIT },
		{ PB_LIMIT_JSON_DEPTH + 1, "{\"a\":", "}", PB_ELIMIT },
		{ PB_LIMIT_JSON_DEPTH / 2, "[{\"a\":", "}]", PB_OK },
		{ PB_LIMIT_JSON_DEPTH / 2 + 1, "[{\"a\":", "}]", PB_ELIMIT },
		{ 1000000, "[", "]", PB_ELIMIT },
		{ 1000000, "[", "", PB_ELIMIT },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		text = nested(rows[i].levels, rows[i].open, "1", rows[i].close);
		assert_int_equal(refused(text, strlen(text), NULL), rows[i].status);
		free(text);
	}
}

static void
more_values_than_the_limit_are_refused(void **state)
{
	size_t count = PB_LIMIT_JSON_VALUES, i;
	char *text = malloc(2 * count + 2);

	(void)state;
	assert_non_null(text);
	text[0] = '[';
	for (i = 0; i < count; i++)
		memcpy(text + 1 + 2 * i, "0,", 2);
	/* With the array itself, one less than `count` items fill the limit. */
	text[2 * (count - 1)] = ']';
	assert_int_equal(refused(text, 2 * (count - 1) + 1, NULL), PB_OK);
	text[2 * (count - 1)] = ',';
	text[2 * count] = ']';
	assert_int_equal(refused(text, 2 * count + 1, NULL), PB_ELIMIT);
	free(text);
}

static void
brackets_inside_strings_are_no_nesting(void **state)
{
	char *text = nested(100, "[{", "\\\"", "");
	char document[512] = "[\"";

	(void)state;
	test_append(document, sizeof(document), text);
	test_append(document, sizeof(document), text);
	test_append(document, sizeof(document), "\\\\\",[]]");
	assert_int_equal(refused(document, strlen(document), NULL), PB_OK);
	free(text);
}

/* ---- good path ---- */

static void
members_and_items_are_found_by_name_and_place(void **state)
{
	struct pb_json *root = parsed(" {\"a\": [1, \"two\", true], \"b\": {\"c\": null}}\r\n\t ");
	const char *key = NULL;
	uint64_t n;
	bool b;

	(void)state;
	assert_true(pb_json_is_object(root));
	assert_int_equal(pb_json_count(root), 2);
	assert_ptr_equal(pb_json_member(root, 1, &key), pb_json_get(root, "b"));
	assert_string_equal(key, "b");
	assert_null(pb_json_member(root, 2, &key));
	assert_null(pb_json_member(pb_json_get(root, "a"), 0, &key));
	assert_null(pb_json_member(NULL, 0, &key));
	assert_int_equal(pb_json_count(pb_json_get(root, "a")), 3);
	assert_false(pb_json_is_object(pb_json_get(root, "a")));
	assert_true(pb_json_as_u64(pb_json_item(pb_json_get(root, "a"), 0), &n));
	assert_int_equal(n, 1);
	assert_string_equal(pb_json_string(pb_json_item(pb_json_get(root, "a"), 1)), "two");
	assert_true(pb_json_as_bool(pb_json_item(pb_json_get(root, "a"), 2), &b));
	assert_true(b);
	assert_null(pb_json_item(pb_json_get(root, "a"), 3));
	assert_null(pb_json_item(pb_json_get(root, "a"), SIZE_MAX));
	assert_null(pb_json_get(root, "A"));
	assert_null(pb_json_get(pb_json_get(root, "a"), "a"));
	assert_null(pb_json_item(root, 0));
	assert_non_null(pb_json_get(pb_json_get(root, "b"), "c"));
	assert_int_equal(pb_json_count(pb_json_get(pb_json_get(root, "b"), "c")), 0);
	pb_json_free(root);
}

static void
any_value_is_a_document(void **state)
{
	static const char *const texts[] = { "0", "-0", "-1", "1.5", "1e3", "-0.0E-12", "1e+999",
		"true", "false", "null", "\"\"", "[]", "{}" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++)
		pb_json_free(parsed(texts[i]));
}

static void
strings_are_unescaped_utf8(void **state)
{
	struct pb_json *root = parsed("[\"caf\\u00e9 \\ud83e\\ude7a\\n\\/\", \"a\\u0000b\", 1]");

	(void)state;
	assert_string_equal(
	    pb_json_string(pb_json_item(root, 0)), "caf\xc3\xa9 \xf0\x9f\xa9\xba\n/");
	/* A NUL inside: a C string would hide what follows it. */
	assert_null(pb_json_string(pb_json_item(root, 1)));
	assert_null(pb_json_string(pb_json_item(root, 2)));
	pb_json_free(root);
}

static void
numbers_have_one_spelling_on_each_side_of_2_to_the_53(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t value;
	} rows[] = {
		{ "0", true, 0 },
		{ "42", true, 42 },
		{ "9007199254740991", true, UINT64_C(9007199254740991) },
		{ "\"9007199254740992\"", true, UINT64_C(9007199254740992) },
		{ "\"18446744073709551615\"", true, UINT64_MAX },
		{ "9007199254740992", false, 0 },
		{ "9223372036854775807", false, 0 },
		{ "\"9007199254740991\"", false, 0 },
		{ "\"42\"", false, 0 },
		{ "\"18446744073709551616\"", false, 0 },
		{ "\"09007199254740992\"", false, 0 },
		{ "\"\"", false, 0 },
		{ "-1", false, 0 },
		{ "-0", false, 0 },
		{ "-9223372036854775808", false, 0 },
		{ "1.0", false, 0 },
		{ "1e2", false, 0 },
		{ "true", false, 0 },
		{ "null", false, 0 },
		{ "[1]", false, 0 },
	};
	struct pb_json *root;
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		root = parsed(rows[i].text);
		value = 7;
		assert_int_equal(pb_json_as_u64(root, &value), rows[i].good);
		assert_true(value == (rows[i].good ? rows[i].value : 7));
		pb_json_free(root);
	}
}

static void
booleans_are_true_and_false_alone(void **state)
{
	struct pb_json *root = parsed("[true, false, 0, 1, \"true\", null]");
	bool b = false;
	size_t i;

	(void)state;
	assert_true(pb_json_as_bool(pb_json_item(root, 0), &b));
	assert_true(b);
	assert_true(pb_json_as_bool(pb_json_item(root, 1), &b));
	assert_false(b);
	for (i = 2; i < 6; i++)
		assert_false(pb_json_as_bool(pb_json_item(root, i), &b));
	assert_false(b);
	pb_json_free(root);
}

static void
hex_has_the_length_that_was_asked(void **state)
{
	struct pb_json *root = parsed("[\"00ff\", \"00FF\", \"00f\", \"\", 12]");
	uint8_t octets[2] = { 7, 7 };
	size_t i;

	(void)state;
	for (i = 1; i < 5; i++)
		assert_false(pb_json_as_hex(pb_json_item(root, i), octets, 2));
	assert_false(pb_json_as_hex(pb_json_item(root, 0), octets, 1));
	assert_memory_equal(octets, "\7\7", 2);
	assert_true(pb_json_as_hex(pb_json_item(root, 0), octets, 2));
	assert_memory_equal(octets, "\x00\xff", 2);
	assert_true(pb_json_as_hex(pb_json_item(root, 3), octets, 0));
	pb_json_free(root);
}

static void
reader_understands_what_the_writer_wrote(void **state)
{
	static const char all[] = "\x01\x02\x1f\"\\/\x7f\xc2\x80 \xe2\x80\xa8\xf0\x9f\xa9\xba";
	struct pb_buf buf = PB_BUF_EMPTY;
	struct pb_json *root = NULL;
	struct pb_json_writer w;
	uint64_t n;

	(void)state;
	pb_json_writer_init(&w, &buf);
	pb_json_array_begin(&w, NULL);
	pb_json_text(&w, NULL, all);
	pb_json_u64(&w, NULL, UINT64_MAX);
	pb_json_u64(&w, NULL, 12);
	pb_json_array_end(&w);
	assert_int_equal(pb_json_writer_status(&w), PB_OK);
	assert_int_equal(pb_json_parse(buf.data, buf.len, &root, NULL), PB_OK);
	assert_string_equal(pb_json_string(pb_json_item(root, 0)), all);
	assert_true(pb_json_as_u64(pb_json_item(root, 1), &n));
	assert_true(n == UINT64_MAX);
	assert_true(pb_json_as_u64(pb_json_item(root, 2), &n));
	assert_int_equal(n, 12);
	pb_json_free(root);
	pb_buf_done(&buf);
}

/* ---- tampering ---- */

static void
what_is_not_strict_json_is_refused(void **state)
{
	static const char *const texts[] = {
		" ",
		"{",
		"}",
		"[1,]",
		"{\"a\":1,}",
		"[1 2]",
		"{\"a\" 1}",
		"{a:1}",
		"{'a':1}",
		"[1]x",
		"[1] [2]",
		"{}{}",
		"1 2",
		"\"a\"\"b\"",
		"nul",
		"True",
		"NaN",
		"Infinity",
		"-Infinity",
		"01",
		"-01",
		"+1",
		".5",
		"1.",
		"1e",
		"0x10",
		"- 1",
		"--1",
		"// comment\n1",
		"/* */1",
		"\"tab\there\"",
		"\"line\nend\"",
		"\"\\x41\"",
		"\"\\u12\"",
		"\"open",
		"\"\\\"",
		"[\"\\ud800\"]",
		"[\"\\udc00\"]",
		"[\"\\ud800\\u0041\"]",
		"\xef\xbb\xbf{}", /* a byte order mark */
		"\"\xff\"",
		"\"\xc0\xaf\"",
		"\"\xed\xa0\x80\"", /* not UTF-8 */
		"\"caf\xe9\"",
		"{\"\xe9\":1}",
		"{\"a\":1,\"a\":1}",
		"{\"a\":1,\"\\u0061\":2}",
		"[{\"x\":{\"b\":1,\"c\":2,\"b\":3}}]",
		"{\"a\\u0000b\":1}",
		"9223372036854775808",
		"18446744073709551615",
		"-9223372036854775809",
		"100000000000000000000000000000",
	};
	struct pb_error err;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(texts); i++) {
		memset(&err, 0, sizeof(err));
		assert_int_equal(refused(texts[i], strlen(texts[i]), &err), PB_EDATA);
		assert_int_equal(err.status, PB_EDATA);
	}
}

static void
nothing_may_stand_behind_the_value_not_even_a_nul(void **state)
{
	(void)state;
	assert_int_equal(refused("{}\0", 3, NULL), PB_EDATA);
	assert_int_equal(refused("{}\0{}", 5, NULL), PB_EDATA);
	assert_int_equal(refused("\0{}", 3, NULL), PB_EDATA);
	assert_int_equal(refused("\"a\0b\"", 5, NULL), PB_EDATA);
	assert_int_equal(refused("[1\0]", 4, NULL), PB_EDATA);
	assert_int_equal(refused("\xff", 1, NULL), PB_EDATA);
	assert_int_equal(refused("1\xff", 2, NULL), PB_EDATA);
}

static void
error_names_the_place_and_not_the_text(void **state)
{
	static const char text[] = "{\"name\": \"patient\" patient}";
	struct pb_error err;

	(void)state;
	assert_int_equal(refused(text, sizeof(text) - 1, &err), PB_EDATA);
	assert_string_equal(err.object, "byte 19");
}

static void
each_prefix_of_a_document_is_refused(void **state)
{
	static const char text[] =
	    "{\"a\":[1,-2.5e3,\"x\\u00e9\",true,null],\"b\":{\"c\":\"\xc3\xa9\"}}";
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(text) - 1; len++)
		assert_int_equal(refused(text, len, NULL), PB_EDATA);
	assert_int_equal(refused(text, len, NULL), PB_OK);
}

/* ---- faults ---- */

static void
each_failed_allocation_is_said_to_be_one(void **state)
{
	static const char text[] =
	    "{\"a\":[1,2.5,\"text that is not short\",true,null,[],{}],"
	    "\"b\":\"\\u00e9\",\"c\":{\"d\":[0,1,2,3,4,5,6,7,8,9,10,11,12]}}";
	struct pb_json *root = NULL;
	enum pb_status status;
	uint64_t nth, failures;
	int forever;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (forever = 0; forever < 2; forever++) {
		for (nth = 1;; nth++) {
			test_memory_fail(nth, forever == 1);
			status = pb_json_parse(text, sizeof(text) - 1, &root, NULL);
			failures = test_memory_restore();
			if (failures == 0)
				break;
			assert_int_equal(status, PB_ENOMEM);
			assert_null(root);
		}
		assert_int_equal(status, PB_OK);
		assert_true(nth > 10);
		pb_json_free(root);
		root = NULL;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_about_nothing_are_answered_with_nothing),
		cmocka_unit_test(text_longer_than_the_limit_is_not_even_looked_at),
		cmocka_unit_test(nesting_beyond_the_limit_is_refused),
		cmocka_unit_test(more_values_than_the_limit_are_refused),
		cmocka_unit_test(brackets_inside_strings_are_no_nesting),
		cmocka_unit_test(members_and_items_are_found_by_name_and_place),
		cmocka_unit_test(any_value_is_a_document),
		cmocka_unit_test(strings_are_unescaped_utf8),
		cmocka_unit_test(numbers_have_one_spelling_on_each_side_of_2_to_the_53),
		cmocka_unit_test(booleans_are_true_and_false_alone),
		cmocka_unit_test(hex_has_the_length_that_was_asked),
		cmocka_unit_test(reader_understands_what_the_writer_wrote),
		cmocka_unit_test(what_is_not_strict_json_is_refused),
		cmocka_unit_test(nothing_may_stand_behind_the_value_not_even_a_nul),
		cmocka_unit_test(error_names_the_place_and_not_the_text),
		cmocka_unit_test(each_prefix_of_a_document_is_refused),
		cmocka_unit_test(each_failed_allocation_is_said_to_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
