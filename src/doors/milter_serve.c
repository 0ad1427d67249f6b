#include "core/limits.h"
#include "doors/doors.h"
#include "doors/doorway.h"
#include "doors/milter.h"
#include "net/stream.h"

/* A piece of body, and a little more. */
#define STEP (72 * 1024)

static enum pb_status
answer(struct pb_stream *stream, struct pb_buf *replies)
{
	enum pb_status status = PB_OK;

	if (replies->len == 0)
		return PB_OK;
	status = pb_stream_write(stream, replies->data, replies->len, NULL);
	pb_buf_clear(replies);
	return status == PB_OK ? pb_stream_flush(stream, NULL) : status;
}

/* What an MTA, or its administrator, can do something about. */
static void
complain(const struct pb_doorway *doorway, enum pb_status status, const struct pb_error *err)
{
	if (status == PB_EDATA || status == PB_ELIMIT || status == PB_ENOMEM)
		pb_doorway_log(doorway, "a connection is ended: %s: %s%s%s", err->what, err->why,
		    err->object[0] != '\0' ? ": " : "", err->object);
}

/* It ends behind a message, if the door is to stop; else when the MTA is done, or breaks off. */
void
pb_milter_session(struct pb_doorway *doorway, struct pb_stream *take_stream)
{
	struct pb_buf replies = PB_BUF_EMPTY;
	struct pb_milter *milter = NULL;
	enum pb_status status, sent;
	struct pb_error err = { .status = PB_OK };
	const uint8_t *data;
	size_t len;

	pb_stream_timeout(take_stream, PB_LIMIT_MILTER_WAIT_MS);
	status = pb_milter_new(doorway, &milter, &err);
	while (status == PB_OK && (pb_milter_within(milter) || !pb_doorway_stopping(doorway))) {
		status = pb_stream_some(take_stream, STEP, &data, &len, &err);
		if (status != PB_OK)
			break;
		status = pb_milter_feed(milter, data, len, &replies, &err);
		sent = answer(take_stream, &replies);
		if (status == PB_OK)
			status = sent;
	}
	complain(doorway, status, &err);
	pb_milter_free(milter);
	pb_buf_done(&replies);
	pb_stream_free(take_stream);
}

enum pb_status
pb_milter_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, struct pb_error *err)
{
	return pb_sessions_serve(doorway, listen_fd, stop_fd, pb_milter_session, err);
}
