/* Canaries at doors that take them, refuse them, hang up, or are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/canary.h"
#include "lib/world.h"
#include "net/stream.h"
#include "sys/world.h"

struct fixture {
	struct test_random random;
	struct pb_world world;
	struct pb_canary canary;
	struct pb_stream *stream;
	int door; /* the other end */
	struct pb_error err;
};

static int
set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){ .door = -1 };
	test_random_init(&f.random, 7);
	f.world = *pb_sys_world();
	f.world.random = &f.random.table;
	assert_int_equal(
	    pb_canary_make(&f.world, "camille@tilleuls.example", &f.canary, NULL), PB_OK);
	*state = &f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_stream_free(f->stream);
	if (f->door >= 0)
		close(f->door);
	pb_canary_done(&f->canary);
	return 0;
}

/* A door that says all of this, whatever it hears, and then ends. */
static void
open_door(struct fixture *f, const void *says, size_t len)
{
	int ends[2];

	pb_stream_free(f->stream);
	f->stream = NULL;
	if (f->door >= 0)
		close(f->door);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	f->door = ends[1];
	assert_int_equal(write(f->door, says, len), len);
	assert_int_equal(shutdown(f->door, SHUT_WR), 0);
	assert_int_equal(pb_stream_new(ends[0], f->world.clock, 20000, &f->stream, NULL), PB_OK);
}

static enum pb_status
bring_to(struct fixture *f, bool lmtp, const char *says)
{
	open_door(f, says, strlen(says));
	return pb_canary_smtp(f->stream, lmtp, &f->canary, &f->err);
}

static struct pb_buf
heard(struct fixture *f)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	char chunk[4096];
	ssize_t n;

	while ((n = recv(f->door, chunk, sizeof(chunk), MSG_DONTWAIT)) > 0)
		assert_int_equal(pb_buf_append(&buf, chunk, (size_t)n), PB_OK);
	assert_non_null(pb_buf_text(&buf));
	return buf;
}

#define GREETING "220 door\r\n"
#define EHLO "250-door\r\n250 PIPELINING\r\n"
#define OK "250 2.0.0 ok\r\n"
#define GO "354 go on\r\n"

static void
what_a_client_says_is_said(void **state)
{
	struct fixture *f = *state;
	struct pb_buf said;

	assert_int_equal(bring_to(f, true, GREETING EHLO OK OK GO OK), PB_OK);
	said = heard(f);
	assert_ptr_equal(strstr(pb_buf_text(&said), "LHLO doctor.probant.invalid\r\n"
						    "MAIL FROM:<canary@probant.invalid>\r\n"
						    "RCPT TO:<camille@tilleuls.example>\r\n"
						    "DATA\r\n"
						    "From: Probant"),
	    said.data);
	assert_memory_equal(said.data + said.len - 5, "\r\n.\r\n", 5);
	assert_non_null(strstr(pb_buf_text(&said), (const char *)f->canary.text.data));
	pb_buf_done(&said);
	assert_int_equal(bring_to(f, false, GREETING EHLO OK OK GO OK), PB_OK);
	said = heard(f);
	assert_memory_equal(said.data, "EHLO ", 5);
	pb_buf_done(&said);
}

static void
a_door_that_does_not_take_it_is_said_with_its_words(void **state)
{
	static const char *const refusing[] = { "421 later\r\n", GREETING "500 what\r\n",
		GREETING EHLO "451 no\r\n", GREETING EHLO OK "550 nobody\r\n",
		GREETING EHLO OK OK "451 not now\r\n", GREETING EHLO OK OK GO "451 4.3.0 wait\r\n",
		"2", "hello\r\n", "250 \033[2J\r\n" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(refusing) / sizeof(refusing[0]); i++)
		assert_int_equal(bring_to(f, true, refusing[i]), PB_EUNAVAIL);
	assert_null(strchr(f->err.object, '\033'));
	assert_int_equal(
	    bring_to(f, true, GREETING EHLO OK OK GO "451 4.3.0 wait\r\n"), PB_EUNAVAIL);
	assert_string_equal(f->err.object, "451 4.3.0 wait");
}

static void
a_door_that_hangs_up_is_no_success(void **state)
{
	static const char all[] = GREETING EHLO OK OK GO OK;
	struct fixture *f = *state;
	char part[sizeof(all)];

	for (size_t len = 0; len < sizeof(all) - 1; len++) {
		memcpy(part, all, len);
		part[len] = '\0';
		assert_int_not_equal(bring_to(f, true, part), PB_OK);
	}
}

static void
a_reply_without_end_is_refused(void **state)
{
	struct fixture *f = *state;
	char line[4096];

	memset(line, '2', sizeof(line));
	open_door(f, line, sizeof(line));
	assert_int_not_equal(pb_canary_smtp(f->stream, true, &f->canary, &f->err), PB_OK);
}

/* ---- milters -------------------------------------------------------------------------------- */

#define AGREED "\0\0\0\x0dO\0\0\0\x06\0\0\0\0\0\0\0\0"
#define CONTINUE                                                                                   \
	"\0\0\0\x01"                                                                               \
	"c"

/* Connect, helo, mail, rcpt, data, eight fields, end of header, body, end. */
#define STEPS 16

static void
say_steps(struct pb_buf *says, size_t steps)
{
	assert_int_equal(pb_buf_append(says, AGREED, sizeof(AGREED) - 1), PB_OK);
	for (size_t i = 0; i < steps; i++)
		assert_int_equal(pb_buf_append(says, CONTINUE, sizeof(CONTINUE) - 1), PB_OK);
}

static void
a_milter_is_shown_each_step(void **state)
{
	struct fixture *f = *state;
	struct pb_buf says = PB_BUF_EMPTY, said;

	say_steps(&says, STEPS);
	open_door(f, says.data, says.len);
	assert_int_equal(pb_canary_milter(f->stream, &f->canary, &f->err), PB_OK);
	said = heard(f);
	/* SMFIC_OPTNEG; nothing but steps and answers is offered. */
	assert_memory_equal(said.data, "\0\0\0\x0dO\0\0\0\x06\0\0\0\0\0\0\0\0", 17);
	assert_non_null(memmem(said.data, said.len, "M<canary@probant.invalid>", 26));
	assert_non_null(memmem(said.data, said.len, "R<camille@tilleuls.example>", 28));
	assert_non_null(memmem(said.data, said.len, "LSubject\0Probant canary ", 24));
	assert_memory_equal(said.data + said.len - 5,
	    "\0\0\0\x01"
	    "E",
	    5);
	pb_buf_done(&said);
	pb_buf_done(&says);
}

static void
a_milter_that_refuses_or_is_none_is_said(void **state)
{
	static const struct {
		const char *octets;
		size_t len;
	} last[] = { { "\0\0\0\x01t", 5 }, { "\0\0\0\x0fy451 4.3.0 wait", 19 }, { "\0\0\0\0", 4 },
		{ "\xff\xff\xff\xff"
		  "c",
		    5 },
		{ "\0\0\0\x05"
		  "c",
		    5 },
		{ "", 0 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
		for (size_t steps = 0; steps < STEPS; steps++) {
			struct pb_buf says = PB_BUF_EMPTY;

			say_steps(&says, steps);
			assert_int_equal(pb_buf_append(&says, last[i].octets, last[i].len), PB_OK);
			open_door(f, says.data, says.len);
			assert_int_not_equal(
			    pb_canary_milter(f->stream, &f->canary, &f->err), PB_OK);
			pb_buf_done(&says);
		}
	open_door(f, "220 I am no milter\r\n", 20);
	assert_int_not_equal(pb_canary_milter(f->stream, &f->canary, &f->err), PB_OK);
}

static void
a_door_where_nobody_is_is_unavailable(void **state)
{
	static char nowhere[] = "/nowhere/door.sock";
	const struct pb_policy_door door = { .kind = PB_DOOR_LMTP, .listen = { .path = nowhere } };
	struct fixture *f = *state;

	assert_int_equal(pb_canary_bring(&f->world, &door, &f->canary, &f->err), PB_EUNAVAIL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_client_says_is_said),
		TEST(a_door_that_does_not_take_it_is_said_with_its_words),
		TEST(a_door_that_hangs_up_is_no_success),
		TEST(a_reply_without_end_is_refused),
		TEST(a_milter_is_shown_each_step),
		TEST(a_milter_that_refuses_or_is_none_is_said),
		TEST(a_door_where_nobody_is_is_unavailable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
