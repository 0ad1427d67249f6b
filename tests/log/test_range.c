#include "log/fixture.h"

#include "lib/memory.h"
#include "log/naive.h"
#include "log/range.h"

#define LEAVES 40

struct forest {
	uint8_t leaves[LEAVES][PB_DIGEST_LEN];
	size_t reads, fail_at;
};

static struct forest *
grow(void)
{
	static struct forest forest;

	memset(&forest, 0, sizeof(forest));
	naive_leaves(forest.leaves, LEAVES);
	return &forest;
}

static enum pb_status
read_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	struct forest *forest = ctx;

	(void)err;
	if (++forest->reads == forest->fail_at)
		return PB_EIO;
	assert_true(level < 6 && (index + 1) << level <= LEAVES);
	naive_root(forest->leaves + (index << level), (size_t)1 << level, out);
	return PB_OK;
}

static struct pb_range_proof
prove(struct forest *forest, uint64_t first, uint64_t last, uint64_t size)
{
	struct pb_tree_reader reader = { .ctx = forest, .node = read_node };
	struct pb_range_proof proof;

	assert_int_equal(pb_range_prove(&reader, first, last, size, &proof, NULL), PB_OK);
	return proof;
}

/* FORMAT 5.5 as it is written: the hashes that root(low, high) takes, in their order. */
static void
naive_range(struct forest *forest, size_t low, size_t high, struct pb_range_proof *proof)
{
	if (high <= proof->first || low > proof->last) {
		naive_root(forest->leaves + low, high - low, proof->hash[proof->count++]);
	} else if (high - low > 1) {
		size_t middle = low + naive_split(high - low);

		naive_range(forest, low, middle, proof);
		naive_range(forest, middle, high, proof);
	}
}

/* The root that a proof gives with these leaves. */
static void
walk_root(struct forest *forest, const struct pb_range_proof *proof, uint8_t out[PB_DIGEST_LEN])
{
	struct pb_range_walk walk;

	pb_range_begin(&walk, proof);
	for (uint64_t i = proof->first; i <= proof->last; i++)
		pb_range_add(&walk, forest->leaves[i]);
	pb_range_end(&walk, out);
}

static void
each_range(struct forest *forest,
    void (*each)(struct forest *forest, uint64_t first, uint64_t last, uint64_t size))
{
	for (uint64_t size = 1; size <= LEAVES; size++)
		for (uint64_t last = 0; last < size; last++)
			for (uint64_t first = 0; first <= last; first++)
				each(forest, first, last, size);
}

static void
check_range(struct forest *forest, uint64_t first, uint64_t last, uint64_t size)
{
	struct pb_range_proof proof = prove(forest, first, last, size);
	struct pb_range_proof expected = { .first = first, .last = last, .size = size };
	uint8_t root[PB_DIGEST_LEN], expected_root[PB_DIGEST_LEN];

	naive_range(forest, 0, size, &expected);
	assert_int_equal(proof.count, expected.count);
	assert_memory_equal(proof.hash, expected.hash, proof.count * PB_DIGEST_LEN);
	walk_root(forest, &proof, root);
	naive_root(forest->leaves, size, expected_root);
	assert_memory_equal(root, expected_root, sizeof(root));
}

static void
every_range_of_every_tree_gives_its_root(void **state)
{
	(void)state;
	each_range(grow(), check_range);
}

static void
check_roots_on_the_way(struct forest *forest, uint64_t first, uint64_t last, uint64_t size)
{
	struct pb_range_proof proof = prove(forest, first, last, size);
	struct pb_range_walk walk;
	uint8_t root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_tree tree;

	if (size % 13 != 0 && size != LEAVES)
		return;
	pb_tree_init(&tree);
	for (uint64_t i = 0; i < first; i++)
		pb_tree_append(&tree, forest->leaves[i]);
	pb_range_begin(&walk, &proof);
	for (uint64_t i = first;; i++) {
		assert_int_equal(walk.next, i);
		pb_range_root_here(&walk, root);
		pb_tree_root(&tree, expected);
		assert_memory_equal(root, expected, sizeof(root));
		if (i > last)
			break;
		pb_tree_append(&tree, forest->leaves[i]);
		pb_range_add(&walk, forest->leaves[i]);
	}
}

static void
roots_at_smaller_sizes_are_those_of_the_tree(void **state)
{
	(void)state;
	each_range(grow(), check_roots_on_the_way);
}

static void
check_alterations(struct forest *forest, uint64_t first, uint64_t last, uint64_t size)
{
	struct pb_range_proof proof = prove(forest, first, last, size);
	uint8_t root[PB_DIGEST_LEN], other[PB_DIGEST_LEN];

	if (size % 9 != 0 && size != LEAVES)
		return;
	walk_root(forest, &proof, root);
	for (size_t i = 0; i < proof.count; i++) {
		proof.hash[i][i] ^= 1;
		walk_root(forest, &proof, other);
		assert_memory_not_equal(root, other, sizeof(root));
		proof.hash[i][i] ^= 1;
	}
	for (uint64_t i = first; i <= last; i += 3) {
		forest->leaves[i][5] ^= 0x20;
		walk_root(forest, &proof, other);
		forest->leaves[i][5] ^= 0x20;
		assert_memory_not_equal(root, other, sizeof(root));
	}
}

static void
hash_or_leaf_that_is_altered_gives_another_root(void **state)
{
	(void)state;
	each_range(grow(), check_alterations);
}

static void
range_that_the_tree_does_not_have_is_not_proven(void **state)
{
	static const uint64_t none[][3] = { { 0, 0, 0 }, { 1, 0, 5 }, { 0, 5, 5 }, { 5, 5, 5 },
		{ 3, UINT64_MAX, 5 }, { UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	struct pb_tree_reader reader = { .ctx = grow(), .node = read_node };
	struct pb_range_proof proof = { .count = 77 };
	struct pb_error err;

	(void)state;
	for (size_t i = 0; i < CASES(none); i++) {
		assert_int_equal(
		    pb_range_prove(&reader, none[i][0], none[i][1], none[i][2], &proof, &err),
		    PB_EINVAL);
		assert_int_equal(err.status, PB_EINVAL);
	}
	assert_int_equal(proof.count, 77);
}

static void
read_that_fails_is_passed_on(void **state)
{
	struct forest *forest = grow();
	struct pb_tree_reader reader = { .ctx = forest, .node = read_node };
	struct pb_range_proof proof = { .count = 77 };

	(void)state;
	for (forest->fail_at = 1;; forest->fail_at++) {
		enum pb_status status;

		forest->reads = 0;
		status = pb_range_prove(&reader, 13, 22, 39, &proof, NULL);
		if (status == PB_OK)
			break;
		assert_int_equal(status, PB_EIO);
		assert_int_equal(proof.count, 77);
	}
	assert_true(forest->fail_at > 8);
}

static struct pb_buf
encode(const struct pb_range_proof *proof)
{
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_range_encode(proof, &text), PB_OK);
	return text;
}

static void
check_form(struct forest *forest, uint64_t first, uint64_t last, uint64_t size)
{
	struct pb_range_proof proof = prove(forest, first, last, size), read;
	struct pb_buf text;

	if (size % 11 != 0)
		return;
	text = encode(&proof);
	memset(&read, 0xa5, sizeof(read));
	assert_int_equal(pb_range_decode(text.data, text.len, &read, NULL), PB_OK);
	assert_true(read.first == first && read.last == last && read.size == size);
	assert_int_equal(read.count, proof.count);
	assert_memory_equal(read.hash, proof.hash, proof.count * PB_DIGEST_LEN);
	pb_buf_done(&text);
}

static void
decoding_is_the_inverse_of_encoding(void **state)
{
	(void)state;
	each_range(grow(), check_form);
}

static void
largest_tree_has_a_proof_that_is_read(void **state)
{
	struct pb_range_proof proof = { .first = UINT64_MAX >> 1,
		.last = UINT64_MAX >> 1,
		.size = UINT64_MAX,
		.count = 63 + 1 };
	struct pb_range_proof read;
	uint8_t root[PB_DIGEST_LEN], leaf[PB_DIGEST_LEN] = { 7 };
	struct pb_range_walk walk;
	struct pb_buf text = encode(&proof);

	(void)state;
	assert_int_equal(pb_range_decode(text.data, text.len, &read, NULL), PB_OK);
	pb_range_begin(&walk, &read);
	pb_range_add(&walk, leaf);
	pb_range_end(&walk, root);
	/* the same by RFC 9162: 63 hashes on the left from below, one on the right */
	assert_true(pb_tree_check_inclusion(
	    leaf, read.first, read.size, (const uint8_t *)read.hash, read.count, root));
	pb_buf_done(&text);

	proof.last = UINT64_MAX - 1;
	proof.count = 63;
	text = encode(&proof);
	assert_int_equal(pb_range_decode(text.data, text.len, &read, NULL), PB_OK);
	pb_buf_done(&text);
}

static void
refuse(const char *text, size_t len)
{
	struct pb_range_proof proof = { .count = 77 };
	struct pb_error err = { .status = PB_OK };

	assert_int_equal(pb_range_decode(text, len, &proof, &err), PB_EDATA);
	assert_int_equal(err.status, PB_EDATA);
	assert_non_null(err.why);
	assert_int_equal(proof.count, 77);
}

static void
nothing_is_refused(void **state)
{
	(void)state;
	refuse(NULL, 0);
	refuse("", 0);
	refuse("\n\n\n", 3);
}

#define H0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"

static void
only_the_one_encoding_is_read(void **state)
{
	static const char *const others[] = {
		"00\n0\n1\n",
		"0\n00\n1\n",
		"0\n0\n01\n",
		"+0\n0\n1\n",
		" 0\n0\n1\n",
		"0\n0\n1 \n",
		"0\r\n0\r\n1\r\n",
		"0\n0\n1",
		"0\n0\n1\n\n",
		"0\n0\n1\n" H0,
		"0\n0\n",
		"0 0 1\n",
		"1\n0\n2\n" H0,
		"1\n0\n2\n" H0 H0,
		"0\n1\n1\n",
		"0\n0\n0\n",
		"0\n0\n18446744073709551616\n",
		"-1\n0\n1\n",
		"0\n0\n2\n",
		"0\n0\n2\n" H0 H0,
		"0\n0\n2\n\n" H0,
		"0\n0\n2\n" H0 "\n",
		"0\n0\n2\n" H0 "x",
		"0\n0\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"0\n0\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
		"0\n0\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		"0\n0\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
		"0\n0\n2\n AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		"0\n0\n2\nAAAA\n",
	};
	struct pb_range_proof proof;

	(void)state;
	assert_int_equal(pb_range_decode("0\n0\n1\n", 6, &proof, NULL), PB_OK);
	assert_int_equal(pb_range_decode("0\n0\n2\n" H0, 6 + 45, &proof, NULL), PB_OK);
	for (size_t i = 0; i < CASES(others); i++)
		refuse(others[i], strlen(others[i]));
	refuse("0\n0\n1\0\n", 7);
}

static void
any_other_number_of_hashes_is_refused(void **state)
{
	struct forest *forest = grow();

	(void)state;
	for (uint64_t last = 0; last < 37; last++)
		for (uint64_t first = 0; first <= last; first += 5) {
			struct pb_range_proof proof = prove(forest, first, last, 37);
			struct pb_buf text = encode(&proof);

			if (proof.count > 0)
				refuse((const char *)text.data, text.len - 45);
			append_text(&text, H0);
			refuse((const char *)text.data, text.len);
			pb_buf_done(&text);
		}
}

static void
text_cut_short_is_refused(void **state)
{
	struct forest *forest = grow();
	struct pb_range_proof proof = prove(forest, 5, 9, 23);
	struct pb_buf text = encode(&proof);

	(void)state;
	for (size_t len = 0; len < text.len; len++)
		refuse((const char *)text.data, len);
	pb_buf_done(&text);
}

static void
memory_that_runs_out_leaves_the_text_as_it_was(void **state)
{
	struct forest *forest = grow();
	struct pb_range_proof proof = prove(forest, 5, 9, 39);
	struct pb_buf text = PB_BUF_EMPTY;
	uint64_t nth;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (nth = 1;; nth++) {
		enum pb_status status;

		append_text(&text, "before");
		test_memory_fail(nth, false);
		status = pb_range_encode(&proof, &text);
		test_memory_restore();
		if (status == PB_OK)
			break;
		assert_int_equal(status, PB_ENOMEM);
		assert_int_equal(text.len, 6);
		pb_buf_done(&text);
	}
	assert_true(nth > 1);
	pb_buf_done(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_refused),
		cmocka_unit_test(only_the_one_encoding_is_read),
		cmocka_unit_test(any_other_number_of_hashes_is_refused),
		cmocka_unit_test(text_cut_short_is_refused),
		cmocka_unit_test(range_that_the_tree_does_not_have_is_not_proven),
		cmocka_unit_test(every_range_of_every_tree_gives_its_root),
		cmocka_unit_test(roots_at_smaller_sizes_are_those_of_the_tree),
		cmocka_unit_test(hash_or_leaf_that_is_altered_gives_another_root),
		cmocka_unit_test(decoding_is_the_inverse_of_encoding),
		cmocka_unit_test(largest_tree_has_a_proof_that_is_read),
		cmocka_unit_test(read_that_fails_is_passed_on),
		cmocka_unit_test(memory_that_runs_out_leaves_the_text_as_it_was),
	};

	return cmocka_run_group_tests_name("log/range", tests, start_crypto, NULL);
}
