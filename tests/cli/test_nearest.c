/* A mistyped word finds what was meant, and one that means something else finds nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/nearest.h"

static const char *
nearest(const char *word)
{
	static const char *const words[] = { "list", "init", "import", "verify", "key list",
		"key rotate", "passphrase-file" };
	struct pb_nearest nearest = { .word = word };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		pb_nearest_try(&nearest, words[i]);
	return nearest.found != NULL ? nearest.found : "";
}

static void
a_letter_missing_too_many_wrong_or_swapped_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("lit"), "list");
	assert_string_equal(nearest("lisst"), "list");
	assert_string_equal(nearest("lust"), "list");
	assert_string_equal(nearest("lsit"), "list");
	assert_string_equal(nearest("impotr"), "import");
	assert_string_equal(nearest("verifiy"), "verify");
	assert_string_equal(nearest("key lst"), "key list");
	assert_string_equal(nearest("key rotation"), "key rotate");
	assert_string_equal(nearest("list"), "list");
}

static void
a_beginning_is_found(void **state)
{
	(void)state;
	assert_string_equal(nearest("pass"), "passphrase-file");
	assert_string_equal(nearest("imp"), "import");
	assert_string_equal(nearest("im"), "");
}

static void
another_word_is_not_taken_for_one(void **state)
{
	char endless[200] = "";

	(void)state;
	assert_string_equal(nearest(""), "");
	assert_string_equal(nearest("l"), "");
	assert_string_equal(nearest("launch"), "");
	assert_string_equal(nearest("destroy"), "");
	memset(endless, 'l', sizeof(endless) - 1);
	assert_string_equal(nearest(endless), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_missing_too_many_wrong_or_swapped_is_found),
		cmocka_unit_test(a_beginning_is_found),
		cmocka_unit_test(another_word_is_not_taken_for_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
