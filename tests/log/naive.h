/* RFC 6962 section 2.1 as it is written: recursion over lists, for comparison. */
#ifndef PB_TEST_LOG_NAIVE_H
#define PB_TEST_LOG_NAIVE_H

#include "log/tree.h"

/* Largest power of two below n >= 2. */
static inline size_t
naive_split(size_t n)
{
	size_t k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* MTH of n leaf hashes. */
static inline void
naive_root(uint8_t (*leaves)[PB_DIGEST_LEN], size_t n, uint8_t out[PB_DIGEST_LEN])
{
	uint8_t left[PB_DIGEST_LEN], right[PB_DIGEST_LEN];

	if (n == 0) {
		pb_digest_sha256("", 0, out);
	} else if (n == 1) {
		memcpy(out, leaves[0], PB_DIGEST_LEN);
	} else {
		size_t k = naive_split(n);

		naive_root(leaves, k, left);
		naive_root(leaves + k, n - k, right);
		pb_tree_node_hash(left, right, out);
	}
}

/* PATH(m, D[n]) */
static inline size_t
naive_path(uint8_t (*leaves)[PB_DIGEST_LEN], size_t m, size_t n, uint8_t *out)
{
	size_t k, count;

	if (n == 1)
		return 0;
	k = naive_split(n);
	if (m < k) {
		count = naive_path(leaves, m, k, out);
		naive_root(leaves + k, n - k, out + count * PB_DIGEST_LEN);
	} else {
		count = naive_path(leaves + k, m - k, n - k, out);
		naive_root(leaves, k, out + count * PB_DIGEST_LEN);
	}
	return count + 1;
}

/* SUBPROOF(m, D[n], b) */
static inline size_t
naive_subproof(uint8_t (*leaves)[PB_DIGEST_LEN], size_t m, size_t n, bool b, uint8_t *out)
{
	size_t k, count;

	if (m == n) {
		if (b)
			return 0;
		naive_root(leaves, n, out);
		return 1;
	}
	k = naive_split(n);
	if (m <= k) {
		count = naive_subproof(leaves, m, k, b, out);
		naive_root(leaves + k, n - k, out + count * PB_DIGEST_LEN);
	} else {
		count = naive_subproof(leaves + k, m - k, n - k, false, out);
		naive_root(leaves, k, out + count * PB_DIGEST_LEN);
	}
	return count + 1;
}

/* Leaf i of the naive trees holds i as two bytes. */
static inline void
naive_leaves(uint8_t (*leaves)[PB_DIGEST_LEN], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t entry[2] = { (uint8_t)(i >> 8), (uint8_t)i };

		pb_tree_leaf_hash(entry, sizeof(entry), leaves[i]);
	}
}

#endif
