/*
 * The commitments of several records at once (FORMAT 1.2), of which all parts are in memory: their
 * digests are computed side by side (crypto/lanes.h), which is what makes it worth the while.
 */
#ifndef PB_RECORD_BATCH_H
#define PB_RECORD_BATCH_H

#include "record/tally.h"

struct pb_batch_record {
	const struct pb_table *table; /* at least one part */
	const uint8_t *parts;         /* their octets, one part behind the other */
	struct pb_secret *r;
	/* SHA-256 of its first parts, as far as they were computed before. */
	const uint8_t (*sha256)[PB_DIGEST_LEN];
	unsigned sha256_count;
	uint8_t *message; /* where SHA-256 of kinds 1 and 2, joined, is wanted as well, or NULL */
	uint8_t commitment[PB_COMMITMENT_LEN]; /* what comes out */
	uint8_t (*digests)[PB_H2_LEN];         /* pb_batch_digests: where they go */
};

/* tally: between two records. */
enum pb_status pb_batch_commitments(struct pb_tally *tally, struct pb_batch_record *records,
    size_t count, struct pb_error *err) PB_MUST_CHECK;

/* SHA-256 of kinds 1 and 2 of a record, joined; of each of its parts beside that, to ret_sha256. */
void pb_batch_message(struct pb_tally *tally, const struct pb_table *table, const uint8_t *parts,
    uint8_t (*ret_sha256)[PB_DIGEST_LEN], uint8_t ret_message[PB_DIGEST_LEN]);

/* H2 of each part of several records, to `digests`, and of each its `message`; without r. */
enum pb_status pb_batch_digests(struct pb_tally *tally, const struct pb_batch_record *records,
    size_t count, struct pb_error *err) PB_MUST_CHECK;

#endif
