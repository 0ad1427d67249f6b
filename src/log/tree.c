#include "log/tree.h"

#include <string.h>

#include "core/error.h"

void
pb_tree_leaf_hash(const void *entry, size_t len, uint8_t out[PB_DIGEST_LEN])
{
	uint8_t input[1 + PB_TREE_ENTRY_MAX];

	pb_assert(len <= PB_TREE_ENTRY_MAX);

	input[0] = 0x00;
	if (len > 0)
		memcpy(input + 1, entry, len);
	pb_digest_sha256(input, 1 + len, out);
}

void
pb_tree_node_hash(const uint8_t left[PB_DIGEST_LEN], const uint8_t right[PB_DIGEST_LEN],
    uint8_t out[PB_DIGEST_LEN])
{
	uint8_t input[1 + 2 * PB_DIGEST_LEN];

	input[0] = 0x01;
	memcpy(input + 1, left, PB_DIGEST_LEN);
	memcpy(input + 1 + PB_DIGEST_LEN, right, PB_DIGEST_LEN);
	pb_digest_sha256(input, sizeof(input), out);
}

void
pb_tree_init(struct pb_tree *tree)
{
	memset(tree, 0, sizeof(*tree));
}

void
pb_tree_append(struct pb_tree *tree, const uint8_t leaf_hash[PB_DIGEST_LEN])
{
	uint8_t hash[PB_DIGEST_LEN];
	unsigned level = 0;

	pb_assert(tree->size < UINT64_MAX);

	/* Like adding one in binary: each full subtree of the same height is a carry. */
	memcpy(hash, leaf_hash, PB_DIGEST_LEN);
	while (tree->size >> level & 1)
		pb_tree_node_hash(tree->node[level++], hash, hash);
	memcpy(tree->node[level], hash, PB_DIGEST_LEN);
	tree->size++;
}

void
pb_tree_root(const struct pb_tree *tree, uint8_t out[PB_DIGEST_LEN])
{
	uint8_t hash[PB_DIGEST_LEN];
	bool begun = false;

	if (tree->size == 0) {
		pb_digest_sha256("", 0, out);
		return;
	}
	/* From the smallest subtree, which stands rightmost, to the largest. */
	for (unsigned level = 0; level < 64; level++) {
		if (!(tree->size >> level & 1))
			continue;
		if (begun)
			pb_tree_node_hash(tree->node[level], hash, hash);
		else
			memcpy(hash, tree->node[level], PB_DIGEST_LEN);
		begun = true;
	}
	memcpy(out, hash, PB_DIGEST_LEN);
}

void
pb_tree_root_of(const uint8_t *hashes, size_t count, uint8_t out[PB_DIGEST_LEN])
{
	struct pb_tree tree;

	pb_tree_init(&tree);
	for (size_t i = 0; i < count; i++)
		pb_tree_append(&tree, hashes + i * PB_DIGEST_LEN);
	pb_tree_root(&tree, out);
}
