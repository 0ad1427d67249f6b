/* Serving the writer: each connection brings one question, which a thread of its own asks. */
#ifndef PB_STAMPER_SERVE_H
#define PB_STAMPER_SERVE_H

#include "core/world.h"
#include "policy/timestamp.h"
#include "sys/board.h"

struct pb_stamper {
	const struct pb_clock *clock;
	const struct pb_http *http;
	const struct pb_timestamp_policy *policy;
	int listener;           /* a local socket (sys/local.h) */
	int line;               /* readable when it is to stop */
	uint32_t writer_uid;    /* who alone is heard, but for root */
	struct pb_board *board; /* of one row; may be NULL */
	/* What went wrong, about whom: for the log; from several threads.  May be NULL. */
	void (*failed)(void *ctx, const char *about, const struct pb_error *err);
	void *ctx;
};

/*
 * Until the line says so.  Threads may be asking still, and use all of that until the process
 * ends: nothing is lost by their end, since who asked asks again.
 */
void pb_stamper_serve(const struct pb_stamper *stamper);

/* The one question of a connection, which is closed behind it. */
void pb_stamper_hear(const struct pb_stamper *stamper, int fd);

#endif
