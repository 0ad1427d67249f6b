/* range-proof: consecutive leaves and the hashes beside them give the root (FORMAT 5.5). */
#ifndef PB_LOG_RANGE_H
#define PB_LOG_RANGE_H

#include "core/buf.h"
#include "log/tree.h"

/* Hashes left and right of a range of a tree of less than 2^64 leaves. */
#define PB_RANGE_MAX 128

struct pb_range_proof {
	uint64_t first; /* i */
	uint64_t last;  /* j */
	uint64_t size;
	size_t count;
	uint8_t hash[PB_RANGE_MAX][PB_DIGEST_LEN];
};

/* PB_EINVAL unless first <= last < size.  Else what the reader answers. */
enum pb_status pb_range_prove(const struct pb_tree_reader *reader, uint64_t first, uint64_t last,
    uint64_t size, struct pb_range_proof *ret_proof, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_range_encode(
    const struct pb_range_proof *proof, struct pb_buf *text) PB_MUST_CHECK;
/* PB_EDATA: not the one encoding, or not as many hashes as such a range needs. */
enum pb_status pb_range_decode(const void *text, size_t len, struct pb_range_proof *ret_proof,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The root from the leaves, one hash after the other, in constant memory: begin, add
 * leaf hashes first..last, end.  It also gives the roots at smaller sizes that the
 * range reaches: see pb_range_root_here.
 */
struct pb_range_walk {
	const struct pb_range_proof *proof; /* borrowed */
	size_t used;                        /* hashes of the proof */
	struct pb_tree tree;                /* full subtrees over 0..next-1 */
	uint64_t next;                      /* leaf that comes next */
};

void pb_range_begin(struct pb_range_walk *walk, const struct pb_range_proof *proof);
void pb_range_add(struct pb_range_walk *walk, const uint8_t leaf_hash[PB_DIGEST_LEN]);
/*
 * The root of the first `walk->next` leaves; known, since the hashes left of the
 * range are those of its full subtrees.
 */
void pb_range_root_here(const struct pb_range_walk *walk, uint8_t out[PB_DIGEST_LEN]);
/* The root at proof->size, when all leaves were added. */
void pb_range_end(const struct pb_range_walk *walk, uint8_t out[PB_DIGEST_LEN]);

#endif
