/* Records of type 12 (FORMAT 2.2): a token, a gap, its end; sealed, not committed. */
#ifndef PB_ANCHOR_RECORD_H
#define PB_ANCHOR_RECORD_H

#include "anchor/ask.h"
#include "record/seal.h"

/* A token over a checkpoint of `size`, with what belongs to it. */
enum pb_status pb_anchor_record_token(struct pb_sealer *sealer, const struct pb_answer *answer,
    uint64_t size, const struct pb_buf *checkpoint, struct pb_sealed *ret_sealed,
    struct pb_error *err) PB_MUST_CHECK;

/* Nobody stamped the checkpoint of `size`: who was asked, and why not. */
struct pb_anchor_failure {
	const char *tsa;
	const char *reason;
};
enum pb_status pb_anchor_record_gap(struct pb_sealer *sealer, uint64_t size, uint64_t since_s,
    const struct pb_anchor_failure *failure, size_t count, struct pb_sealed *ret_sealed,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_anchor_record_gap_end(struct pb_sealer *sealer, uint64_t since_s,
    struct pb_sealed *ret_sealed, struct pb_error *err) PB_MUST_CHECK;

#endif
