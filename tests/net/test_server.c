#include "net/fixture.h"

#include <fcntl.h>

#include "net/http.h"
#include "net/server.h"

#define QUERY "application/timestamp-query"
#define REPLY "application/timestamp-reply"
#define MAX 1000

/* What the tests let it answer: the request, reversed; and how it was called. */
struct office {
	atomic_uint inside, calls;
	atomic_bool together; /* two at once */
	enum pb_status status;
	unsigned pause_ms;
};

static enum pb_status
answer(void *ctx, const void *request, size_t len, unsigned *status, struct pb_buf *reply)
{
	struct office *office = ctx;
	struct timespec pause = { .tv_nsec = (long)office->pause_ms * 1000000 };

	(void)status;
	if (atomic_fetch_add(&office->inside, 1) > 0)
		atomic_store(&office->together, true);
	atomic_fetch_add(&office->calls, 1);
	if (office->pause_ms > 0)
		nanosleep(&pause, NULL);
	for (size_t i = len; i > 0; i--)
		assert_int_equal(pb_buf_append(reply, (const uint8_t *)request + i - 1, 1), PB_OK);
	atomic_fetch_sub(&office->inside, 1);
	return office->status;
}

/* A page to be looked at. */
static enum pb_status
look(void *ctx, const void *request, size_t len, unsigned *status, struct pb_buf *reply)
{
	const struct office *office = ctx;

	(void)request;
	assert_int_equal(len, 0);
	if (office->status != PB_OK)
		*status = 503;
	return pb_buf_append_text(reply, "well\n");
}

static struct pb_server_options
options_of(struct office *office)
{
	static const struct pb_server_page pages[] = { { "/tsa", QUERY, REPLY, answer },
		{ "/health", NULL, "text/plain", look } };

	return (struct pb_server_options){
		.address = "127.0.0.1", .page = pages, .page_count = 2, .max = MAX, .ctx = office
	};
}

static struct pb_server *
start(struct office *office)
{
	struct pb_server_options options = options_of(office);
	struct pb_server *server = NULL;
	struct pb_error err = { .status = PB_OK };

	if (pb_server_new(&options, &server, &err) != PB_OK)
		fail_msg("%s: %s", err.object, err.why);
	assert_in_range(pb_server_port(server), 1, UINT16_MAX);
	return server;
}

/* All that comes back until the other side closes. */
static struct pb_buf
read_rest(int fd)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	char chunk[4096];
	ssize_t got;

	while ((got = recv(fd, chunk, sizeof(chunk), 0)) > 0)
		assert_int_equal(pb_buf_append(&buf, chunk, (size_t)got), PB_OK);
	assert_non_null(pb_buf_text(&buf));
	return buf;
}

static struct pb_buf
say(struct pb_server *server, const char *text)
{
	int fd = connect_to(pb_server_port(server));
	struct pb_buf reply;

	assert_true(send_all(fd, text, strlen(text)));
	reply = read_rest(fd);
	close(fd);
	return reply;
}

/* ---- what is refused ---- */

static void
request_that_is_not_the_one_is_refused(void **state)
{
	static const struct {
		const char *text;
		const char *status;
	} cases[] = {
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "404" },
		{ "POST /tsa/ HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "404" },
		{ "GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "404" },
		{ "GET /tsa HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405" },
		{ "HEAD /tsa HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405" },
		{ "PUT /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "405" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: "
		  "close\r\n\r\nabc",
		    "415" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
		  "Content-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "415" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "415" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nConnection: close\r\n\r\n",
		    "411" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nTransfer-Encoding: chunked\r\nConnection: "
		  "close\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		    "411" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 1001\r\nConnection: close\r\n\r\n",
		    "413" },
		{ "POST /health HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		    "405" },
		{ "DELETE /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "405" },
		{ "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000000\r\n\r\n", "413" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: 99999999999999999999999\r\n\r\n",
		    "413" },
		{ "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		  "\r\nContent-Length: three\r\n\r\nabc",
		    "400" },
	};
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_buf reply = say(server, cases[i].text);

		if (reply.len < 12 || memcmp(reply.data, "HTTP/1.", 7) != 0 ||
		    memcmp(reply.data + 9, cases[i].status, 3) != 0)
			fail_msg("case %zu: %s", i, pb_buf_text(&reply));
		if (strcmp(cases[i].status, "405") == 0)
			assert_non_null(strstr(pb_buf_text(&reply),
			    strstr(cases[i].text, "/health") != NULL ? "\r\nAllow: GET, HEAD\r\n"
								     : "\r\nAllow: POST\r\n"));
		pb_buf_done(&reply);
	}
	pb_server_free(server);
	assert_int_equal(office.calls, 0);
}

/* Said first, each on a connection that stays open; then comes a request that is answered. */
static void
garbage_and_half_requests_are_not_answered(void **state)
{
	static const char *const texts[] = {
		"",
		"\r\n\r\n",
		"hello\r\n\r\n",
		"\x16\x03\x01\x02\r\n\r\n",
		"POST /tsa HTTP/9.9\r\n\r\n",
		"POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY "\r\nContent-Length: 5\r\n",
		"POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
		"\r\nContent-Length: 5\r\n\r\nabcd",
	};
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);
	struct pb_buf reply;
	int fd[CASES(texts)];

	(void)state;
	for (size_t i = 0; i < CASES(texts); i++) {
		fd[i] = connect_to(pb_server_port(server));
		assert_true(send_all(fd[i], texts[i], strlen(texts[i])));
	}
	reply = say(server, "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
			    "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
	assert_non_null(strstr(pb_buf_text(&reply), "\r\n\r\ncba"));
	pb_buf_done(&reply);
	pb_server_free(server);
	for (size_t i = 0; i < CASES(texts); i++) {
		reply = read_rest(fd[i]);
		assert_null(strstr(pb_buf_text(&reply), " 200 "));
		pb_buf_done(&reply);
		close(fd[i]);
	}
	assert_int_equal(office.calls, 1);
}

static void
address_that_cannot_be_listened_on_is_said_so(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server_options options = options_of(&office);
	struct pb_server *server = NULL;
	struct pb_error err;
	unsigned port;
	int fd = listen_here(&port);

	(void)state;
	options.port = port;
	assert_int_equal(pb_server_new(&options, &server, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, EADDRINUSE);
	assert_non_null(strstr(err.why, "listens"));
	close(fd);
	options.port = 0;
	options.address = "192.0.2.1"; /* RFC 5737: nobody's */
	assert_int_equal(pb_server_new(&options, &server, &err), PB_EUNAVAIL);
	assert_non_null(strstr(err.why, "does not have"));
	options.address = "tsa.example";
	assert_int_equal(pb_server_new(&options, &server, &err), PB_EINVAL);
	options.address = "127.0.0.1";
	options.port = 65536;
	assert_int_equal(pb_server_new(&options, &server, NULL), PB_EINVAL);
	assert_null(server);
	pb_server_free(NULL);
}

/* ---- what is answered ---- */

static struct pb_http *
new_client(void)
{
	struct pb_http *http = NULL;

	unsetenv("http_proxy");
	unsetenv("all_proxy");
	unsetenv("ALL_PROXY");
	assert_int_equal(pb_http_new(&http, NULL), PB_OK);
	return http;
}

static enum pb_status
post(struct pb_http *http, const char *url, const char *type, const void *body, size_t len,
    struct pb_http_reply *reply)
{
	struct pb_http_request request = { .url = url,
		.content_type = type,
		.body = body,
		.body_len = len,
		.max = 100000,
		.timeout_ms = 20000 };

	pb_buf_clear(&reply->body);
	return http->exchange(http->ctx, &request, reply, NULL);
}

static void
url_of(const struct pb_server *server, const char *host, char out[64])
{
	snprintf(out, 64, "http://%s:%u/tsa", host, pb_server_port(server));
}

static void
request_is_answered_whole(void **state)
{
	static const size_t lens[] = { 0, 1, 2, 999, MAX };
	static const char *const types[] = { QUERY, "Application/Timestamp-Query",
		QUERY "; charset=x" };
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);
	struct pb_http *http = new_client();
	struct pb_http_reply reply = { .status = 0 };
	uint8_t body[MAX + 1];
	char url[64];

	(void)state;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i * 31);
	url_of(server, "127.0.0.1", url);
	for (size_t i = 0; i < CASES(lens); i++) {
		assert_int_equal(
		    post(http, url, types[i % CASES(types)], body, lens[i], &reply), PB_OK);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.content_type, REPLY);
		assert_int_equal(reply.body.len, lens[i]);
		for (size_t at = 0; at < lens[i]; at++)
			assert_int_equal(reply.body.data[at], body[lens[i] - 1 - at]);
	}
	assert_int_equal(post(http, url, QUERY, body, MAX + 1, &reply), PB_OK);
	assert_int_equal(reply.status, 413);
	assert_int_equal(office.calls, CASES(lens));
	pb_buf_done(&reply.body);
	pb_http_free(http);
	pb_server_free(server);
}

/* Of HEAD its header alone; the page says how it goes. */
static void
page_that_is_looked_at_is_answered_as_it_says(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);
	struct pb_buf reply;

	(void)state;
	reply = say(server, "GET /health?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(pb_buf_text(&reply), " 200 "));
	assert_non_null(strstr(pb_buf_text(&reply), "\r\nContent-Type: text/plain\r\n"));
	assert_non_null(strstr(pb_buf_text(&reply), "\r\n\r\nwell\n"));
	pb_buf_done(&reply);
	office.status = PB_EUNAVAIL;
	reply = say(server, "HEAD /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
	assert_non_null(strstr(pb_buf_text(&reply), " 503 "));
	assert_null(strstr(pb_buf_text(&reply), "well"));
	pb_buf_done(&reply);
	pb_server_free(server);
}

/* Bound by somebody who may, for a server that may bind none. */
static void
socket_that_listens_already_is_served(void **state)
{
	static const char request[] =
	    "GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	struct office office = { .status = PB_OK };
	struct pb_server_options options = options_of(&office);
	struct pb_server *server = NULL;
	struct pb_buf reply;
	unsigned port;
	int kept, waiting;

	(void)state;
	options.address = NULL;
	options.listener = listen_here(&port);
	kept = dup(options.listener);
	assert_int_equal(pb_server_new(&options, &server, NULL), PB_OK);
	assert_int_equal(pb_server_port(server), port);
	reply = say(server, request);
	assert_non_null(strstr(pb_buf_text(&reply), " 200 "));
	pb_buf_done(&reply);
	pb_server_free(server);
	assert_int_equal(fcntl(options.listener, F_GETFD), -1);
	/* Who bound it gives it to the next one; who connects meanwhile waits. */
	waiting = connect_to(port);
	options.listener = kept;
	server = NULL;
	assert_int_equal(pb_server_new(&options, &server, NULL), PB_OK);
	assert_true(send_all(waiting, request, strlen(request)));
	reply = read_rest(waiting);
	assert_non_null(strstr(pb_buf_text(&reply), " 200 "));
	pb_buf_done(&reply);
	close(waiting);
	pb_server_free(server);
}

/* A body in many pieces, and a second request on the same connection. */
static void
request_in_pieces_is_answered(void **state)
{
	static const char text[] = "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
				   "\r\nContent-Length: 5\r\n\r\nabcde";
	static const char last[] = "POST /tsa HTTP/1.1\r\nHost: a\r\nContent-Type: " QUERY
				   "\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz";
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);
	int fd = connect_to(pb_server_port(server));
	struct pb_buf reply;
	const char *first;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 1; i++)
		assert_true(send_all(fd, text + i, 1));
	assert_true(send_all(fd, last, sizeof(last) - 1));
	reply = read_rest(fd);
	first = strstr(pb_buf_text(&reply), "\r\n\r\nedcba");
	assert_non_null(first);
	assert_non_null(strstr(first + 1, "\r\n\r\nzyx"));
	close(fd);
	pb_buf_done(&reply);
	pb_server_free(server);
	assert_int_equal(office.calls, 2);
}

static void
failure_of_the_answer_is_500(void **state)
{
	struct office office = { .status = PB_ENOMEM };
	struct pb_server *server = start(&office);
	struct pb_http *http = new_client();
	struct pb_http_reply reply = { .status = 0 };
	char url[64];

	(void)state;
	url_of(server, "127.0.0.1", url);
	assert_int_equal(post(http, url, QUERY, "abc", 3, &reply), PB_OK);
	assert_int_equal(reply.status, 500);
	/* nothing of a half-made answer */
	assert_int_equal(reply.body.len, 0);
	pb_buf_done(&reply.body);
	pb_http_free(http);
	pb_server_free(server);
}

static void
server_listens_on_ipv6(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server_options options = options_of(&office);
	struct pb_server *server = NULL;
	struct pb_http_reply reply = { .status = 0 };
	struct pb_http *http;
	char url[64];

	(void)state;
	options.address = "::1";
	if (pb_server_new(&options, &server, NULL) != PB_OK)
		skip(); /* a machine without IPv6 */
	http = new_client();
	url_of(server, "[::1]", url);
	assert_int_equal(post(http, url, QUERY, "abc", 3, &reply), PB_OK);
	assert_int_equal(reply.status, 200);
	assert_memory_equal(reply.body.data, "cba", 3);
	pb_buf_done(&reply.body);
	pb_http_free(http);
	pb_server_free(server);
}

/* ---- many at once, and the end ---- */

struct caller {
	pthread_t thread;
	char url[64];
	bool served;
};

static void *
call(void *arg)
{
	struct caller *caller = arg;
	struct pb_http_reply reply = { .status = 0 };
	struct pb_http *http = NULL;

	if (pb_http_new(&http, NULL) != PB_OK)
		return NULL;
	caller->served = true;
	for (unsigned i = 0; i < 5; i++)
		if (post(http, caller->url, QUERY, "abc", 3, &reply) != PB_OK ||
		    reply.status != 200 || memcmp(reply.body.data, "cba", 3) != 0)
			caller->served = false;
	pb_buf_done(&reply.body);
	pb_http_free(http);
	return NULL;
}

static void
answers_are_made_one_after_the_other(void **state)
{
	struct office office = { .status = PB_OK, .pause_ms = 2 };
	struct pb_server *server = start(&office);
	struct caller callers[8];

	(void)state;
	pb_http_free(new_client());
	for (size_t i = 0; i < CASES(callers); i++) {
		callers[i].served = false;
		url_of(server, "127.0.0.1", callers[i].url);
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
	}
	for (size_t i = 0; i < CASES(callers); i++) {
		pthread_join(callers[i].thread, NULL);
		assert_true(callers[i].served);
	}
	pb_server_free(server);
	assert_int_equal(office.calls, 5 * CASES(callers));
	assert_false(office.together);
}

static void
silent_connection_keeps_nobody_waiting(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server *server = start(&office);
	struct pb_http *http = new_client();
	struct pb_http_reply reply = { .status = 0 };
	int silent[20];
	char url[64];

	(void)state;
	for (size_t i = 0; i < CASES(silent); i++) {
		silent[i] = connect_to(pb_server_port(server));
		assert_true(send_all(silent[i], "POST /tsa HTTP/1.1\r\nHost", i));
	}
	url_of(server, "127.0.0.1", url);
	assert_int_equal(post(http, url, QUERY, "abc", 3, &reply), PB_OK);
	assert_int_equal(reply.status, 200);
	/* and it stops although they are still there */
	pb_server_free(server);
	for (size_t i = 0; i < CASES(silent); i++)
		close(silent[i]);
	pb_buf_done(&reply.body);
	pb_http_free(http);
}

static void
server_that_stopped_leaves_its_port(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server_options options = options_of(&office);

	(void)state;
	for (unsigned i = 0; i < 5; i++) {
		struct pb_server *server = NULL;
		struct pb_buf reply;

		assert_int_equal(pb_server_new(&options, &server, NULL), PB_OK);
		options.port = pb_server_port(server);
		reply = say(server, "GET /tsa HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
		assert_true(reply.len > 0);
		pb_buf_done(&reply);
		pb_server_free(server);
	}
}

static atomic_uint signals;

static void
on_signal(int number)
{
	(void)number;
	atomic_fetch_add(&signals, 1);
}

/* So that who holds a signal back, to wait for it, gets it. */
static void
servers_thread_holds_back_the_signals_of_its_caller(void **state)
{
	const struct sigaction action = { .sa_handler = on_signal };
	struct office office = { .status = PB_OK };
	struct pb_server *server;
	struct sigaction before;
	sigset_t usr1, mask;

	(void)state;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
	pthread_sigmask(SIG_BLOCK, &usr1, &mask);
	server = start(&office);
	/* it would go to any thread that lets it in */
	kill(getpid(), SIGUSR1);
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	assert_int_equal(signals, 0);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	assert_int_equal(signals, 1);
	pb_server_free(server);
	sigaction(SIGUSR1, &before, NULL);
}

static void
memory_that_runs_out_starts_nothing(void **state)
{
	struct office office = { .status = PB_OK };
	struct pb_server_options options = options_of(&office);
	unsigned refused = 0;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1;; nth++) {
		struct pb_server *server = NULL;
		enum pb_status status;

		test_memory_fail(nth, false);
		status = pb_server_new(&options, &server, NULL);
		if (test_memory_restore() == 0) {
			assert_int_equal(status, PB_OK);
			pb_server_free(server);
			break;
		}
		if (status == PB_OK) {
			pb_server_free(server);
			continue;
		}
		assert_int_equal(status, PB_ENOMEM);
		assert_null(server);
		refused++;
	}
	assert_true(refused > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_that_is_not_the_one_is_refused),
		cmocka_unit_test(garbage_and_half_requests_are_not_answered),
		cmocka_unit_test(address_that_cannot_be_listened_on_is_said_so),
		cmocka_unit_test(request_is_answered_whole),
		cmocka_unit_test(page_that_is_looked_at_is_answered_as_it_says),
		cmocka_unit_test(socket_that_listens_already_is_served),
		cmocka_unit_test(request_in_pieces_is_answered),
		cmocka_unit_test(failure_of_the_answer_is_500),
		cmocka_unit_test(server_listens_on_ipv6),
		cmocka_unit_test(answers_are_made_one_after_the_other),
		cmocka_unit_test(silent_connection_keeps_nobody_waiting),
		cmocka_unit_test(server_that_stopped_leaves_its_port),
		cmocka_unit_test(servers_thread_holds_back_the_signals_of_its_caller),
		cmocka_unit_test(memory_that_runs_out_starts_nothing),
	};

	return cmocka_run_group_tests_name("net/server", tests, NULL, NULL);
}
