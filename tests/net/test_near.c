/* Which addresses mean who asks himself, or who shares his line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/near.h"

static void
what_is_no_address_is_near(void **state)
{
	(void)state;
	assert_int_equal(pb_net_is_near(""), 1);
	assert_int_equal(pb_net_is_near("localhost"), 1);
	assert_int_equal(pb_net_is_near("127.1"), 1);
}

static void
loopback_and_link_are_near_however_they_are_written(void **state)
{
	static const char *const near[] = { "127.0.0.1", "127.255.255.255", "0.0.0.0",
		"169.254.169.254", "::1", "::", "::ffff:127.0.0.1", "::ffff:169.254.169.254",
		"::127.0.0.1", "fe80::1", "febf::1" };

	(void)state;
	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++)
		assert_int_equal(pb_net_is_near(near[i]), 1);
}

static void
other_machines_are_not(void **state)
{
	static const char *const far[] = { "203.0.113.9", "128.0.0.1", "169.253.0.1", "2001:db8::9",
		"fec0::9", "fd00:203::9", "::ffff:203.0.113.9" };

	(void)state;
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_true(pb_net_is_near(far[i]) <= 0); /* IPv6 may be missing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_address_is_near),
		cmocka_unit_test(loopback_and_link_are_near_however_they_are_written),
		cmocka_unit_test(other_machines_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
