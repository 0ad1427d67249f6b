/* What the herald answers whoever asks on this machine: /metrics and /healthz. */
#ifndef PB_HERALD_PAGES_H
#define PB_HERALD_PAGES_H

#include "core/world.h"
#include "net/server.h"
#include "policy/capture.h"

/* Borrowed until the server is freed. */
struct pb_pages {
	const struct pb_world *world;
	const struct pb_capture_policy *policy;
};

/* On a socket that listens. */
enum pb_status pb_pages_serve(struct pb_pages *pages, int listener, struct pb_server **ret_server,
    struct pb_error *err) PB_MUST_CHECK;

#endif
