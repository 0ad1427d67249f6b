/* Who is told, when, and what becomes of what cannot be told, by a clock that is set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/limits.h"
#include "herald/teller.h"
#include "herald/token.h"
#include "lib/world.h"
#include "sys/world.h"

#define SECOND 1000000LL
#define WALL (1700000000 * SECOND)
#define HOOK "https://alertes.example/"
#define DEAD "https://veille.example/"

static char to_a[] = "a@astreinte.example", from[] = "probant@noeud-1.example";
static char relay[] = "127.0.0.1", hook[] = HOOK, dead[] = DEAD;
static char *to[] = { to_a };

/* The world outside: what it was told, and whether it takes it. */
static struct outside {
	bool mail_fails;
	unsigned http_status; /* 0: nobody answers */
	unsigned mails, posts, asked;
	char last[4096]; /* body of a post, or a mail */
	char lines[4096];
} outside;

struct fixture {
	struct test_clock clock;
	struct test_random random;
	struct pb_world world;
	struct pb_policy_email email;
	struct pb_policy_webhook webhook;
	struct pb_policy_dead_man dead_man;
	struct pb_policy_alerts policy;
	struct pb_alerts *alerts;
	struct pb_teller *teller;
};

static void
keep_last(const void *octets, size_t len)
{
	assert_true(len < sizeof(outside.last));
	memcpy(outside.last, octets, len);
	outside.last[len] = '\0';
}

static enum pb_status
take_mail(const struct pb_smtp_letter *letter, struct pb_error *err)
{
	assert_string_equal(letter->host, relay);
	assert_string_equal(letter->helo, "noeud-1.example");
	assert_string_equal(letter->to[0], to_a);
	if (outside.mail_fails)
		return pb_fail(err, PB_EUNAVAIL, "send", "nobody is there", "%s", "relay");
	outside.mails++;
	keep_last(letter->message, letter->len);
	return PB_OK;
}

static enum pb_status
exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	bool post = request->content_type != NULL;

	(void)ctx;
	assert_string_equal(request->url, post ? HOOK : DEAD);
	assert_true((request->token != NULL) == post);
	if (outside.http_status == 0)
		return pb_fail(err, PB_EUNAVAIL, "ask", "nobody answers", "%s", request->url);
	ret_reply->status = outside.http_status;
	if (outside.http_status < 200 || outside.http_status >= 300)
		return PB_OK;
	outside.posts += post;
	outside.asked += !post;
	if (post)
		keep_last(request->body, request->body_len);
	return PB_OK;
}
static const struct pb_http http = { NULL, exchange };

static void
log_line(const char *line)
{
	size_t len = strlen(outside.lines);

	(void)snprintf(outside.lines + len, sizeof(outside.lines) - len, "%s\n", line);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct pb_alerts_rules rules = { SECOND, 3600 * SECOND, { true, true, false } };
	struct pb_teller_options options = {
		.http = &http, .mail = take_mail, .token = "jeton", .log = log_line
	};

	outside = (struct outside){ .http_status = 204 };
	test_clock_init(&f->clock, WALL);
	test_random_init(&f->random, 1);
	f->world = (struct pb_world){ pb_sys_world()->files, &f->clock.table, &f->random.table };
	f->email = (struct pb_policy_email){
		.to = to, .to_count = 1, .from = from, .relay = { .host = relay, .port = 25 }
	};
	f->webhook = (struct pb_policy_webhook){ .url = hook };
	f->dead_man = (struct pb_policy_dead_man){ .url = dead, .every_s = 60 };
	f->policy = (struct pb_policy_alerts){ .language = PB_LANGUAGE_EN,
		.email = &f->email,
		.webhook = &f->webhook,
		.dead_man = &f->dead_man };
	options.world = &f->world;
	options.policy = &f->policy;
	*state = f;
	return pb_alerts_new(&rules, &f->alerts, NULL) == PB_OK &&
		       pb_teller_new(&options, &f->teller, NULL) == PB_OK
		   ? 0
		   : -1;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_teller_free(f->teller);
	pb_alerts_free(f->alerts);
	free(f);
	return 0;
}

/* The next second, in which something is wrong, or not. */
static void
second(struct fixture *f, bool wrong)
{
	static const struct pb_fault fault = { PB_ALERT_DOOR_DOWN, "milter" };
	const struct pb_clock *clock = &f->clock.table;

	f->clock.now_us += SECOND;
	(void)pb_alerts_turn(
	    f->alerts, &fault, wrong, clock->now_us(clock->ctx), clock->monotonic_us(clock->ctx));
	pb_teller_turn(f->teller, f->alerts);
}

static void
seconds(struct fixture *f, unsigned count, bool wrong)
{
	while (count-- > 0)
		second(f, wrong);
}

static void
each_way_is_told_of_begin_and_end(void **state)
{
	struct fixture *f = *state;

	seconds(f, 2, true);
	assert_int_equal(outside.mails, 1);
	assert_int_equal(outside.posts, 1);
	assert_non_null(strstr(outside.last, "\"state\":\"begun\""));
	seconds(f, 100, true);
	seconds(f, 2, false);
	assert_int_equal(outside.mails, 2);
	assert_int_equal(outside.posts, 2);
	assert_non_null(strstr(outside.last, "\"state\":\"ended\""));
	seconds(f, 100, false);
	assert_int_equal(outside.mails + outside.posts, 4);
	assert_string_equal(outside.lines, "");
}

static void
what_stands_is_told_again(void **state)
{
	struct fixture *f = *state;

	seconds(f, 3602, true);
	assert_int_equal(outside.mails, 2);
	assert_int_equal(outside.posts, 2);
	assert_non_null(strstr(outside.last, "\"state\":\"stands\""));
}

/* After 1, 2, 4... seconds; and told once in the journal, as its end. */
static void
what_fails_is_tried_again_ever_later(void **state)
{
	struct fixture *f = *state;

	outside.mail_fails = true;
	seconds(f, 1 + 8, true);
	outside.mail_fails = false; /* the next is 15 seconds behind the first */
	seconds(f, 7, true);
	assert_int_equal(outside.mails, 0);
	second(f, true);
	assert_int_equal(outside.mails, 1);
	assert_int_equal(outside.posts, 1); /* one way keeps no other one waiting */
	assert_string_equal(outside.lines, "e-mail: send: relay: nobody is there\n"
					   "e-mail: it is taken again\n");
}

static void
an_answer_that_is_no_success_is_a_failure(void **state)
{
	static const unsigned statuses[] = { 0, 199, 300, 401, 404, 500 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		unsigned posts = outside.posts;

		outside.http_status = statuses[i];
		seconds(f, 2, true);
		assert_int_equal(outside.posts, posts);
		outside.http_status = 200;
		seconds(f, 3, true);
		assert_int_equal(outside.posts, posts + 1);
		seconds(f, 3, false);
	}
	assert_non_null(strstr(outside.lines, "webhook: ask: nobody answers\n"));
	assert_non_null(
	    strstr(outside.lines, "webhook: tell of an alert: HTTP 404: it was not taken\n"));
	assert_null(strstr(outside.lines, HOOK)); /* it may be all that is needed to use it */
}

static void
the_dead_man_is_asked_as_long_as_all_is_well(void **state)
{
	struct fixture *f = *state;

	seconds(f, 121, false);
	assert_int_equal(outside.asked, 3);
	seconds(f, 300, true);
	assert_int_equal(outside.asked, 3);
	seconds(f, 2, false);
	assert_int_equal(outside.asked, 4);
}

/* Somebody was not told of an end: that is not well. */
static void
the_dead_man_is_not_asked_while_others_cannot_be_told(void **state)
{
	struct fixture *f = *state;
	unsigned asked;

	seconds(f, 10, true);
	asked = outside.asked;
	outside.mail_fails = true;
	seconds(f, 1000, false);
	assert_int_equal(outside.asked, asked);
	outside.mail_fails = false;
	seconds(f, 310, false);
	assert_true(outside.asked > asked);
}

static void
a_dead_mans_address_that_fails_is_asked_again(void **state)
{
	struct fixture *f = *state;

	outside.http_status = 503;
	seconds(f, 3, false);
	outside.http_status = 200;
	seconds(f, 2, false);
	assert_int_equal(outside.asked, 1);
	assert_string_equal(outside.lines,
	    "dead man: tell of an alert: HTTP 503: it was not taken\n"
	    "dead man: it is taken again\n");
}

/* ---- a token -------------------------------------------------------------------------------- */

static void
a_token_is_one_line(void **state)
{
	static const struct {
		const char *text, *token;
	} cases[] = { { "abc.DEF-123=\n", "abc.DEF-123=" }, { "abc", "abc" }, { "abc\r\n", "abc" },
		{ "", NULL }, { "\n", NULL }, { "abc\ndef\n", NULL }, { "a b\n", NULL },
		{ "abc\r\nX-Header: 1\n", NULL }, { "caf\xc3\xa9\n", NULL } };
	char *dir = test_directory(), path[512];
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/token", dir);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pb_buf token = PB_BUF_EMPTY;
		enum pb_status status;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(
		    pwrite(fd, cases[i].text, strlen(cases[i].text), 0), strlen(cases[i].text));
		status = pb_token_read(pb_sys_world()->files, path, &token, NULL);
		assert_int_equal(status, cases[i].token != NULL ? PB_OK : PB_EDATA);
		if (cases[i].token != NULL)
			assert_string_equal(pb_buf_text(&token), cases[i].token);
		pb_buf_done(&token);
	}
	assert_int_equal(close(fd) + unlink(path), 0);
	assert_int_equal(
	    pb_token_read(pb_sys_world()->files, path, &(struct pb_buf){ 0 }, NULL), PB_ENOENT);
	test_directory_remove(dir);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_way_is_told_of_begin_and_end),
		TEST(what_stands_is_told_again),
		TEST(what_fails_is_tried_again_ever_later),
		TEST(an_answer_that_is_no_success_is_a_failure),
		TEST(the_dead_man_is_asked_as_long_as_all_is_well),
		TEST(the_dead_man_is_not_asked_while_others_cannot_be_told),
		TEST(a_dead_mans_address_that_fails_is_asked_again),
		cmocka_unit_test(a_token_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
