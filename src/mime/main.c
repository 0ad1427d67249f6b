/*
 * probant-mime: views of messages, for a parent that speaks with it over its standard input
 * (core/view_wire.h).  It has no key, and before the first octet of mail arrives it gives up
 * files, network and whatever else it does not need.
 */
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/limits.h"
#include "core/view_wire.h"
#include "mime/view.h"
#include "sys/confine.h"
#include "sys/stream.h"

/* What a child that goes on keeps of the room that a large message had. */
#define ROOM_KEPT ((size_t)4 * 1024 * 1024)

/* 1: a message is there; 0: the parent wants no more; negative: it can't be had. */
static int
receive(struct pb_buf *message)
{
	uint8_t head[8];
	uint64_t len;
	int got = pb_stream_read(0, head, sizeof(head));

	if (got <= 0)
		return got;
	len = pb_get_u64(head);
	if (message->cap > ROOM_KEPT)
		pb_buf_done(message);
	pb_buf_clear(message);
	if (len > PB_LIMIT_VIEW_MESSAGE || pb_buf_reserve(message, len + 1) != PB_OK)
		return -1;
	message->len = len;
	return len == 0 ? 1 : pb_stream_read(0, message->data, len);
}

/* In one piece, so that the parent is woken once. */
static int
answer(const struct pb_buf *view, const struct pb_buf *text, struct pb_buf *reply)
{
	pb_buf_clear(reply);
	if (pb_buf_append_u64(reply, view->len) != PB_OK ||
	    pb_buf_append_u64(reply, text->len) != PB_OK ||
	    pb_buf_append(reply, view->data, view->len) != PB_OK ||
	    pb_buf_append(reply, text->data, text->len) != PB_OK)
		return -1;
	return pb_stream_write(1, reply->data, reply->len);
}

static int
say_hello(const struct pb_confined *confined)
{
	uint8_t hello[PB_WIRE_HELLO_LEN] = PB_WIRE_HELLO;

	hello[PB_WIRE_HELLO_LEN - 1] = (uint8_t)((confined->landlock ? PB_WIRE_LANDLOCK : 0) |
						 (confined->seccomp ? PB_WIRE_SECCOMP : 0));
	return pb_stream_write(1, hello, sizeof(hello));
}

int
main(void)
{
	struct pb_buf message = PB_BUF_EMPTY, view = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	struct pb_buf reply = PB_BUF_EMPTY;
	struct pb_mime *mime = pb_mime_start();
	struct pb_confined confined;
	int got;

	if (pb_confine(PB_LIMIT_VIEW_MEMORY, &confined) != 0 || say_hello(&confined) != 0)
		return EXIT_FAILURE;
	while ((got = receive(&message)) > 0) {
		if (pb_confine_processor(PB_LIMIT_VIEW_CPU_MS) != 0)
			return EXIT_FAILURE;
		pb_mime_view(mime, message.data, message.len, &view, &text);
		if (answer(&view, &text, &reply) != 0)
			return EXIT_FAILURE;
	}
	pb_buf_done(&message);
	pb_buf_done(&view);
	pb_buf_done(&text);
	pb_buf_done(&reply);
	pb_mime_end(mime);
	return got == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
