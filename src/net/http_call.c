#include "net/http_call.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "net/address.h"
#include "net/failure.h"
#include "net/near.h"
#include "sys/sockets.h"

#define WHAT N_("ask a server")

/* ---- what libcurl calls ---- */

static size_t
on_header(char *data, size_t size, size_t count, void *arg)
{
	struct pb_http_call *call = arg;
	size_t len = size * count;

	call->header_len += len;
	if (call->header_len > PB_LIMIT_HTTP_HEADERS) {
		call->too_long = true;
		return 0;
	}
	/* An interim answer (RFC 9110 15.2) has headers and an empty line of its own. */
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0)
		call->headers_end = false;
	else if (data[0] == '\n' || (len == 2 && data[0] == '\r'))
		call->headers_end = true;
	return len;
}

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	struct pb_http_call *call = arg;
	size_t len = size * count;

	if (len > call->request->max - call->body.len) {
		call->too_long = true;
		return CURL_WRITEFUNC_ERROR;
	}
	if (pb_buf_append(&call->body, data, len) != PB_OK) {
		call->no_memory = true;
		return CURL_WRITEFUNC_ERROR;
	}
	return len;
}

/* A socket for an address that somebody else chose, or the negative errno. */
static int
open_foreign(struct pb_http_call *call, const struct curl_sockaddr *to)
{
	char text[NI_MAXHOST];
	int near;

	if (getnameinfo(&to->addr, to->addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) != 0)
		return -EINVAL;
	near = pb_net_is_near(text);
	if (near < 0)
		return near;
	call->near = call->near || near > 0;
	return near > 0 ? -EACCES : pb_socket_new(to->family, to->socktype, to->protocol);
}

/* Called for each address that a name was resolved to, before anything is sent there. */
static curl_socket_t
on_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct pb_http_call *call = arg;
	int fd = open_foreign(call, to);

	(void)purpose;
	if (fd == -ENOMEM)
		call->no_memory = true;
	return fd >= 0 ? fd : CURL_SOCKET_BAD;
}

/* ---- options ---- */

static const struct {
	CURLoption option;
	long value;
} numbers[] = {
	{ CURLOPT_NOSIGNAL, 1 },
	/* A resolver that does not answer is not waited for beyond the time either. */
	{ CURLOPT_QUICK_EXIT, 1 },
	/* Redirects are followed here, where the host is looked at. */
	{ CURLOPT_FOLLOWLOCATION, 0 },
	{ CURLOPT_NETRC, CURL_NETRC_IGNORED },
	{ CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1 },
	{ CURLOPT_HTTP09_ALLOWED, 0 },
	{ CURLOPT_HTTP_CONTENT_DECODING, 0 },
	{ CURLOPT_SUPPRESS_CONNECT_HEADERS, 1 },
	{ CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2 },
	{ CURLOPT_SSL_VERIFYPEER, 1 },
	{ CURLOPT_SSL_VERIFYHOST, 2 },
	{ CURLOPT_FRESH_CONNECT, 1 },
	{ CURLOPT_FORBID_REUSE, 1 },
};

static CURLcode
set_numbers(CURL *easy)
{
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
	return code;
}

static CURLcode
set_texts(CURL *easy, const struct pb_http_request *request)
{
	const struct {
		CURLoption option;
		const char *value;
	} texts[] = {
		{ CURLOPT_PROTOCOLS_STR, "http,https" },
		{ CURLOPT_REDIR_PROTOCOLS_STR, "http,https" },
		{ CURLOPT_USERAGENT, "probant/" PROBANT_VERSION },
		{ CURLOPT_SSLCERT, request->client_pem },
		/* An encrypted key fails; without this, OpenSSL would ask at the terminal. */
		{ CURLOPT_KEYPASSWD, request->client_pem != NULL ? "" : NULL },
	};
	CURLcode code = CURLE_OK;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && code == CURLE_OK; i++)
		code = curl_easy_setopt(easy, texts[i].option, texts[i].value);
	if (code != CURLE_OK || request->server_roots == NULL)
		return code;
	/* Those roots instead of the system's, not besides. */
	code = curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_CAINFO, request->server_roots);
	return code;
}

static CURLcode
set_callbacks(struct pb_http_call *call)
{
	CURL *easy = call->easy;
	CURLcode code;

	code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	if (code == CURLE_OK && call->request->foreign)
		code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
	if (code == CURLE_OK)
		code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, call);
	if (code == CURLE_OK && call->request->max <= INT64_MAX)
		code = curl_easy_setopt(
		    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->request->max);
	return code;
}

static CURLcode
add_header(struct pb_http_call *call, const char *name, const char *value)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct curl_slist *headers = NULL;

	if (pb_buf_printf(&line, "%s:%s%s", name, value[0] != '\0' ? " " : "", value) == PB_OK &&
	    pb_buf_text(&line) != NULL)
		headers = curl_slist_append(call->headers, pb_buf_text(&line));
	pb_buf_done(&line);
	if (headers == NULL)
		return CURLE_OUT_OF_MEMORY;
	call->headers = headers;
	return CURLE_OK;
}

/* RFC 6750 2.1.  It goes where redirects go: to the same host alone. */
static CURLcode
add_token(struct pb_http_call *call)
{
	struct pb_buf value = PB_BUF_EMPTY;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (pb_buf_printf(&value, "Bearer %s", call->request->token) == PB_OK &&
	    pb_buf_text(&value) != NULL)
		code = add_header(call, "Authorization", pb_buf_text(&value));
	pb_buf_done(&value);
	return code;
}

static CURLcode
set_content(struct pb_http_call *call)
{
	const struct pb_http_request *request = call->request;
	CURLcode code = CURLE_OK;

	if (request->accept != NULL)
		code = add_header(call, "Accept", request->accept);
	if (code == CURLE_OK && request->token != NULL)
		code = add_token(call);
	if (request->content_type != NULL) {
		if (code == CURLE_OK)
			code = add_header(call, "Content-Type", request->content_type);
		/* The body follows at once; not every server knows 100 (Continue). */
		if (code == CURLE_OK)
			code = add_header(call, "Expect", "");
		if (code == CURLE_OK)
			code = curl_easy_setopt(
			    call->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
		if (code == CURLE_OK)
			code = curl_easy_setopt(call->easy, CURLOPT_POSTFIELDS,
			    request->body_len > 0 ? request->body : "");
	}
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	return code;
}

static CURLcode
set_options(struct pb_http_call *call)
{
	CURLcode code = set_numbers(call->easy);

	if (code == CURLE_OK)
		code = set_texts(call->easy, call->request);
	if (code == CURLE_OK)
		code = set_callbacks(call);
	return code == CURLE_OK ? set_content(call) : code;
}

/* ---- a call ---- */

enum pb_status
pb_http_call_init(
    struct pb_http_call *call, const struct pb_http_request *request, struct pb_error *err)
{
	enum pb_status status;
	CURLcode code;

	*call = (struct pb_http_call){ .request = request };
	status = pb_net_parse(request->url, &call->url, &call->shown, err);
	if (status != PB_OK)
		return status;
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		return pb_fail_memory(err, WHAT);
	code = set_options(call);
	return code == CURLE_OK ? PB_OK : pb_net_failure(code, 0, request, call->shown, err);
}

void
pb_http_call_done(struct pb_http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	curl_url_cleanup(call->url);
	curl_free(call->shown);
	pb_buf_done(&call->body);
}

/* libcurl's answer, where ours says more: what a callback refused, what it cannot tell. */
static enum pb_status
judge(const struct pb_http_call *call, CURLcode code, bool errno_memory, struct pb_error *err)
{
	long cause = 0, status = 0;
	curl_off_t started_us = 0;

	curl_easy_getinfo(call->easy, CURLINFO_OS_ERRNO, &cause);
	curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &started_us);
	/* It calls a want of memory by many names, such as a malformed URL. */
	if (call->no_memory || (code != CURLE_OK && !call->too_long && errno_memory))
		return pb_fail_memory(err, WHAT);
	/* And calls so a header line beyond its own limit, where no memory was refused. */
	if (call->too_long || (code == CURLE_OUT_OF_MEMORY && started_us > 0 && !call->headers_end))
		code = CURLE_FILESIZE_EXCEEDED;
	if (code == CURLE_COULDNT_CONNECT && call->near)
		code = CURLE_ABORTED_BY_CALLBACK;
	/* An end within the headers looks like an empty body to it. */
	if (code == CURLE_OK && (!call->headers_end || status < 200))
		code = CURLE_PARTIAL_FILE;
	if (code == CURLE_OK)
		return PB_OK;
	return pb_net_failure(code, (int)cause, call->request, call->shown, err);
}

enum pb_status
pb_http_call_send(struct pb_http_call *call, curl_off_t *left_us, struct pb_error *err)
{
	CURLcode code;
	curl_off_t took_us = 0;
	bool errno_memory;

	pb_buf_clear(&call->body);
	call->headers_end = false;
	if (*left_us < 1000)
		return pb_net_failure(CURLE_OPERATION_TIMEDOUT, 0, call->request, call->shown, err);
	code = curl_easy_setopt(call->easy, CURLOPT_CURLU, call->url);
	if (code == CURLE_OK)
		code = curl_easy_setopt(call->easy, CURLOPT_TIMEOUT_MS, (long)(*left_us / 1000));
	errno = 0;
	if (code == CURLE_OK)
		code = curl_easy_perform(call->easy);
	errno_memory = errno == ENOMEM;
	curl_easy_getinfo(call->easy, CURLINFO_TOTAL_TIME_T, &took_us);
	*left_us -= took_us;
	return judge(call, code, errno_memory, err);
}
