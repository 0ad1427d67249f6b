/*
 * The milter protocol, versions 2 to 6, as one connection of an MTA speaks it (Sendmail's
 * libmilter/mfdef.h; Postfix MILTER_README): what it tells of each message becomes a transaction,
 * and is answered at its end.  Nothing is changed, and no step is refused but a recipient too many.
 */
#ifndef PB_DOORS_MILTER_H
#define PB_DOORS_MILTER_H

#include <stdbool.h>

#include "core/buf.h"
#include "doors/transaction.h"

/* What is said over a stream, until both are done: pb_session_fn. */
struct pb_stream;
void pb_milter_session(struct pb_doorway *doorway, struct pb_stream *take_stream);

/* The same without a stream: octets in, octets out; for one thread at a time. */
struct pb_milter;
enum pb_status pb_milter_new(
    struct pb_doorway *doorway, struct pb_milter **ret_milter, struct pb_error *err) PB_MUST_CHECK;

/*
 * Octets as they come, in pieces of any size; behind the last one of a message it waits for the
 * writer.  What is to be answered is appended to `replies`, also when it fails.  PB_EEND: the MTA
 * is done; PB_EDATA, PB_ELIMIT: it is not the protocol, or more than the limits allow; PB_ENOMEM.
 * Then the connection is at its end, and a message under way has not been kept.
 */
enum pb_status pb_milter_feed(struct pb_milter *milter, const void *data, size_t len,
    struct pb_buf *replies, struct pb_error *err) PB_MUST_CHECK;

/* Some of a message has come, and not its end. */
bool pb_milter_within(const struct pb_milter *milter);

/* A message under way is dropped.  NULL is fine. */
void pb_milter_free(struct pb_milter *milter);

#endif
