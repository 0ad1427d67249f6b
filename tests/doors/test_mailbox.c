#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doors/mailbox.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
the_ways_to_write_one_address_are_one(void **state)
{
	static const char *const rows[][2] = {
		{ "A.Durand@B.example", "a.durand@b.example" },
		{ "\"A.Durand\"@b.example", "a.durand@b.example" },
		{ "\"a\\.\\\"d\\\\\"@b.example", "a.\"d\\@b.example" },
		{ "a@b.example.", "a@b.example" },
		{ "\"a@b\"@c.example", "a@b@c.example" },
		{ "\"\"@b.example", "\"\"@b.example" }, /* not the domain */
		{ "\"@b.example", "\"@b.example" },
		{ "\"a\\\"@b.example", "a\\@b.example" }, /* whatever it is */
		{ "a\"b\"@c.example", "a\"b\"@c.example" },
		{ "@B.example", "@b.example" },
		{ "Postmaster.", "postmaster." },
		{ "@", "@" },
		{ "\xc3\x89@b.example", "\xc3\x89@b.example" },
		{ "\xc5\xbf"
		  "ecretariat@\xe2\x84\xaa.example",
		    "secretariat@k.example" },
		{ "\"\xef\xac\x83\\\xc3\x9f\"@b.example", "ffiss@b.example" },
		{ "\xef\xac", "\xef\xac" },
		{ "", "" },
	};
	char plain[PB_LIMIT_ADDRESS + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(pb_mailbox_plain(rows[i][0], plain));
		assert_string_equal(plain, rows[i][1]);
	}
}

static void
what_is_too_long_is_nobodys(void **state)
{
	char address[PB_LIMIT_ADDRESS + 2], plain[PB_LIMIT_ADDRESS + 1] = "untouched";

	(void)state;
	memset(address, 'a', sizeof(address));
	address[PB_LIMIT_ADDRESS + 1] = '\0';
	assert_false(pb_mailbox_plain(address, plain));
	assert_string_equal(plain, "untouched");
	address[PB_LIMIT_ADDRESS] = '\0';
	assert_true(pb_mailbox_plain(address, plain));
	assert_string_equal(plain, address);
}

static bool
is_strict(const char *address)
{
	return pb_mailbox_is_strict((struct pb_smtp_text){ address, strlen(address) });
}

static void
a_mailbox_is_understood_by_all_alike(void **state)
{
	static const char *const strict[] = { "a@b.example", "a..b.@c.example", "a+b=c/d@e.example",
		"\"a b\"@c.example", "\"a\\\"b@c\"@d.example", "a@[192.0.2.1]",
		"a@[IPv6:2001:db8::1]", "postmaster", "PostMaster", "\xc3\xa9@\xc3\xa9.example",
		"a%b@c.example" };
	static const char *const loose[] = { "", "a", "@", "a@", "@b.example", "a@b.example.",
		"a@.", "(x)a@b.example", "a(x)@b.example", "a@b.example(x)", "a\\b@c.example",
		"a b@c.example", "a@b c", "a\"b\"@c.example", "\"a\"b@c.example",
		"\"a\\\"@c.example", "\"\"@b.example", "\"@b.example", "a@b@c.example",
		"x:a@b.example;", "a@b.example;", ",a@b.example", "<a@b.example>", "a@[b", "a@[]",
		"a@[b]]", "a\t@b.example", "a%b.example", "b.example!a" };

	(void)state;
	for (size_t i = 0; i < COUNT(strict); i++)
		assert_true(is_strict(strict[i]));
	for (size_t i = 0; i < COUNT(loose); i++)
		assert_false(is_strict(loose[i]));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ways_to_write_one_address_are_one),
		cmocka_unit_test(what_is_too_long_is_nobodys),
		cmocka_unit_test(a_mailbox_is_understood_by_all_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
