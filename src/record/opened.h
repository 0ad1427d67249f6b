/*
 * Opening a sealed payload with its r (FORMAT 3.4).  Nothing of it is shown
 * before the GCM tag is checked.  Small records are kept in memory (wiped on
 * free), larger ones are decrypted again for each look, so memory is constant.
 *
 * Whoever checks many records opens several before he asks for their commitments: their parts are
 * hashed side by side then, which takes a fraction of the time.
 *
 * The caller has checked the SHA-256 of the stored payload against the leaf.
 */
#ifndef PB_RECORD_OPENED_H
#define PB_RECORD_OPENED_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/limits.h"
#include "record/kept.h"
#include "record/leaf.h"
#include "record/parts.h"

/* A stored payload: len bytes, read at any offset. */
struct pb_payload {
	void *ctx;
	uint64_t len; /* bytes, tag included */
	enum pb_status (*read)(
	    void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err);
};

struct pb_opened;
struct pb_opener; /* decryption and decompression state, reused from record to record */

enum pb_status pb_opener_new(
    const char *origin, struct pb_opener **ret_opener, struct pb_error *err) PB_MUST_CHECK;
void pb_opener_free(struct pb_opener *opener);

/*
 * Decrypt, check the tag, find the parts.  Borrows opener, payload and r until
 * pb_opened_free.  Several may be open, up to PB_OPENER_RECORDS.
 * PB_ECORRUPT: the tag is wrong, z is not one zstd frame within FORMAT 3.4's
 * window without a dictionary, or the table does not account for every byte.
 */
enum pb_status pb_opener_open(struct pb_opener *opener, const struct pb_payload *payload,
    struct pb_secret *r, struct pb_opened **ret_opened, struct pb_error *err) PB_MUST_CHECK;

/*
 * The same of a record that this process sealed itself, and kept what it sealed: `plain`, borrowed
 * too.  Nothing is decrypted nor checked.
 */
enum pb_status pb_opener_adopt(struct pb_opener *opener, const struct pb_payload *payload,
    struct pb_secret *r, const struct pb_kept *plain, struct pb_opened **ret_opened,
    struct pb_error *err) PB_MUST_CHECK;

#define PB_OPENER_RECORDS 64

/* Another record, opened now, might find no room in memory beside those that are open. */
bool pb_opener_full(const struct pb_opener *opener);

uint8_t pb_opened_count(const struct pb_opened *opened); /* parts, 1..255 */
uint8_t pb_opened_kind(const struct pb_opened *opened, uint8_t index);
uint64_t pb_opened_len(const struct pb_opened *opened, uint8_t index); /* bytes */
uint64_t pb_opened_message_len(const struct pb_opened *opened);        /* kinds 1 and 2 */
uint8_t pb_opened_find(const struct pb_opened *opened, uint8_t kind);  /* first index, or count */

/*
 * Push parts first..last into the sink, in order, with one begin each.
 * Answers what the sink answered, else PB_ECORRUPT if the payload changed since.
 */
enum pb_status pb_opened_stream(struct pb_opened *opened, uint8_t first, uint8_t last,
    const struct pb_part_sink *sink, struct pb_error *err) PB_MUST_CHECK;

/* One part appended to buf.  PB_ELIMIT if it is longer than max. */
enum pb_status pb_opened_part(struct pb_opened *opened, uint8_t index, size_t max,
    struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* The message, kinds 1 and 2 joined, appended to buf.  PB_ELIMIT if it is longer than max. */
enum pb_status pb_opened_message(
    struct pb_opened *opened, size_t max, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/*
 * The same where it stands, pb_opened_message_len octets, borrowed until pb_opened_free; NULL: it
 * is not in memory, or not in one piece.
 */
const uint8_t *pb_opened_message_at(const struct pb_opened *opened);

/*
 * The commitment of what was opened, and whether there is no digest part, or
 * exactly one and it is the SHA-256 of kinds 1 and 2.  A message's digest goes
 * to ret_sha256 as computed (zeros when there are no kinds 1, 2, 3).  One pass.
 */
enum pb_status pb_opened_commitment(struct pb_opened *opened,
    uint8_t ret_commitment[PB_COMMITMENT_LEN], bool *ret_digest_right,
    uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

/* The same of several records that are open in one opener. */
struct pb_opened_sums {
	uint8_t commitment[PB_COMMITMENT_LEN];
	uint8_t sha256[PB_DIGEST_LEN];
	bool digest_right;
	enum pb_status status; /* of looking at this one: as pb_opened_commitment answers */
};

/* PB_ENOMEM, PB_ECRYPTO: nothing is known of any; else what was found of each stands in it. */
enum pb_status pb_opened_commitments(struct pb_opened *const *opened, size_t count,
    struct pb_opened_sums *ret_sums, struct pb_error *err) PB_MUST_CHECK;

/* H2 of each part, and SHA-256 of kinds 1 and 2, joined. */
struct pb_opened_digests {
	bool computed; /* false if it is not in memory: then compute them as the parts stream */
	uint8_t part[PB_LIMIT_PARTS][PB_H2_LEN];
	uint8_t message[PB_DIGEST_LEN];
};

/* Of several records that are open in one opener, all side by side. */
enum pb_status pb_opened_digests(struct pb_opened *const *opened, size_t count,
    struct pb_opened_digests *ret_digests, struct pb_error *err) PB_MUST_CHECK;

void pb_opened_free(struct pb_opened *opened);

#endif
