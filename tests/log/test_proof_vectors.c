/* The vectors of tests/vectors that speak of proofs: FORMAT 5.5, by another hand. */
#include "log/fixture.h"

#include "lib/vectors.h"
#include "log/range.h"
#include "log/tlog_proof.h"

/* Entry i of the vectors' trees is the u64 i. */
static void
entry_hash(uint64_t i, uint8_t out[PB_DIGEST_LEN])
{
	uint8_t entry[8];

	pb_put_u64(entry, i);
	pb_tree_leaf_hash(entry, sizeof(entry), out);
}

static enum pb_status
read_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	uint8_t left[PB_DIGEST_LEN], right[PB_DIGEST_LEN];

	if (level == 0) {
		entry_hash(index, out);
		return PB_OK;
	}
	assert_int_equal(read_node(ctx, level - 1, 2 * index, left, err), PB_OK);
	assert_int_equal(read_node(ctx, level - 1, 2 * index + 1, right, err), PB_OK);
	pb_tree_node_hash(left, right, out);
	return PB_OK;
}

static const struct pb_tree_reader entries = { .node = read_node };

/* ---- range-proof ---------------------------------------------------------------------------- */

static bool
gives_root(const struct vectors *v, const struct pb_range_proof *proof)
{
	uint8_t hash[PB_DIGEST_LEN], root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_range_walk walk;

	pb_range_begin(&walk, proof);
	for (uint64_t i = proof->first; i <= proof->last; i++) {
		entry_hash(i, hash);
		pb_range_add(&walk, hash);
	}
	pb_range_end(&walk, root);
	vector_exact(v, "root", expected, sizeof(expected));
	return memcmp(root, expected, sizeof(root)) == 0;
}

/* From the tree, the octets of the case. */
static void
range_made(const struct vectors *v, const struct pb_range_proof *read)
{
	struct pb_buf made = PB_BUF_EMPTY;
	struct pb_range_proof proof;

	assert_int_equal(read->first, vector_number(v, "first"));
	assert_int_equal(read->last, vector_number(v, "last"));
	assert_int_equal(read->size, vector_number(v, "size"));
	assert_int_equal(
	    pb_range_prove(&entries, read->first, read->last, read->size, &proof, NULL), PB_OK);
	assert_int_equal(pb_range_encode(&proof, &made), PB_OK);
	vector_equal(v, "text", made.data, made.len);
	pb_buf_done(&made);
}

static void
range_case(const struct vectors *v)
{
	struct pb_buf text = vector_bytes(v, "text");
	struct pb_range_proof proof;
	bool decoded = pb_range_decode(text.data, text.len, &proof, NULL) == PB_OK;

	if (!vector_expects(v, "ok") && decoded != vector_is(v, "fault", "root"))
		vector_fails(v, decoded ? "decoded" : "not decoded");
	vector_accepted(v, decoded && gives_root(v, &proof));
	if (vector_expects(v, "ok"))
		range_made(v, &proof);
	pb_buf_done(&text);
}

static void
vectors_of_ranges_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/range.txt", range_case);
}

/* ---- leaf.tlog-proof ------------------------------------------------------------------------ */

static bool
includes(const struct vectors *v, const struct pb_tlog_proof *proof)
{
	uint8_t leaf[PB_DIGEST_LEN], root[PB_DIGEST_LEN];

	entry_hash(5, leaf); /* whatever a refused one states, it is said to be of that entry */
	if (vector_expects(v, "ok"))
		entry_hash(vector_number(v, "index"), leaf);
	vector_exact(v, "root", root, sizeof(root));
	return pb_tree_check_inclusion(
	    leaf, proof->index, vector_number(v, "size"), proof->hash[0], proof->count, root);
}

static void
tlog_proof_made(const struct vectors *v, const struct pb_tlog_proof *read)
{
	struct pb_tlog_proof proof = {
		.index = vector_number(v, "index"), .note = read->note, .note_len = read->note_len
	};
	struct pb_buf made = PB_BUF_EMPTY;
	uint8_t path[PB_PROOF_MAX * PB_DIGEST_LEN];

	vector_equal(v, "note", read->note, read->note_len);
	assert_int_equal(pb_tree_prove_inclusion(&entries, proof.index, vector_number(v, "size"),
			     path, &proof.count, NULL),
	    PB_OK);
	memcpy(proof.hash, path, proof.count * PB_DIGEST_LEN);
	assert_int_equal(pb_tlog_proof_encode(&proof, &made), PB_OK);
	vector_equal(v, "proof", made.data, made.len);
	pb_buf_done(&made);
}

static void
tlog_proof_case(const struct vectors *v)
{
	struct pb_buf text = vector_bytes(v, "proof");
	struct pb_tlog_proof proof;
	bool decoded = pb_tlog_proof_decode(text.data, text.len, &proof, NULL) == PB_OK;

	if (!vector_expects(v, "ok") && decoded != vector_is(v, "fault", "root"))
		vector_fails(v, decoded ? "decoded" : "not decoded");
	vector_accepted(v, decoded && includes(v, &proof));
	if (vector_expects(v, "ok"))
		tlog_proof_made(v, &proof);
	pb_buf_done(&text);
}

/* ---- log/consistency/ ----------------------------------------------------------------------- */

static void
consistency_made(const struct vectors *v)
{
	struct pb_buf made = PB_BUF_EMPTY;
	uint8_t proof[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t count;

	assert_int_equal(pb_tree_prove_consistency(&entries, vector_number(v, "first"),
			     vector_number(v, "second"), proof, &count, NULL),
	    PB_OK);
	assert_int_equal(pb_consistency_encode(proof, count, &made), PB_OK);
	vector_equal(v, "consistency", made.data, made.len);
	pb_buf_done(&made);
}

static void
consistency_case(const struct vectors *v)
{
	struct pb_buf text = vector_bytes(v, "consistency");
	uint8_t first[PB_DIGEST_LEN], second[PB_DIGEST_LEN], proof[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t count = 0;
	bool decoded = pb_consistency_decode(text.data, text.len, proof, &count, NULL) == PB_OK;

	if (!vector_expects(v, "ok") && decoded != vector_is(v, "fault", "root"))
		vector_fails(v, decoded ? "decoded" : "not decoded");
	vector_exact(v, "first_root", first, sizeof(first));
	vector_exact(v, "second_root", second, sizeof(second));
	vector_accepted(v, decoded && pb_tree_check_consistency(vector_number(v, "first"),
					  vector_number(v, "second"), first, second, proof, count));
	if (vector_expects(v, "ok"))
		consistency_made(v);
	pb_buf_done(&text);
}

static void
proof_case(const struct vectors *v)
{
	if (vector_find(v, "proof") != NULL)
		tlog_proof_case(v);
	else
		consistency_case(v);
}

static void
vectors_of_proofs_in_files_hold(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/tlog_proof.txt", proof_case);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_of_ranges_hold),
		cmocka_unit_test(vectors_of_proofs_in_files_hold),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
