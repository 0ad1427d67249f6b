/* The exchange with an authority: the local one's key, or HTTP (RFC 3161 3.4). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "anchor/asking.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "stamp/authority.h"

static const char ASKING[] = N_("ask a timestamping authority");

enum pb_status
pb_asking_failed(struct pb_asking *q, const char *reason, const char *why, const char *detail)
{
	(void)snprintf(q->failure->reason, sizeof(q->failure->reason), "%s", reason);
	return pb_fail(&q->failure->error, PB_EUNAVAIL, ASKING, why, "%s%s%s", q->tsa->name,
	    detail[0] == '\0' ? "" : ": ", detail);
}

static enum pb_status
open_local(struct pb_asking *q, struct pb_authority **ret_authority, struct pb_error *err)
{
	const struct pb_files *files = q->world->files;
	struct pb_buf key = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, q->dir, PB_FILE_TSA_KEY, NULL, err);

	if (status == PB_OK)
		status = pb_path_private(files, path.text, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &key, err);
	if (status == PB_OK)
		status = pb_authority_open(
		    key.data, key.len, q->tsa->pem.data, q->tsa->pem.len, ret_authority, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	return status;
}

static enum pb_status
ask_local(struct pb_asking *q, struct pb_error *err)
{
	struct pb_authority *authority = NULL;
	struct pb_error own = { 0 };
	enum pb_status status;
	bool granted = false;

	status = open_local(q, &authority, &own);
	if (status == PB_OK)
		status = pb_authority_answer(authority, q->world->random, q->answer.before_us,
		    q->answer.request.data, q->answer.request.len, &q->answer.reply, &granted,
		    &own);
	pb_authority_free(authority);
	if (status == PB_OK)
		return PB_OK; /* what it did not grant, the reply says */
	if (status == PB_ENOMEM) {
		if (err != NULL)
			*err = own;
		return status;
	}
	(void)pb_asking_failed(q, "no_key", own.why, "");
	q->failure->error.cause = own.cause;
	return PB_EUNAVAIL;
}

/* Why nothing came, in a word. */
static const char *
silence(enum pb_status status, const struct pb_error *error)
{
	if (status == PB_ELIMIT)
		return "too_long";
	if (error->cause == ETIMEDOUT)
		return "timeout";
	return error->cause == ECONNREFUSED ? "refused" : "unreachable";
}

static enum pb_status
take_reply(struct pb_asking *q, struct pb_http_reply *reply, struct pb_error *err)
{
	char code[24];

	if (reply->status != 200) {
		q->tsa->state.retry_s = reply->retry_after_s;
		(void)snprintf(code, sizeof(code), "HTTP %u", reply->status);
		return pb_asking_failed(
		    q, "http_status", N_("its server refused the request"), code);
	}
	/* RFC 3161 3.4 */
	if (strcmp(reply->content_type, "application/timestamp-reply") != 0)
		return pb_asking_failed(
		    q, "not_a_reply", N_("what came is no timestamp reply"), reply->content_type);
	if (pb_buf_append(&q->answer.reply, reply->body.data, reply->body.len) != PB_OK)
		return pb_fail_memory(err, ASKING);
	return PB_OK;
}

static const char *
given(const char *path)
{
	return path[0] == '\0' ? NULL : path;
}

static enum pb_status
ask_external(struct pb_asking *q, struct pb_error *err)
{
	const struct pb_tsa *tsa = q->tsa;
	const struct pb_http_request request = {
		.authority = tsa->name,
		.url = tsa->url,
		.content_type = "application/timestamp-query",
		.body = q->answer.request.data,
		.body_len = q->answer.request.len,
		.accept = "application/timestamp-reply",
		.max = PB_LIMIT_TSA_REPLY,
		.timeout_ms = pb_ask_budget_ms(&q->budget),
		.client_pem = given(tsa->client_pem),
		.server_roots = given(tsa->server_roots),
	};
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	struct pb_error silent = { 0 };
	enum pb_status status;

	if (q->http == NULL)
		return pb_asking_failed(
		    q, PB_ASK_NO_NETWORK, N_("there is no network to ask it over"), "");
	status = q->http->exchange(q->http->ctx, &request, &reply, &silent);
	if (status == PB_OK) {
		status = take_reply(q, &reply, err);
	} else if (status == PB_ENOMEM) {
		status = pb_fail_memory(err, ASKING);
	} else if (silent.cause == ENETDOWN) {
		status = pb_asking_failed(q, PB_ASK_NO_NETWORK, silent.why, "");
	} else {
		(void)pb_asking_failed(q, silence(status, &silent), silent.why, silent.object);
		q->failure->error.cause = silent.cause;
		status = PB_EUNAVAIL;
	}
	pb_buf_done(&reply.body);
	return status;
}

enum pb_status
pb_asking_exchange(struct pb_asking *q, struct pb_error *err)
{
	return q->tsa->local ? ask_local(q, err) : ask_external(q, err);
}
