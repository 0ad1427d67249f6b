#include "net/media_type.h"

#include <string.h>

/* RFC 9110 5.6.2 */
#define TOKEN "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

void
pb_media_type(const char *field, char *out, size_t size)
{
	size_t type, subtype, len;

	out[0] = '\0';
	if (field == NULL)
		return;
	field += strspn(field, " \t");
	type = strspn(field, TOKEN);
	if (type == 0 || field[type] != '/')
		return;
	subtype = strspn(field + type + 1, TOKEN);
	len = type + 1 + subtype;
	/* Behind it the end, or white space and parameters. */
	if (subtype == 0 || len >= size || strchr(" \t;", field[len]) == NULL)
		return;
	for (size_t i = 0; i < len; i++)
		out[i] = field[i] >= 'A' && field[i] <= 'Z' ? (char)(field[i] + 32) : field[i];
	out[len] = '\0';
}
