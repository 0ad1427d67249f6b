#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Small enough for a line of text, large enough that few buffers grow twice. */
#define FIRST_CAP 256

enum pb_status
pb_buf_reserve(struct pb_buf *buf, size_t more)
{
	size_t need, cap;
	uint8_t *data;

	if (more <= buf->cap - buf->len)
		return PB_OK;
	if (more > PTRDIFF_MAX - buf->len)
		return PB_ENOMEM;
	need = buf->len + more;
	cap = buf->cap < FIRST_CAP ? FIRST_CAP : buf->cap;
	while (cap < need)
		cap = cap > PTRDIFF_MAX / 2 ? need : cap * 2;
	data = realloc(buf->data, cap);
	if (data == NULL)
		return PB_ENOMEM;
	buf->data = data;
	buf->cap = cap;
	return PB_OK;
}

enum pb_status
pb_buf_append(struct pb_buf *buf, const void *data, size_t len)
{
	enum pb_status status;

	if (len == 0)
		return PB_OK;
	status = pb_buf_reserve(buf, len);
	if (status != PB_OK)
		return status;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	return PB_OK;
}

enum pb_status
pb_buf_append_u8(struct pb_buf *buf, uint8_t value)
{
	return pb_buf_append(buf, &value, 1);
}

enum pb_status
pb_buf_append_u32(struct pb_buf *buf, uint32_t value)
{
	uint8_t octets[4];

	pb_put_u32(octets, value);
	return pb_buf_append(buf, octets, sizeof(octets));
}

enum pb_status
pb_buf_append_u64(struct pb_buf *buf, uint64_t value)
{
	uint8_t octets[8];

	pb_put_u64(octets, value);
	return pb_buf_append(buf, octets, sizeof(octets));
}

enum pb_status
pb_buf_append_text(struct pb_buf *buf, const char *text)
{
	return pb_buf_append(buf, text, strlen(text));
}

enum pb_status
pb_buf_printf(struct pb_buf *buf, const char *format, ...)
{
	size_t room = buf->cap - buf->len;
	enum pb_status status;
	va_list args;
	int len;

	/* Into what room there is; once more only if that was too little. */
	va_start(args, format);
	len = vsnprintf(room > 0 ? (char *)buf->data + buf->len : NULL, room, format, args);
	va_end(args);
	if (len < 0)
		return PB_EINVAL;
	if ((size_t)len >= room) {
		status = pb_buf_reserve(buf, (size_t)len + 1);
		if (status != PB_OK)
			return status;
		va_start(args, format);
		vsnprintf((char *)buf->data + buf->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	buf->len += (size_t)len;
	return PB_OK;
}

const char *
pb_buf_text(struct pb_buf *buf)
{
	if (pb_buf_reserve(buf, 1) != PB_OK)
		return NULL;
	buf->data[buf->len] = '\0';
	return (const char *)buf->data;
}

void
pb_buf_clear(struct pb_buf *buf)
{
	buf->len = 0;
}

void
pb_buf_wipe(struct pb_buf *buf)
{
	pb_wipe(buf->data, buf->cap);
	buf->len = 0;
}

void
pb_buf_done(struct pb_buf *buf)
{
	free(buf->data);
	*buf = PB_BUF_EMPTY;
}
