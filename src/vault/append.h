/*
 * Writing: one open segment with its key file.  Two appends and two syncs make
 * a commit (FORMAT 4); this file knows bytes and their durability, archive/commit.c
 * knows what they mean.
 *
 * Bytes beyond the committed ends do not exist for anybody: pb_append_undo removes
 * them, and after a crash the next opening does (archive/quarantine.c).
 */
#ifndef PB_VAULT_APPEND_H
#define PB_VAULT_APPEND_H

#include <stdbool.h>

#include "core/world.h"
#include "record/sealed.h"
#include "vault/slot.h"

struct pb_append;

/*
 * A new segment: vault/<name>.seg with its header, which counts as committed,
 * keys/<name>.key with slot 0 of zeros; neither is synced before the first commit.
 * Takes segment_key, also on failure; then no file is left.  PB_EEXIST.
 */
enum pb_status pb_append_create(const struct pb_files *files, const char *dir,
    const struct pb_segment_header *header, struct pb_secret *take_segment_key,
    struct pb_append **ret_append, struct pb_error *err) PB_MUST_CHECK;

/*
 * Continue a segment whose key is at hand.  end: offset behind its last 'C';
 * slots: records it holds.  Takes segment_key, also on failure.  PB_ECORRUPT if either
 * file is longer or shorter.
 */
enum pb_status pb_append_continue(const struct pb_files *files, const char *dir, const char *name,
    uint64_t end, uint64_t slots, struct pb_secret *take_segment_key, struct pb_append **ret_append,
    struct pb_error *err) PB_MUST_CHECK;

const char *pb_append_name(const struct pb_append *append); /* borrowed */
uint64_t pb_append_end(const struct pb_append *append);     /* committed length of the segment */
uint64_t pb_append_slots(const struct pb_append *append);   /* committed records */
struct pb_secret *pb_append_key(const struct pb_append *append); /* the segment's; borrowed */

/*
 * The order of a commit is that of the calls below; another order is PB_EINVAL,
 * and so is any of them between a failure and pb_append_undo.  After a failed sync
 * every call answers PB_ESTOPPED: what is durable is only known by opening again.
 */

/* Step 1: slots of the next `count` records; secrets[i] NULL gives zeros ('P'). */
enum pb_status pb_append_secrets(struct pb_append *append, struct pb_secret *const *secrets,
    size_t count, struct pb_error *err) PB_MUST_CHECK;
/* ... made durable: the data, and for a new file its name in keys/. */
enum pb_status pb_append_sync_secrets(struct pb_append *append, struct pb_error *err) PB_MUST_CHECK;

/*
 * Step 2: frames, as many records as there are durable slots.  open: 'P', with its
 * secret.  The payload is streamed.
 */
enum pb_status pb_append_record(struct pb_append *append, const uint8_t leaf[PB_LEAF_LEN],
    const struct pb_sealed *sealed, bool open, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_append_checkpoint(
    struct pb_append *append, const void *note, size_t len, struct pb_error *err) PB_MUST_CHECK;
/* ... made durable: the commit point.  The ends move. */
enum pb_status pb_append_sync_frames(struct pb_append *append, struct pb_error *err) PB_MUST_CHECK;

/*
 * Back to the committed ends, after a failure that was not of a sync: the segment
 * cut, then slots zeroed and cut, all durable.  A failure here leaves it to recovery,
 * and every later call answers PB_ESTOPPED.
 */
enum pb_status pb_append_undo(struct pb_append *append, struct pb_error *err) PB_MUST_CHECK;

/*
 * SHA-256 over the whole segment as committed.  Kept along while writing; reads from
 * disk what was there before (pb_append_continue), and all of it after an undo.
 */
enum pb_status pb_append_sha256(
    struct pb_append *append, uint8_t out[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

void pb_append_close(struct pb_append *append); /* wipes the segment key; NULL is fine */

#endif
