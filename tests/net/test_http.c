/* Against servers that misbehave: each on a port of its own on 127.0.0.1. */
#include "net/fixture.h"

#include <ifaddrs.h>
#include <netdb.h>

#include "net/http.h"

#define TIMEOUT_MS 250 /* where it is waited for */
#define AMPLE_MS 20000 /* where it is not */

static struct pb_http *http;

/* A client without anything in the environment that would lead it elsewhere. */
static int
start(void **state)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy", "no_proxy",
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY" };

	(void)state;
	for (size_t i = 0; i < CASES(names); i++)
		unsetenv(names[i]);
	return pb_http_new(&http, NULL) == PB_OK ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	pb_http_free(http);
	pb_http_free(NULL);
	return 0;
}

static struct pb_http_request
get(const char *url)
{
	return (struct pb_http_request){ .url = url, .max = 1000, .timeout_ms = AMPLE_MS };
}

static enum pb_status
ask(const struct pb_http_request *request, struct pb_http_reply *reply, struct pb_error *err)
{
	*err = (struct pb_error){ .status = PB_OK };
	return http->exchange(http->ctx, request, reply, err);
}

/* An answer of a server that says this and closes. */
static struct pb_http_reply
answer_to(const char *text)
{
	struct hostile *h = hostile_start(text, DEED_CLOSE);
	struct pb_http_request request = get(h->url);
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err;

	if (ask(&request, &reply, &err) != PB_OK)
		fail_msg("%s", err.why);
	hostile_stop(h);
	free(h);
	return reply;
}

/* That exchange fails so, and leaves the reply as it was. */
static void
refuse_request(const struct pb_http_request *request, enum pb_status status, const char *why)
{
	struct pb_http_reply reply = { .status = 77, .content_type = "a/b" };
	struct pb_error err;

	assert_int_equal(pb_buf_append(&reply.body, "kept", 4), PB_OK);
	assert_int_equal(ask(request, &reply, &err), status);
	assert_int_equal(err.status, status);
	assert_non_null(err.why);
	if (strstr(err.why, why) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", err.why, why);
	assert_int_equal(reply.status, 77);
	assert_string_equal(reply.content_type, "a/b");
	assert_int_equal(reply.body.len, 4);
	pb_buf_done(&reply.body);
}

static void
refuse_answer(const struct answer *answer, enum pb_status status, const char *why)
{
	struct hostile *h = hostile_prepare();
	struct pb_http_request request = get(h->url);

	h->answers[0] = *answer;
	if (answer->deed == DEED_HANG || answer->deed == DEED_DRIP)
		request.timeout_ms = TIMEOUT_MS;
	hostile_go(h);
	refuse_request(&request, status, why);
	hostile_stop(h);
	free(h);
}

#define CUT "cut off"
#define LATE "in time"
#define NO_HTTP "not HTTP"
#define LONG "too long"

/* ---- no address, nobody there ---- */

static void
address_of_anything_else_is_refused(void **state)
{
	static const char *const urls[] = { "", " ", "127.0.0.1", "127.0.0.1/tsa",
		"file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/",
		"dict://127.0.0.1/", "scp://127.0.0.1/", "javascript:alert(1)", "http://",
		"http:///", "http://host name/", "http://127.0.0.1:x/", "http://127.0.0.1:65536/",
		"http://127.0.0.1/\r\nX: y", "://", "http" };

	(void)state;
	for (size_t i = 0; i < CASES(urls); i++) {
		struct pb_http_request request = get(urls[i]);

		refuse_request(&request, PB_EINVAL, "http or https");
	}
}

static void
connection_that_is_refused_is_said_so(void **state)
{
	struct pb_http_reply reply = { .status = 0 };
	struct pb_http_request request;
	struct pb_error err;
	char url[64];
	unsigned port;
	int fd = listen_here(&port);

	(void)state;
	close(fd);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/tsa", port);
	request = get(url);
	refuse_request(&request, PB_EUNAVAIL, "refused");
	assert_int_equal(ask(&request, &reply, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ECONNREFUSED);
	assert_string_equal(err.object, url);
}

/* A label beyond the 63 octets of RFC 1035 is no host's, and nobody need be asked. */
static void
host_that_does_not_exist_is_said_so(void **state)
{
	struct pb_http_request request =
	    get("http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test/");

	(void)state;
	refuse_request(&request, PB_EUNAVAIL, "no such host");
}

static void
password_in_an_address_is_not_shown(void **state)
{
	struct pb_http_reply reply = { .status = 0 };
	struct hostile *h = hostile_start("", DEED_CLOSE);
	struct pb_http_request request;
	struct pb_error err;
	char url[100];

	(void)state;
	snprintf(url, sizeof(url), "http://camille:secret@127.0.0.1:%u/tsa", h->port);
	request = get(url);
	assert_int_equal(ask(&request, &reply, &err), PB_EUNAVAIL);
	assert_string_equal(err.object, h->url);
	hostile_stop(h);
	assert_non_null(strstr(h->request[0], "Authorization: Basic "));
	free(h);
}

/* ---- too late ---- */

static void
answer_that_does_not_come_in_time_is_given_up(void **state)
{
	static const struct answer late[] = {
		{ "", DEED_HANG, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Le", DEED_HANG, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", DEED_HANG, 0 },
		{ "HTTP/1.1 200 OK\r\nX: ", DEED_DRIP, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", DEED_DRIP, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", DEED_HANG, 0 },
	};

	(void)state;
	for (size_t i = 0; i < CASES(late); i++)
		refuse_answer(&late[i], PB_EUNAVAIL, LATE);
}

/* Four times a tenth of a second: each alone would be in time. */
static void
redirects_share_one_time(void **state)
{
	struct hostile *h = hostile_prepare();
	struct pb_http_request request = get(h->url);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		h->answers[i] = (struct answer){ "HTTP/1.1 302 Found\r\nLocation: /b\r\n"
						 "Content-Length: 5\r\n\r\nabcde",
			DEED_SLOW, 0 };
	h->answers[3] = (struct answer){ "HTTP/1.1 200 OK\r\n\r\n", DEED_SLOW, 0 };
	hostile_go(h);
	request.timeout_ms = TIMEOUT_MS;
	refuse_request(&request, PB_EUNAVAIL, LATE);
	hostile_stop(h);
	free(h);
}

static void
exchange_without_any_time_is_too_late(void **state)
{
	struct hostile *h = hostile_start("HTTP/1.1 200 OK\r\n\r\n", DEED_CLOSE);
	struct pb_http_request request = get(h->url);

	(void)state;
	request.timeout_ms = 0;
	refuse_request(&request, PB_EUNAVAIL, LATE);
	hostile_stop(h);
	assert_int_equal(h->connections, 0);
	free(h);
}

/* ---- cut off ---- */

static void
answer_that_is_cut_off_is_none(void **state)
{
	static const struct answer cut[] = {
		{ "", DEED_CLOSE, 0 },
		{ "", DEED_RESET, 0 },
		{ "", DEED_DEAF, 0 },
		{ "HTTP/1.1 200 OK\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Ty", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", DEED_RESET, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd", DEED_RESET, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", DEED_CLOSE,
		    0 },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cut); i++)
		refuse_answer(&cut[i], PB_EUNAVAIL, CUT);
}

static void
server_that_goes_while_it_is_sent_to_is_no_signal(void **state)
{
	const size_t len = 32 * 1024 * 1024;
	struct hostile *h = hostile_start("", DEED_DEAF);
	struct pb_http_request request = get(h->url);
	void *body = calloc(1, len);

	(void)state;
	assert_non_null(body);
	request.content_type = "application/timestamp-query";
	request.body = body;
	request.body_len = len;
	refuse_request(&request, PB_EUNAVAIL, CUT);
	hostile_stop(h);
	free(body);
	free(h);
}

/* ---- no HTTP ---- */

static void
garbage_is_no_answer(void **state)
{
	static const struct answer garbage[] = {
		{ "hello\r\n", DEED_CLOSE, 0 },
		{ "hello", DEED_HANG, 0 },
		{ "\r\n\r\n\r\n", DEED_CLOSE, 0 },
		{ "\0\0\0\0\0\0\0\0\0\0", DEED_CLOSE, 10 },
		{ "SSH-2.0-OpenSSH_9.2p1\r\n", DEED_HANG, 0 },
		{ "220 mail.example ESMTP\r\n", DEED_HANG, 0 },
		{ "HTTP/1.1 OK\r\n\r\n", DEED_CLOSE, 0 },
		{ "HTTP/7.7 200 OK\r\n\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 99999 OK\r\n\r\n", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nabcde", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nabcde", DEED_CLOSE, 0 },
		{ "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabcde", DEED_CLOSE,
		    0 },
	};

	(void)state;
	for (size_t i = 0; i < CASES(garbage); i++) {
		struct hostile *h = hostile_prepare();
		struct pb_http_reply reply = { .status = 77 };
		struct pb_http_request request = get(h->url);
		struct pb_error err;

		h->answers[0] = garbage[i];
		hostile_go(h);
		if (ask(&request, &reply, &err) != PB_EUNAVAIL)
			fail_msg("answer %zu was taken", i);
		assert_int_equal(reply.status, 77);
		if (strstr(err.why, NO_HTTP) == NULL && strstr(err.why, CUT) == NULL)
			fail_msg("answer %zu: %s", i, err.why);
		hostile_stop(h);
		free(h);
	}
	refuse_answer(&garbage[0], PB_EUNAVAIL, NO_HTTP);
}

/* ---- too long ---- */

static void
body_beyond_the_limit_is_dropped_at_once(void **state)
{
	static const char *const heads[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999999\r\n\r\n",
		"HTTP/1.1 200 OK\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
		"HTTP/1.1 503 Busy\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < CASES(heads); i++) {
		struct hostile *h = hostile_start(heads[i], DEED_FLOOD);
		struct pb_http_request request = get(h->url);

		refuse_request(&request, PB_ELIMIT, LONG);
		hostile_stop(h);
		/* what the sockets' buffers took, no more */
		assert_true(h->flooded < 64 * 1024 * 1024);
		free(h);
	}
}

static void
body_of_just_the_limit_is_taken(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_http_reply reply;

	(void)state;
	assert_int_equal(
	    pb_buf_printf(&text, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n%01000d", 0),
	    PB_OK);
	reply = answer_to(pb_buf_text(&text));
	assert_int_equal(reply.body.len, 1000);
	pb_buf_done(&reply.body);
	pb_buf_done(&text);
}

static void
nothing_may_be_asked_for(void **state)
{
	struct hostile *h = hostile_start("HTTP/1.1 200 OK\r\n\r\n", DEED_CLOSE);
	struct hostile *more = hostile_start("HTTP/1.1 200 OK\r\n\r\nx", DEED_CLOSE);
	struct pb_http_request request = get(h->url);
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err;

	(void)state;
	request.max = 0;
	assert_int_equal(ask(&request, &reply, &err), PB_OK);
	assert_int_equal(reply.body.len, 0);
	request.url = more->url;
	refuse_request(&request, PB_ELIMIT, LONG);
	hostile_stop(h);
	hostile_stop(more);
	pb_buf_done(&reply.body);
	free(h);
	free(more);
}

static void
headers_beyond_the_limit_are_dropped(void **state)
{
	struct pb_buf many = PB_BUF_EMPTY, interim = PB_BUF_EMPTY, one = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_buf_append_text(&many, "HTTP/1.1 200 OK\r\n"), PB_OK);
	assert_int_equal(pb_buf_append_text(&one, "HTTP/1.1 200 OK\r\nX: "), PB_OK);
	for (unsigned i = 0; i < 8000; i++) {
		assert_int_equal(pb_buf_append_text(&many, "X: yyyyyyyyyyyy\r\n"), PB_OK);
		assert_int_equal(
		    pb_buf_append_text(&interim, "HTTP/1.1 100 Continue\r\n\r\n"), PB_OK);
		assert_int_equal(pb_buf_append_text(&one, "yyyyyyyyyyyyyyyyyyyyyyyyy"), PB_OK);
	}
	refuse_answer(&(struct answer){ pb_buf_text(&many), DEED_HANG, 0 }, PB_ELIMIT, LONG);
	refuse_answer(&(struct answer){ pb_buf_text(&interim), DEED_HANG, 0 }, PB_ELIMIT, LONG);
	refuse_answer(&(struct answer){ pb_buf_text(&one), DEED_HANG, 0 }, PB_ELIMIT, LONG);
	pb_buf_done(&many);
	pb_buf_done(&interim);
	pb_buf_done(&one);
}

/* Where a certificate points to, the machine that stamps is not meant. */
static void
this_machine_is_not_asked_at_an_address_that_others_chose(void **state)
{
	struct hostile *h =
	    hostile_start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", DEED_CLOSE);
	static const char *const hosts[] = { "127.0.0.1", "localhost", "0.0.0.0", "2130706433" };
	char url[100];

	(void)state;
	for (size_t i = 0; i < CASES(hosts); i++) {
		struct pb_http_request request = get(url);

		(void)snprintf(url, sizeof(url), "http://%s:%u/", hosts[i], h->port);
		request.foreign = true;
		refuse_request(&request, PB_EUNAVAIL, "of this machine");
	}
	hostile_stop(h);
	assert_int_equal(h->connections, 0);
	free(h);
}

/* A port that nobody listens at, so that a try would be told by its refusal. */
static void
nor_by_another_address_that_it_has(void **state)
{
	struct ifaddrs *first = NULL;
	unsigned looked = 0;

	(void)state;
	assert_int_equal(getifaddrs(&first), 0);
	for (const struct ifaddrs *at = first; at != NULL; at = at->ifa_next) {
		int family = at->ifa_addr != NULL ? at->ifa_addr->sa_family : AF_UNSPEC;
		socklen_t len =
		    family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
		char host[NI_MAXHOST], url[NI_MAXHOST + 20];
		struct pb_http_request request = get(url);

		if ((family != AF_INET && family != AF_INET6) ||
		    getnameinfo(at->ifa_addr, len, host, sizeof(host), NULL, 0, NI_NUMERICHOST) !=
			0 ||
		    strchr(host, '%') != NULL)
			continue;
		(void)snprintf(
		    url, sizeof(url), family == AF_INET ? "http://%s:1/" : "http://[%s]:1/", host);
		request.foreign = true;
		refuse_request(&request, PB_EUNAVAIL, "of this machine");
		looked++;
	}
	freeifaddrs(first);
	assert_true(looked > 0);
}

/* ---- answers ---- */

static void
whole_answer_is_handed_over(void **state)
{
	static const char body[] = "\x30\x03\x02\x01\0";
	static const char text[] =
	    "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n"
	    "Content-Length: 5\r\n\r\n\x30\x03\x02\x01\0";
	struct hostile *h = hostile_prepare();
	struct pb_http_request request = get(h->url);
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err;

	(void)state;
	h->answers[0] = (struct answer){ text, DEED_CLOSE, sizeof(text) - 1 };
	hostile_go(h);
	assert_int_equal(ask(&request, &reply, &err), PB_OK);
	hostile_stop(h);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "application/timestamp-reply");
	assert_int_equal(reply.retry_after_s, 0);
	assert_int_equal(reply.body.len, 5);
	assert_memory_equal(reply.body.data, body, 5);
	pb_buf_done(&reply.body);
	free(h);
}

static void
answer_in_any_form_of_http_is_whole(void **state)
{
	static const char *const texts[] = {
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcdefghi",
		"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nabcde",
		"HTTP/1.0 200 OK\r\n\r\nabcde",
		"HTTP/1.1 200 OK\n\nabcde",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
		"chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nabcde\r\n0\r\nX: "
		"y\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcde",
		"HTTP/1.1 103 Early\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
		"5\r\n\r\nabcde",
	};

	(void)state;
	for (size_t i = 0; i < CASES(texts); i++) {
		struct pb_http_reply reply = answer_to(texts[i]);

		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.content_type, "");
		assert_int_equal(reply.body.len, 5);
		assert_memory_equal(reply.body.data, "abcde", 5);
		pb_buf_done(&reply.body);
	}
}

/* What is said to be compressed is handed over as it came: nothing unpacks into memory. */
static void
compressed_body_is_left_as_it_is(void **state)
{
	struct pb_http_reply reply = answer_to(
	    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde");

	(void)state;
	assert_int_equal(reply.body.len, 5);
	pb_buf_done(&reply.body);
}

static void
any_status_code_is_an_answer(void **state)
{
	static const struct {
		const char *text;
		unsigned status;
		uint32_t retry_after_s;
	} cases[] = {
		{ "HTTP/1.1 204 No Content\r\n\r\n", 204, 0 },
		{ "HTTP/1.1 303 See Other\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", 303, 0 },
		{ "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", 302, 0 },
		{ "HTTP/1.1 304 Not Modified\r\n\r\n", 304, 0 },
		{ "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
		    401, 0 },
		{ "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404, 0 },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 503, 120 },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 503, 0 },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: -5\r\nContent-Length: 0\r\n\r\n", 503, 0 },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: Fri, 02 Jan 1970 00:00:00 GMT\r\n"
		  "Content-Length: 0\r\n\r\n",
		    503, 0 },
		{ "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999\r\nContent-Length: 0\r\n\r\n", 503,
		    UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_http_reply reply = answer_to(cases[i].text);

		assert_int_equal(reply.status, cases[i].status);
		assert_int_equal(reply.retry_after_s, cases[i].retry_after_s);
		assert_int_equal(reply.body.len, 0);
		pb_buf_done(&reply.body);
	}
}

static void
content_type_is_in_lower_case_without_parameters(void **state)
{
	static const char *const cases[][2] = {
		{ "application/timestamp-reply", "application/timestamp-reply" },
		{ "Application/Timestamp-REPLY", "application/timestamp-reply" },
		{ "text/html; charset=utf-8", "text/html" },
		{ "text/html;charset=utf-8", "text/html" },
		{ "text/html \t ; charset=utf-8", "text/html" },
		{ "\t text/html", "text/html" },
		{ "application/pkix-crl", "application/pkix-crl" },
		{ "", "" },
		{ "text", "" },
		{ "text/", "" },
		{ "/html", "" },
		{ "text/ html", "" },
		{ "text/html,text/plain", "" },
		{ "text/\x1b[31mred", "" },
		{ "text/\xc3\xa9", "" },
		{ "a/"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaa"
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		  "aaaa",
		    "" },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		char text[400];
		struct pb_http_reply reply;

		snprintf(
		    text, sizeof(text), "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n\r\n", cases[i][0]);
		reply = answer_to(text);
		assert_string_equal(reply.content_type, cases[i][1]);
		pb_buf_done(&reply.body);
	}
}

/* ---- requests ---- */

static void
body_is_posted_whole(void **state)
{
	const size_t lens[] = { 0, 1, 70, 3000000 };
	char *body = calloc(1, 3000000), line[64];

	(void)state;
	for (size_t i = 0; i < CASES(lens); i++) {
		struct hostile *h =
		    hostile_start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", DEED_CLOSE);
		struct pb_http_request request = get(h->url);
		struct pb_http_reply reply = { .status = 0 };
		struct pb_error err;

		request.content_type = "application/timestamp-query";
		request.accept = "application/timestamp-reply";
		request.token = i == 0 ? "jeton.fictif" : NULL;
		request.body = lens[i] > 0 ? body : NULL;
		request.body_len = lens[i];
		assert_int_equal(ask(&request, &reply, &err), PB_OK);
		hostile_stop(h);
		snprintf(line, sizeof(line), "\r\nContent-Length: %zu\r\n", lens[i]);
		assert_memory_equal(h->request[0], "POST /tsa HTTP/1.1\r\n", 20);
		assert_non_null(strstr(h->request[0], line));
		assert_non_null(
		    strstr(h->request[0], "\r\nContent-Type: application/timestamp-query\r\n"));
		assert_non_null(
		    strstr(h->request[0], "\r\nAccept: application/timestamp-reply\r\n"));
		assert_null(strstr(h->request[0], "Expect"));
		assert_true((strstr(h->request[0], "\r\nAuthorization: Bearer jeton.fictif\r\n") !=
				NULL) == (i == 0));
		assert_int_equal(h->body_len[0], lens[i]);
		pb_buf_done(&reply.body);
		free(h);
	}
	free(body);
}

/* A .netrc at hand, a cookie set before, a name that asks for authentication. */
static void
request_says_nothing_that_was_not_asked(void **state)
{
	struct hostile *h = hostile_prepare();
	char *directory = test_directory(), path[400];
	struct pb_http_request request = get(h->url);
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err;
	FILE *netrc;

	(void)state;
	snprintf(path, sizeof(path), "%s/.netrc", directory);
	netrc = fopen(path, "w");
	assert_non_null(netrc);
	fprintf(netrc, "machine 127.0.0.1 login camille password secret\n");
	fclose(netrc);
	setenv("HOME", directory, 1);
	h->answers[0] = (struct answer){ "HTTP/1.1 302 Found\r\nLocation: /b\r\nSet-Cookie: a=b\r\n"
					 "Content-Length: 0\r\n\r\n",
		DEED_CLOSE, 0 };
	h->answers[1] =
	    (struct answer){ "HTTP/1.1 401 No\r\nSet-Cookie: a=b\r\n"
			     "WWW-Authenticate: Basic realm=x\r\nContent-Length: 0\r\n\r\n",
		    DEED_CLOSE, 0 };
	hostile_go(h);
	assert_int_equal(ask(&request, &reply, &err), PB_OK);
	pb_buf_clear(&reply.body);
	assert_int_equal(ask(&request, &reply, &err), PB_OK);
	assert_int_equal(reply.status, 401);
	hostile_stop(h);
	assert_int_equal(h->connections, 3);
	for (unsigned i = 0; i < h->connections; i++) {
		assert_null(strstr(h->request[i], "Cookie"));
		assert_null(strstr(h->request[i], "Authorization"));
		assert_null(strstr(h->request[i], "Referer"));
		assert_non_null(
		    strstr(h->request[i], "\r\nUser-Agent: probant/" PROBANT_VERSION "\r\n"));
		assert_memory_equal(h->request[i], "GET /", 5);
	}
	pb_buf_done(&reply.body);
	free(h);
	test_directory_remove(directory);
}

static void
proxy_is_the_environments(void **state)
{
	struct hostile *h =
	    hostile_start("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", DEED_CLOSE);
	struct pb_http_request request = get("http://tsa.example/query");
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err;

	(void)state;
	setenv("http_proxy", h->url, 1);
	assert_int_equal(ask(&request, &reply, &err), PB_OK);
	unsetenv("http_proxy");
	hostile_stop(h);
	assert_memory_equal(h->request[0], "GET http://tsa.example/query HTTP/1.1\r\n", 39);
	pb_buf_done(&reply.body);
	free(h);
}

/* ---- redirects ---- */

static void
redirect_on_the_same_host_is_followed_with_method_and_body(void **state)
{
	static const char *const codes[] = { "301 Moved", "302 Found", "307 Temporary",
		"308 Permanent" };

	(void)state;
	for (size_t i = 0; i < CASES(codes); i++) {
		struct hostile *h = hostile_prepare();
		struct pb_http_request request = get(h->url);
		struct pb_http_reply reply = { .status = 0 };
		struct pb_error err;
		char text[200];

		snprintf(text, sizeof(text),
		    "HTTP/1.1 %s\r\nLocation: ../b\r\nContent-Length: 4\r\n\r\nmore", codes[i]);
		h->answers[0] = (struct answer){ text, DEED_CLOSE, 0 };
		h->answers[1] = (struct answer){ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
			DEED_CLOSE, 0 };
		hostile_go(h);
		request.content_type = "text/plain";
		request.body = "hello";
		request.body_len = 5;
		assert_int_equal(ask(&request, &reply, &err), PB_OK);
		assert_int_equal(reply.status, 200);
		assert_int_equal(reply.body.len, 2);
		hostile_stop(h);
		assert_memory_equal(h->request[1], "POST /b HTTP/1.1\r\n", 18);
		assert_int_equal(h->body_len[1], 5);
		pb_buf_done(&reply.body);
		free(h);
	}
}

static void
redirect_to_another_place_is_refused(void **state)
{
	static const char *const places[] = { "file:///etc/passwd", "ftp://127.0.0.1/",
		"gopher://127.0.0.1:70/", "dict://127.0.0.1/", "http://127.0.0.2/",
		"//other.example/", "http://localhost/", "https://other.example/",
		"http://127.0.0.1@other.example/", "http://127.0.0.1.other.example/",
		"javascript:alert(1)", "http://[::1]/" };

	(void)state;
	for (size_t i = 0; i < CASES(places); i++) {
		char text[200];

		snprintf(
		    text, sizeof(text), "HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n", places[i]);
		refuse_answer(&(struct answer){ text, DEED_CLOSE, 0 }, PB_EUNAVAIL, "not followed");
	}
}

static void
redirects_without_end_are_given_up(void **state)
{
	struct hostile *h = hostile_start(
	    "HTTP/1.1 302 Found\r\nLocation: /tsa\r\nContent-Length: 0\r\n\r\n", DEED_CLOSE);
	struct pb_http_request request = get(h->url);

	(void)state;
	refuse_request(&request, PB_EUNAVAIL, "from place to place");
	hostile_stop(h);
	assert_int_equal(h->connections, PB_LIMIT_HTTP_REDIRECTS + 1);
	free(h);
}

/* ---- faults ---- */

static void
memory_that_runs_out_is_said_so(void **state)
{
	struct hostile *h;
	struct pb_http_request request;
	struct pb_http_reply reply = { .status = 0 };
	unsigned refused = 0;
	struct pb_error err;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	h = hostile_start(
	    "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 5\r\n\r\nabcde", DEED_CLOSE);
	request = get(h->url);
	request.timeout_ms = 2000;
	request.content_type = "a/b";
	request.body = "x";
	request.body_len = 1;
	for (uint64_t nth = 1;; nth++) {
		enum pb_status status;

		reply.status = 77;
		err = (struct pb_error){ .status = PB_OK };
		test_memory_fail(nth, false);
		status = http->exchange(http->ctx, &request, &reply, &err);
		if (test_memory_restore() == 0)
			break;
		/* libcurl does without some of what it asks for, and answers whole all the same */
		if (status == PB_OK) {
			assert_int_equal(reply.body.len, 5);
			assert_int_equal(reply.status, 200);
			continue;
		}
		assert_int_equal(reply.status, 77);
		if (status != PB_ENOMEM)
			fail_msg("allocation %u: %s, %s", (unsigned)nth, pb_status_name(status),
			    err.why);
		refused++;
	}
	assert_true(refused > 20);
	hostile_stop(h);
	pb_buf_done(&reply.body);
	free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_of_anything_else_is_refused),
		cmocka_unit_test(connection_that_is_refused_is_said_so),
		cmocka_unit_test(host_that_does_not_exist_is_said_so),
		cmocka_unit_test(password_in_an_address_is_not_shown),
		cmocka_unit_test(answer_that_does_not_come_in_time_is_given_up),
		cmocka_unit_test(redirects_share_one_time),
		cmocka_unit_test(exchange_without_any_time_is_too_late),
		cmocka_unit_test(answer_that_is_cut_off_is_none),
		cmocka_unit_test(server_that_goes_while_it_is_sent_to_is_no_signal),
		cmocka_unit_test(garbage_is_no_answer),
		cmocka_unit_test(body_beyond_the_limit_is_dropped_at_once),
		cmocka_unit_test(body_of_just_the_limit_is_taken),
		cmocka_unit_test(nothing_may_be_asked_for),
		cmocka_unit_test(headers_beyond_the_limit_are_dropped),
		cmocka_unit_test(this_machine_is_not_asked_at_an_address_that_others_chose),
		cmocka_unit_test(nor_by_another_address_that_it_has),
		cmocka_unit_test(whole_answer_is_handed_over),
		cmocka_unit_test(answer_in_any_form_of_http_is_whole),
		cmocka_unit_test(compressed_body_is_left_as_it_is),
		cmocka_unit_test(any_status_code_is_an_answer),
		cmocka_unit_test(content_type_is_in_lower_case_without_parameters),
		cmocka_unit_test(body_is_posted_whole),
		cmocka_unit_test(request_says_nothing_that_was_not_asked),
		cmocka_unit_test(proxy_is_the_environments),
		cmocka_unit_test(redirect_on_the_same_host_is_followed_with_method_and_body),
		cmocka_unit_test(redirect_to_another_place_is_refused),
		cmocka_unit_test(redirects_without_end_are_given_up),
		cmocka_unit_test(memory_that_runs_out_is_said_so),
	};

	return cmocka_run_group_tests_name("net/http", tests, start, stop);
}
