/* The writer's side of an exchange, before a stamper that is away, halted, or lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/world.h"
#include "relay/exchange.h"
#include "relay/outside.h"
#include "sys/handed.h"
#include "sys/local.h"
#include "sys/world.h"

enum conduct {
	ANSWERS,
	HANGS_UP,
	SPEAKS_NONSENSE,
	SAYS_ANOTHER_LENGTH,
	HANDS_WHAT_CAN_CHANGE,
	HANDS_NOTHING,
	IS_SILENT
};

/* A stamper of one question. */
struct stamper {
	char *dir;
	char path[200];
	int listener;
	enum conduct conduct;
	struct pb_exchange_answer answer;
	struct pb_question asked;
	pthread_t thread;
	struct pb_world world;
	struct pb_clock clock;
	int64_t now_us;
	struct pb_outside *outside;
};

#define BODY "0\x03\x02\x01\x01"
#define BODY_LEN 5

/* ---- the stamper ---------------------------------------------------------------------------- */

static int
body_of(const struct stamper *s)
{
	int fd = -1;

	switch (s->conduct) {
	case HANDS_NOTHING:
		return -1;
	case HANDS_WHAT_CAN_CHANGE:
		fd = memfd_create("test", MFD_CLOEXEC);
		assert_true(fd >= 0 && write(fd, BODY, BODY_LEN) == BODY_LEN);
		return fd;
	default:
		assert_int_equal(pb_handed_new(BODY, BODY_LEN, &fd, NULL), PB_OK);
		return fd;
	}
}

static void
answer(struct stamper *s, int fd)
{
	struct pb_buf packet = PB_BUF_EMPTY;
	int body = -1;

	if (s->answer.body_len > 0)
		body = body_of(s);
	if (s->conduct == SAYS_ANOTHER_LENGTH)
		s->answer.body_len++;
	assert_int_equal(pb_exchange_answer_encode(&s->answer, &packet), PB_OK);
	if (s->conduct == SPEAKS_NONSENSE)
		packet.data[0] = 0xff;
	if (s->conduct != HANGS_UP)
		assert_int_equal(pb_local_send(fd, packet.data, packet.len, NULL, 0, body), 0);
	pb_local_close(&body);
	pb_buf_done(&packet);
}

static void *
serve(void *arg)
{
	static uint8_t packet[PB_EXCHANGE_PACKET_MAX];
	struct stamper *s = arg;
	struct pollfd waiting = { .fd = s->listener, .events = POLLIN };
	uint32_t uid;
	int fd, passed;
	int64_t len;

	assert_int_equal(pb_local_poll(&waiting, 1, 20000), 1);
	fd = pb_local_accept(s->listener, &uid);
	assert_true(fd >= 0);
	waiting.fd = fd;
	assert_int_equal(pb_local_poll(&waiting, 1, 20000), 1);
	len = pb_local_receive(fd, packet, sizeof(packet), &passed);
	assert_true(len > 0);
	assert_int_equal(pb_question_decode(packet, (size_t)len, &s->asked), PB_OK);
	if (s->conduct == IS_SILENT) /* until who asked has gone */
		(void)pb_local_poll(&waiting, 1, 20000);
	else
		answer(s, fd);
	pb_local_close(&fd);
	return NULL;
}

/* Each look at it is three seconds after the one before. */
static int64_t
hasty(void *ctx)
{
	struct stamper *s = ctx;

	return s->now_us += 3000000;
}

static int
set_up(void **state)
{
	struct stamper *s = calloc(1, sizeof(*s));

	s->dir = test_directory();
	(void)snprintf(s->path, sizeof(s->path), "%s/stamper", s->dir);
	assert_int_equal(pb_local_listen(s->path, 0600, &s->listener, NULL), PB_OK);
	s->world = *pb_sys_world();
	s->clock = *s->world.clock;
	s->world.clock = &s->clock;
	s->answer = (struct pb_exchange_answer){ .end = PB_EXCHANGE_CAME,
		.status = 200,
		.content_type = "application/timestamp-reply",
		.retry_after_s = 3,
		.body_len = BODY_LEN };
	assert_int_equal(pb_outside_new(&s->world, s->path, geteuid(), &s->outside, NULL), PB_OK);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct stamper *s = *state;

	pb_outside_free(s->outside);
	pb_local_close(&s->listener);
	test_directory_remove(s->dir);
	free(s);
	return 0;
}

/* ---- asking --------------------------------------------------------------------------------- */

static const struct pb_http_request STAMP = { .authority = "fictive-a",
	.url = "https://nom:secret@tsa.example/",
	.content_type = "application/timestamp-query",
	.body = "query",
	.body_len = 5,
	.max = 100,
	.timeout_ms = 1000 };

static enum pb_status
ask(struct stamper *s, const struct pb_http_request *request, struct pb_http_reply *reply,
    struct pb_error *err)
{
	const struct pb_http *http = pb_outside_http(s->outside);
	enum pb_status status;

	*reply = (struct pb_http_reply){ .body = PB_BUF_EMPTY };
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
	status = http->exchange(http->ctx, request, reply, err);
	assert_int_equal(pthread_join(s->thread, NULL), 0);
	assert_null(strstr(err->object, "secret"));
	return status;
}

static void
assert_away(struct stamper *s)
{
	struct pb_http_reply reply;
	struct pb_error err = { 0 };

	assert_int_equal(ask(s, &STAMP, &reply, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ENETDOWN);
	assert_int_equal(reply.body.len, 0);
}

static void
nothing_can_be_freed(void **state)
{
	(void)state;
	pb_outside_free(NULL);
}

static void
an_authority_is_asked_by_its_name_and_answers(void **state)
{
	struct stamper *s = *state;
	struct pb_http_reply reply;
	struct pb_error err = { 0 };

	assert_int_equal(ask(s, &STAMP, &reply, &err), PB_OK);
	assert_string_equal(s->asked.authority, "fictive-a");
	assert_string_equal(s->asked.url, "");
	assert_int_equal(s->asked.timeout_ms, 1000);
	assert_int_equal(s->asked.max, 100);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.retry_after_s, 3);
	assert_string_equal(reply.content_type, "application/timestamp-reply");
	assert_int_equal(reply.body.len, BODY_LEN);
	assert_memory_equal(reply.body.data, BODY, BODY_LEN);
	pb_buf_done(&reply.body);
}

static void
an_address_is_fetched_from(void **state)
{
	const struct pb_http_request request = {
		.url = "http://a.example/crl", .max = 100, .timeout_ms = 1000
	};
	struct stamper *s = *state;
	struct pb_http_reply reply;
	struct pb_error err = { 0 };

	s->answer = (struct pb_exchange_answer){ .end = PB_EXCHANGE_CAME, .status = 404 };
	assert_int_equal(ask(s, &request, &reply, &err), PB_OK);
	assert_string_equal(s->asked.url, "http://a.example/crl");
	assert_int_equal(reply.status, 404);
	assert_int_equal(reply.body.len, 0);
}

static void
what_has_no_name_is_sent_nothing(void **state)
{
	const struct pb_http_request request = {
		.url = "http://a.example/", .content_type = "text/plain", .body = "x", .body_len = 1
	};
	struct stamper *s = *state;
	const struct pb_http *http = pb_outside_http(s->outside);
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };

	assert_int_equal(http->exchange(http->ctx, &request, &reply, NULL), PB_EINVAL);
}

static void
how_an_authority_failed_is_told(void **state)
{
	static const struct {
		enum pb_exchange_end end;
		enum pb_status status;
		int cause;
	} ends[] = { { PB_EXCHANGE_FAILED, PB_EUNAVAIL, 0 },
		{ PB_EXCHANGE_REFUSED, PB_EUNAVAIL, ECONNREFUSED },
		{ PB_EXCHANGE_LATE, PB_EUNAVAIL, ETIMEDOUT }, { PB_EXCHANGE_LONG, PB_ELIMIT, 0 },
		{ PB_EXCHANGE_UNASKED, PB_EUNAVAIL, ENETDOWN } };
	struct stamper *s = *state;
	struct pb_http_reply reply;
	struct pb_error err;

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		err = (struct pb_error){ 0 };
		s->answer = (struct pb_exchange_answer){ .end = ends[i].end };
		assert_int_equal(ask(s, &STAMP, &reply, &err), ends[i].status);
		assert_int_equal(err.cause, ends[i].cause);
		assert_non_null(err.why);
	}
}

static void
a_stamper_that_is_away_is_no_authoritys_failure(void **state)
{
	struct stamper *s = *state;
	const struct pb_http *http = pb_outside_http(s->outside);
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	struct pb_error err = { 0 };

	pb_local_close(&s->listener);
	assert_int_equal(http->exchange(http->ctx, &STAMP, &reply, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ENETDOWN);
	assert_int_equal(http->exchange(http->ctx, &STAMP, &reply, NULL), PB_EUNAVAIL);
}

static void
a_stamper_that_lies_gives_nothing(void **state)
{
	static const enum conduct lies[] = { HANGS_UP, SPEAKS_NONSENSE, SAYS_ANOTHER_LENGTH,
		HANDS_WHAT_CAN_CHANGE, HANDS_NOTHING };
	struct stamper *s = *state;
	const struct pb_exchange_answer good = s->answer;

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		s->conduct = lies[i];
		s->answer = good;
		assert_away(s);
	}
}

static void
more_than_was_asked_for_is_not_taken(void **state)
{
	struct pb_http_request request = STAMP;
	struct stamper *s = *state;
	struct pb_http_reply reply;
	struct pb_error err = { 0 };

	request.max = BODY_LEN - 1;
	assert_int_equal(ask(s, &request, &reply, &err), PB_EUNAVAIL);
	assert_int_equal(reply.body.len, 0);
}

static void
a_stamper_that_is_halted_is_waited_for_no_longer_than_an_exchange_takes(void **state)
{
	struct stamper *s = *state;

	s->clock.ctx = s;
	s->clock.monotonic_us = hasty;
	s->conduct = IS_SILENT;
	assert_away(s);
}

static void
who_is_to_stop_waits_for_nobody(void **state)
{
	struct stamper *s = *state;

	pb_outside_stop(s->outside);
	s->conduct = IS_SILENT;
	assert_away(s);
}

static void
another_user_is_not_the_stamper(void **state)
{
	struct stamper *s = *state;
	struct pb_outside *other = NULL;
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	struct pb_error err = { 0 };

	if (geteuid() == 0)
		skip(); /* who is root may always be it */
	assert_int_equal(pb_outside_new(&s->world, s->path, geteuid() + 1, &other, NULL), PB_OK);
	assert_int_equal(
	    pb_outside_http(other)->exchange(other, &STAMP, &reply, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ENETDOWN);
	pb_outside_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_freed),
		TEST(an_authority_is_asked_by_its_name_and_answers),
		TEST(an_address_is_fetched_from),
		TEST(what_has_no_name_is_sent_nothing),
		TEST(how_an_authority_failed_is_told),
		TEST(a_stamper_that_is_away_is_no_authoritys_failure),
		TEST(a_stamper_that_lies_gives_nothing),
		TEST(more_than_was_asked_for_is_not_taken),
		TEST(a_stamper_that_is_halted_is_waited_for_no_longer_than_an_exchange_takes),
		TEST(who_is_to_stop_waits_for_nobody),
		TEST(another_user_is_not_the_stamper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
