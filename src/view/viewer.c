#include "view/viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/view_wire.h"
#include "sys/child.h"
#include "view/check.h"

static const char LOOKING[] = N_("look into a message");

/* Starting: the C library reads the tables of some fifty charsets. */
#define START_MS 5000

struct pb_viewer {
	const struct pb_world *world;
	char *program;
	struct pb_child *child; /* NULL: none runs */
	bool seasoned;          /* it has made a view before */
	unsigned confinement;   /* PB_WIRE_...: of the child that was started last */
	unsigned limit_ms;
	bool wary; /* a message took seconds, for nothing */
};

const char *
pb_view_state_name(enum pb_view_state state)
{
	static const char *const names[] = { [PB_VIEW_MADE] = "made",
		[PB_VIEW_DIED] = "died",
		[PB_VIEW_TIMEOUT] = "timeout",
		[PB_VIEW_TOO_LARGE] = "too_large",
		[PB_VIEW_BAD_REPLY] = "bad_reply" };

	if ((unsigned)state < 1 || (unsigned)state > PB_VIEW_BAD_REPLY)
		return "unknown";
	return names[state];
}

enum pb_status
pb_viewer_new(const struct pb_world *world, const char *program, struct pb_viewer **ret_viewer,
    struct pb_error *err)
{
	struct pb_viewer *viewer = calloc(1, sizeof(*viewer));

	if (viewer != NULL)
		viewer->program = strdup(program);
	if (viewer == NULL || viewer->program == NULL) {
		free(viewer);
		return pb_fail_memory(err, N_("prepare to look into messages"));
	}
	viewer->world = world;
	viewer->limit_ms = PB_LIMIT_VIEW_MS;
	*ret_viewer = viewer;
	return PB_OK;
}

static void
end_child(struct pb_viewer *viewer)
{
	pb_child_end(viewer->child);
	viewer->child = NULL;
}

void
pb_viewer_free(struct pb_viewer *viewer)
{
	if (viewer == NULL)
		return;
	end_child(viewer);
	free(viewer->program);
	free(viewer);
}

void
pb_viewer_set_limit(struct pb_viewer *viewer, unsigned limit_ms)
{
	viewer->limit_ms = limit_ms;
}

unsigned
pb_viewer_limit(const struct pb_viewer *viewer, size_t len)
{
	unsigned wary_ms =
	    PB_LIMIT_VIEW_WARY_MS + (unsigned)(len / (1024 * 1024)) * PB_LIMIT_VIEW_WARY_MIB_MS;

	return viewer->wary && wary_ms < viewer->limit_ms ? wary_ms : viewer->limit_ms;
}

unsigned
pb_viewer_confinement(const struct pb_viewer *viewer)
{
	return viewer->confinement;
}

long
pb_viewer_process(const struct pb_viewer *viewer)
{
	return viewer->child != NULL ? pb_child_process(viewer->child) : 0;
}

static int64_t
deadline(const struct pb_viewer *viewer, unsigned ms)
{
	const struct pb_clock *clock = viewer->world->clock;

	return clock->monotonic_us(clock->ctx) + (int64_t)ms * 1000;
}

/* A fresh child that has said hello. */
static enum pb_status
start(struct pb_viewer *viewer, struct pb_error *err)
{
	static const char what[] = N_("start the program that looks into messages");
	uint8_t hello[PB_WIRE_HELLO_LEN];
	enum pb_status status =
	    pb_child_start(viewer->program, PB_WIRE_SHARED, &viewer->child, err);

	if (status != PB_OK)
		return status;
	viewer->seasoned = false;
	if (pb_child_receive(viewer->child, hello, sizeof(hello), viewer->world->clock,
		deadline(viewer, START_MS)) != 0 ||
	    memcmp(hello, PB_WIRE_HELLO, PB_WIRE_HELLO_LEN - 1) != 0) {
		end_child(viewer);
		return pb_fail(err, PB_EUNAVAIL, what,
		    N_("it ended at once, or is another program"), "%s", viewer->program);
	}
	viewer->confinement = hello[PB_WIRE_HELLO_LEN - 1];
	return PB_OK;
}

static enum pb_view_state
state_of(int error)
{
	return error == -ETIMEDOUT ? PB_VIEW_TIMEOUT : PB_VIEW_DIED;
}

/* What is wished for, and where the answer goes: a view and a text, or an attachment. */
struct request {
	enum pb_wire_wish wish;
	uint64_t number;
	const void *message;
	size_t len;
	struct pb_buf *first, *second; /* second NULL: an attachment has none */
	enum pb_wire_answer answer;
};

/* `len` octets of the answer, at the end of buf.  PB_ENOMEM. */
static enum pb_status
receive(struct pb_viewer *viewer, struct pb_buf *buf, size_t len, int64_t end_us, int *ret_error)
{
	enum pb_status status = pb_buf_reserve(buf, len);

	if (status != PB_OK || len == 0)
		return status;
	*ret_error = pb_child_receive(
	    viewer->child, buf->data + buf->len, len, viewer->world->clock, end_us);
	if (*ret_error == 0)
		buf->len += len;
	return PB_OK;
}

/* Could that be the answer, as long as its parts are said to be? */
static bool
is_possible(const struct request *request, uint64_t first_len, uint64_t second_len)
{
	switch (request->wish) {
	case PB_WIRE_VIEW:
	case PB_WIRE_READING:
		return first_len > 0 && first_len <= PB_LIMIT_VIEW &&
		       second_len <= PB_LIMIT_VIEW_TEXT &&
		       (request->answer == PB_WIRE_DONE ||
			   (request->wish == PB_WIRE_READING &&
			       request->answer == PB_WIRE_HTML_LEFT));
	case PB_WIRE_ATTACHMENT:
		break;
	}
	/* No encoding makes octets shorter than they are. */
	return second_len == 0 && first_len <= request->len &&
	       (request->answer == PB_WIRE_DONE ||
		   (first_len == 0 &&
		       (request->answer == PB_WIRE_ABSENT || request->answer == PB_WIRE_PARTIAL)));
}

/* PB_EDATA: it is not what it must be. */
static enum pb_status
check(const struct request *request)
{
	enum pb_status status;

	if (request->second == NULL)
		return PB_OK;
	status = pb_view_check(request->first->data, request->first->len, request->second->len);
	if (status == PB_OK && !pb_utf8_valid(request->second->data, request->second->len))
		status = PB_EDATA;
	return status;
}

/* Its answer, as long as its parts may be; checked. */
static enum pb_status
take_answer(struct pb_viewer *viewer, struct request *request, int64_t end_us,
    enum pb_view_state *ret_state)
{
	uint8_t head[PB_WIRE_REPLY_LEN];
	uint64_t first_len, second_len;
	enum pb_status status;
	int error =
	    pb_child_receive(viewer->child, head, sizeof(head), viewer->world->clock, end_us);

	*ret_state = state_of(error);
	if (error != 0)
		return PB_OK;
	request->answer = head[0];
	first_len = pb_get_u64(head + 1);
	second_len = pb_get_u64(head + 9);
	*ret_state = PB_VIEW_BAD_REPLY;
	if (!is_possible(request, first_len, second_len))
		return PB_OK;
	status = receive(viewer, request->first, first_len, end_us, &error);
	if (status == PB_OK && error == 0 && request->second != NULL)
		status = receive(viewer, request->second, second_len, end_us, &error);
	if (status != PB_OK)
		return status;
	if (error != 0) {
		*ret_state = state_of(error);
		return PB_OK;
	}
	status = check(request);
	if (status == PB_OK)
		*ret_state = PB_VIEW_MADE;
	return status == PB_EDATA ? PB_OK : status;
}

/* What cost seconds and gave no view may come again, and again. */
static bool
was_costly(const struct pb_viewer *viewer, int64_t begun_us, enum pb_view_state state)
{
	return state == PB_VIEW_TIMEOUT ||
	       (state == PB_VIEW_DIED &&
		   begun_us <= deadline(viewer, 0) - (int64_t)PB_LIMIT_VIEW_WARY_MS * 1000);
}

static void
clear(struct request *request)
{
	pb_buf_clear(request->first);
	if (request->second != NULL)
		pb_buf_clear(request->second);
}

/* 0, or the negative errno of the stream. */
static int
send(struct pb_viewer *viewer, const struct request *request, int64_t end_us)
{
	const struct pb_clock *clock = viewer->world->clock;
	bool shared = request->len <= PB_WIRE_SHARED;
	uint8_t head[PB_WIRE_REQUEST_LEN];

	head[0] = (uint8_t)request->wish;
	pb_put_u64(head + 1, request->number);
	pb_put_u64(head + 9, request->len);
	if (shared && request->len > 0)
		memcpy(pb_child_shared(viewer->child), request->message, request->len);
	return pb_child_send(viewer->child, head, sizeof(head), request->message,
	    shared ? 0 : request->len, clock, end_us);
}

/* With the child that runs.  One that did not answer well does not go on. */
static enum pb_status
attempt(struct pb_viewer *viewer, struct request *request, int64_t begun_us,
    enum pb_view_state *ret_state, bool *ret_costly)
{
	int64_t end_us = begun_us + (int64_t)pb_viewer_limit(viewer, request->len) * 1000;
	enum pb_status status = PB_OK;
	int error = send(viewer, request, end_us);

	if (error == 0)
		status = take_answer(viewer, request, end_us, ret_state);
	else
		*ret_state = state_of(error);
	if (status != PB_OK || *ret_state != PB_VIEW_MADE) {
		clear(request);
		end_child(viewer);
	}
	*ret_costly = status == PB_OK && was_costly(viewer, begun_us, *ret_state);
	viewer->wary = viewer->wary || *ret_costly;
	viewer->seasoned = viewer->child != NULL;
	return status;
}

/*
 * A child that made views before may suffer from what they left behind, and any may be killed by
 * who looks for memory: the message is tried once more with a fresh one, so that its state tells of
 * it alone.  Not if it cost a fresh one seconds; and two fresh ones together take no longer than
 * one.
 */
static enum pb_status
ask(struct pb_viewer *viewer, struct request *request, enum pb_view_state *ret_state,
    struct pb_error *err)
{
	enum pb_view_state state = PB_VIEW_TOO_LARGE;
	enum pb_status status = PB_OK;
	unsigned left = request->len <= PB_LIMIT_VIEW_MESSAGE ? 2 : 0;
	int64_t begun_us = 0;
	bool costly = false;

	clear(request);
	while (left > 0 && status == PB_OK) {
		bool fresh = !viewer->seasoned;

		if (viewer->child == NULL)
			status = start(viewer, err);
		if (status != PB_OK)
			return status;
		if (begun_us == 0)
			begun_us = deadline(viewer, 0);
		status = attempt(viewer, request, begun_us, &state, &costly);
		if (!fresh)
			begun_us = 0;
		left = state == PB_VIEW_MADE || (fresh && (costly || state != PB_VIEW_DIED))
			   ? 0
			   : left - 1;
	}
	if (status != PB_OK)
		return pb_fail_memory(err, LOOKING);
	*ret_state = state;
	return PB_OK;
}

enum pb_status
pb_viewer_view(struct pb_viewer *viewer, const void *message, size_t len, struct pb_buf *view,
    struct pb_buf *text, enum pb_view_state *ret_state, struct pb_error *err)
{
	struct request request = {
		.wish = PB_WIRE_VIEW, .message = message, .len = len, .first = view, .second = text
	};

	return ask(viewer, &request, ret_state, err);
}

enum pb_status
pb_viewer_read(struct pb_viewer *viewer, const void *message, size_t len, struct pb_buf *view,
    struct pb_buf *text, bool *ret_html_left, enum pb_view_state *ret_state, struct pb_error *err)
{
	struct request request = { .wish = PB_WIRE_READING,
		.message = message,
		.len = len,
		.first = view,
		.second = text };
	enum pb_status status = ask(viewer, &request, ret_state, err);

	if (status == PB_OK)
		*ret_html_left = *ret_state == PB_VIEW_MADE && request.answer == PB_WIRE_HTML_LEFT;
	return status;
}

enum pb_status
pb_viewer_attachment(struct pb_viewer *viewer, const void *message, size_t len, uint64_t number,
    struct pb_buf *octets, enum pb_view_state *ret_state, struct pb_error *err)
{
	struct request request = { .wish = PB_WIRE_ATTACHMENT,
		.number = number,
		.message = message,
		.len = len,
		.first = octets };
	enum pb_view_state state;
	enum pb_status status = ask(viewer, &request, &state, err);

	if (status != PB_OK)
		return status;
	if (state == PB_VIEW_MADE && request.answer == PB_WIRE_ABSENT)
		return pb_fail(err, PB_ENOENT, N_("take out an attachment"),
		    N_("the message has no such attachment"), "%llu", (unsigned long long)number);
	if (state == PB_VIEW_MADE && request.answer == PB_WIRE_PARTIAL)
		return pb_fail(err, PB_ELIMIT, N_("take out an attachment"),
		    N_("it stands in a message inside this one, which is too long to be decoded "
		       "whole"),
		    "%llu", (unsigned long long)number);
	*ret_state = state;
	return PB_OK;
}
