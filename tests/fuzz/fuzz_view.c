/*
 * Any octets as a message: a view comes of it that its parent takes, within its limits, twice the
 * same; it can be read, and its first attachment taken out.
 */
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "mime/view.h"
#include "view/check.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct pb_mime *mime; /* GMime is started once in a process */
	struct pb_buf view = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	struct pb_buf again = PB_BUF_EMPTY, text_again = PB_BUF_EMPTY;

	if (mime == NULL)
		mime = pb_mime_start();
	pb_mime_view(mime, data, len, &view, &text);
	pb_assert(view.len <= PB_LIMIT_VIEW && text.len <= PB_LIMIT_VIEW_TEXT);
	pb_assert(pb_utf8_valid(text.data, text.len));
	pb_assert(pb_view_check(view.data, view.len, text.len) == PB_OK);
	pb_mime_view(mime, data, len, &again, &text_again);
	pb_assert(again.len == view.len && memcmp(again.data, view.data, view.len) == 0);
	pb_assert(text_again.len == text.len);
	pb_assert(text.len == 0 || memcmp(text_again.data, text.data, text.len) == 0);
	pb_assert(pb_mime_read(mime, data, len, &again, &text_again) <= PB_WIRE_HTML_LEFT);
	pb_assert(pb_view_check(again.data, again.len, text_again.len) == PB_OK);
	pb_assert(pb_mime_attachment(mime, data, len, 1, &again) != PB_WIRE_HTML_LEFT);
	pb_assert(again.len <= len);
	pb_buf_done(&view);
	pb_buf_done(&text);
	pb_buf_done(&again);
	pb_buf_done(&text_again);
	return 0;
}
