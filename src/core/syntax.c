#include "core/syntax.h"

#include <stddef.h>
#include <string.h>

#define NAME_MAX_LEN 32

bool
pb_syntax_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= NAME_MAX_LEN &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

bool
pb_syntax_url(const char *text)
{
	const char *at = text;

	if (strncmp(at, "http://", 7) == 0)
		at += 7;
	else if (strncmp(at, "https://", 8) == 0)
		at += 8;
	else
		return false;
	if (*at == '\0' || *at == '/')
		return false;
	for (; *at != '\0'; at++)
		if (*at <= 0x20 || *at >= 0x7f || *at == '"' || *at == '<' || *at == '>')
			return false;
	return true;
}

bool
pb_syntax_oid(const char *text)
{
	size_t arcs = 0, len;

	if (text[0] < '0' || text[0] > '2' || text[1] != '.')
		return false;
	for (;; text += len + 1) {
		len = strspn(text, "0123456789");
		if (len == 0 || (len > 1 && text[0] == '0'))
			return false;
		arcs++;
		if (text[len] == '\0')
			return arcs >= 2;
		if (text[len] != '.')
			return false;
	}
}
