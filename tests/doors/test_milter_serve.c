/* A session of the milter protocol over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "doors/fake_door.h"
#include "doors/milter.h"
#include "net/stream.h"
#include "sys/clock.h"

#define OFFER "\0\0\0\xdO\0\0\0\6\0\0\0\0\0\x1f\xff\xff"
#define ANSWER "\0\0\0\xdO\0\0\0\6\0\0\0\0\0\x1f\x71\x80"
#define ENVELOPE                                                                                   \
	"\0\0\0\x10M<a@un.example>\0"                                                              \
	"\0\0\0\x12R<b@deux.example>\0"
#define BODY "\0\0\0\2B."
#define END "\0\0\0\2E."
#define QUIT "\0\0\0\1Q"
#define GO_ON "\0\0\0\1c"

/* All that the MTA says, then nothing more; and what it hears until it is hung up on. */
static void
talk(struct pb_doorway *doorway, const char *says, size_t len, const char *hears, size_t hears_len)
{
	static char name[] = "in";
	struct pb_stream *stream;
	char heard[256];
	ssize_t n;
	int pair[2];

	doorway->door.name = name;
	doorway->door.max_message = 1000;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(pb_stream_new(pair[0], pb_sys_clock(), 5000, &stream, NULL), PB_OK);
	assert_int_equal(send(pair[1], says, len, 0), (ssize_t)len);
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	pb_milter_session(doorway, stream);
	/* Where something was left unread, the connection is reset. */
	n = recv(pair[1], heard, sizeof(heard), MSG_WAITALL);
	assert_int_equal(n < 0 ? 0 : n, (ssize_t)hears_len);
	assert_memory_equal(heard, hears, hears_len);
	assert_int_equal(close(pair[1]), 0);
}
#define TALK(doorway, says, hears) talk(doorway, says, sizeof(says) - 1, hears, sizeof(hears) - 1)

static unsigned
count(struct pb_doorway *doorway, const char *what)
{
	const char *at = pb_buf_text(&doorway->story);
	unsigned n = 0;

	while ((at = strstr(at, what)) != NULL) {
		at++;
		n++;
	}
	return n;
}

static void
messages_are_answered_until_the_mta_is_done(void **state)
{
	struct pb_doorway doorway = { .outcome = PB_OUTCOME_KEPT };

	(void)state;
	TALK(&doorway, OFFER ENVELOPE END ENVELOPE BODY END QUIT ENVELOPE END,
	    ANSWER GO_ON GO_ON GO_ON GO_ON);
	assert_int_equal(count(&doorway, "end "), 2);
	fake_door_done(&doorway);
}

static void
an_mta_that_leaves_is_answered_nothing(void **state)
{
	struct pb_buf log = PB_BUF_EMPTY;
	struct pb_doorway doorway = { .outcome = PB_OUTCOME_KEPT, .log = &log };

	(void)state;
	TALK(&doorway, OFFER ENVELOPE BODY, ANSWER GO_ON);
	assert_string_equal(
	    pb_buf_text(&doorway.story), "begin from=a@un.example to=b@deux.example\ndrop\n");
	assert_int_equal(log.len, 0);
	fake_door_done(&doorway);
}

static void
what_is_not_the_protocol_is_hung_up_on_and_logged(void **state)
{
	struct pb_buf log = PB_BUF_EMPTY;
	struct pb_doorway doorway = { .outcome = PB_OUTCOME_KEPT, .log = &log };

	(void)state;
	TALK(&doorway, "EHLO client.example\r\n", "");
	TALK(&doorway, OFFER ENVELOPE BODY "\0\0\0\1Z" END, ANSWER GO_ON);
	assert_string_equal(
	    pb_buf_text(&doorway.story), "begin from=a@un.example to=b@deux.example\ndrop\n");
	assert_string_equal(pb_buf_text(&log),
	    "a connection is ended: talk with an MTA: a packet is too long: 1162366031 octets\n"
	    "a connection is ended: talk with an MTA: this command cannot come here: 0x5a\n");
	pb_buf_done(&log);
	fake_door_done(&doorway);
}

static void
a_session_ends_behind_its_message_where_the_door_stops(void **state)
{
	struct pb_doorway doorway = { .outcome = PB_OUTCOME_KEPT, .stops = true };

	(void)state;
	TALK(&doorway, OFFER ENVELOPE END, ANSWER GO_ON GO_ON);
	assert_int_equal(count(&doorway, "end "), 1);
	TALK(&doorway, OFFER ENVELOPE END, "");
	assert_int_equal(count(&doorway, "end "), 1);
	fake_door_done(&doorway);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_answered_until_the_mta_is_done),
		cmocka_unit_test(an_mta_that_leaves_is_answered_nothing),
		cmocka_unit_test(what_is_not_the_protocol_is_hung_up_on_and_logged),
		cmocka_unit_test(a_session_ends_behind_its_message_where_the_door_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
