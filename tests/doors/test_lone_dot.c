#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doors/lone_dot.h"

/* In one piece, and octet by octet. */
static bool
is_found(const char *text)
{
	const uint8_t *data = (const uint8_t *)text;
	size_t len = strlen(text);
	enum pb_lone_dot_at at = PB_LONE_DOT_LINE, whole = pb_lone_dot(at, data, len);

	for (size_t i = 0; i < len; i++)
		at = pb_lone_dot(at, data + i, 1);
	assert_int_equal(at, whole);
	return at == PB_LONE_DOT_FOUND;
}

static void
dots_that_end_lines_of_others_are_found(void **state)
{
	static const char *const found[] = { ".\n", ".\rx", "\n.\n", "\n.\r", "\r.\n", "\r.\r",
		"\r\n.\n", "\r\n.\r\r", "\r\n.\r.", "a\r\r.\r\n", "a\n\n.\r\n", "a\r\n\r.\r\n",
		"a\n.\nb\r\n.\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		if (!is_found(found[i]))
			fail_msg("%zu is not found", i);
}

static void
other_dots_are_not(void **state)
{
	static const char *const others[] = { "", ".", "..\n", ".\r\n", "\r\n.\r\n", "\r\n..\r\n",
		"a.\r\n", "a.\n", "\n.", "\n..\n", "\n. \n", "\r.x\r", "\r\n.\r", "a\r\n.\r\n.\r\n",
		"\n\r\n\r\n.a\n\r.b\r" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (is_found(others[i]))
			fail_msg("%zu is found", i);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(dots_that_end_lines_of_others_are_found),
		cmocka_unit_test(other_dots_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
