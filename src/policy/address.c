#include "policy/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "core/error.h"
#include "core/text.h"

#define UNIX "unix:"

/* What bind(2) and connect(2) take, its end included. */
static bool
is_socket_path(const char *path)
{
	return pb_policy_is_path(path) &&
	       strlen(path) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
}

static bool
parse_port(const char *text, unsigned *ret_port)
{
	uint64_t port;

	if (!pb_decimal_parse(text, strlen(text), &port) || port == 0 || port > 65535)
		return false;
	*ret_port = (unsigned)port;
	return true;
}

/* Written anew from its octets: RFC 5952 for IPv6. */
static bool
parse_host(const char *text, size_t len, char out[INET6_ADDRSTRLEN])
{
	bool six = len >= 2 && text[0] == '[' && text[len - 1] == ']';
	int family = six ? AF_INET6 : AF_INET;
	char host[INET6_ADDRSTRLEN];
	uint8_t octets[16];

	if (six) {
		text++;
		len -= 2;
	}
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	return inet_pton(family, host, octets) == 1 &&
	       inet_ntop(family, octets, out, INET6_ADDRSTRLEN) != NULL;
}

void
pb_policy_address(struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key,
    struct pb_policy_address *ret_address)
{
	const char *text = pb_policy_text(r, mapping, key);

	if (text != NULL)
		pb_policy_address_of(r, mapping, key, text, ret_address);
}

void
pb_policy_address_of(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const char *text, struct pb_policy_address *ret_address)
{
	const char *colon = strrchr(text, ':');
	struct pb_policy_address address = { 0 };
	char host[INET6_ADDRSTRLEN];

	if (strncmp(text, UNIX, strlen(UNIX)) == 0) {
		if (!is_socket_path(text + strlen(UNIX)))
			pb_policy_refuse(r, mapping, key,
			    N_("the path of a socket begins with /, and has at most 107 octets"),
			    NULL);
		else
			address.path = pb_policy_keep(r, text + strlen(UNIX));
	} else if (colon != NULL && parse_port(colon + 1, &address.port) &&
		   parse_host(text, (size_t)(colon - text), host)) {
		address.host = pb_policy_keep(r, host);
	} else {
		pb_policy_refuse(r, mapping, key, N_("this is no address"),
		    "unix:/path, 127.0.0.1:25, \"[::1]:25\"");
	}
	if (r->status == PB_OK)
		*ret_address = address;
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool
pb_policy_address_equal(const struct pb_policy_address *a, const struct pb_policy_address *b)
{
	return same(a->path, b->path) && same(a->host, b->host) && a->port == b->port;
}

/* Written in their one form. */
bool
pb_policy_address_loopback(const struct pb_policy_address *address)
{
	return address->host != NULL &&
	       (strncmp(address->host, "127.", 4) == 0 || strcmp(address->host, "::1") == 0);
}

void
pb_policy_address_format(const struct pb_policy_address *address, char out[PB_POLICY_ADDRESS_LEN])
{
	bool six = address->host != NULL && strchr(address->host, ':') != NULL;

	out[0] = '\0';
	if (address->path != NULL)
		(void)snprintf(out, PB_POLICY_ADDRESS_LEN, UNIX "%s", address->path);
	else if (address->host != NULL)
		(void)snprintf(out, PB_POLICY_ADDRESS_LEN, six ? "[%s]:%u" : "%s:%u", address->host,
		    address->port);
}

void
pb_policy_address_done(struct pb_policy_address *address)
{
	free(address->path);
	free(address->host);
	*address = (struct pb_policy_address){ 0 };
}
