/*
 * opening.json: what a part of a record is disclosed with, or withheld by (FORMAT
 * 5.3, 1.2).  Encoding and decoding side by side.
 */
#ifndef PB_RECORD_OPENING_H
#define PB_RECORD_OPENING_H

#include <stdbool.h>

#include "core/buf.h"
#include "record/commitment.h"

struct pb_opening_part {
	bool disclosed;
	uint8_t kind;              /* disclosed */
	uint64_t len;              /* disclosed; bytes */
	uint8_t salt[PB_SALT_LEN]; /* disclosed */
	uint8_t p[PB_H2_LEN];      /* withheld; pb_opening_commit fills it for the others */
};

struct pb_opening {
	uint64_t seq;
	uint8_t count; /* 1..255 */
	struct pb_opening_part part[255];
};

/* The one encoding of FORMAT 5.3, appended. */
enum pb_status pb_opening_encode(
    const struct pb_opening *opening, struct pb_buf *json) PB_MUST_CHECK;

/* PB_EDATA: not exactly what pb_opening_encode writes. */
enum pb_status pb_opening_decode(const void *json, size_t len, struct pb_opening *ret_opening,
    struct pb_error *err) PB_MUST_CHECK;

/* p of a disclosed part from d = H2(its bytes). */
void pb_opening_disclose(struct pb_opening *opening, uint8_t index, const uint8_t d[PB_H2_LEN]);
/* The commitment, once every p is there. */
void pb_opening_commitment(const struct pb_opening *opening, uint8_t out[PB_COMMITMENT_LEN]);

/* Where disclosed parts stand (FORMAT 5.3): the rule that exporter and verifier share. */
bool pb_opening_whole(const struct pb_opening *opening); /* the digest is disclosed: message.eml */

#endif
