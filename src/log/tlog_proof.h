/* C2SP tlog-proof: a leaf's place under a checkpoint, in one file (FORMAT 5.5). */
#ifndef PB_LOG_TLOG_PROOF_H
#define PB_LOG_TLOG_PROOF_H

#include "core/buf.h"
#include "log/tree.h"

struct pb_tlog_proof {
	uint64_t index;
	size_t count;
	uint8_t hash[64][PB_DIGEST_LEN];
	const char *note; /* the checkpoint; borrowed */
	size_t note_len;
};

enum pb_status pb_tlog_proof_encode(
    const struct pb_tlog_proof *proof, struct pb_buf *text) PB_MUST_CHECK;
/* PB_EDATA: not one, or with an extra line.  The note is not looked at. */
enum pb_status pb_tlog_proof_decode(const void *text, size_t len, struct pb_tlog_proof *ret_proof,
    struct pb_error *err) PB_MUST_CHECK;

/* A consistency file: one base64 hash a line; possibly none. */
enum pb_status pb_consistency_encode(
    const uint8_t *proof, size_t count, struct pb_buf *text) PB_MUST_CHECK;
/* proof has room for PB_PROOF_MAX hashes. */
enum pb_status pb_consistency_decode(const void *text, size_t len, uint8_t *proof,
    size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;

#endif
