#include "relay/outside.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/io.h"
#include "relay/exchange.h"
#include "sys/handed.h"
#include "sys/local.h"

/* A stamper that lives accepts at once, and says within this that the time of an exchange is over;
 * one that is halted does neither. */
#define CONNECT_MS 2000
#define GRACE_MS 5000
/* How soon who waits sees that it is to stop. */
#define STEP_MS 250

static const char ASKING[] = N_("have the stamper ask");
static const char AWAY[] = N_("the stamper did not do it");

struct pb_outside {
	struct pb_http http;
	const struct pb_world *world;
	const char *path;
	uint32_t stamper_uid;
	atomic_bool stopped;
};

/* One exchange. */
struct call {
	const struct pb_outside *outside;
	const struct pb_http_request *request;
	int fd;
	int body; /* what came with the answer, or -1 */
	int64_t deadline_us;
	struct pb_exchange_answer answer;
};

/* An authority's own address may hold a password; its name is for who asks to say. */
static const char *
where(const struct call *call)
{
	return call->request->authority != NULL ? "" : call->request->url;
}

/* Nobody was asked. */
static enum pb_status
away(const struct call *call, const char *why, struct pb_error *err)
{
	(void)pb_fail(err, PB_EUNAVAIL, ASKING, why, "%s", call->outside->path);
	if (err != NULL)
		err->cause = ENETDOWN;
	return PB_EUNAVAIL;
}

/* ---- the question ---------------------------------------------------------------------------- */

static bool
copy(char *to, size_t size, const char *text)
{
	int written = snprintf(to, size, "%s", text);

	return written >= 0 && (size_t)written < size;
}

static enum pb_status
write_question(const struct call *call, struct pb_buf *packet, struct pb_error *err)
{
	const struct pb_http_request *request = call->request;
	struct pb_question question = { .timeout_ms = request->timeout_ms,
		.max = request->max < UINT32_MAX ? (uint32_t)request->max : UINT32_MAX,
		.body = request->body,
		.body_len = request->body_len };
	enum pb_status status = PB_EINVAL;

	if (request->content_type == NULL
		? copy(question.url, sizeof(question.url), request->url)
		: request->authority != NULL &&
		      copy(question.authority, sizeof(question.authority), request->authority))
		status = pb_question_encode(&question, packet);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, ASKING);
	return status == PB_OK ? PB_OK
			       : pb_fail(err, status, ASKING,
				     N_("nobody can be asked that through it"), "%s", where(call));
}

static enum pb_status
connect_to(struct call *call, struct pb_error *err)
{
	const struct pb_outside *o = call->outside;
	uint32_t uid = 0;
	enum pb_status status = pb_local_connect(o->path, CONNECT_MS, &call->fd, &uid, err);

	if (status == PB_EUNAVAIL || status == PB_EINVAL)
		return away(call, N_("nobody listens there"), err);
	if (status == PB_OK && uid != o->stamper_uid && uid != 0)
		return away(call, N_("another user than the stamper's listens there"), err);
	return status;
}

static enum pb_status
ask(struct call *call, struct pb_error *err)
{
	struct pb_buf packet = PB_BUF_EMPTY;
	enum pb_status status = write_question(call, &packet, err);

	if (status == PB_OK)
		status = connect_to(call, err);
	if (status == PB_OK && pb_local_send(call->fd, packet.data, packet.len, NULL, 0, -1) != 0)
		status = away(call, AWAY, err);
	pb_buf_done(&packet);
	return status;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* Until a packet is there, or the connection ended. */
static bool
wait_for(const struct call *call)
{
	const struct pb_outside *o = call->outside;
	const struct pb_clock *clock = o->world->clock;
	struct pollfd socket = { .fd = call->fd, .events = POLLIN };

	while (!o->stopped && clock->monotonic_us(clock->ctx) < call->deadline_us)
		if (pb_local_poll(&socket, 1, STEP_MS) > 0)
			return true;
	return false;
}

static enum pb_status
hear(struct call *call, struct pb_error *err)
{
	const struct pb_clock *clock = call->outside->world->clock;
	uint8_t packet[PB_EXCHANGE_PACKET_MAX];
	int64_t len = -EAGAIN;

	call->deadline_us = clock->monotonic_us(clock->ctx) +
			    ((int64_t)call->request->timeout_ms + GRACE_MS) * 1000;

	while (len == -EAGAIN && wait_for(call))
		len = pb_local_receive(call->fd, packet, sizeof(packet), &call->body);
	if (len == -EAGAIN)
		return away(call, N_("the stamper does not answer"), err);
	if (len <= 0 || pb_exchange_answer_decode(packet, (size_t)len, &call->answer) != PB_OK)
		return away(call, AWAY, err);
	return PB_OK;
}

/* Of the length that was said, and of memory that nobody changes or makes us wait for. */
static enum pb_status
take_body(const struct call *call, struct pb_buf *body, struct pb_error *err)
{
	const struct pb_files *files = call->outside->world->files;
	size_t len = call->answer.body_len;
	struct pb_file_info info;
	enum pb_status status;

	if (len == 0)
		return PB_OK;
	if (len > call->request->max || call->body < 0 || !pb_handed_sealed(call->body) ||
	    files->stat_fd(files->ctx, call->body, &info) != 0 || info.size != len)
		return away(call, N_("what the stamper handed over is not an answer's body"), err);
	if (pb_buf_reserve(body, len) != PB_OK)
		return pb_fail_memory(err, ASKING);
	status = pb_io_pread_exact(files, call->body, "(answer)", body->data, len, 0, err);
	if (status == PB_OK)
		body->len = len;
	return status;
}

static enum pb_status
take_answer(const struct call *call, struct pb_http_reply *ret_reply, struct pb_error *err)
{
	const struct pb_exchange_answer *answer = &call->answer;
	struct pb_buf body = PB_BUF_EMPTY;
	enum pb_status status = take_body(call, &body, err);

	if (status != PB_OK) {
		pb_buf_done(&body);
		return status;
	}
	pb_buf_done(&ret_reply->body);
	ret_reply->body = body;
	ret_reply->status = answer->status;
	ret_reply->retry_after_s = answer->retry_after_s;
	(void)copy(ret_reply->content_type, sizeof(ret_reply->content_type), answer->content_type);
	return PB_OK;
}

/* The stamper's log says more: words of other processes are not shown as ours. */
static enum pb_status
tell_failure(const struct call *call, struct pb_error *err)
{
	static const struct {
		enum pb_status status;
		int cause;
		const char *why;
	} ends[] = {
		[PB_EXCHANGE_FAILED] = { PB_EUNAVAIL, 0, N_("no whole answer came") },
		[PB_EXCHANGE_REFUSED] = { PB_EUNAVAIL, ECONNREFUSED,
		    N_("the host refused the connection") },
		[PB_EXCHANGE_LATE] = { PB_EUNAVAIL, ETIMEDOUT,
		    N_("the answer did not come in time") },
		[PB_EXCHANGE_LONG] = { PB_ELIMIT, 0, N_("the answer is too long") },
	};
	enum pb_exchange_end end = call->answer.end;

	if (end == PB_EXCHANGE_UNASKED)
		return away(call, AWAY, err);
	(void)pb_fail(err, ends[end].status, ASKING, ends[end].why, "%s", where(call));
	if (err != NULL)
		err->cause = ends[end].cause;
	return ends[end].status;
}

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct call call = { .outside = ctx, .request = request, .fd = -1, .body = -1 };
	enum pb_status status = ask(&call, err);

	if (status == PB_OK)
		status = hear(&call, err);
	if (status == PB_OK)
		status = call.answer.end == PB_EXCHANGE_CAME ? take_answer(&call, ret_reply, err)
							     : tell_failure(&call, err);
	pb_local_close(&call.body);
	pb_local_close(&call.fd);
	return status;
}

/* ---- life ------------------------------------------------------------------------------------ */

enum pb_status
pb_outside_new(const struct pb_world *world, const char *path, uint32_t stamper_uid,
    struct pb_outside **ret_outside, struct pb_error *err)
{
	struct pb_outside *o = calloc(1, sizeof(*o));

	if (o == NULL)
		return pb_fail_memory(err, ASKING);
	o->world = world;
	o->path = path;
	o->stamper_uid = stamper_uid;
	o->http = (struct pb_http){ .ctx = o, .exchange = exchange };
	*ret_outside = o;
	return PB_OK;
}

const struct pb_http *
pb_outside_http(struct pb_outside *o)
{
	return &o->http;
}

void
pb_outside_stop(struct pb_outside *o)
{
	o->stopped = true;
}

void
pb_outside_free(struct pb_outside *o)
{
	free(o);
}
