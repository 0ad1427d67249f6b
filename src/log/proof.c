#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "log/tree.h"

/* The largest power of two below count (>= 2): where RFC 6962 splits a tree. */
static uint64_t
split(uint64_t count)
{
	return (uint64_t)1 << (63 - __builtin_clzll(count - 1));
}

/*
 * The root of the leaves first .. first + count - 1, where first is a multiple of a power
 * of two >= count: from its full subtrees, the smallest and rightmost first.
 */
static enum pb_status
range_root(const struct pb_tree_reader *reader, uint64_t first, uint64_t count,
    uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	uint8_t node[PB_DIGEST_LEN];
	enum pb_status status;
	bool begun = false;

	for (unsigned level = 0; count >> level > 0; level++) {
		uint64_t before = count >> level & ~(uint64_t)1; /* in subtrees of this height */

		if (before == count >> level)
			continue;
		status = reader->node(reader->ctx, level, (first >> level) + before, node, err);
		if (status != PB_OK)
			return status;
		if (begun)
			pb_tree_node_hash(node, out, out);
		else
			memcpy(out, node, PB_DIGEST_LEN);
		begun = true;
		if (level == 63)
			break;
	}
	return PB_OK;
}

static void
reverse(uint8_t *hashes, size_t count)
{
	uint8_t swap[PB_DIGEST_LEN];

	for (size_t i = 0; i < count / 2; i++) {
		uint8_t *a = hashes + i * PB_DIGEST_LEN;
		uint8_t *b = hashes + (count - 1 - i) * PB_DIGEST_LEN;

		memcpy(swap, a, PB_DIGEST_LEN);
		memcpy(a, b, PB_DIGEST_LEN);
		memcpy(b, swap, PB_DIGEST_LEN);
	}
}

enum pb_status
pb_tree_prove_inclusion(const struct pb_tree_reader *reader, uint64_t index, uint64_t size,
    uint8_t *proof, size_t *ret_count, struct pb_error *err)
{
	uint64_t low = 0, high = size; /* the subtree that holds the leaf */
	enum pb_status status;
	size_t count = 0;

	if (index >= size)
		return pb_fail(err, PB_EINVAL, N_("prove inclusion"),
		    N_("the tree has no such leaf"), "leaf %llu of %llu", (unsigned long long)index,
		    (unsigned long long)size);

	/* From the root to the leaf, noting the other side of each fork. */
	while (high - low > 1) {
		uint64_t middle = low + split(high - low);
		uint8_t *hash = proof + count++ * PB_DIGEST_LEN;

		if (index < middle) {
			status = range_root(reader, middle, high - middle, hash, err);
			high = middle;
		} else {
			status = range_root(reader, low, middle - low, hash, err);
			low = middle;
		}
		if (status != PB_OK)
			return status;
	}
	reverse(proof, count);
	*ret_count = count;
	return PB_OK;
}

enum pb_status
pb_tree_prove_consistency(const struct pb_tree_reader *reader, uint64_t first, uint64_t second,
    uint8_t *proof, size_t *ret_count, struct pb_error *err)
{
	uint64_t low = 0, high = second; /* the subtree that the first tree ends in */
	enum pb_status status;
	size_t count = 0;

	if (first > second)
		return pb_fail(err, PB_EINVAL, N_("prove consistency"),
		    N_("the first tree is larger than the second"), "sizes %llu and %llu",
		    (unsigned long long)first, (unsigned long long)second);

	while (first > 0 && high != first) {
		uint64_t middle = low + split(high - low);
		uint8_t *hash = proof + count++ * PB_DIGEST_LEN;

		if (first <= middle) {
			status = range_root(reader, middle, high - middle, hash, err);
			high = middle;
		} else {
			status = range_root(reader, low, middle - low, hash, err);
			low = middle;
		}
		if (status != PB_OK)
			return status;
	}
	/* low == 0: that subtree is the first tree, whose root the other side knows. */
	if (low > 0) {
		status = range_root(reader, low, high - low, proof + count++ * PB_DIGEST_LEN, err);
		if (status != PB_OK)
			return status;
	}
	reverse(proof, count);
	*ret_count = count;
	return PB_OK;
}

/* The walk of RFC 9162 2.1.3.2 and 2.1.4.2 from a node towards the root. */
struct climb {
	uint64_t fn; /* the node */
	uint64_t sn; /* the last node of its level */
};

static void
climb_level(struct climb *at)
{
	at->fn >>= 1;
	at->sn >>= 1;
}

/* Whether the next hash of the proof stands to the left of the node; then goes up. */
static bool
climb_left(struct climb *at)
{
	bool left = at->fn & 1 || at->fn == at->sn;

	/* The last node without a sibling moves up as it is. */
	while (left && !(at->fn & 1) && at->fn != 0)
		climb_level(at);
	climb_level(at);
	return left;
}

bool
pb_tree_check_inclusion(const uint8_t leaf_hash[PB_DIGEST_LEN], uint64_t index, uint64_t size,
    const uint8_t *proof, size_t count, const uint8_t root[PB_DIGEST_LEN])
{
	struct climb at = { .fn = index, .sn = size - 1 };
	uint8_t hash[PB_DIGEST_LEN];

	if (index >= size)
		return false;
	memcpy(hash, leaf_hash, PB_DIGEST_LEN);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *other = proof + i * PB_DIGEST_LEN;

		if (at.sn == 0)
			return false;
		if (climb_left(&at))
			pb_tree_node_hash(other, hash, hash);
		else
			pb_tree_node_hash(hash, other, hash);
	}
	return at.sn == 0 && pb_equal(hash, root, PB_DIGEST_LEN);
}

/* The same for 0 < first < second. */
static bool
check_growth(uint64_t first, uint64_t second, const uint8_t first_root[PB_DIGEST_LEN],
    const uint8_t second_root[PB_DIGEST_LEN], const uint8_t *proof, size_t count)
{
	struct climb at = { .fn = first - 1, .sn = second - 1 };
	uint8_t old[PB_DIGEST_LEN], new[PB_DIGEST_LEN]; /* roots rebuilt so far */
	size_t used = 0;

	/* A full first tree is itself the node to begin with; else the proof names it. */
	if ((first & (first - 1)) == 0)
		memcpy(old, first_root, PB_DIGEST_LEN);
	else if (count > 0)
		memcpy(old, proof + used++ * PB_DIGEST_LEN, PB_DIGEST_LEN);
	else
		return false;
	memcpy(new, old, PB_DIGEST_LEN);
	while (at.fn & 1)
		climb_level(&at);
	while (used < count) {
		const uint8_t *other = proof + used++ * PB_DIGEST_LEN;

		if (at.sn == 0)
			return false;
		if (climb_left(&at)) {
			pb_tree_node_hash(other, old, old);
			pb_tree_node_hash(other, new, new);
		} else {
			pb_tree_node_hash(new, other, new);
		}
	}
	return at.sn == 0 && pb_equal(old, first_root, PB_DIGEST_LEN) &&
	       pb_equal(new, second_root, PB_DIGEST_LEN);
}

bool
pb_tree_check_consistency(uint64_t first, uint64_t second, const uint8_t first_root[PB_DIGEST_LEN],
    const uint8_t second_root[PB_DIGEST_LEN], const uint8_t *proof, size_t count)
{
	uint8_t empty[PB_DIGEST_LEN];

	if (first == second)
		return count == 0 && pb_equal(first_root, second_root, PB_DIGEST_LEN);
	if (first > second)
		return false;
	if (first == 0) {
		pb_digest_sha256("", 0, empty);
		return count == 0 && pb_equal(first_root, empty, PB_DIGEST_LEN);
	}
	return check_growth(first, second, first_root, second_root, proof, count);
}
