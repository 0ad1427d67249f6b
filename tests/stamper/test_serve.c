/* The stamper before a writer, and before whoever else comes: a network that is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"
#include "lib/world.h"
#include "relay/exchange.h"
#include "relay/outside.h"
#include "stamper/serve.h"
#include "sys/local.h"
#include "sys/world.h"

static char NAME[] = "fictive-a", URL[] = "http://tsa.example/";
static struct pb_policy_authority AUTHORITY = { .name = NAME, .url = URL, .timeout_s = 20 };
static const struct pb_timestamp_policy POLICY = { .authority = &AUTHORITY, .authority_count = 1 };

struct fixture {
	char *dir;
	char path[200];
	int line[2];
	struct pb_stamper stamper;
	struct pb_http http;
	pthread_t thread;
	struct pb_outside *outside;
	atomic_uint exchanges, failures;
	atomic_bool held; /* authorities do not answer until it is let go */
	_Atomic(enum pb_status) answers;
	atomic_int cause;
	atomic_size_t body_len;
};

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	struct fixture *f = ctx;

	f->exchanges++;
	assert_true(request->timeout_ms > 0);
	while (f->held)
		(void)usleep(1000);
	if (f->answers != PB_OK) {
		(void)pb_fail(err, f->answers, "ask", "made up", "%s", "");
		err->cause = f->cause;
		return f->answers;
	}
	ret_reply->status = 200;
	(void)snprintf(ret_reply->content_type, sizeof(ret_reply->content_type),
	    "application/timestamp-reply");
	assert_int_equal(pb_buf_reserve(&ret_reply->body, f->body_len + 1), PB_OK);
	memset(ret_reply->body.data, 0x30, f->body_len);
	ret_reply->body.len = f->body_len;
	return PB_OK;
}

static void
count_failure(void *ctx, const char *about, const struct pb_error *err)
{
	struct fixture *f = ctx;

	(void)about;
	assert_non_null(err->what);
	f->failures++;
}

static void *
serve(void *arg)
{
	struct fixture *f = arg;

	pb_stamper_serve(&f->stamper);
	return NULL;
}

static void
make_board(struct fixture *f)
{
	const char *const names[] = { "stamper" };
	char path[220];
	int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/board", f->dir);
	assert_int_equal(pb_board_make(path, 1, &fd, NULL), PB_OK);
	assert_int_equal(pb_board_map(fd, names, 1, &f->stamper.board, NULL), PB_OK);
	(void)close(fd);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->dir = test_directory();
	(void)snprintf(f->path, sizeof(f->path), "%s/stamper", f->dir);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->line), 0);
	f->http = (struct pb_http){ .ctx = f, .exchange = exchange };
	f->body_len = 100;
	f->stamper = (struct pb_stamper){ .clock = pb_sys_world()->clock,
		.http = &f->http,
		.policy = &POLICY,
		.line = f->line[1],
		.writer_uid = geteuid(),
		.failed = count_failure,
		.ctx = f };
	make_board(f);
	assert_int_equal(pb_local_listen(f->path, 0600, &f->stamper.listener, NULL), PB_OK);
	assert_int_equal(
	    pb_outside_new(pb_sys_world(), f->path, geteuid(), &f->outside, NULL), PB_OK);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	*state = f;
	return 0;
}

static void
end_service(struct fixture *f)
{
	if (f->line[0] < 0)
		return;
	(void)close(f->line[0]);
	f->line[0] = -1;
	assert_int_equal(pthread_join(f->thread, NULL), 0);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	f->held = false;
	end_service(f);
	pb_board_free(f->stamper.board);
	pb_outside_free(f->outside);
	pb_local_close(&f->stamper.listener);
	(void)close(f->line[1]);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static const struct pb_http_request STAMP = { .authority = "fictive-a",
	.url = "http://tsa.example/",
	.content_type = "application/timestamp-query",
	.body = "query",
	.body_len = 5,
	.max = 1 << 20,
	.timeout_ms = 15000 };

static enum pb_status
ask(struct fixture *f, const struct pb_http_request *request, struct pb_http_reply *reply,
    int *ret_cause)
{
	const struct pb_http *http = pb_outside_http(f->outside);
	struct pb_error err = { 0 };
	enum pb_status status;

	*reply = (struct pb_http_reply){ .body = PB_BUF_EMPTY };
	status = http->exchange(http->ctx, request, reply, &err);
	*ret_cause = err.cause;
	return status;
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void
what_an_authority_answers_comes_whole(void **state)
{
	static const size_t lengths[] = { 0, 1, 100000, 1 << 20 };
	struct fixture *f = *state;
	struct pb_http_reply reply;
	int cause;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		f->body_len = lengths[i];
		assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_OK);
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.content_type, "application/timestamp-reply");
		assert_int_equal(reply.body.len, lengths[i]);
		pb_buf_done(&reply.body);
	}
	assert_int_equal(f->failures, 0);
}

static void
why_it_did_not_is_told_and_said_in_the_log(void **state)
{
	struct fixture *f = *state;
	struct pb_http_reply reply;
	int cause;

	f->answers = PB_EUNAVAIL;
	f->cause = ECONNREFUSED;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, ECONNREFUSED);
	f->cause = ETIMEDOUT;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, ETIMEDOUT);
	f->cause = 0;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, 0);
	f->answers = PB_ELIMIT;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_ELIMIT);
	assert_int_equal(f->failures, 4);
}

static struct pb_board_row
read_board(struct fixture *f)
{
	struct pb_board_row *rows = NULL, row;
	char path[220];
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/board", f->dir);
	assert_int_equal(pb_board_read(pb_sys_world()->files, path, &rows, &count, NULL), PB_OK);
	assert_int_equal(count, 1);
	row = rows[0];
	free(rows);
	return row;
}

/* What an answer is worth is for the writer to say, who judges it. */
static void
its_board_says_that_it_lives_and_nothing_of_authorities(void **state)
{
	struct fixture *f = *state;
	struct pb_http_reply reply;
	struct pb_board_row row;
	int cause;

	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_OK);
	pb_buf_done(&reply.body);
	f->answers = PB_EUNAVAIL;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_EUNAVAIL);
	row = read_board(f);
	assert_string_equal(row.name, "stamper");
	for (size_t i = 0; i < PB_BOARD_NUMBERS; i++)
		assert_true((row.number[i] > 0) == (i == PB_BOARD_ALIVE_US));
}

static void
a_stamper_without_memory_blames_nobody_else(void **state)
{
	struct fixture *f = *state;
	struct pb_http_reply reply;
	int cause;

	f->answers = PB_ENOMEM;
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, ENETDOWN);
}

static void
what_is_not_permitted_is_not_done(void **state)
{
	struct pb_http_request other = STAMP;
	const struct pb_http_request inside = {
		.url = "http://a.example:25/", .max = 100, .timeout_ms = 1000
	};
	struct fixture *f = *state;
	struct pb_http_reply reply;
	int cause;

	other.authority = "fictive-b";
	assert_int_equal(ask(f, &other, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, ENETDOWN);
	assert_int_equal(ask(f, &inside, &reply, &cause), PB_EUNAVAIL);
	assert_int_equal(cause, ENETDOWN);
	assert_int_equal(f->exchanges, 0);
	assert_int_equal(f->failures, 2);
}

/* Octets that no writer sends, a descriptor with them, and nothing at all. */
static void
what_is_no_question_is_not_answered(void **state)
{
	struct fixture *f = *state;
	struct pb_http_reply reply;
	uint8_t answer[100];
	uint32_t uid;
	int fd, cause, passed;

	for (int i = 0; i < 3; i++) {
		struct pollfd socket = { .events = POLLIN };

		assert_int_equal(pb_local_connect(f->path, 1000, &fd, &uid, NULL), PB_OK);
		if (i < 2)
			assert_int_equal(
			    pb_local_send(fd, "nonsense", 8, NULL, 0, i == 1 ? fd : -1), 0);
		else
			assert_int_equal(shutdown(fd, SHUT_WR), 0);
		socket.fd = fd;
		assert_int_equal(pb_local_poll(&socket, 1, 20000), 1);
		assert_true(pb_local_receive(fd, answer, sizeof(answer), &passed) <= 0);
		pb_local_close(&fd);
	}
	assert_int_equal(ask(f, &STAMP, &reply, &cause), PB_OK);
	pb_buf_done(&reply.body);
}

struct asker {
	struct fixture *f;
	pthread_t thread;
	enum pb_status status;
};

static void *
ask_beside(void *arg)
{
	struct asker *asker = arg;
	struct pb_http_reply reply;
	int cause;

	asker->status = ask(asker->f, &STAMP, &reply, &cause);
	pb_buf_done(&reply.body);
	return NULL;
}

static void
one_that_is_slow_holds_up_no_other(void **state)
{
	struct fixture *f = *state;
	struct asker asker[PB_LIMIT_STAMPER_QUESTIONS];

	f->held = true;
	for (size_t i = 0; i < PB_LIMIT_STAMPER_QUESTIONS; i++) {
		asker[i] = (struct asker){ .f = f };
		assert_int_equal(pthread_create(&asker[i].thread, NULL, ask_beside, &asker[i]), 0);
	}
	while (f->exchanges < PB_LIMIT_STAMPER_QUESTIONS)
		(void)usleep(1000);
	f->held = false;
	for (size_t i = 0; i < PB_LIMIT_STAMPER_QUESTIONS; i++) {
		assert_int_equal(pthread_join(asker[i].thread, NULL), 0);
		assert_int_equal(asker[i].status, PB_OK);
	}
}

static void
it_ends_while_an_authority_is_asked(void **state)
{
	struct fixture *f = *state;
	struct asker asker = { .f = f };

	f->held = true;
	assert_int_equal(pthread_create(&asker.thread, NULL, ask_beside, &asker), 0);
	while (f->exchanges == 0)
		(void)usleep(1000);
	end_service(f);
	f->held = false;
	assert_int_equal(pthread_join(asker.thread, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_an_authority_answers_comes_whole),
		TEST(why_it_did_not_is_told_and_said_in_the_log),
		TEST(its_board_says_that_it_lives_and_nothing_of_authorities),
		TEST(a_stamper_without_memory_blames_nobody_else),
		TEST(what_is_not_permitted_is_not_done),
		TEST(what_is_no_question_is_not_answered),
		TEST(one_that_is_slow_holds_up_no_other),
		TEST(it_ends_while_an_authority_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
