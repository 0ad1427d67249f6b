/*
 * Sealing: parts stream in, a sealed record comes out (FORMAT 3.4).
 *
 *     parts -> H2 each, SHA-256 of the message -> zstd -> AES-256-GCM -> memory or spill
 *
 * in constant memory.  Independent of seq and of the record before, so several sealers run side
 * by side, each used by one thread.
 *
 * A record of up to PB_LIMIT_OPENED octets is kept in memory until it ends, and wiped then; what
 * is larger passes in pieces.  Whoever seals many records lets several of them wait for each
 * other (pb_sealer_hold): their parts are hashed side by side, which takes a fraction of the time.
 */
#ifndef PB_RECORD_SEAL_H
#define PB_RECORD_SEAL_H

#include <stdbool.h>

#include "record/parts.h"
#include "record/sealed.h"

struct pb_sealer;

/*
 * origin: of the archive the records are for.  spill_dir: where sealed bytes
 * over PB_LIMIT_SPILL wait, in a file without a name.  level: zstd's; up to 9 it
 * takes 25 MiB or less, at 19 nearly 100.  Borrows files, random; copies the texts.
 */
enum pb_status pb_sealer_new(const struct pb_files *files, const struct pb_random *random,
    const char *origin, const char *spill_dir, int level, struct pb_sealer **ret_sealer,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * From now on a record of up to PB_LIMIT_OPENED octets comes with what was sealed (sealed->plain),
 * as far as there is room for it.  Borrows keep.
 */
void pb_sealer_keep(struct pb_sealer *sealer, struct pb_keep *keep);

/*
 * Begin a record: a fresh r.  What was begun and not finished is dropped.
 * Whatever fails from here to the end drops the record: until the next start
 * every call answers PB_EINVAL.
 */
enum pb_status pb_sealer_start(struct pb_sealer *sealer, struct pb_error *err) PB_MUST_CHECK;

/* The door for parts.  Borrowed; PB_ELIMIT: more than 255 parts, or than PB_LIMIT_RECORD. */
const struct pb_part_sink *pb_sealer_sink(struct pb_sealer *sealer);

/* One whole part. */
enum pb_status pb_sealer_part(struct pb_sealer *sealer, uint8_t kind, const void *data, size_t len,
    struct pb_error *err) PB_MUST_CHECK;

/* Add the digest part (kind 3) over all of kinds 1 and 2 so far, and tell it. */
enum pb_status pb_sealer_digest(struct pb_sealer *sealer, uint8_t ret_sha256[PB_DIGEST_LEN],
    struct pb_error *err) PB_MUST_CHECK;

/* Bytes of kinds 1 and 2 so far. */
uint64_t pb_sealer_message_len(const struct pb_sealer *sealer);

/*
 * End the record.  ret_sealed is owned by the caller (pb_sealed_done); on
 * failure it is untouched and the record is dropped.
 */
enum pb_status pb_sealer_finish(struct pb_sealer *sealer, uint8_t type,
    struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

/* A whole record, of facts and, if it is not NULL, an envelope: begun, and ended as above. */
enum pb_status pb_sealer_state(struct pb_sealer *sealer, uint8_t type, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_sealed *ret_sealed,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * End the record as pb_sealer_finish does, but keep it with those that were held before, until
 * pb_sealer_settle.  There must be room: pb_sealer_full.
 */
#define PB_SEALER_HELD 64
enum pb_status pb_sealer_hold(
    struct pb_sealer *sealer, uint8_t type, struct pb_error *err) PB_MUST_CHECK;

/* Settle before the next start: the most that may wait does, or the room for it is half used. */
bool pb_sealer_full(const struct pb_sealer *sealer);

/*
 * What is committed to of all that is held.  *ret_count records go to ret_sealed, in the order in
 * which they were held, owned by the caller.  On failure nothing is held any more, nor sealed.
 * No record may be begun.
 */
enum pb_status pb_sealer_settle(struct pb_sealer *sealer,
    struct pb_sealed ret_sealed[PB_SEALER_HELD], size_t *ret_count,
    struct pb_error *err) PB_MUST_CHECK;

void pb_sealer_free(struct pb_sealer *sealer);

#endif
