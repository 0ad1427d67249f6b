#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "core/error.h"
#include "doors/doors.h"
#include "doors/doorway.h"
#include "net/stream.h"
#include "sys/sockets.h"

#define WHAT N_("serve connections")
/* RFC 5321 4.5.3.2.7: a server waits five minutes for a command, if its door does not say else. */
#define SILENCE_MS (5 * 60 * 1000)
/* How often it tells that it lives, though nobody comes. */
#define TURN_MS 1000
/* Once it is to stop: how long messages that have begun are waited for, and how often they are
 * looked at. */
#define DRAIN_US (15 * 1000000)
#define LOOK_MS 50
/* No descriptor or memory for a connection: others may end meanwhile. */
#define SHORT_OF_US 100000

struct session {
	struct crowd *crowd;
	struct pb_stream *stream; /* the thread's */
	int twin;                 /* the same socket, by which it is cut off; -1: nobody is here */
};

/* 1. open is how many of `session` are somebody's.
 * 2. Whoever leaves rings the bell. */
struct crowd {
	struct pb_doorway *doorway;
	pb_session_fn *serve;
	int bell[2];
	pthread_mutex_t lock; /* of what follows */
	size_t open, room;
	struct session *session;
};

/* ---- one session ---------------------------------------------------------------------------- */

static void
leave(struct session *session)
{
	struct crowd *crowd = session->crowd;

	(void)pthread_mutex_lock(&crowd->lock);
	pb_socket_close(session->twin);
	session->twin = -1;
	crowd->open--;
	pb_doorway_tell(crowd->doorway, PB_BOARD_SESSIONS, crowd->open);
	(void)pb_socket_send(crowd->bell[1], "", 1); /* full: it rings already */
	(void)pthread_mutex_unlock(&crowd->lock);
}

static void *
run(void *arg)
{
	struct session *session = arg;

	session->crowd->serve(session->crowd->doorway, session->stream);
	leave(session);
	return NULL;
}

static bool
start_thread(struct session *session)
{
	pthread_attr_t detached;
	pthread_t thread;
	bool started;

	if (pthread_attr_init(&detached) != 0)
		return false;
	(void)pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	started = pthread_create(&thread, &detached, run, session) == 0;
	(void)pthread_attr_destroy(&detached);
	return started;
}

/* A place for it; there is one. */
static struct session *
enter(struct crowd *crowd, struct pb_stream *stream, int twin)
{
	struct session *session = crowd->session;

	(void)pthread_mutex_lock(&crowd->lock);
	while (session->twin >= 0)
		session++;
	session->stream = stream;
	session->twin = twin;
	crowd->open++;
	pb_doorway_tell(crowd->doorway, PB_BOARD_SESSIONS, crowd->open);
	(void)pthread_mutex_unlock(&crowd->lock);
	return session;
}

/* A client that can't be served now is hung up on, and comes again. */
static void
admit(struct crowd *crowd, int fd)
{
	const struct pb_world *world = pb_doorway_world(crowd->doorway);
	struct pb_stream *stream = NULL;
	struct session *session;
	int twin = pb_socket_twin(fd);

	if (twin < 0) {
		pb_socket_close(fd);
		return;
	}
	if (pb_stream_new(fd, world->clock, SILENCE_MS, &stream, NULL) != PB_OK) {
		pb_socket_close(twin);
		return;
	}
	session = enter(crowd, stream, twin);
	if (!start_thread(session)) {
		pb_stream_free(stream);
		leave(session);
		pb_doorway_log(crowd->doorway, "a connection is turned away: no thread can be had");
	}
}

/* ---- all of them ---------------------------------------------------------------------------- */

static size_t
count_open(struct crowd *crowd)
{
	size_t open;

	(void)pthread_mutex_lock(&crowd->lock);
	open = crowd->open;
	(void)pthread_mutex_unlock(&crowd->lock);
	return open;
}

static void
hush(const struct crowd *crowd)
{
	char rings[64];

	while (pb_socket_receive(crowd->bell[0], rings, sizeof(rings)) > 0)
		continue;
}

static void
accept_one(struct crowd *crowd, int listen_fd)
{
	const struct pb_clock *clock = pb_doorway_world(crowd->doorway)->clock;
	int fd = pb_socket_accept(listen_fd);

	if (fd >= 0)
		admit(crowd, fd);
	else if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM || fd == -ENOBUFS)
		clock->sleep_us(clock->ctx, SHORT_OF_US);
	/* Else whoever it was has left already. */
}

static enum pb_status
accept_until(struct crowd *crowd, int listen_fd, int stop_fd, struct pb_error *err)
{
	struct pb_socket_wait waits[3] = { { stop_fd, PB_SOCKET_READ, 0 },
		{ crowd->bell[0], PB_SOCKET_READ, 0 }, { -1, PB_SOCKET_READ, 0 } };
	int ready;

	for (;;) {
		pb_doorway_tell_now(crowd->doorway, PB_BOARD_ALIVE_US);
		waits[2].fd = count_open(crowd) < crowd->room ? listen_fd : -1;
		ready = pb_socket_wait(waits, 3, TURN_MS);
		if (ready < 0 && ready != -EINTR)
			return pb_fail_sys(err, ready, WHAT, "%s", "poll");
		if (ready < 0)
			continue;
		if (waits[0].ready != 0)
			return PB_OK;
		if (waits[1].ready != 0)
			hush(crowd);
		if (waits[2].ready != 0)
			accept_one(crowd, listen_fd);
	}
}

static void
cut_off(struct crowd *crowd)
{
	(void)pthread_mutex_lock(&crowd->lock);
	for (size_t i = 0; i < crowd->room; i++)
		if (crowd->session[i].twin >= 0)
			pb_socket_end_reading(crowd->session[i].twin);
	(void)pthread_mutex_unlock(&crowd->lock);
}

/* Sessions end by themselves behind their message, or when none is under way anywhere. */
static void
drain(struct crowd *crowd)
{
	const struct pb_clock *clock = pb_doorway_world(crowd->doorway)->clock;
	struct pb_socket_wait bell = { crowd->bell[0], PB_SOCKET_READ, 0 };
	int64_t until_us = clock->monotonic_us(clock->ctx) + DRAIN_US;
	bool cut = false;

	pb_doorway_stop(crowd->doorway);
	while (count_open(crowd) > 0) {
		if (!cut && (!pb_doorway_busy(crowd->doorway) ||
				clock->monotonic_us(clock->ctx) >= until_us)) {
			cut_off(crowd);
			cut = true;
		}
		(void)pb_socket_wait(&bell, 1, cut ? PB_SOCKET_EVER : LOOK_MS);
		hush(crowd);
	}
}

enum pb_status
pb_sessions_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, pb_session_fn *session,
    struct pb_error *err)
{
	struct crowd crowd = { .doorway = doorway,
		.serve = session,
		.bell = { -1, -1 },
		.room = pb_doorway_door(doorway)->max_sessions };
	enum pb_status status = PB_OK;
	int error;

	(void)pthread_mutex_init(&crowd.lock, NULL);
	crowd.session = calloc(crowd.room, sizeof(*crowd.session));
	if (crowd.session == NULL)
		status = pb_fail_memory(err, WHAT);
	for (size_t i = 0; status == PB_OK && i < crowd.room; i++)
		crowd.session[i] = (struct session){ .crowd = &crowd, .twin = -1 };
	if (status == PB_OK && ((error = pb_socket_pair(crowd.bell)) != 0 ||
				   (error = pb_socket_adopt(listen_fd)) != 0))
		status = pb_fail_sys(err, error, WHAT, "descriptor %d", listen_fd);
	if (status == PB_OK) {
		status = accept_until(&crowd, listen_fd, stop_fd, err);
		drain(&crowd);
	}
	pb_socket_close(listen_fd);
	pb_socket_close(crowd.bell[0]);
	pb_socket_close(crowd.bell[1]);
	(void)pthread_mutex_destroy(&crowd.lock);
	free(crowd.session);
	return status;
}
