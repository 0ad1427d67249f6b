#include "log/range.h"

#include <inttypes.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"

/* The largest power of two below count (>= 2): where RFC 6962 splits a tree. */
static uint64_t
split(uint64_t count)
{
	return (uint64_t)1 << (63 - __builtin_clzll(count - 1));
}

/*
 * Hashes left of the leaf `first`: its full subtrees, since a tree is split at a power of two
 * and never twice at the same one.
 */
static size_t
count_left(uint64_t first)
{
	return (size_t)__builtin_popcountll(first);
}

/* Hashes from leaf `next` (>= 1) to the end of a tree. */
static size_t
count_right(uint64_t next, uint64_t size)
{
	uint64_t low = 0, high = size; /* low < next <= high */
	size_t count = 0;

	while (high > next) {
		uint64_t middle = low + split(high - low);

		if (next <= middle) {
			high = middle;
			count++;
		} else {
			low = middle;
		}
	}
	return count;
}

static size_t
count_hashes(const struct pb_range_proof *proof)
{
	return count_left(proof->first) + count_right(proof->last + 1, proof->size);
}

/*
 * What is left, or else right, of a leaf on its path to the root.  The path begins at the
 * leaf, so that its end is the top; from top to bottom those on the left stand from left
 * to right, those on the right from right to left.
 */
static void
take_side(
    struct pb_range_proof *proof, uint64_t index, const uint8_t *path, size_t count, bool left)
{
	uint64_t low = 0, high = proof->size;
	size_t at = left ? 0 : proof->count;

	while (high - low > 1) {
		uint64_t middle = low + split(high - low);
		bool is_left = index >= middle;

		count--;
		if (is_left == left)
			memcpy(proof->hash[left ? at++ : --at], path + count * PB_DIGEST_LEN,
			    PB_DIGEST_LEN);
		if (is_left)
			low = middle;
		else
			high = middle;
	}
}

enum pb_status
pb_range_prove(const struct pb_tree_reader *reader, uint64_t first, uint64_t last, uint64_t size,
    struct pb_range_proof *ret_proof, struct pb_error *err)
{
	uint8_t path[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct pb_range_proof proof = { .first = first, .last = last, .size = size };
	enum pb_status status;
	size_t count;

	if (first > last || last >= size)
		return pb_fail(err, PB_EINVAL, N_("prove a range"),
		    N_("the tree has no such leaves"),
		    "leaves %" PRIu64 " to %" PRIu64 " of %" PRIu64, first, last, size);

	/* What is beside a range is beside its first or its last leaf. */
	proof.count = count_hashes(&proof);
	status = pb_tree_prove_inclusion(reader, first, size, path, &count, err);
	if (status != PB_OK)
		return status;
	take_side(&proof, first, path, count, true);
	status = pb_tree_prove_inclusion(reader, last, size, path, &count, err);
	if (status != PB_OK)
		return status;
	take_side(&proof, last, path, count, false);
	*ret_proof = proof;
	return PB_OK;
}

enum pb_status
pb_range_encode(const struct pb_range_proof *proof, struct pb_buf *text)
{
	char hash[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];
	size_t before = text->len;
	enum pb_status status;

	status = pb_buf_printf(text, "%" PRIu64 "\n%" PRIu64 "\n%" PRIu64 "\n", proof->first,
	    proof->last, proof->size);
	for (size_t i = 0; i < proof->count && status == PB_OK; i++) {
		pb_base64_encode(proof->hash[i], PB_DIGEST_LEN, hash);
		status = pb_buf_printf(text, "%s\n", hash);
	}
	if (status != PB_OK)
		text->len = before;
	return status;
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read a range proof"), why, "%s", "");
}

static void
read_number(struct pb_cursor *c, uint64_t *ret_value)
{
	size_t len;
	const char *line = pb_cursor_line(c, &len);

	if (line == NULL || !pb_decimal_parse(line, len, ret_value))
		pb_cursor_fail(c);
}

enum pb_status
pb_range_decode(
    const void *text, size_t len, struct pb_range_proof *ret_proof, struct pb_error *err)
{
	struct pb_range_proof proof = { .count = 0 };
	struct pb_cursor c;

	pb_cursor_init(&c, text, len);
	read_number(&c, &proof.first);
	read_number(&c, &proof.last);
	read_number(&c, &proof.size);
	if (c.failed || proof.first > proof.last || proof.last >= proof.size)
		return malformed(err, N_("it does not begin with a range and the size of a tree"));
	proof.count = count_hashes(&proof);
	for (size_t i = 0; i < proof.count; i++) {
		size_t line_len;
		const char *line = pb_cursor_line(&c, &line_len);

		if (line == NULL ||
		    !pb_base64_decode_exact(line, line_len, proof.hash[i], PB_DIGEST_LEN))
			return malformed(err, N_("a hash is missing, or not in base64"));
	}
	/* FORMAT 5.5: no hash may be left over. */
	if (!pb_cursor_finished(&c))
		return malformed(err, N_("something stands behind its last hash"));
	*ret_proof = proof;
	return PB_OK;
}

void
pb_range_begin(struct pb_range_walk *walk, const struct pb_range_proof *proof)
{
	pb_assert(proof->first <= proof->last && proof->last < proof->size);
	pb_assert(proof->count == count_hashes(proof));
	walk->proof = proof;
	walk->used = 0;
	walk->next = proof->first;
	pb_tree_init(&walk->tree);
	walk->tree.size = proof->first;
	/* The largest subtree stands leftmost. */
	for (unsigned level = 64; level-- > 0;)
		if (proof->first >> level & 1)
			memcpy(walk->tree.node[level], proof->hash[walk->used++], PB_DIGEST_LEN);
}

void
pb_range_add(struct pb_range_walk *walk, const uint8_t leaf_hash[PB_DIGEST_LEN])
{
	pb_assert(walk->next <= walk->proof->last);
	pb_tree_append(&walk->tree, leaf_hash);
	walk->next++;
}

void
pb_range_root_here(const struct pb_range_walk *walk, uint8_t out[PB_DIGEST_LEN])
{
	pb_tree_root(&walk->tree, out);
}

/*
 * root(low, high) of FORMAT 5.5, once all leaves of the range are in the tree.  A full
 * subtree before its end that the recursion reaches is one of its nodes.
 */
static void
root_between(const struct pb_range_walk *walk, uint64_t low, uint64_t high, size_t *used,
    uint8_t out[PB_DIGEST_LEN])
{
	uint8_t left[PB_DIGEST_LEN], right[PB_DIGEST_LEN];
	uint64_t count = high - low, middle;

	if (low >= walk->next) {
		memcpy(out, walk->proof->hash[(*used)++], PB_DIGEST_LEN);
	} else if (high <= walk->next && (count & (count - 1)) == 0) {
		memcpy(out, walk->tree.node[__builtin_ctzll(count)], PB_DIGEST_LEN);
	} else {
		middle = low + split(count);
		root_between(walk, low, middle, used, left);
		root_between(walk, middle, high, used, right);
		pb_tree_node_hash(left, right, out);
	}
}

void
pb_range_end(const struct pb_range_walk *walk, uint8_t out[PB_DIGEST_LEN])
{
	size_t used = walk->used;

	pb_assert(walk->next == walk->proof->last + 1);
	root_between(walk, 0, walk->proof->size, &used, out);
	pb_assert(used == walk->proof->count);
}
