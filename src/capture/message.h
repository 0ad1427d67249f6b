/* One message on its way in: cut and sealed as it streams, with its facts and envelope (FORMAT 1).
 */
#ifndef PB_CAPTURE_MESSAGE_H
#define PB_CAPTURE_MESSAGE_H

#include "capture/mailboxes.h"
#include "capture/origin.h"
#include "capture/transit.h"
#include "core/world.h"
#include "record/seal.h"

struct pb_message_maker;

/*
 * Borrows world and mailboxes (NULL: none are known); sealed bytes over PB_LIMIT_SPILL wait in
 * spill_dir.  One thread.
 */
enum pb_status pb_message_maker_new(const struct pb_world *world, const char *origin,
    const char *spill_dir, const struct pb_mailboxes *mailboxes,
    struct pb_message_maker **ret_maker, struct pb_error *err) PB_MUST_CHECK;

/* What is sealed comes along (pb_sealer_keep); NULL: it does not. */
void pb_message_keep(struct pb_message_maker *maker, struct pb_keep *keep);

/* The local clock, microseconds since 1970, when a message's first and last byte were read. */
struct pb_message_times {
	int64_t first_us;
	int64_t last_us;
};

int64_t pb_message_now(const struct pb_world *world);

/*
 * A message in pieces: begin, write, finish.  Whatever its bytes are, they are kept.  PB_ELIMIT:
 * more than PB_LIMIT_RECORD.  After a failure begin another; what was begun is dropped by that.
 */
enum pb_status pb_message_begin(struct pb_message_maker *maker, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_message_write(struct pb_message_maker *maker, const void *data, size_t len,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_message_finish(struct pb_message_maker *maker,
    const struct pb_message_origin *origin, const struct pb_message_times *times,
    struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

/*
 * The end of a message that was captured on its way.  Its direction is what transit says; PB_ELIMIT
 * also where its envelope is more than a reader takes.
 */
enum pb_status pb_message_capture(struct pb_message_maker *maker, const struct pb_transit *transit,
    const struct pb_message_times *times, struct pb_sealed *ret_sealed,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The end as pb_message_finish has it, but the message is kept with those that were held before it,
 * until pb_message_settle hands all of them out, in their order: many are hashed faster than one.
 * Settle when pb_message_full says so, and before a message that is finished by itself.
 */
enum pb_status pb_message_hold(struct pb_message_maker *maker,
    const struct pb_message_origin *origin, const struct pb_message_times *times,
    struct pb_error *err) PB_MUST_CHECK;
bool pb_message_full(const struct pb_message_maker *maker);
enum pb_status pb_message_settle(struct pb_message_maker *maker,
    struct pb_sealed ret_sealed[PB_SEALER_HELD], size_t *ret_count,
    struct pb_error *err) PB_MUST_CHECK;

/* Does what was written since pb_message_begin not begin as mail does (capture/look.h)? */
bool pb_message_odd(const struct pb_message_maker *maker);

/* Read fd to its end as one message, and hold it.  PB_EIO and the like: it cannot be read. */
enum pb_status pb_message_read(struct pb_message_maker *maker, int fd,
    const struct pb_message_origin *origin, struct pb_error *err) PB_MUST_CHECK;

void pb_message_maker_free(struct pb_message_maker *maker);

#endif
