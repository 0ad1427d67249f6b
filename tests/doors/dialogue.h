/*
 * A session of the proxy between a client and a next hop, both played from a script.  One step
 * after the other; each a line of text, in which "\\0" is a NUL:
 *
 *   N+          the next hop is called            N-, C-      it, the client, closes
 *   N> text     it says that line, CR LF behind   C> text     so the client
 *   N. text     it says exactly that              C. text
 *   N< text     it hears that line                C< text
 *   N= text     it hears exactly that             C= text
 *   N!          it hears the end, nothing before  C!
 *   T KEPT      what becomes of messages from now on (NOT_OURS, DEFER, PASS)
 *   S           the door is to stop
 *   L text      what transactions were told since the last L (fake_doorway.h)
 *   M text      the octets that they were given since the last M
 */
#ifndef PB_TEST_DOORS_DIALOGUE_H
#define PB_TEST_DOORS_DIALOGUE_H

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/io.h"
#include "doors/fake_doorway.h"
#include "doors/proxy.h"
#include "lib/world.h"
#include "sys/world.h"

struct dialogue {
	struct pb_doorway doorway;
	char *directory, *path;
	int listening, client, hop; /* -1: closed */
	struct pb_stream *stream;
	pthread_t thread;
};

/* Whoever waits longer waits for ever. */
static inline void
be_patient(int fd)
{
	const struct timeval patience = { .tv_sec = 20 };

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
}

static inline int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	be_patient(fd);
	return fd;
}

static inline void
shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline void *
run_session(void *arg)
{
	struct dialogue *d = arg;

	pb_proxy_session(&d->doorway, d->stream);
	return NULL;
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* The text of a step, its "\\0" as NUL; answers its length. */
static inline size_t
spell(const char *text, char *out, size_t size)
{
	size_t len = 0;

	for (; *text != '\0'; text++) {
		assert_true(len < size);
		if (text[0] == '\\' && text[1] == '0') {
			out[len++] = '\0';
			text++;
		} else {
			out[len++] = *text;
		}
	}
	return len;
}

static inline void
step_say(int fd, const char *text, size_t len)
{
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

static inline void
step_hear(int fd, const char *step, const char *text, size_t len)
{
	char heard[8192];
	size_t got = 0;

	assert_true(len < sizeof(heard));
	while (got < len) {
		ssize_t n = recv(fd, heard + got, len - got, 0);

		if (n <= 0)
			fail_msg("\"%s\": \"%.*s\" came, and then nothing", step, (int)got, heard);
		got += (size_t)n;
		if (memcmp(heard, text, got) != 0)
			fail_msg("\"%s\": \"%.*s\" came", step, (int)got, heard);
	}
}

static inline void
step_hear_end(int fd, const char *step)
{
	char octet;
	ssize_t n = recv(fd, &octet, 1, 0);

	if (n != 0)
		fail_msg("\"%s\": %s came", step, n > 0 ? "something" : "nothing");
}

static inline void
step_compare(const struct pb_buf *buf, const char *text, size_t len, const char *step)
{
	if (buf->len != len || (len > 0 && memcmp(buf->data, text, len) != 0))
		fail_msg("\"%s\": it is \"%.*s\"", step, (int)buf->len, (const char *)buf->data);
}

static inline enum pb_outcome
outcome_of(const char *name)
{
	return strcmp(name, "KEPT") == 0       ? PB_OUTCOME_KEPT
	       : strcmp(name, "NOT_OURS") == 0 ? PB_OUTCOME_NOT_OURS
	       : strcmp(name, "PASS") == 0     ? PB_OUTCOME_PASS
					       : PB_OUTCOME_DEFER;
}

static inline void
step_of_side(struct dialogue *d, int *fd, const char *step)
{
	char text[8192];
	size_t len = step[1] != '\0' && step[2] == ' ' ? spell(step + 3, text, 8000) : 0;

	if (step[1] == '>' || step[1] == '<') {
		text[len++] = '\r';
		text[len++] = '\n';
	}
	switch (step[1]) {
	case '+':
		shut(fd);
		*fd = accept(d->listening, NULL, NULL);
		if (*fd < 0)
			fail_msg("nobody calls the next hop");
		be_patient(*fd);
		break;
	case '-':
		shut(fd);
		break;
	case '>':
	case '.':
		step_say(*fd, text, len);
		break;
	case '<':
	case '=':
		step_hear(*fd, step, text, len);
		break;
	default:
		step_hear_end(*fd, step);
	}
}

static inline void
play_step(struct dialogue *d, const char *step)
{
	char text[8192];
	size_t len = step[1] == ' ' ? spell(step + 2, text, sizeof(text)) : 0;

	switch (step[0]) {
	case 'T':
		d->doorway.outcome = outcome_of(step + 2);
		break;
	case 'S':
		d->doorway.stopping = d->doorway.stops = true;
		break;
	case 'L':
		step_compare(&d->doorway.log, text, len, step);
		pb_buf_clear(&d->doorway.log);
		break;
	case 'M':
		step_compare(&d->doorway.message, text, len, step);
		pb_buf_clear(&d->doorway.message);
		break;
	case 'N':
		step_of_side(d, &d->hop, step);
		break;
	default:
		step_of_side(d, &d->client, step);
	}
}

/* ---- a dialogue ----------------------------------------------------------------------------- */

static inline void
dialogue_init(struct dialogue *d)
{
	static char name[] = "before";

	*d = (struct dialogue){ .client = -1, .hop = -1 };
	d->directory = test_directory();
	d->path = pb_path_join(d->directory, "next");
	assert_non_null(d->path);
	d->listening = listen_at(d->path);
	d->doorway.world = *pb_sys_world();
	d->doorway.door = (struct pb_policy_door){
		.name = name, .kind = PB_DOOR_PROXY, .next_hop.path = d->path, .max_message = 1000
	};
}

/* A client has connected. */
static inline void
dialogue_prepare(struct dialogue *d)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	d->client = ends[0];
	be_patient(d->client);
	assert_int_equal(
	    pb_stream_new(ends[1], d->doorway.world.clock, 20000, &d->stream, NULL), PB_OK);
}

/* Its session begins. */
static inline void
dialogue_go(struct dialogue *d)
{
	assert_int_equal(pthread_create(&d->thread, NULL, run_session, d), 0);
}

static inline void
dialogue_connect(struct dialogue *d)
{
	dialogue_prepare(d);
	dialogue_go(d);
}

static inline void
dialogue_play(struct dialogue *d, const char *const *steps)
{
	for (; *steps != NULL; steps++)
		play_step(d, *steps);
}

/* Both sides leave; the session ends with it. */
static inline void
dialogue_end(struct dialogue *d)
{
	shut(&d->client);
	shut(&d->hop);
	pthread_join(d->thread, NULL);
}

static inline void
dialogue_done(struct dialogue *d)
{
	shut(&d->listening);
	unlink(d->path);
	free(d->path);
	test_directory_remove(d->directory);
	pb_buf_done(&d->doorway.log);
	pb_buf_done(&d->doorway.message);
}

/* One session, from its beginning. */
static inline void
play(const char *const *steps)
{
	struct dialogue d;

	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(&d, steps);
	dialogue_end(&d);
	dialogue_done(&d);
}

#define PLAY(...) play((const char *const[]){ __VA_ARGS__, NULL })

#endif
