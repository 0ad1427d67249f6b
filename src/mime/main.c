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
#include "sys/child.h"
#include "sys/confine.h"
#include "sys/pipe.h"

/* What a child that goes on keeps of the room that a large message had. */
#define ROOM_KEPT ((size_t)4 * 1024 * 1024)

struct request {
	enum pb_wire_wish wish;
	uint64_t number;
	const void *message; /* in shared, or in room */
	size_t len;
	const void *shared;
	struct pb_buf room;
};

/* 1: a request is there; 0: the parent wants no more; negative: it can't be had. */
static int
receive(struct request *request)
{
	struct pb_buf *room = &request->room;
	uint8_t head[PB_WIRE_REQUEST_LEN];
	int got = pb_pipe_read(0, head, sizeof(head));

	if (got <= 0)
		return got;
	request->wish = head[0];
	request->number = pb_get_u64(head + 1);
	request->len = pb_get_u64(head + 9);
	request->message = request->shared;
	if (room->cap > ROOM_KEPT)
		pb_buf_done(room);
	if (request->len <= PB_WIRE_SHARED)
		return 1;
	if (request->len > PB_LIMIT_VIEW_MESSAGE || pb_buf_reserve(room, request->len) != PB_OK)
		return -1;
	request->message = room->data;
	return pb_pipe_read(0, room->data, request->len);
}

/* In one piece, so that the parent is woken once; but what is long is not copied for that. */
static int
give(enum pb_wire_answer answer, const struct pb_buf *first, const struct pb_buf *second,
    struct pb_buf *reply)
{
	pb_buf_clear(reply);
	if (pb_buf_append_u8(reply, (uint8_t)answer) != PB_OK ||
	    pb_buf_append_u64(reply, first->len) != PB_OK ||
	    pb_buf_append_u64(reply, second->len) != PB_OK)
		return -1;
	if (first->len > ROOM_KEPT) {
		if (pb_pipe_write(1, reply->data, reply->len) != 0 ||
		    pb_pipe_write(1, first->data, first->len) != 0)
			return -1;
		return pb_pipe_write(1, second->data, second->len);
	}
	if (pb_buf_append(reply, first->data, first->len) != PB_OK ||
	    pb_buf_append(reply, second->data, second->len) != PB_OK)
		return -1;
	return pb_pipe_write(1, reply->data, reply->len);
}

static enum pb_wire_answer
answer(const struct pb_mime *mime, const struct request *request, struct pb_buf *first,
    struct pb_buf *second)
{
	pb_buf_clear(second);
	switch (request->wish) {
	case PB_WIRE_READING:
		return pb_mime_read(mime, request->message, request->len, first, second);
	case PB_WIRE_ATTACHMENT:
		return pb_mime_attachment(
		    mime, request->message, request->len, request->number, first);
	case PB_WIRE_VIEW:
		break;
	}
	pb_mime_view(mime, request->message, request->len, first, second);
	return PB_WIRE_DONE;
}

static int
say_hello(const struct pb_confined *confined)
{
	uint8_t hello[PB_WIRE_HELLO_LEN] = PB_WIRE_HELLO;

	hello[PB_WIRE_HELLO_LEN - 1] = (uint8_t)((confined->landlock ? PB_WIRE_LANDLOCK : 0) |
						 (confined->seccomp ? PB_WIRE_SECCOMP : 0));
	return pb_pipe_write(1, hello, sizeof(hello));
}

int
main(void)
{
	struct request request = { .shared = pb_child_given(PB_WIRE_SHARED), .room = PB_BUF_EMPTY };
	struct pb_buf first = PB_BUF_EMPTY, second = PB_BUF_EMPTY, reply = PB_BUF_EMPTY;
	struct pb_mime *mime = pb_mime_start();
	struct pb_confined confined;
	enum pb_wire_answer how;
	int got;

	if (request.shared == NULL || pb_confine(PB_LIMIT_VIEW_MEMORY, &confined) != 0 ||
	    say_hello(&confined) != 0)
		return EXIT_FAILURE;
	while ((got = receive(&request)) > 0) {
		if (pb_confine_processor(PB_LIMIT_VIEW_CPU_MS) != 0)
			return EXIT_FAILURE;
		how = answer(mime, &request, &first, &second);
		if (give(how, &first, &second, &reply) != 0)
			return EXIT_FAILURE;
		if (first.cap > ROOM_KEPT)
			pb_buf_done(&first);
	}
	pb_buf_done(&request.room);
	pb_buf_done(&first);
	pb_buf_done(&second);
	pb_buf_done(&reply);
	pb_mime_end(mime);
	return got == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
