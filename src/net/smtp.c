#include "net/smtp.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "net/failure.h"

#define WHAT N_("hand a message to a mail server")
#define NAME_LEN 320

struct call {
	const struct pb_smtp_letter *letter;
	CURL *easy;
	struct curl_slist *to, *resolve;
	char shown[NAME_LEN]; /* the server, as errors name it */
	char url[2 * NAME_LEN];
	char from_name[2 * NAME_LEN]; /* "name:port:address" */
	size_t sent;                  /* octets */
};

static size_t
on_read(char *to, size_t size, size_t count, void *arg)
{
	struct call *call = arg;
	size_t left = call->letter->len - call->sent;
	size_t len = left < size * count ? left : size * count;

	memcpy(to, (const char *)call->letter->message + call->sent, len);
	call->sent += len;
	return len;
}

/* The server is called by its address whatever it is named: nobody is asked for names. */
static void
name_server(struct call *call)
{
	const struct pb_smtp_letter *letter = call->letter;
	const bool six = strchr(letter->host, ':') != NULL;
	char host[NAME_LEN];

	(void)snprintf(host, sizeof(host), six ? "[%s]" : "%s", letter->host);
	(void)snprintf(call->shown, sizeof(call->shown), "%.300s:%u", host, letter->port);
	(void)snprintf(call->url, sizeof(call->url), "smtp://%s:%u/%s",
	    letter->tls_name != NULL ? letter->tls_name : host, letter->port, letter->helo);
	if (letter->tls_name != NULL)
		(void)snprintf(call->from_name, sizeof(call->from_name), "%s:%u:%s",
		    letter->tls_name, letter->port, host);
}

/* libcurl's list with one more; the old one stays, for curl_slist_free_all, where it can't be. */
static bool
add(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (longer != NULL)
		*list = longer;
	return longer != NULL;
}

static bool
make_lists(struct call *call)
{
	for (size_t i = 0; i < call->letter->to_count; i++)
		if (!add(&call->to, call->letter->to[i]))
			return false;
	return call->letter->tls_name == NULL || add(&call->resolve, call->from_name);
}

static CURLcode
set_tls(struct call *call)
{
	CURLcode code;

	if (call->letter->tls_name == NULL)
		return curl_easy_setopt(call->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_NONE);
	code = curl_easy_setopt(call->easy, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_RESOLVE, call->resolve);
	if (code != CURLE_OK || call->letter->tls_roots == NULL)
		return code;
	code = curl_easy_setopt(call->easy, CURLOPT_CAPATH, NULL);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_CAINFO, call->letter->tls_roots);
	return code;
}

static CURLcode
set_options(struct call *call)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
		{ CURLOPT_UPLOAD, 1 },
		/* Whoever can be told is, if another one is not there any more. */
		{ CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1 },
		{ CURLOPT_TIMEOUT_MS, (long)call->letter->timeout_ms },
	};
	const struct {
		CURLoption option;
		const char *value;
	} texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "smtp" },
		{ CURLOPT_PROXY, "" },
		{ CURLOPT_URL, call->url },
		{ CURLOPT_MAIL_FROM, "" },
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; code == CURLE_OK && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		code = curl_easy_setopt(call->easy, numbers[i].option, numbers[i].value);
	for (size_t i = 0; code == CURLE_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		code = curl_easy_setopt(call->easy, texts[i].option, texts[i].value);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_MAIL_RCPT, call->to);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_READFUNCTION, on_read);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_READDATA, call);
	return code == CURLE_OK ? set_tls(call) : code;
}

/* What the server said, where it said something; else what came of the connection. */
static enum pb_status
judge(const struct call *call, CURLcode code, struct pb_error *err)
{
	const struct pb_http_request like = { .server_roots = call->letter->tls_roots };
	long cause = 0, reply = 0;

	if (code == CURLE_OK)
		return PB_OK;
	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &cause);
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &reply);
	if (code == CURLE_OUT_OF_MEMORY)
		return pb_fail_memory(err, WHAT);
	if (code == CURLE_USE_SSL_FAILED)
		return pb_fail(err, PB_EUNAVAIL, WHAT,
		    N_("the mail server does not offer STARTTLS"), "%s", call->shown);
	if (reply >= 400 && code != CURLE_OPERATION_TIMEDOUT)
		return pb_fail(err, PB_EUNAVAIL, WHAT, N_("the mail server refused it"), "%s, %ld",
		    call->shown, reply);
	return pb_net_failure(code, (int)cause, &like, call->shown, err);
}

enum pb_status
pb_smtp_send(const struct pb_smtp_letter *letter, struct pb_error *err)
{
	struct call call = { .letter = letter, .easy = curl_easy_init() };
	CURLcode code = CURLE_OUT_OF_MEMORY;
	enum pb_status status;

	name_server(&call);
	if (call.easy != NULL && make_lists(&call))
		code = set_options(&call);
	if (code == CURLE_OK)
		code = curl_easy_perform(call.easy);
	status = call.easy != NULL ? judge(&call, code, err) : pb_fail_memory(err, WHAT);
	curl_easy_cleanup(call.easy);
	curl_slist_free_all(call.to);
	curl_slist_free_all(call.resolve);
	return status;
}
