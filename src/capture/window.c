#include "capture/window.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"

/* What is read at a time. */
#define STEP (256 * 1024)

const uint8_t *
pb_window_data(const struct pb_window *window)
{
	return window->buf.data + window->at;
}

size_t
pb_window_len(const struct pb_window *window)
{
	return window->buf.len - window->at;
}

void
pb_window_pass(struct pb_window *window, size_t len)
{
	pb_assert(len <= pb_window_len(window));
	window->at += len;
	window->offset += len;
}

enum pb_status
pb_window_fill(struct pb_window *window, size_t need, struct pb_error *err)
{
	struct pb_buf *buf = &window->buf;
	enum pb_status status = PB_OK;
	size_t n;

	if (pb_window_len(window) >= need || window->end)
		return PB_OK;
	if (window->at > 0)
		memmove(buf->data, buf->data + window->at, pb_window_len(window));
	buf->len -= window->at;
	window->at = 0;
	if (pb_buf_reserve(buf, need - buf->len + STEP) != PB_OK)
		return pb_fail_memory(err, N_("read an mbox"));
	while (status == PB_OK && buf->len < need && !window->end) {
		status = window->bytes->read(
		    window->bytes->ctx, buf->data + buf->len, buf->cap - buf->len, &n, err);
		if (status != PB_OK)
			break;
		buf->len += n;
		window->end = n == 0;
	}
	return status;
}

enum pb_status
pb_window_look(struct pb_window *window, uint64_t offset, void *to, size_t len, size_t *ret_len,
    bool *ret_can, struct pb_error *err)
{
	uint64_t ahead = offset - window->offset;
	enum pb_status status = PB_OK;
	size_t have;

	pb_assert(offset >= window->offset);
	*ret_can = true;
	if (ahead + len > pb_window_len(window) && window->bytes->look != NULL)
		return window->bytes->look(window->bytes->ctx, offset, to, len, ret_len, err);
	if (ahead > PB_LIMIT_AT_HAND) {
		*ret_can = false;
		return PB_OK;
	}
	status = pb_window_fill(window, (size_t)ahead + len, err);
	if (status != PB_OK)
		return status;
	have = pb_window_len(window) > ahead ? pb_window_len(window) - (size_t)ahead : 0;
	*ret_len = have < len ? have : len;
	if (*ret_len > 0)
		memcpy(to, pb_window_data(window) + ahead, *ret_len);
	return PB_OK;
}

void
pb_window_done(struct pb_window *window)
{
	pb_buf_wipe(&window->buf);
	pb_buf_done(&window->buf);
}
