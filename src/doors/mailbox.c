#include "doors/mailbox.h"

#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool
pb_mailbox_plain(const char *address, char to[PB_LIMIT_ADDRESS + 1])
{
	const char *at = strrchr(address, '@');
	size_t len = strlen(address), local = at != NULL ? (size_t)(at - address) : len, count = 0;
	bool quoted = local > 2 && address[0] == '"' && address[local - 1] == '"';

	if (len > PB_LIMIT_ADDRESS)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (quoted && (i == 0 || i == local - 1))
			continue;
		if (quoted && address[i] == '\\' && i + 2 < local)
			i++;
		to[count++] = lower(address[i]);
	}
	if (at != NULL && to[count - 1] == '.')
		count--;
	to[count] = '\0';
	return true;
}

/* Octets that mean something where they stand, outside quotes (RFC 5322 3.2.3), and white space. */
static bool
is_special(char c)
{
	return c != '\0' && strchr("()<>[]:;@\\,\" \t", c) != NULL;
}

static bool
is_plain(const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (is_special(at[i]))
			return false;
	return len > 0;
}

/* "..." as a whole, with its quoted pairs. */
static bool
is_quoted(const char *at, size_t len)
{
	if (len < 3 || at[0] != '"' || at[len - 1] != '"')
		return false;
	for (size_t i = 1; i < len - 1; i++) {
		if (at[i] == '"' || (at[i] == '\\' && ++i == len - 1))
			return false;
	}
	return true;
}

bool
pb_mailbox_is_strict(struct pb_smtp_text address)
{
	const char *at = address.len > 0 ? memrchr(address.at, '@', address.len) : NULL;
	size_t local, domain;

	if (at == NULL)
		return pb_smtp_is(address, "POSTMASTER");
	local = (size_t)(at - address.at);
	domain = address.len - local - 1;
	if (!is_plain(address.at, local) && !is_quoted(address.at, local))
		return false;
	if (domain > 2 && at[1] == '[' && at[domain] == ']')
		return memchr(at + 2, '[', domain - 2) == NULL &&
		       memchr(at + 2, ']', domain - 2) == NULL;
	return is_plain(at + 1, domain) && at[domain] != '.';
}
