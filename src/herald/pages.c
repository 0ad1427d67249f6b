#include "herald/pages.h"

#include "health/health.h"
#include "health/metrics.h"

/* Nothing is asked by a body. */
#define REQUEST_MAX 0

static enum pb_status
answer_metrics(void *ctx, const void *request, size_t len, unsigned *status, struct pb_buf *reply)
{
	const struct pb_pages *pages = ctx;
	struct pb_boards boards = { 0 };
	enum pb_status read;

	(void)request;
	(void)len;
	(void)status;
	read = pb_boards_read(pages->world->files, pages->policy, &boards, NULL);
	if (read == PB_OK)
		read = pb_metrics(&boards, reply);
	pb_boards_done(&boards);
	return read;
}

/* 200 and a word, or 503 and a line for each thing that is wrong. */
static enum pb_status
answer_health(void *ctx, const void *request, size_t len, unsigned *status, struct pb_buf *reply)
{
	const struct pb_pages *pages = ctx;
	const struct pb_clock *clock = pages->world->clock;
	struct pb_boards boards = { 0 };
	enum pb_status read;

	(void)request;
	(void)len;
	read = pb_boards_read(pages->world->files, pages->policy, &boards, NULL);
	if (read == PB_OK)
		read = pb_health(&boards, clock->now_us(clock->ctx), reply);
	pb_boards_done(&boards);
	if (read == PB_OK && reply->len > 0)
		*status = 503;
	else if (read == PB_OK)
		read = pb_buf_append_text(reply, "capture lives\n");
	return read;
}

enum pb_status
pb_pages_serve(
    struct pb_pages *pages, int listener, struct pb_server **ret_server, struct pb_error *err)
{
	static const struct pb_server_page answered[] = {
		{ "/metrics", NULL, PB_METRICS_TYPE, answer_metrics },
		{ "/healthz", NULL, "text/plain; charset=utf-8", answer_health },
	};
	const struct pb_server_options options = { .listener = listener,
		.page = answered,
		.page_count = sizeof(answered) / sizeof(answered[0]),
		.max = REQUEST_MAX,
		.ctx = pages };

	return pb_server_new(&options, ret_server, err);
}
