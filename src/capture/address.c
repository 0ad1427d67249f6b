#include "capture/address.h"

#include <string.h>
#include <strings.h>

#include "core/limits.h"

/* One address as it is gathered; what is too long for one is none. */
struct gathered {
	char text[PB_LIMIT_ADDRESS];
	size_t len;
	bool too_long;
	bool angle;  /* inside angle brackets */
	bool closed; /* they were there, and nothing behind them counts */
};

static void
add(struct gathered *g, char octet)
{
	if (g->closed)
		return;
	if (g->len == sizeof(g->text))
		g->too_long = true;
	else
		g->text[g->len++] = octet;
}

/* Through the ")" that ends the comment at data (RFC 5322 3.2.2: comments nest, "\" quotes). */
static size_t
comment_len(const uint8_t *data, size_t len)
{
	size_t i, depth = 0;

	for (i = 0; i < len; i++) {
		if (data[i] == '\\')
			i++;
		else if (data[i] == '(')
			depth++;
		else if (data[i] == ')' && --depth == 0)
			return i + 1;
	}
	return len;
}

/* Through the quote that ends the string at data, into g as it stands. */
static size_t
quoted_len(struct gathered *g, const uint8_t *data, size_t len)
{
	size_t i;

	add(g, '"');
	for (i = 1; i < len && data[i] != '"'; i++) {
		if (data[i] == '\\' && i + 1 < len)
			add(g, (char)data[i++]);
		add(g, (char)data[i]);
	}
	add(g, '"');
	return i < len ? i + 1 : len;
}

static bool
tell(struct gathered *g, bool (*each)(void *arg, const char *address, size_t len), void *arg)
{
	bool told = g->len > 0 && !g->too_long && !g->angle && each(arg, g->text, g->len);

	*g = (struct gathered){ .len = 0 };
	return told;
}

/* A character with a meaning; the others belong to the address. */
static void
take(struct gathered *g, uint8_t octet)
{
	switch (octet) {
	case '<': /* what stood before it was a name */
		if (!g->closed)
			g->len = 0;
		g->angle = true;
		break;
	case '>':
		g->closed = g->closed || g->angle;
		g->angle = false;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		break;
	default:
		add(g, (char)octet);
	}
}

bool
pb_address_any(const uint8_t *body, size_t len,
    bool (*each)(void *arg, const char *address, size_t len), void *arg)
{
	struct gathered g = { .len = 0 };
	size_t i = 0;

	while (i < len) {
		uint8_t octet = body[i];

		if (octet == '(') {
			i += comment_len(body + i, len - i);
			continue;
		}
		if (octet == '"') {
			i += quoted_len(&g, body + i, len - i);
			continue;
		}
		i++;
		if (octet == ':') { /* the name of a group, or a route (RFC 5322 4.4) */
			g.len = 0;
		} else if ((octet == ',' || octet == ';') && !g.angle) {
			if (tell(&g, each, arg))
				return true;
		} else {
			take(&g, octet);
		}
	}
	return tell(&g, each, arg);
}

bool
pb_address_equal(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && strncasecmp(a, b, a_len) == 0;
}

bool
pb_address_plausible(const char *address)
{
	const char *at = strrchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' || strlen(address) > PB_LIMIT_ADDRESS)
		return false;
	for (; *address != '\0'; address++)
		if ((uint8_t)*address <= ' ' || *address == 0x7f)
			return false;
	return true;
}
