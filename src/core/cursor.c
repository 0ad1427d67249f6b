#include "core/cursor.h"

#include <string.h>

#include "core/buf.h"

void
pb_cursor_init(struct pb_cursor *c, const void *data, size_t len)
{
	/* No arithmetic on a null pointer, not even of zero. */
	c->at = len > 0 ? data : (const uint8_t *)"";
	c->end = c->at + len;
	c->failed = false;
}

const uint8_t *
pb_cursor_bytes(struct pb_cursor *c, size_t len)
{
	const uint8_t *bytes = c->at;

	if (c->failed)
		return NULL;
	if (len > (size_t)(c->end - c->at)) {
		c->failed = true;
		return NULL;
	}
	c->at += len;
	return bytes;
}

uint8_t
pb_cursor_u8(struct pb_cursor *c)
{
	const uint8_t *p = pb_cursor_bytes(c, 1);

	return p == NULL ? 0 : p[0];
}

uint16_t
pb_cursor_u16(struct pb_cursor *c)
{
	const uint8_t *p = pb_cursor_bytes(c, 2);

	return p == NULL ? 0 : pb_get_u16(p);
}

uint32_t
pb_cursor_u32(struct pb_cursor *c)
{
	const uint8_t *p = pb_cursor_bytes(c, 4);

	return p == NULL ? 0 : pb_get_u32(p);
}

uint64_t
pb_cursor_u64(struct pb_cursor *c)
{
	const uint8_t *p = pb_cursor_bytes(c, 8);

	return p == NULL ? 0 : pb_get_u64(p);
}

void
pb_cursor_copy(struct pb_cursor *c, void *to, size_t len)
{
	const uint8_t *p = pb_cursor_bytes(c, len);

	if (len == 0)
		return;
	if (p == NULL)
		memset(to, 0, len);
	else
		memcpy(to, p, len);
}

void
pb_cursor_expect(struct pb_cursor *c, const void *bytes, size_t len)
{
	const uint8_t *p = pb_cursor_bytes(c, len);

	if (p != NULL && len > 0 && memcmp(p, bytes, len) != 0)
		c->failed = true;
}

const char *
pb_cursor_line(struct pb_cursor *c, size_t *ret_len)
{
	const uint8_t *line = c->at, *lf = NULL;

	*ret_len = 0;
	if (c->failed)
		return NULL;
	lf = memchr(c->at, '\n', (size_t)(c->end - c->at));
	if (lf == NULL) {
		c->failed = true;
		return NULL;
	}
	c->at = lf + 1;
	*ret_len = (size_t)(lf - line);
	return (const char *)line;
}

size_t
pb_cursor_left(const struct pb_cursor *c)
{
	return c->failed ? 0 : (size_t)(c->end - c->at);
}

void
pb_cursor_fail(struct pb_cursor *c)
{
	c->failed = true;
}

bool
pb_cursor_finished(const struct pb_cursor *c)
{
	return !c->failed && c->at == c->end;
}
