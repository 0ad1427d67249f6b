/* A small HTTP server by libmicrohttpd: a few paths, GET or POST, whole bodies. */
#ifndef PB_NET_SERVER_H
#define PB_NET_SERVER_H

#include "core/buf.h"

struct pb_server_page {
	const char *path;         /* "/" */
	const char *request_type; /* media type of what is posted, else 415; NULL: GET, and HEAD */
	const char *reply_type;
	/* *status: 200, unless it is set.  Another answer than PB_OK: 500. */
	enum pb_status (*answer)(
	    void *ctx, const void *request, size_t len, unsigned *status, struct pb_buf *reply);
};

/* address is read at once; pages, their texts, and ctx live until the server is freed. */
struct pb_server_options {
	const char *address; /* "127.0.0.1", "::1"...; NULL: */
	int listener;        /* this socket listens already.  It is closed with the server, and
				others who have it go on to listen */
	unsigned port;       /* 0: any */
	const struct pb_server_page *page;
	size_t page_count;
	size_t max; /* of a request's body: else 413 */
	void *ctx;  /* of all pages, whose answers are called by one thread at a time */
};

struct pb_server;
/*
 * Serves until it is freed, in a thread of its own, which has the signal mask of the caller.  What
 * is not as its page asks for is refused with 404, 405, 415; a body without a length beforehand
 * with 411.  PB_EUNAVAIL: the address is taken, or none of ours; PB_EINVAL: it is no IP
 * address, or the port no port.
 */
enum pb_status pb_server_new(const struct pb_server_options *options, struct pb_server **ret_server,
    struct pb_error *err) PB_MUST_CHECK;
unsigned pb_server_port(const struct pb_server *server);
/* Waits for an answer that is being made.  NULL is fine. */
void pb_server_free(struct pb_server *server);

#endif
