#include "net/http.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/limits.h"
#include "net/address.h"
#include "net/http_call.h"
#include "net/media_type.h"
#include "net/origin.h"

#define WHAT N_("ask a server")

/* ---- an exchange, redirects included ---- */

static enum pb_status
unavailable(const struct pb_http_call *call, const char *why, struct pb_error *err)
{
	return pb_fail(err, PB_EUNAVAIL, WHAT, why, "%s", call->shown);
}

/* Those that keep method and body; the others are answers (RFC 9110 15.4). */
static bool
is_redirect(long status)
{
	return status == 301 || status == 302 || status == 307 || status == 308;
}

static enum pb_status
may_follow(const struct pb_http_call *call, const char *to, bool *ret_may, struct pb_error *err)
{
	struct pb_origin here, there;
	enum pb_status status = pb_origin_of(call->shown, &here, err);

	if (status == PB_OK)
		status = pb_origin_of(to, &there, err);
	if (status == PB_OK)
		*ret_may = pb_origin_may_lead(&here, &there, call->request->foreign);
	return status;
}

/* Where the answer sends to, if anywhere: then the call goes there. */
static enum pb_status
follow(struct pb_http_call *call, bool *ret_again, struct pb_error *err)
{
	enum pb_status status;
	char *to = NULL, *shown = NULL;
	CURLU *url = NULL;
	bool may = false;
	long code = 0;

	*ret_again = false;
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_getinfo(call->easy, CURLINFO_REDIRECT_URL, &to);
	if (!is_redirect(code) || to == NULL)
		return PB_OK;
	status = pb_net_parse(to, &url, &shown, err);
	if (status == PB_OK)
		status = may_follow(call, shown, &may, err);
	if (status == PB_EINVAL)
		status = PB_OK;
	if (status == PB_OK && !may)
		status =
		    unavailable(call, N_("it sends to another place, which is not followed"), err);
	if (status == PB_OK) {
		curl_url_cleanup(call->url);
		call->url = url;
		url = NULL;
		curl_free(call->shown);
		call->shown = shown;
		shown = NULL;
		*ret_again = true;
	}
	curl_url_cleanup(url);
	curl_free(shown);
	return status;
}

static void
collect(struct pb_http_call *call, struct pb_http_reply *ret_reply)
{
	long status = 0;
	char *type = NULL;
	curl_off_t after_s = 0;

	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_CONTENT_TYPE, &type);
	curl_easy_getinfo(call->easy, CURLINFO_RETRY_AFTER, &after_s);
	ret_reply->status = (unsigned)status;
	pb_media_type(type, ret_reply->content_type, sizeof(ret_reply->content_type));
	if (after_s < 0)
		after_s = 0;
	ret_reply->retry_after_s = after_s < UINT32_MAX ? (uint32_t)after_s : UINT32_MAX;
	pb_buf_done(&ret_reply->body);
	ret_reply->body = call->body;
	call->body = PB_BUF_EMPTY;
}

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct pb_http_call call;
	curl_off_t left_us = (curl_off_t)request->timeout_ms * 1000;
	enum pb_status status = pb_http_call_init(&call, request, err);
	bool again = false;

	(void)ctx;
	for (unsigned hop = 0; status == PB_OK; hop++) {
		status = pb_http_call_send(&call, &left_us, err);
		if (status == PB_OK)
			status = follow(&call, &again, err);
		if (status == PB_OK && again && hop == PB_LIMIT_HTTP_REDIRECTS)
			status = unavailable(&call, N_("it sends from place to place"), err);
		if (!again)
			break;
	}
	if (status == PB_OK)
		collect(&call, ret_reply);
	pb_http_call_done(&call);
	return status;
}

/* ---- the table ---- */

enum pb_status
pb_http_new(struct pb_http **ret_http, struct pb_error *err)
{
	struct pb_http *http = malloc(sizeof(*http));

	if (http == NULL)
		return pb_fail_memory(err, N_("start HTTP"));
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		free(http);
		return pb_fail(
		    err, PB_EUNAVAIL, N_("start HTTP"), N_("libcurl cannot start"), "%s", "");
	}
	*http = (struct pb_http){ .exchange = exchange };
	*ret_http = http;
	return PB_OK;
}

void
pb_http_free(struct pb_http *http)
{
	if (http == NULL)
		return;
	curl_global_cleanup();
	free(http);
}
