/*
 * A record as a listener handed it over, made the writer's own: its payload is where nobody else
 * can change it, and has the digest that was stated.
 */
#ifndef PB_RELAY_TAKE_H
#define PB_RELAY_TAKE_H

#include "core/world.h"
#include "relay/packet.h"
#include "relay/stated.h"

struct pb_taker;

/* spill_dir: where payloads are copied to that stand in files, unnamed.  Borrows both. */
enum pb_status pb_taker_new(const struct pb_files *files, const char *spill_dir,
    struct pb_taker **ret_taker, struct pb_error *err) PB_MUST_CHECK;

/*
 * origin: of the log that it is for; by: its peer.  passed: the
 * descriptor that came with it, or -1; taken over, *passed is -1 then.  The record is the caller's.
 * Else *ret_refusal says why, PB_REFUSAL_NONE (with PB_EDATA) that no honest listener sends that.
 */
enum pb_status pb_taker_record(struct pb_taker *taker, const char *origin,
    const struct pb_stated_by *by, const struct pb_submit *submit, int *passed,
    struct pb_sealed *ret_sealed, enum pb_refusal *ret_refusal, struct pb_error *err) PB_MUST_CHECK;

void pb_taker_free(struct pb_taker *taker); /* NULL is fine */

#endif
