/*
 * What a peer of the writer states of capture (type 3).  It stands open in every bundle of its
 * time, whatever is asked for (FORMAT 5.3): one that does not open there, or has no facts, would
 * spoil them all, and can't be taken out again.  So it is looked into before it counts.
 */
#ifndef PB_RELAY_STATEMENT_H
#define PB_RELAY_STATEMENT_H

#include "core/world.h"
#include "record/sealed.h"
#include "relay/stated.h"

/* Sealed for the log of that name.  envelope: NULL if there is none.  spill_dir: as pb_sealer_new
 * has it. */
enum pb_status pb_statement_seal(const struct pb_world *world, const char *origin,
    const char *spill_dir, const struct pb_buf *facts, const struct pb_buf *envelope,
    struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

/* PB_EDATA: it is nothing that he may state, or not sealed for that log. */
enum pb_status pb_statement_check(const char *origin, const struct pb_stated_by *by,
    struct pb_sealed *sealed, struct pb_error *err) PB_MUST_CHECK;

#endif
