/*
 * The Merkle tree of RFC 6962 section 2.1 over the leaves, SHA-256: its
 * frontier, so that appending and the root cost O(log n) without the leaves,
 * and proofs over any way to read hashes.
 */
#ifndef PB_LOG_TREE_H
#define PB_LOG_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "probant/status.h"

/* node[i] is the root of a full subtree of 2^i leaves when bit i of size is set. */
struct pb_tree {
	uint64_t size; /* leaves */
	uint8_t node[64][PB_DIGEST_LEN];
};

#define PB_TREE_ENTRY_MAX 65535 /* bytes: what a tlog-tiles bundle can hold */

/* SHA-256(0x00 || entry), len <= PB_TREE_ENTRY_MAX; SHA-256(0x01 || left || right). */
void pb_tree_leaf_hash(const void *entry, size_t len, uint8_t out[PB_DIGEST_LEN]);
void pb_tree_node_hash(const uint8_t left[PB_DIGEST_LEN], const uint8_t right[PB_DIGEST_LEN],
    uint8_t out[PB_DIGEST_LEN]);

void pb_tree_init(struct pb_tree *tree); /* size 0 */
void pb_tree_append(struct pb_tree *tree, const uint8_t leaf_hash[PB_DIGEST_LEN]);
/* SHA-256("") for size 0. */
void pb_tree_root(const struct pb_tree *tree, uint8_t out[PB_DIGEST_LEN]);

/* Root of `count` consecutive hashes that start at a multiple of a power of two >= count. */
void pb_tree_root_of(const uint8_t *hashes, size_t count, uint8_t out[PB_DIGEST_LEN]);

/*
 * The root of the full subtree of 2^level leaves that begins at leaf
 * index * 2^level: how a proof reads the tree (from tiles, or leaves).
 */
struct pb_tree_reader {
	void *ctx;
	enum pb_status (*node)(void *ctx, unsigned level, uint64_t index,
	    uint8_t out[PB_DIGEST_LEN], struct pb_error *err);
};

#define PB_PROOF_MAX 128 /* hashes; more than any proof of 2^64 leaves */

/*
 * RFC 6962 2.1.1: PATH(index, D[size]).  proof has room for PB_PROOF_MAX hashes, ret_count
 * tells how many were written.  PB_EINVAL: index >= size.  Else what the reader answers.
 */
enum pb_status pb_tree_prove_inclusion(const struct pb_tree_reader *reader, uint64_t index,
    uint64_t size, uint8_t *proof, size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;
/* RFC 9162 2.1.3.2 */
bool pb_tree_check_inclusion(const uint8_t leaf_hash[PB_DIGEST_LEN], uint64_t index, uint64_t size,
    const uint8_t *proof, size_t count, const uint8_t root[PB_DIGEST_LEN]);

/* RFC 6962 2.1.2: PROOF(first, D[second]), 0 <= first <= second; PB_EINVAL otherwise. */
enum pb_status pb_tree_prove_consistency(const struct pb_tree_reader *reader, uint64_t first,
    uint64_t second, uint8_t *proof, size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;
/*
 * RFC 9162 2.1.4.2; size 0, whose root is SHA-256(""), is consistent with everything, by
 * an empty proof.
 */
bool pb_tree_check_consistency(uint64_t first, uint64_t second,
    const uint8_t first_root[PB_DIGEST_LEN], const uint8_t second_root[PB_DIGEST_LEN],
    const uint8_t *proof, size_t count);

#endif
