#include "cli/cell.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

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

enum pb_status
pb_cell(struct pb_buf *line, const char *text, unsigned width, bool pad)
{
	struct pb_buf safe = PB_BUF_EMPTY;
	enum pb_status status = pb_text_safe(&safe, (const uint8_t *)text, strlen(text));
	unsigned used = 0;

	if (status != PB_OK || width == 0)
		goto out;
	used = columns(&safe);
	if (used <= width) {
		status = pb_buf_append(line, safe.data, safe.len);
	} else {
		status = pb_buf_append(line, safe.data, fitting(&safe, width - 1, &used));
		if (status == PB_OK)
			status = pb_buf_append_text(line, "\xe2\x80\xa6"); /* U+2026 */
		used++;
	}
	if (status == PB_OK && pad && used < width)
		status = pb_buf_printf(line, "%*s", (int)(width - used), "");
out:
	pb_buf_done(&safe);
	return status;
}

void
pb_cell_size(uint64_t size, char out[8])
{
	static const char unit[] = "kMGTPE";
	double value = (double)size;
	size_t i = 0;

	if (size < 1000) {
		(void)snprintf(out, 8, "%" PRIu64, size);
		return;
	}
	for (value /= 1000; value >= 999.95 && unit[i + 1] != '\0'; i++)
		value /= 1000;
	(void)snprintf(out, 8, "%.1f%c", value, unit[i]);
}
