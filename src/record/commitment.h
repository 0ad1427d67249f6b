/* The commitment to a record's parts (FORMAT 1.2). */
#ifndef PB_RECORD_COMMITMENT_H
#define PB_RECORD_COMMITMENT_H

#include "crypto/digest.h"
#include "crypto/expand.h"
#include "crypto/secret.h"
#include "probant/status.h"

#define PB_SALT_LEN 32
#define PB_COMMITMENT_LEN PB_H2_LEN
/* What p_i is H2 of: "probant/v1 part" || 0x00 || u8 i || u8 kind || u64 length || salt_i || d_i */
#define PB_COMMITMENT_PART_LEN (16 + 1 + 1 + 8 + PB_SALT_LEN + PB_H2_LEN)
/* What the commitment is H2 of, before p_0: "probant/v1 record" || 0x00 || u8 n */
#define PB_COMMITMENT_HEAD_LEN (18 + 1)

/* salt of part i = Expand(r, "probant/v1 salt" || u8 i) */
enum pb_status pb_commitment_salt(struct pb_expander *expander, struct pb_secret *r, uint8_t index,
    uint8_t out[PB_SALT_LEN], struct pb_error *err) PB_MUST_CHECK;

/* The same, once r is the expander's key: for many parts. */
enum pb_status pb_commitment_salt_next(struct pb_expander *expander, uint8_t index,
    uint8_t out[PB_SALT_LEN], struct pb_error *err) PB_MUST_CHECK;

/* The octets that p_i is H2 of, but d_i, which is their last PB_H2_LEN. */
void pb_commitment_part_head(uint8_t index, uint8_t kind, uint64_t len,
    const uint8_t salt[PB_SALT_LEN], uint8_t out[PB_COMMITMENT_PART_LEN]);
/* The octets before p_0 that the commitment to count (1..255) parts is H2 of. */
void pb_commitment_record_head(uint8_t count, uint8_t out[PB_COMMITMENT_HEAD_LEN]);

/* p_i from d_i = H2(part bytes) */
void pb_commitment_part(uint8_t index, uint8_t kind, uint64_t len, const uint8_t salt[PB_SALT_LEN],
    const uint8_t d[PB_H2_LEN], uint8_t out[PB_H2_LEN]);

/* The commitment to count (1..255) parts, p holding p_0 ... one after the other. */
void pb_commitment_record(const uint8_t *p, uint8_t count, uint8_t out[PB_COMMITMENT_LEN]);

#endif
