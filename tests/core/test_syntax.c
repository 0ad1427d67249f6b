#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/syntax.h"

static void
a_name_is_short_and_plain(void **state)
{
	(void)state;
	assert_false(pb_syntax_name(""));
	assert_false(pb_syntax_name("Tilleuls"));
	assert_false(pb_syntax_name("a/b"));
	assert_false(pb_syntax_name("a b"));
	assert_false(pb_syntax_name("a23456789012345678901234567890123"));
	assert_true(pb_syntax_name("a2345678901234567890123456789012"));
	assert_true(pb_syntax_name("tsa-1"));
}

static void
an_address_is_of_http(void **state)
{
	(void)state;
	assert_false(pb_syntax_url(""));
	assert_false(pb_syntax_url("tsa.example"));
	assert_false(pb_syntax_url("ftp://tsa.example/"));
	assert_false(pb_syntax_url("HTTP://tsa.example/"));
	assert_false(pb_syntax_url("http://"));
	assert_false(pb_syntax_url("https:///tsr"));
	assert_false(pb_syntax_url("https://tsa.example/a b"));
	assert_false(pb_syntax_url("https://tsa.example/\r\nX: y"));
	assert_false(pb_syntax_url("https://tsa.example/\x1b[2J"));
	assert_false(pb_syntax_url("https://tsa.example/caf\xc3\xa9"));
	assert_false(pb_syntax_url("https://tsa.example/<a>"));
	assert_true(pb_syntax_url("http://t"));
	assert_true(pb_syntax_url("https://tsa.example:8443/tsr?q=1"));
}

static void
an_object_identifier_has_one_form(void **state)
{
	(void)state;
	assert_false(pb_syntax_oid(""));
	assert_false(pb_syntax_oid("1"));
	assert_false(pb_syntax_oid("1."));
	assert_false(pb_syntax_oid("3.1"));
	assert_false(pb_syntax_oid("1..2"));
	assert_false(pb_syntax_oid("1.02"));
	assert_false(pb_syntax_oid("1.2."));
	assert_false(pb_syntax_oid("1.2 "));
	assert_true(pb_syntax_oid("1.0"));
	assert_true(pb_syntax_oid("2.25.304589492686357734247930661413354411211"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_short_and_plain),
		cmocka_unit_test(an_address_is_of_http),
		cmocka_unit_test(an_object_identifier_has_one_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
