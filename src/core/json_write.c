#include <string.h>

#include "core/json.h"
#include "core/text.h"

/* RFC 8259 section 6: what every reader of numbers as doubles still tells apart. */
#define NUMBER_MAX ((UINT64_C(1) << 53) - 1)

void
pb_json_writer_init(struct pb_json_writer *w, struct pb_buf *buf)
{
	w->buf = buf;
	w->status = PB_OK;
	w->comma = false;
}

enum pb_status
pb_json_writer_status(const struct pb_json_writer *w)
{
	return w->status;
}

static void
put(struct pb_json_writer *w, const void *data, size_t len)
{
	if (w->status == PB_OK)
		w->status = pb_buf_append(w->buf, data, len);
}

static void
put_text(struct pb_json_writer *w, const char *text)
{
	put(w, text, strlen(text));
}

/* A string of RFC 8259 section 7; the caller knows that it is valid UTF-8. */
static void
put_string(struct pb_json_writer *w, const uint8_t *data, size_t len)
{
	size_t i, plain = 0;

	put_text(w, "\"");
	for (i = 0; i < len; i++) {
		if (data[i] >= 0x20 && data[i] != '"' && data[i] != '\\')
			continue;
		put(w, data + plain, i - plain);
		plain = i + 1;
		if (data[i] >= 0x20) {
			put_text(w, "\\");
			plain = i;
		} else if (w->status == PB_OK) {
			w->status = pb_buf_printf(w->buf, "\\u%04x", data[i]);
		}
	}
	if (len > plain)
		put(w, data + plain, len - plain);
	put_text(w, "\"");
}

/* What stands before any value: the comma that is due, and the key. */
static void
begin_value(struct pb_json_writer *w, const char *key)
{
	if (w->comma)
		put_text(w, ",");
	w->comma = true;
	if (key != NULL) {
		put_string(w, (const uint8_t *)key, strlen(key));
		put_text(w, ":");
	}
}

static void
open_with(struct pb_json_writer *w, const char *key, const char *bracket)
{
	begin_value(w, key);
	put_text(w, bracket);
	w->comma = false;
}

static void
close_with(struct pb_json_writer *w, const char *bracket)
{
	put_text(w, bracket);
	w->comma = true;
}

void
pb_json_object_begin(struct pb_json_writer *w, const char *key)
{
	open_with(w, key, "{");
}

void
pb_json_object_end(struct pb_json_writer *w)
{
	close_with(w, "}");
}

void
pb_json_array_begin(struct pb_json_writer *w, const char *key)
{
	open_with(w, key, "[");
}

void
pb_json_array_end(struct pb_json_writer *w)
{
	close_with(w, "]");
}

void
pb_json_text(struct pb_json_writer *w, const char *key, const char *text)
{
	size_t len = strlen(text);

	if (w->status == PB_OK && !pb_utf8_valid((const uint8_t *)text, len))
		w->status = PB_EINVAL;
	begin_value(w, key);
	put_string(w, (const uint8_t *)text, len);
}

void
pb_json_octets(struct pb_json_writer *w, const char *key, const void *data, size_t len)
{
	if (pb_utf8_plain(data, len)) {
		begin_value(w, key);
		put_string(w, data, len);
		return;
	}
	pb_json_object_begin(w, key);
	pb_json_base64(w, "octets", data, len);
	pb_json_object_end(w);
}

void
pb_json_hex(struct pb_json_writer *w, const char *key, const uint8_t *data, size_t len)
{
	begin_value(w, key);
	put_text(w, "\"");
	if (w->status == PB_OK)
		w->status = len > SIZE_MAX / 4 ? PB_ENOMEM : pb_buf_reserve(w->buf, 2 * len + 1);
	if (w->status == PB_OK) {
		pb_hex_encode(data, len, (char *)w->buf->data + w->buf->len);
		w->buf->len += 2 * len;
	}
	put_text(w, "\"");
}

void
pb_json_base64(struct pb_json_writer *w, const char *key, const uint8_t *data, size_t len)
{
	begin_value(w, key);
	put_text(w, "\"");
	if (w->status == PB_OK)
		w->status =
		    len > SIZE_MAX / 4 ? PB_ENOMEM : pb_buf_reserve(w->buf, PB_BASE64_LEN(len) + 1);
	if (w->status == PB_OK) {
		pb_base64_encode(data, len, (char *)w->buf->data + w->buf->len);
		w->buf->len += PB_BASE64_LEN(len);
	}
	put_text(w, "\"");
}

void
pb_json_u64(struct pb_json_writer *w, const char *key, uint64_t value)
{
	const char *quote = value > NUMBER_MAX ? "\"" : "";
	char digits[21];

	begin_value(w, key);
	put_text(w, quote);
	put(w, digits, pb_decimal_format(value, digits));
	put_text(w, quote);
}

void
pb_json_bool(struct pb_json_writer *w, const char *key, bool value)
{
	begin_value(w, key);
	put_text(w, value ? "true" : "false");
}

void
pb_json_null(struct pb_json_writer *w, const char *key)
{
	begin_value(w, key);
	put_text(w, "null");
}

void
pb_json_raw(struct pb_json_writer *w, const char *key, const void *json, size_t len)
{
	begin_value(w, key);
	put(w, json, len);
}
