/* A checkpoint: C2SP tlog-checkpoint with the chain's head as extension line (FORMAT 2.1). */
#ifndef PB_LOG_CHECKPOINT_H
#define PB_LOG_CHECKPOINT_H

#include "crypto/digest.h"
#include "log/note.h"

struct pb_checkpoint {
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t size;               /* leaves */
	uint8_t root[PB_DIGEST_LEN]; /* SHA-256("") for size 0 */
	uint8_t head[PB_DIGEST_LEN]; /* SHA3-256 of the last leaf; of the origin for size 0 */
};

/* The four lines that are signed, appended to buf. */
enum pb_status pb_checkpoint_format(
    const struct pb_checkpoint *checkpoint, struct pb_buf *buf) PB_MUST_CHECK;

/* The signed note, appended to buf.  PB_EINVAL: the origin is none. */
enum pb_status pb_checkpoint_sign(const struct pb_checkpoint *checkpoint,
    const struct pb_ed25519 *key, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/*
 * Read a note's text.  Exactly our four lines in their one encoding: other extension
 * lines are PB_EDATA, since we would not know what they assert.  Signatures are not
 * looked at: see pb_note_verify.
 */
enum pb_status pb_checkpoint_parse(const struct pb_note *note, struct pb_checkpoint *ret_checkpoint,
    struct pb_error *err) PB_MUST_CHECK;

#endif
