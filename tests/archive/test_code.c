/* The recovery code, as it is shown and as it is typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/code.h"

#define SHOWN "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"

static const char *
read_as(const char *typed)
{
	static char code[PB_CODE_SIZE];

	return pb_code_typed(typed, strlen(typed), code) ? code : NULL;
}

static void
a_code_may_be_written_otherwise_than_it_was_shown(void **state)
{
	(void)state;
	assert_string_equal(read_as("0123-4567-89ab-cdef-ghjk-mnpq-rstv-wxyz"), SHOWN);
	assert_string_equal(read_as("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), SHOWN);
	assert_string_equal(read_as(" 0123 4567 89AB CDEF GHJK MNPQ RSTV WXYZ "), SHOWN);
	assert_string_equal(read_as("oi23-4567-89AB-CDEF-GHJK-MNPQ-RSTV-WXYZ"), SHOWN);
	assert_string_equal(read_as("Ol23456789abcdefghjkmnpqrstvwxyz"), SHOWN);
}

static void
what_is_a_code_already_or_none_is_not_read_otherwise(void **state)
{
	(void)state;
	assert_null(read_as(SHOWN));
	assert_null(read_as(""));
	assert_null(read_as("une phrase fictive"));
	assert_null(read_as("0123456789ABCDEFGHJKMNPQRSTVWXY"));
	assert_null(read_as("0123456789ABCDEFGHJKMNPQRSTVWXYZ0"));
	assert_null(read_as("0123456789ABCDEFGHJKMNPQRSTUWXYZ"));
	assert_null(read_as("0123456789ABCDEFGHJKMNPQRSTVWXY\xc3"));
	assert_false(
	    pb_code_typed("0123456789ABCDEFGHJKMNPQRSTVWXY", 32, (char[PB_CODE_SIZE]){ 0 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_may_be_written_otherwise_than_it_was_shown),
		cmocka_unit_test(what_is_a_code_already_or_none_is_not_read_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
