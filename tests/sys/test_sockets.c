/* Which addresses are this machine's own. */
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "sys/sockets.h"

static void
what_is_no_address_is_nobodys(void **state)
{
	(void)state;
	assert_int_equal(pb_socket_is_own(""), -EINVAL);
	assert_int_equal(pb_socket_is_own("localhost"), -EINVAL);
	assert_int_equal(pb_socket_is_own("127.1"), -EINVAL);
}

static void
an_address_of_any_interface_is_own(void **state)
{
	struct ifaddrs *first = NULL;
	unsigned looked = 0;

	(void)state;
	assert_int_equal(getifaddrs(&first), 0);
	for (const struct ifaddrs *at = first; at != NULL; at = at->ifa_next) {
		char host[NI_MAXHOST];

		if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_INET)
			continue;
		assert_int_equal(getnameinfo(at->ifa_addr, sizeof(struct sockaddr_in), host,
				     sizeof(host), NULL, 0, NI_NUMERICHOST),
		    0);
		assert_int_equal(pb_socket_is_own(host), 1);
		looked++;
	}
	freeifaddrs(first);
	assert_true(looked > 0);
}

/* RFC 5737, RFC 3849: addresses for documents. */
static void
others_are_not(void **state)
{
	(void)state;
	assert_int_equal(pb_socket_is_own("203.0.113.9"), 0);
	assert_int_equal(pb_socket_is_own("198.51.100.255"), 0);
	assert_true(pb_socket_is_own("2001:db8::9") <= 0); /* IPv6 may be missing */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_address_is_nobodys),
		cmocka_unit_test(an_address_of_any_interface_is_own),
		cmocka_unit_test(others_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
