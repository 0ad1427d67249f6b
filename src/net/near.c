#include "net/near.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sys/sockets.h"

static bool
is_near_4(const uint8_t octet[4])
{
	return octet[0] == 0 || octet[0] == 127 || (octet[0] == 169 && octet[1] == 254);
}

/* RFC 4291 2.5.5: an IPv4 address in an IPv6 one is that one. */
static bool
is_near_6(const uint8_t octet[16])
{
	static const uint8_t zeros[10], mapped[2] = { 0xff, 0xff };

	if (memcmp(octet, zeros, 10) == 0 &&
	    (memcmp(octet + 10, mapped, 2) == 0 || memcmp(octet + 10, zeros, 2) == 0))
		return is_near_4(octet + 12);
	return octet[0] == 0xfe && (octet[1] & 0xc0) == 0x80;
}

int
pb_net_is_near(const char *address)
{
	uint8_t octet[16];
	bool near;

	if (inet_pton(AF_INET, address, octet) == 1)
		near = is_near_4(octet);
	else
		near = inet_pton(AF_INET6, address, octet) != 1 || is_near_6(octet);
	return near ? 1 : pb_socket_is_own(address);
}
