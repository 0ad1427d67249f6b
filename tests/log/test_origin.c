#include "log/fixture.h"

#include "log/origin.h"

static bool
name(const char *text)
{
	return pb_origin_name_valid(text, strlen(text));
}

static bool
origin(const char *text)
{
	return pb_origin_valid(text, strlen(text));
}

static void
origin_accepts_what_the_format_allows(void **state)
{
	(void)state;
	assert_true(name("a"));
	assert_true(name("cabinet-exemple.example"));
	assert_true(name("a.example/mail/2026"));
	assert_true(name("-/.-"));
	assert_true(origin("a/0123abcd"));
	assert_true(origin("cabinet-exemple.example/mail/00000000"));
	assert_true(origin("a/b/c/ffffffff"));
}

static void
origin_refuses_a_name_that_is_none(void **state)
{
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", "A", "a b", "a+b", "a\n",
		"a_b", "\xc3\xa9", "a/B", "a\t", "a:b", "a@b", "a`", "a{" };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		assert_false(name(bad[i]));
	assert_false(pb_origin_name_valid("a\0b", 3));
}

static void
origin_refuses_what_does_not_end_in_eight_hex_digits(void **state)
{
	static const char *const bad[] = { "", "a", "a/", "/0123abcd", "0123abcd", "a/0123abc",
		"a/0123abcde", "a/0123abcD", "a/0123abcg", "a//0123abcd", "a.0123abcd",
		"A/0123abcd", "a/0123abcd/", "a/0123abcd\n", "a/0123-bcd" };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		assert_false(origin(bad[i]));
	/* no byte but / stands before the digits */
	for (int c = 0; c < 256; c++) {
		char text[] = "ab?0123abcd";

		text[2] = (char)c;
		assert_int_equal(pb_origin_valid(text, sizeof(text) - 1), c == '/');
	}
}

static void
origin_is_at_most_200_bytes(void **state)
{
	char text[210];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_true(pb_origin_name_valid(text, 191));
	assert_false(pb_origin_name_valid(text, 192));
	memcpy(text + 191, "/0123abcd", 9);
	assert_true(pb_origin_valid(text, 200));
	text[191] = 'a';
	memcpy(text + 192, "/0123abcd", 9);
	assert_false(pb_origin_valid(text, 201));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(origin_accepts_what_the_format_allows),
		cmocka_unit_test(origin_refuses_a_name_that_is_none),
		cmocka_unit_test(origin_refuses_what_does_not_end_in_eight_hex_digits),
		cmocka_unit_test(origin_is_at_most_200_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
