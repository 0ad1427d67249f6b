/* Verifying a segment's key file beside its frames: every slot, in their order. */
#ifndef PB_CHECK_SLOTS_H
#define PB_CHECK_SLOTS_H

#include "archive/keyring.h"
#include "core/world.h"
#include "log/source.h"
#include "vault/keyfile.h"
#include "verify/verification.h"

struct pb_slots;

/*
 * Begin with keys/<name>.key.  A missing file, or a segment key that `keyring` does
 * not open, is a finding in v.  header: the segment's.  keyring: NULL if no secret
 * is wanted.  Borrows v.
 */
enum pb_status pb_slots_open(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_segment_header *header, struct pb_keyring *keyring, struct pb_verification *v,
    struct pb_slots **ret_slots, struct pb_error *err) PB_MUST_CHECK;

/*
 * The slot of the next sealed record, and its secret if it can be had (owned by the
 * caller; else NULL); whether there is one at all is for who knows the log to judge.  Or of the
 * next open one, which must hold nothing.
 */
enum pb_status pb_slots_sealed(struct pb_slots *slots, uint64_t seq, struct pb_secret **ret_secret,
    enum pb_source_secret *ret_state, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_slots_empty(
    struct pb_slots *slots, uint64_t seq, struct pb_error *err) PB_MUST_CHECK;

/* No more records.  newest: a commit may be under way, whose slots come first. */
enum pb_status pb_slots_end(
    struct pb_slots *slots, bool newest, struct pb_error *err) PB_MUST_CHECK;

void pb_slots_close(struct pb_slots *slots); /* NULL is fine */

#endif
