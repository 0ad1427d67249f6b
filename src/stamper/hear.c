/* One question: heard, asked, answered. */
#include <errno.h>
#include <string.h>

#include "core/error.h"
#include "stamper/permitted.h"
#include "stamper/serve.h"
#include "sys/handed.h"
#include "sys/local.h"

/* The writer sends it as soon as it is connected. */
#define HEAR_MS 5000

static void
tell(const struct pb_stamper *s, const char *about, const struct pb_error *err)
{
	if (s->failed != NULL)
		s->failed(s->ctx, about, err);
}

/* ---- asking --------------------------------------------------------------------------------- */

static enum pb_exchange_end
end_of(enum pb_status status, const struct pb_error *err)
{
	if (status == PB_OK)
		return PB_EXCHANGE_CAME;
	if (status == PB_ELIMIT)
		return PB_EXCHANGE_LONG;
	if (status == PB_ENOMEM)
		return PB_EXCHANGE_UNASKED;
	if (err->cause == ETIMEDOUT)
		return PB_EXCHANGE_LATE;
	return err->cause == ECONNREFUSED ? PB_EXCHANGE_REFUSED : PB_EXCHANGE_FAILED;
}

/* body: of what came. */
static void
ask(const struct pb_stamper *s, const struct pb_question *question,
    struct pb_exchange_answer *answer, struct pb_buf *body)
{
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	struct pb_http_request request;
	struct pb_error err = { 0 };
	enum pb_status status = pb_permitted(s->policy, question, &request, &err);

	*answer = (struct pb_exchange_answer){ .end = PB_EXCHANGE_UNASKED };
	if (status == PB_OK) {
		status = s->http->exchange(s->http->ctx, &request, &reply, &err);
		answer->end = end_of(status, &err);
	}
	if (status != PB_OK) {
		tell(s, question->authority[0] != '\0' ? question->authority : NULL, &err);
	} else {
		answer->status = reply.status;
		answer->retry_after_s = reply.retry_after_s;
		memcpy(answer->content_type, reply.content_type, sizeof(answer->content_type));
		*body = reply.body;
		reply.body = PB_BUF_EMPTY;
	}
	pb_buf_done(&reply.body);
}

/* ---- the answer ----------------------------------------------------------------------------- */

/* Who asked may have gone: then nobody needs it. */
static void
give(const struct pb_stamper *s, int fd, struct pb_exchange_answer *answer,
    const struct pb_buf *body)
{
	struct pb_buf packet = PB_BUF_EMPTY;
	struct pb_error err = { 0 };
	int handed = -1;
	enum pb_status status = PB_OK;

	if (body->len > 0)
		status = pb_handed_new(body->data, body->len, &handed, &err);
	answer->body_len = (uint32_t)body->len;
	if (status == PB_OK && pb_exchange_answer_encode(answer, &packet) != PB_OK)
		status = pb_fail_memory(&err, N_("answer the writer"));
	if (status == PB_OK)
		(void)pb_local_send(fd, packet.data, packet.len, NULL, 0, handed);
	else
		tell(s, NULL, &err);
	pb_local_close(&handed);
	pb_buf_done(&packet);
}

void
pb_stamper_hear(const struct pb_stamper *s, int fd)
{
	struct pollfd socket = { .fd = fd, .events = POLLIN };
	uint8_t packet[PB_EXCHANGE_PACKET_MAX];
	struct pb_buf body = PB_BUF_EMPTY;
	struct pb_exchange_answer answer;
	struct pb_question question;
	struct pb_error err = { 0 };
	int64_t len = 0;
	int passed = -1;

	if (pb_local_poll(&socket, 1, HEAR_MS) > 0)
		len = pb_local_receive(fd, packet, sizeof(packet), &passed);
	pb_local_close(&passed);
	if (len > 0 && pb_question_decode(packet, (size_t)len, &question) == PB_OK) {
		ask(s, &question, &answer, &body);
		give(s, fd, &answer, &body);
	} else if (len != 0) {
		(void)pb_fail(&err, PB_EDATA, N_("hear the writer"), N_("what came is no question"),
		    "%s", "");
		tell(s, NULL, &err);
	}
	pb_buf_done(&body);
	pb_local_close(&fd);
}
