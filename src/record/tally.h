/*
 * What is computed of a record's parts as they pass, sealed or opened: their
 * table, their commitment (FORMAT 1.2) and the SHA-256 of the message.
 */
#ifndef PB_RECORD_TALLY_H
#define PB_RECORD_TALLY_H

#include "crypto/lanes.h"
#include "record/commitment.h"
#include "record/table.h"

struct pb_tally {
	struct pb_digest *part;    /* H2 of the part that passes */
	struct pb_digest *message; /* SHA-256 of kinds 1 and 2 */
	struct pb_expander *expander;
	struct pb_lanes lanes; /* for who has whole records (record/batch.h) */
	struct pb_secret *r;   /* borrowed from start to the end of the record */
	uint64_t message_len;  /* bytes of kinds 1 and 2 */
	bool is_message;       /* a part of kind 1, 2 or 3 passed */
	struct pb_table table;
	uint8_t p[PB_LIMIT_PARTS * PB_H2_LEN];
};

/* tally is zeros before; release it with pb_tally_done whatever the answer. */
enum pb_status pb_tally_init(struct pb_tally *tally, struct pb_error *err) PB_MUST_CHECK;
void pb_tally_done(struct pb_tally *tally);

/* A record begins, whatever became of the one before. */
void pb_tally_start(struct pb_tally *tally, struct pb_secret *r);

/* A part begins, of which there are at most PB_LIMIT_PARTS; the one before ends. */
enum pb_status pb_tally_begin(
    struct pb_tally *tally, uint8_t kind, struct pb_error *err) PB_MUST_CHECK;

/* More bytes of the part that began last. */
void pb_tally_write(struct pb_tally *tally, const void *data, size_t len);

/* SHA-256 of kinds 1 and 2 so far. */
enum pb_status pb_tally_message(
    const struct pb_tally *tally, uint8_t out[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

/* The record, of at least one part, ends.  sha256: of the message; zeros if there is none. */
enum pb_status pb_tally_finish(struct pb_tally *tally, uint8_t ret_commitment[PB_COMMITMENT_LEN],
    uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

#endif
