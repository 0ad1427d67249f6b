#include "stamper/serve.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/limits.h"
#include "sys/local.h"

/* Between two signs of life; and how long somebody whom there is no room for waits. */
#define TURN_MS 1000
#define PAUSE_MS 100

static const char SERVING[] = N_("serve the writer");

/* What the threads share; freed by the last that uses it. */
struct serving {
	const struct pb_stamper *stamper;
	atomic_uint users; /* who serves, and the threads that ask */
};

struct connection {
	struct serving *serving;
	int fd;
};

static void
leave(struct serving *s)
{
	if (--s->users == 0)
		free(s);
}

static void *
hear(void *arg)
{
	struct connection *connection = arg;

	pb_stamper_hear(connection->serving->stamper, connection->fd);
	leave(connection->serving);
	free(connection);
	return NULL;
}

static enum pb_status
begin(struct serving *s, int fd, struct pb_error *err)
{
	struct connection *connection = malloc(sizeof(*connection));
	pthread_t thread;

	if (connection == NULL) {
		pb_local_close(&fd);
		return pb_fail_memory(err, SERVING);
	}
	*connection = (struct connection){ .serving = s, .fd = fd };
	s->users++;
	if (pthread_create(&thread, NULL, hear, connection) != 0) {
		leave(s);
		free(connection);
		pb_local_close(&fd);
		return pb_fail_memory(err, SERVING);
	}
	(void)pthread_detach(thread);
	return PB_OK;
}

static void
welcome(struct serving *s)
{
	const struct pb_stamper *stamper = s->stamper;
	struct pb_error err = { 0 };
	enum pb_status status = PB_OK;
	uint32_t uid;
	int fd = pb_local_accept(stamper->listener, &uid);

	if (fd == -EAGAIN)
		return;
	if (fd < 0) {
		status = pb_fail_sys(&err, fd, SERVING, "%s", "");
	} else if (uid != stamper->writer_uid && uid != 0) {
		pb_local_close(&fd);
		status = pb_fail(&err, PB_EACCESS, SERVING,
		    N_("another user than the writer's wants something asked"), "%u",
		    (unsigned)uid);
	} else {
		status = begin(s, fd, &err);
	}
	if (status != PB_OK && stamper->failed != NULL)
		stamper->failed(stamper->ctx, NULL, &err);
}

static void
tell_alive(const struct pb_stamper *s)
{
	int64_t now_us = s->clock->now_us(s->clock->ctx);

	pb_board_set(s->board, 0, PB_BOARD_ALIVE_US, (uint64_t)now_us);
}

void
pb_stamper_serve(const struct pb_stamper *stamper)
{
	struct serving *s = calloc(1, sizeof(*s));
	struct pollfd waiting[2] = { { .fd = stamper->line, .events = POLLIN },
		{ .fd = stamper->listener, .events = POLLIN } };
	struct pb_error err = { 0 };

	if (s == NULL) {
		(void)pb_fail_memory(&err, SERVING);
		if (stamper->failed != NULL)
			stamper->failed(stamper->ctx, NULL, &err);
		return;
	}
	s->stamper = stamper;
	s->users = 1;
	while (waiting[0].revents == 0) {
		bool room = s->users <= PB_LIMIT_STAMPER_QUESTIONS;

		tell_alive(stamper);
		(void)pb_local_poll(waiting, room ? 2 : 1, room ? TURN_MS : PAUSE_MS);
		if (room && waiting[1].revents != 0)
			welcome(s);
		waiting[1].revents = 0;
	}
	leave(s);
}
