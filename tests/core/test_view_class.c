/* The closed vocabulary of views. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/view_class.h"

static void
words_of_the_vocabulary_are_taken_and_no_others(void **state)
{
	(void)state;
	assert_true(pb_class_is_kind("xdm"));
	assert_false(pb_class_is_kind(""));
	assert_false(pb_class_is_kind("XDM"));
	assert_true(pb_class_is_urgency("x-priority"));
	assert_false(pb_class_is_urgency("high"));
	assert_true(pb_class_is_disposition("displayed"));
	assert_false(pb_class_is_disposition("other"));
	assert_true(pb_class_is_type("application/pdf"));
	assert_false(pb_class_is_type("application/x-camille-exemple"));
	assert_true(pb_class_is_finding("cut"));
	assert_false(pb_class_is_finding("camille"));
}

static void
loinc_is_digits_and_a_check_digit(void **state)
{
	static const char *const good[] = { "34133-9", "1-8", "1234567-0" };
	static const char *const bad[] = { "", "-", "1-", "-1", "34133", "34133-", "34133-99",
		"12345678-9", "34133-9 ", "a4133-9", "34133-a", "34133--9" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(pb_class_is_loinc(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(pb_class_is_loinc(bad[i]));
}

static void
code_is_a_short_word(void **state)
{
	(void)state;
	assert_true(pb_class_is_code("E-1042"));
	assert_true(pb_class_is_code("0123456789abc_.-"));
	assert_false(pb_class_is_code(""));
	assert_false(pb_class_is_code("0123456789abcdefg"));
	assert_false(pb_class_is_code("a b"));
	assert_false(pb_class_is_code("é"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_the_vocabulary_are_taken_and_no_others),
		cmocka_unit_test(loinc_is_digits_and_a_check_digit),
		cmocka_unit_test(code_is_a_short_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
