/*
 * Verifying a log from front to back: leaves, chain, tree, checkpoints,
 * payloads, commitments, segments; then who signed, and whether the history is
 * the one that others saw.
 */
#ifndef PB_VERIFY_LOG_H
#define PB_VERIFY_LOG_H

#include "log/source.h"
#include "log/trust.h"
#include "stamp/roots.h"
#include "verify/verification.h"

struct pb_verify_log_options {
	const struct pb_trust *trust; /* NULL: who signed is indeterminate */
	const void *against;          /* a checkpoint (note) that the other side holds, or NULL */
	size_t against_len;
	/*
	 * The checkpoint that the log itself has published last, with what witnesses
	 * added to it, or NULL.
	 */
	const void *published;
	size_t published_len;
	const struct pb_stamp_roots *tsa_roots; /* NULL: whose clocks is indeterminate */
	int64_t now_s;                          /* for `sustained`; 0: not asked */
	bool open;        /* open records whose r is at hand, and check commitments */
	unsigned threads; /* beside the caller, that look at records; 0: none */
	/*
	 * Called with the bytes and the leaf hash of every record, for who has more to
	 * compare (tiles); may be NULL.  seq: as the leaf states it.
	 */
	void *leaf_ctx;
	enum pb_status (*leaf)(void *ctx, uint64_t seq, const uint8_t leaf[PB_LEAF_LEN],
	    const uint8_t leaf_hash[PB_DIGEST_LEN], struct pb_error *err);
};

/*
 * Read the source to its end and add to v.  The log key is the one that record
 * 0 states; trust says whether it is the right one.  A source whose last leaves
 * stand under no checkpoint is invalid, and so is an empty one.
 *
 * PB_EDATA: `against` is not a checkpoint.  What the source or a payload answers beside
 * PB_OK, PB_EEND and PB_ECORRUPT is answered too.
 */
enum pb_status pb_verify_log(const struct pb_source *source,
    const struct pb_verify_log_options *options, struct pb_verification *v,
    struct pb_error *err) PB_MUST_CHECK;

#endif
