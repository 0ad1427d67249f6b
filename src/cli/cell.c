#include "cli/cell.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "cli/say.h"
#include "core/text.h"

/* Combining marks take none, East Asian characters two; what the locale does not know takes one. */
static unsigned
columns_of(uint32_t code)
{
	int columns = wcwidth((wchar_t)code);

	return columns < 0 ? 1 : (unsigned)columns;
}

static unsigned
columns(const struct pb_buf *text)
{
	unsigned sum = 0;
	uint32_t code = 0;
	size_t at = 0, len;

	while ((len = pb_utf8_next(text->data + at, text->len - at, &code)) > 0) {
		sum += columns_of(code);
		at += len;
	}
	return sum;
}

/* As many characters as fit, and how wide they are. */
static size_t
fitting(const struct pb_buf *text, unsigned width, unsigned *ret_columns)
{
	uint32_t code = 0;
	size_t at = 0, len;

	*ret_columns = 0;
	while ((len = pb_utf8_next(text->data + at, text->len - at, &code)) > 0) {
		if (columns_of(code) > width - *ret_columns)
			break;
		*ret_columns += columns_of(code);
		at += len;
	}
	return at;
}

/* Spaces up to the full width, on neither side, or on one. */
enum padding { PAD_NONE, PAD_BEFORE, PAD_BEHIND };

static enum pb_status
put_cell(struct pb_buf *line, const char *text, unsigned width, enum padding padding)
{
	struct pb_buf safe = PB_BUF_EMPTY;
	enum pb_status status = pb_text_safe(&safe, (const uint8_t *)text, strlen(text));
	unsigned used = 0;

	if (status != PB_OK || width == 0)
		goto out;
	used = columns(&safe);
	if (padding == PAD_BEFORE && used < width)
		status = pb_buf_printf(line, "%*s", (int)(width - used), "");
	if (status == PB_OK && used <= width) {
		status = pb_buf_append(line, safe.data, safe.len);
	} else if (status == PB_OK) {
		status = pb_buf_append(line, safe.data, fitting(&safe, width - 1, &used));
		if (status == PB_OK)
			status = pb_buf_append_text(line, "\xe2\x80\xa6"); /* U+2026 */
		used++;
	}
	if (status == PB_OK && padding == PAD_BEHIND && used < width)
		status = pb_buf_printf(line, "%*s", (int)(width - used), "");
out:
	pb_buf_done(&safe);
	return status;
}

enum pb_status
pb_cell(struct pb_buf *line, const char *text, unsigned width, bool pad)
{
	return put_cell(line, text, width, pad ? PAD_BEHIND : PAD_NONE);
}

enum pb_status
pb_cell_right(struct pb_buf *line, const char *text, unsigned width)
{
	return put_cell(line, text, width, PAD_BEFORE);
}

/* The nth word of a text. */
static const char *
word_at(const char *words, size_t n, size_t *ret_len)
{
	for (; n > 0 && strchr(words, ' ') != NULL; n--)
		words = strchr(words, ' ') + 1;
	*ret_len = strcspn(words, " ");
	return words;
}

void
pb_cell_size(uint64_t size, char out[PB_CELL_SIZE_LEN])
{
	/* The units in their order, and a number with the decimal sign. */
	const char *units = _("B kB MB GB TB PB EB"), *sample = _("1.5"), *unit;
	double value = (double)size;
	size_t i = 0, len;
	char digits[16], *sign;

	for (; size >= 1000 && (i == 0 || value >= 999.95); i++)
		value /= 1000;
	(void)snprintf(digits, sizeof(digits), "%.*f", i > 0, value);
	sign = strchr(digits, '.');
	if (sign != NULL)
		*sign = sample[1];
	unit = word_at(units, i, &len);
	(void)snprintf(out, PB_CELL_SIZE_LEN, "%s %.*s", digits, (int)len, unit);
}
