/* A reply of the next hop (RFC 5321 4.2): read whole, and passed on as it came. */
#ifndef PB_DOORS_PROXY_REPLY_H
#define PB_DOORS_PROXY_REPLY_H

#include <stdbool.h>

#include "core/buf.h"
#include "net/stream.h"

struct pb_proxy_reply {
	unsigned code;      /* 200 to 599 */
	struct pb_buf text; /* all of its lines, with their ends */
};

/*
 * The next one, in place of what `reply` holds.  PB_EDATA: what comes is none; PB_ELIMIT: it does
 * not end; PB_EEND, PB_EUNAVAIL as the stream's.  Then `reply` is empty, its code 0.
 */
enum pb_status pb_proxy_reply_read(
    struct pb_stream *hop, struct pb_proxy_reply *reply, struct pb_error *err) PB_MUST_CHECK;

/*
 * Of the reply to EHLO, the first line and the extensions that the proxy understands; a SIZE of at
 * most max_message.
 */
enum pb_status pb_proxy_reply_filter(
    struct pb_proxy_reply *reply, uint64_t max_message, struct pb_error *err) PB_MUST_CHECK;

/* Is that extension among those of a reply to EHLO? */
bool pb_proxy_reply_offers(const struct pb_proxy_reply *reply, const char *keyword);

#endif
