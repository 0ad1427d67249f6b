/* Asking the server of a map, by the protocol of Postfix's socketmap_table(5). */
#ifndef PB_DOORS_SOCKETMAP_H
#define PB_DOORS_SOCKETMAP_H

#include "core/world.h"
#include "policy/capture.h"

enum pb_socketmap_is {
	PB_SOCKETMAP_FOUND,     /* "OK value" */
	PB_SOCKETMAP_NOT_FOUND, /* "NOTFOUND " */
	PB_SOCKETMAP_FAILED     /* "TEMP reason", "TIMEOUT reason", "PERM reason" */
};
struct pb_socketmap_answer {
	enum pb_socketmap_is is;
	const char *value; /* of PB_SOCKETMAP_FOUND: octets from outside, borrowed */
	size_t len;
};

/* One answer, and nothing behind it.  PB_EEND: it is not whole yet; PB_EDATA: it is none. */
enum pb_status pb_socketmap_read(
    const void *data, size_t len, struct pb_socketmap_answer *ret_answer) PB_MUST_CHECK;

/* A connection, kept from one question to the next; for one thread at a time.  Begins as zeros. */
struct pb_stream;
struct pb_socketmap {
	struct pb_stream *stream; /* NULL: there is none */
	struct pb_buf octets;     /* of the answer */
};

/*
 * What `key` stands for in the map of that name, at the latest at deadline_us; never
 * PB_SOCKETMAP_FAILED.  The key may be any text.  PB_EUNAVAIL: it is not known; err has no word of
 * the key or of the answer.
 */
enum pb_status pb_socketmap_ask(struct pb_socketmap *map, const struct pb_policy_address *server,
    const char *name, const char *key, const struct pb_clock *clock, int64_t deadline_us,
    struct pb_socketmap_answer *ret_answer, struct pb_error *err) PB_MUST_CHECK;
void pb_socketmap_done(struct pb_socketmap *map);

#endif
