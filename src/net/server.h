/* A small HTTP server by libmicrohttpd: one path, POST, whole bodies. */
#ifndef PB_NET_SERVER_H
#define PB_NET_SERVER_H

#include "core/buf.h"

/* address is read at once; the other texts, and ctx, live until the server is freed. */
struct pb_server_options {
	const char *address;      /* "127.0.0.1", "::1"... */
	unsigned port;            /* 0: any */
	const char *path;         /* "/" */
	const char *request_type; /* media type that is asked for, else 415 */
	const char *reply_type;
	size_t max; /* of a request's body: else 413 */
	/* Called by one thread at a time.  Another status than PB_OK: 500. */
	enum pb_status (*answer)(void *ctx, const void *request, size_t len, struct pb_buf *reply);
	void *ctx;
};

struct pb_server;
/*
 * Serves until it is freed, in a thread of its own, which has the signal mask of the caller.  What
 * is not a POST of that type to that path is refused with 404, 405, 415; a body without a length
 * beforehand with 411.  PB_EUNAVAIL: the address is taken, or none of ours; PB_EINVAL: it is no IP
 * address, or the port no port.
 */
enum pb_status pb_server_new(const struct pb_server_options *options, struct pb_server **ret_server,
    struct pb_error *err) PB_MUST_CHECK;
unsigned pb_server_port(const struct pb_server *server);
/* Waits for an answer that is being made.  NULL is fine. */
void pb_server_free(struct pb_server *server);

#endif
