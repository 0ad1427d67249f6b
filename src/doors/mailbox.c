#include "doors/mailbox.h"

#include <string.h>

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * Letters beyond ASCII that are ASCII in small letters (Unicode, CaseFolding.txt, C and F): a mail
 * server that folds so, as Postfix does with smtputf8_enable, delivers to the mailbox all the same.
 */
static const char *const folded[][2] = {
	{ "\xc3\x9f", "ss" },     /* U+00DF */
	{ "\xc5\xbf", "s" },      /* U+017F */
	{ "\xe1\xba\x9e", "ss" }, /* U+1E9E */
	{ "\xe2\x84\xaa", "k" },  /* U+212A */
	{ "\xef\xac\x80", "ff" }, /* U+FB00 */
	{ "\xef\xac\x81", "fi" }, /* and so on */
	{ "\xef\xac\x82", "fl" },
	{ "\xef\xac\x83", "ffi" },
	{ "\xef\xac\x84", "ffl" },
	{ "\xef\xac\x85", "st" },
	{ "\xef\xac\x86", "st" },
};

/* The letter at text, small, behind the others; answers of how many octets it was, and it has no
 * more of them then. */
static size_t
fold(const char *text, char *to, size_t *count)
{
	for (size_t i = 0; i < sizeof(folded) / sizeof(folded[0]); i++) {
		size_t len = strlen(folded[i][0]);

		if (strncmp(text, folded[i][0], len) != 0)
			continue;
		memcpy(to + *count, folded[i][1], strlen(folded[i][1]));
		*count += strlen(folded[i][1]);
		return len;
	}
	to[(*count)++] = lower(*text);
	return 1;
}

bool
pb_mailbox_plain(const char *address, char to[PB_LIMIT_ADDRESS + 1])
{
	const char *at = strrchr(address, '@');
	size_t len = strlen(address), local = at != NULL ? (size_t)(at - address) : len, count = 0;
	bool quoted = local > 2 && address[0] == '"' && address[local - 1] == '"';

	if (len > PB_LIMIT_ADDRESS)
		return false;
	for (size_t i = 0; i < len;) {
		if (quoted && (i == 0 || i == local - 1)) {
			i++;
			continue;
		}
		if (quoted && address[i] == '\\' && i + 2 < local)
			i++;
		i += fold(address + i, to, &count);
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
