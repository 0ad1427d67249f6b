/* UTF-8 from outside: RFC 3629, and what of it is harmless to show. */
#include <string.h>

#include "core/text.h"

/* A character as it is shown: itself, or \xNN for each of its at most four bytes. */
#define SHOWN_MAX 16
#define MARKS_MAX 4 /* in a row */

/* Bytes of a character by its first one (RFC 3629 section 3); 0: none begins so. */
static size_t
sequence_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t
pb_utf8_next(const uint8_t *data, size_t len, uint32_t *ret_code)
{
	static const uint8_t first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t code;
	size_t i, n;

	if (len == 0)
		return 0;
	n = sequence_length(data[0]);
	if (n == 0 || n > len)
		return 0;
	code = data[0] & first_bits[n];
	for (i = 1; i < n; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (data[i] & 0x3f);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return n;
}

/* C0, DEL, C1. */
static bool
is_control(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

/*
 * Marks, embeddings, overrides and isolates that turn the order of what is shown; ends of lines and
 * paragraphs; what has no width or is a tag, with which two texts look the same.
 */
static bool
is_format(uint32_t code)
{
	return code == 0x61c || (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
	       code == 0xfeff || (code >= 0xe0000 && code <= 0xe007f);
}

/* The blocks of combining marks that go with any letter (Unicode: Combining Diacritical Marks). */
static bool
is_mark(uint32_t code)
{
	return (code >= 0x300 && code <= 0x36f) || (code >= 0x1ab0 && code <= 0x1aff) ||
	       (code >= 0x1dc0 && code <= 0x1dff) || (code >= 0x20d0 && code <= 0x20ff) ||
	       (code >= 0xfe20 && code <= 0xfe2f);
}

bool
pb_utf8_valid(const uint8_t *data, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = data[0] < 0x80 ? 1 : pb_utf8_next(data, len, &code);
		if (n == 0)
			return false;
	}
	return true;
}

bool
pb_utf8_plain(const uint8_t *data, size_t len)
{
	uint32_t code;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = pb_utf8_next(data, len, &code);
		if (n == 0 || is_control(code))
			return false;
	}
	return true;
}

/*
 * Show what stands at data; how many bytes that was, and in *ret_shown how many it became.  marks:
 * how many combining ones stand in front, 0 first; a heap of them covers the lines above.
 */
static size_t
show(const uint8_t *data, size_t len, unsigned *marks, char shown[SHOWN_MAX], size_t *ret_shown)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t code = 0;
	size_t i, n;

	n = pb_utf8_next(data, len, &code);
	*marks = n > 0 && is_mark(code) ? *marks + 1 : 0;
	if (n > 0 && !is_control(code) && !is_format(code) && *marks <= MARKS_MAX) {
		memcpy(shown, data, n);
		*ret_shown = n;
		return n;
	}
	if (n == 0)
		n = 1;
	for (i = 0; i < n; i++) {
		shown[4 * i] = '\\';
		shown[4 * i + 1] = 'x';
		shown[4 * i + 2] = digits[data[i] >> 4];
		shown[4 * i + 3] = digits[data[i] & 15];
	}
	*ret_shown = 4 * n;
	return n;
}

enum pb_status
pb_text_safe(struct pb_buf *buf, const uint8_t *data, size_t len)
{
	size_t before = buf->len, n, shown_len;
	char shown[SHOWN_MAX];
	unsigned marks = 0;
	enum pb_status status;

	for (; len > 0; data += n, len -= n) {
		n = show(data, len, &marks, shown, &shown_len);
		status = pb_buf_append(buf, shown, shown_len);
		if (status != PB_OK) {
			buf->len = before;
			return status;
		}
	}
	return PB_OK;
}

void
pb_text_safe_copy(char *to, size_t size, const uint8_t *data, size_t len)
{
	size_t n, shown_len, used = 0;
	char shown[SHOWN_MAX];
	unsigned marks = 0;

	for (; len > 0; data += n, len -= n) {
		n = show(data, len, &marks, shown, &shown_len);
		if (shown_len >= size - used)
			break;
		memcpy(to + used, shown, shown_len);
		used += shown_len;
	}
	to[used] = '\0';
}
