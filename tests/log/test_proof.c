#include "log/fixture.h"

#include "log/naive.h"
#include "log/reference.h"

#define LEAVES 70

/* A tree that keeps all its leaves; `fail_at` makes the nth read fail. */
struct forest {
	uint8_t leaves[LEAVES][PB_DIGEST_LEN];
	uint8_t roots[LEAVES + 1][PB_DIGEST_LEN];
	size_t reads, fail_at;
};

static enum pb_status
read_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	struct forest *forest = ctx;

	(void)err;
	if (++forest->reads == forest->fail_at)
		return PB_EIO;
	assert_true(level < 7 && (index + 1) << level <= LEAVES);
	naive_root(forest->leaves + (index << level), (size_t)1 << level, out);
	return PB_OK;
}

static struct forest *
grow(void)
{
	static struct forest forest;

	memset(&forest, 0, sizeof(forest));
	naive_leaves(forest.leaves, LEAVES);
	for (size_t n = 0; n <= LEAVES; n++)
		naive_root(forest.leaves, n, forest.roots[n]);
	return &forest;
}

static struct pb_tree_reader
reader_of(struct forest *forest)
{
	return (struct pb_tree_reader){ .ctx = forest, .node = read_node };
}

/* A proof with room for one hash more, and the check it belongs to. */
struct proof {
	uint8_t hashes[(PB_PROOF_MAX + 1) * PB_DIGEST_LEN];
	size_t count;
	const uint8_t *leaf; /* NULL: of consistency */
	uint64_t first;      /* or the index */
	uint64_t second;     /* or the size */
	const uint8_t *first_root, *root;
};

static bool
holds(const struct proof *p)
{
	if (p->leaf != NULL)
		return pb_tree_check_inclusion(
		    p->leaf, p->first, p->second, p->hashes, p->count, p->root);
	return pb_tree_check_consistency(
	    p->first, p->second, p->first_root, p->root, p->hashes, p->count);
}

static struct proof
inclusion(struct forest *forest, size_t index, size_t size)
{
	struct pb_tree_reader reader = reader_of(forest);
	struct proof p = { .leaf = forest->leaves[index],
		.first = index,
		.second = size,
		.root = forest->roots[size] };

	assert_int_equal(
	    pb_tree_prove_inclusion(&reader, index, size, p.hashes, &p.count, NULL), PB_OK);
	return p;
}

static struct proof
consistency(struct forest *forest, size_t first, size_t second)
{
	struct pb_tree_reader reader = reader_of(forest);
	struct proof p = { .first = first,
		.second = second,
		.first_root = forest->roots[first],
		.root = forest->roots[second] };

	assert_int_equal(
	    pb_tree_prove_consistency(&reader, first, second, p.hashes, &p.count, NULL), PB_OK);
	return p;
}

static void
proof_of_inclusion_holds_for_every_leaf_of_every_tree(void **state)
{
	struct forest *forest = grow();
	uint8_t expected[PB_PROOF_MAX * PB_DIGEST_LEN];

	(void)state;
	for (size_t size = 1; size <= LEAVES; size++)
		for (size_t index = 0; index < size; index++) {
			struct proof p = inclusion(forest, index, size);

			assert_true(holds(&p));
			assert_int_equal(
			    p.count, naive_path(forest->leaves, index, size, expected));
			assert_memory_equal(p.hashes, expected, p.count * PB_DIGEST_LEN);
		}
}

static void
proof_of_consistency_holds_between_all_trees(void **state)
{
	struct forest *forest = grow();
	uint8_t expected[PB_PROOF_MAX * PB_DIGEST_LEN];

	(void)state;
	for (size_t second = 1; second <= LEAVES; second++)
		for (size_t first = 1; first <= second; first++) {
			struct proof p = consistency(forest, first, second);

			assert_true(holds(&p));
			assert_int_equal(
			    p.count, naive_subproof(forest->leaves, first, second, true, expected));
			assert_memory_equal(p.hashes, expected, p.count * PB_DIGEST_LEN);
		}
}

/* Flip bits of one thing that the check takes; `step` 1 for every one of them. */
static void
refuse_flips(struct proof *p, uint8_t *at, size_t len, size_t step)
{
	for (size_t bit = 0; bit < 8 * len; bit += step) {
		at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(holds(p));
		at[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(holds(p));
}

static void
refuse_altered(struct proof honest, size_t step)
{
	uint8_t root[PB_DIGEST_LEN], other[PB_DIGEST_LEN];
	struct proof p = honest;

	refuse_flips(&p, p.hashes, p.count * PB_DIGEST_LEN, step);
	memcpy(root, honest.root, sizeof(root));
	p.root = root;
	refuse_flips(&p, root, sizeof(root), step);
	memcpy(other, honest.leaf != NULL ? honest.leaf : honest.first_root, sizeof(other));
	if (honest.leaf != NULL)
		p.leaf = other;
	else
		p.first_root = other;
	refuse_flips(&p, other, sizeof(other), step);

	/* each hash dropped, each doubled, one too many, two exchanged */
	for (size_t i = 0; i < honest.count; i++) {
		uint8_t *at = p.hashes + i * PB_DIGEST_LEN;
		size_t behind = (honest.count - i - 1) * PB_DIGEST_LEN;

		p = honest;
		memmove(at, at + PB_DIGEST_LEN, behind);
		p.count--;
		assert_false(holds(&p));

		p = honest;
		memmove(at + PB_DIGEST_LEN, at, behind + PB_DIGEST_LEN);
		p.count++;
		assert_false(holds(&p));

		p = honest;
		if (i > 0) {
			memcpy(at, honest.hashes, PB_DIGEST_LEN);
			memcpy(p.hashes, honest.hashes + i * PB_DIGEST_LEN, PB_DIGEST_LEN);
			assert_false(holds(&p));
		}
	}
	p = honest;
	memset(p.hashes + p.count++ * PB_DIGEST_LEN, 0, PB_DIGEST_LEN);
	assert_false(holds(&p));
}

static void
proof_of_inclusion_is_refused_when_anything_is_altered(void **state)
{
	struct forest *forest = grow();

	(void)state;
	for (size_t size = 1; size <= LEAVES; size++)
		for (size_t index = 0; index < size; index++)
			refuse_altered(inclusion(forest, index, size), size <= 8 ? 1 : 101);
}

static void
proof_of_consistency_is_refused_when_anything_is_altered(void **state)
{
	struct forest *forest = grow();

	(void)state;
	for (size_t second = 2; second <= LEAVES; second++)
		for (size_t first = 1; first < second; first++)
			refuse_altered(consistency(forest, first, second), second <= 8 ? 1 : 101);
}

static void
proof_of_inclusion_is_of_one_leaf_alone(void **state)
{
	struct forest *forest = grow();

	(void)state;
	for (size_t size = 1; size <= LEAVES; size++)
		for (size_t index = 0; index < size; index++) {
			struct proof p = inclusion(forest, index, size);

			for (p.first = 0; p.first < size + 3; p.first++)
				assert_int_equal(holds(&p), p.first == index);
			p.first = index + ((uint64_t)1 << 63);
			assert_false(holds(&p));
		}
}

static void
proof_of_consistency_is_of_one_size_alone(void **state)
{
	struct forest *forest = grow();

	(void)state;
	for (size_t second = 2; second <= 40; second++)
		for (size_t first = 1; first < second; first++) {
			struct proof p = consistency(forest, first, second);

			/* a fork: the smaller tree with the root of another */
			for (size_t other = 0; other <= LEAVES; other++) {
				p.first_root = forest->roots[other];
				assert_int_equal(holds(&p), other == first);
			}
			p.first_root = forest->roots[first];
			for (p.first = second; p.first < second + 3; p.first++)
				assert_false(holds(&p));
		}
}

static void
proof_refuses_a_leaf_that_the_tree_does_not_have(void **state)
{
	struct forest *forest = grow();
	struct pb_tree_reader reader = reader_of(forest);
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	struct pb_error err;
	size_t count = 77;

	(void)state;
	for (size_t size = 0; size <= LEAVES; size++) {
		assert_int_equal(
		    pb_tree_prove_inclusion(&reader, size, size, hashes, &count, &err), PB_EINVAL);
		assert_int_equal(
		    pb_tree_prove_inclusion(&reader, UINT64_MAX, size, hashes, &count, NULL),
		    PB_EINVAL);
		assert_false(pb_tree_check_inclusion(
		    forest->leaves[0], size, size, NULL, 0, forest->leaves[0]));
	}
	assert_int_equal(err.status, PB_EINVAL);
	assert_int_equal(pb_tree_prove_consistency(&reader, 3, 2, hashes, &count, NULL), PB_EINVAL);
	assert_false(pb_tree_check_consistency(3, 2, forest->roots[3], forest->roots[2], NULL, 0));
	assert_int_equal(count, 77);
}

static void
proof_from_nothing_is_empty(void **state)
{
	struct forest *forest = grow();
	struct proof p;

	(void)state;
	for (size_t second = 0; second <= LEAVES; second++) {
		p = consistency(forest, 0, second);
		assert_int_equal(p.count, 0);
		assert_true(holds(&p));
		p.count = 1;
		assert_false(holds(&p));
		p.count = 0;
		p.first_root = forest->roots[1];
		assert_false(holds(&p));
	}
	/* a tree is consistent with itself, and with itself only */
	for (size_t size = 0; size < LEAVES; size++) {
		p = consistency(forest, size, size);
		assert_int_equal(p.count, 0);
		assert_true(holds(&p));
		p.root = forest->roots[size + 1];
		assert_false(holds(&p));
	}
}

static void
proof_passes_on_a_read_that_fails(void **state)
{
	struct forest *forest = grow();
	struct pb_tree_reader reader = reader_of(forest);
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t count = 77, reads;

	(void)state;
	for (forest->fail_at = 1;; forest->fail_at++) {
		enum pb_status status;

		forest->reads = 0;
		status = pb_tree_prove_inclusion(&reader, 20, 61, hashes, &count, NULL);
		if (status == PB_OK)
			break;
		assert_int_equal(status, PB_EIO);
		assert_int_equal(count, 77);
	}
	reads = forest->fail_at;
	assert_true(reads > 6);
	count = 77;
	for (forest->fail_at = 1;; forest->fail_at++) {
		enum pb_status status;

		forest->reads = 0;
		status = pb_tree_prove_consistency(&reader, 21, 61, hashes, &count, NULL);
		if (status == PB_OK)
			break;
		assert_int_equal(status, PB_EIO);
		assert_int_equal(count, 77);
	}
	assert_true(forest->fail_at > 6);
}

/* A proof of the reference example, in hex. */
struct reference_proof {
	uint64_t first;  /* or index */
	uint64_t second; /* or size */
	size_t count;
	const char *hashes[3];
};

static size_t
reference_hashes(const struct reference_proof *proof, uint8_t *out)
{
	for (size_t i = 0; i < proof->count; i++)
		from_hex(proof->hashes[i], out + i * PB_DIGEST_LEN, PB_DIGEST_LEN);
	return proof->count;
}

static void
proof_agrees_with_the_reference(void **state)
{
	static const struct reference_proof paths[] = {
		{ 0, 1, 0, { NULL } },
		{ 0, 8, 3,
		    { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
		{ 5, 8, 3,
		    { "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
			"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
		{ 2, 3, 1, { "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125" } },
		{ 1, 5, 3,
		    { "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
	};
	static const struct reference_proof growth[] = {
		{ 1, 1, 0, { NULL } },
		{ 1, 8, 3,
		    { "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
			"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4" } },
		{ 6, 8, 3,
		    { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
			"ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
		{ 2, 5, 2,
		    { "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
			"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b" } },
		{ 6, 7, 3,
		    { "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
			"b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
			"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7" } },
	};
	struct forest *forest = grow();
	struct pb_tree_reader reader = reader_of(forest);
	uint8_t hashes[3 * PB_DIGEST_LEN], ours[PB_PROOF_MAX * PB_DIGEST_LEN];
	uint8_t first[PB_DIGEST_LEN], second[PB_DIGEST_LEN];
	size_t count;

	(void)state;
	for (size_t i = 0; i < REFERENCE_LEAVES; i++)
		reference_leaf(i, forest->leaves[i]);
	for (size_t i = 0; i < CASES(paths); i++) {
		const struct reference_proof *p = &paths[i];

		from_hex(reference_roots[p->second], second, sizeof(second));
		reference_hashes(p, hashes);
		assert_true(pb_tree_check_inclusion(
		    forest->leaves[p->first], p->first, p->second, hashes, p->count, second));
		assert_int_equal(
		    pb_tree_prove_inclusion(&reader, p->first, p->second, ours, &count, NULL),
		    PB_OK);
		assert_int_equal(count, p->count);
		assert_memory_equal(ours, hashes, count * PB_DIGEST_LEN);
	}
	for (size_t i = 0; i < CASES(growth); i++) {
		const struct reference_proof *p = &growth[i];

		from_hex(reference_roots[p->first], first, sizeof(first));
		from_hex(reference_roots[p->second], second, sizeof(second));
		reference_hashes(p, hashes);
		assert_true(pb_tree_check_consistency(
		    p->first, p->second, first, second, hashes, p->count));
		assert_int_equal(
		    pb_tree_prove_consistency(&reader, p->first, p->second, ours, &count, NULL),
		    PB_OK);
		assert_int_equal(count, p->count);
		assert_memory_equal(ours, hashes, count * PB_DIGEST_LEN);
	}
}

/* A tree of any size whose leaves are all alike: node[level] is every node of that level. */
struct monoculture {
	struct pb_tree tree;
};

static enum pb_status
read_alike(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	struct monoculture *all = ctx;

	(void)err;
	assert_true(level < 64);
	assert_true(index <= UINT64_MAX >> level);
	memcpy(out, all->tree.node[level], PB_DIGEST_LEN);
	return PB_OK;
}

static void
sow(struct monoculture *all)
{
	pb_tree_init(&all->tree);
	pb_tree_leaf_hash("", 0, all->tree.node[0]);
	for (size_t level = 1; level < 64; level++)
		pb_tree_node_hash(
		    all->tree.node[level - 1], all->tree.node[level - 1], all->tree.node[level]);
}

static const uint64_t huge[] = { ((uint64_t)1 << 32) - 1, (uint64_t)1 << 32,
	((uint64_t)1 << 62) + 1, INT64_MAX - 1, INT64_MAX, (uint64_t)1 << 63,
	((uint64_t)1 << 63) + 1, 0xaaaaaaaaaaaaaaaa, UINT64_MAX - 1, UINT64_MAX };

static void
proof_of_inclusion_holds_in_trees_of_any_size(void **state)
{
	uint8_t hashes[(PB_PROOF_MAX + 1) * PB_DIGEST_LEN], root[PB_DIGEST_LEN];
	struct monoculture all;
	struct pb_tree_reader reader = { .ctx = &all, .node = read_alike };
	size_t count;

	(void)state;
	sow(&all);
	for (size_t i = 0; i < CASES(huge); i++) {
		uint64_t size = huge[i];
		const uint64_t indices[] = { 0, 1, 12345, size / 3, size / 2, size - 2, size - 1 };

		all.tree.size = size;
		pb_tree_root(&all.tree, root);
		for (size_t k = 0; k < CASES(indices); k++) {
			assert_int_equal(pb_tree_prove_inclusion(
					     &reader, indices[k], size, hashes, &count, NULL),
			    PB_OK);
			assert_true(count <= 64);
			assert_true(pb_tree_check_inclusion(
			    all.tree.node[0], indices[k], size, hashes, count, root));
			assert_false(pb_tree_check_inclusion(
			    all.tree.node[0], indices[k], size, hashes, count + 1, root));
			assert_false(pb_tree_check_inclusion(
			    all.tree.node[0], indices[k], size, hashes, count - 1, root));
		}
	}
}

static void
proof_of_consistency_holds_between_trees_of_any_size(void **state)
{
	uint8_t hashes[(PB_PROOF_MAX + 1) * PB_DIGEST_LEN];
	uint8_t first_root[PB_DIGEST_LEN], second_root[PB_DIGEST_LEN];
	struct monoculture all;
	struct pb_tree_reader reader = { .ctx = &all, .node = read_alike };
	size_t count;

	(void)state;
	sow(&all);
	for (size_t i = 0; i < CASES(huge); i++) {
		uint64_t second = huge[i];
		const uint64_t firsts[] = { 1, 2, 3, 255, 12345, (uint64_t)1 << 31, second / 3,
			second / 2, second - 1 };

		all.tree.size = second;
		pb_tree_root(&all.tree, second_root);
		for (size_t k = 0; k < CASES(firsts); k++) {
			uint64_t first = firsts[k];

			all.tree.size = first;
			pb_tree_root(&all.tree, first_root);
			assert_int_equal(
			    pb_tree_prove_consistency(&reader, first, second, hashes, &count, NULL),
			    PB_OK);
			assert_in_range(count, 1, 65);
			assert_true(pb_tree_check_consistency(
			    first, second, first_root, second_root, hashes, count));
			assert_false(pb_tree_check_consistency(
			    first, second, first_root, second_root, hashes, count - 1));
			assert_false(pb_tree_check_consistency(
			    first, second, first_root, second_root, hashes, count + 1));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proof_of_inclusion_holds_for_every_leaf_of_every_tree),
		cmocka_unit_test(proof_of_consistency_holds_between_all_trees),
		cmocka_unit_test(proof_of_inclusion_is_refused_when_anything_is_altered),
		cmocka_unit_test(proof_of_consistency_is_refused_when_anything_is_altered),
		cmocka_unit_test(proof_of_inclusion_is_of_one_leaf_alone),
		cmocka_unit_test(proof_of_consistency_is_of_one_size_alone),
		cmocka_unit_test(proof_refuses_a_leaf_that_the_tree_does_not_have),
		cmocka_unit_test(proof_from_nothing_is_empty),
		cmocka_unit_test(proof_passes_on_a_read_that_fails),
		cmocka_unit_test(proof_agrees_with_the_reference),
		cmocka_unit_test(proof_of_inclusion_holds_in_trees_of_any_size),
		cmocka_unit_test(proof_of_consistency_holds_between_trees_of_any_size),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
