#include "log/fixture.h"

#include "log/naive.h"
#include "log/reference.h"

#define LEAVES 300

static void
tree_of_nothing_has_the_root_of_nothing(void **state)
{
	uint8_t root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_tree tree;

	(void)state;
	from_hex(reference_roots[0], expected, sizeof(expected));
	pb_tree_init(&tree);
	pb_tree_root(&tree, root);
	assert_memory_equal(root, expected, sizeof(root));
	pb_tree_root_of(NULL, 0, root);
	assert_memory_equal(root, expected, sizeof(root));
}

static void
tree_has_the_roots_of_the_reference(void **state)
{
	uint8_t leaf[PB_DIGEST_LEN], root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_tree tree;

	(void)state;
	pb_tree_init(&tree);
	for (size_t i = 0; i < REFERENCE_LEAVES; i++) {
		reference_leaf(i, leaf);
		pb_tree_append(&tree, leaf);
		pb_tree_root(&tree, root);
		from_hex(reference_roots[i + 1], expected, sizeof(expected));
		assert_memory_equal(root, expected, sizeof(root));
	}
	assert_int_equal(tree.size, REFERENCE_LEAVES);
}

static void
tree_agrees_with_the_recursion_of_the_rfc(void **state)
{
	static uint8_t leaves[LEAVES][PB_DIGEST_LEN];
	uint8_t root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_tree tree;

	(void)state;
	naive_leaves(leaves, LEAVES);
	pb_tree_init(&tree);
	for (size_t n = 0; n <= LEAVES; n++) {
		naive_root(leaves, n, expected);
		pb_tree_root(&tree, root);
		assert_memory_equal(root, expected, sizeof(root));
		pb_tree_root_of(&leaves[0][0], n, root);
		assert_memory_equal(root, expected, sizeof(root));
		if (n < LEAVES)
			pb_tree_append(&tree, leaves[n]);
	}
}

static void
tree_frontier_holds_the_roots_of_its_full_subtrees(void **state)
{
	static uint8_t leaves[13][PB_DIGEST_LEN];
	uint8_t expected[PB_DIGEST_LEN];
	struct pb_tree tree;

	(void)state;
	naive_leaves(leaves, 13);
	pb_tree_init(&tree);
	for (size_t i = 0; i < 13; i++)
		pb_tree_append(&tree, leaves[i]);
	naive_root(leaves, 8, expected);
	assert_memory_equal(tree.node[3], expected, sizeof(expected));
	naive_root(leaves + 8, 4, expected);
	assert_memory_equal(tree.node[2], expected, sizeof(expected));
	assert_memory_equal(tree.node[0], leaves[12], PB_DIGEST_LEN);
}

static void
tree_root_changes_when_two_leaves_change_places(void **state)
{
	static uint8_t leaves[33][PB_DIGEST_LEN];
	uint8_t honest[PB_DIGEST_LEN], root[PB_DIGEST_LEN], swap[PB_DIGEST_LEN];

	(void)state;
	naive_leaves(leaves, 33);
	pb_tree_root_of(&leaves[0][0], 33, honest);
	for (size_t i = 0; i + 1 < 33; i++) {
		memcpy(swap, leaves[i], sizeof(swap));
		memcpy(leaves[i], leaves[i + 1], sizeof(swap));
		memcpy(leaves[i + 1], swap, sizeof(swap));
		pb_tree_root_of(&leaves[0][0], 33, root);
		assert_memory_not_equal(root, honest, sizeof(root));
		memcpy(leaves[i + 1], leaves[i], sizeof(swap));
		memcpy(leaves[i], swap, sizeof(swap));
	}
}

static void
tree_tells_a_leaf_from_a_node(void **state)
{
	uint8_t left[PB_DIGEST_LEN] = { 1 }, right[PB_DIGEST_LEN] = { 2 }, both[2 * PB_DIGEST_LEN];
	uint8_t node[PB_DIGEST_LEN], leaf[PB_DIGEST_LEN];

	(void)state;
	memcpy(both, left, sizeof(left));
	memcpy(both + sizeof(left), right, sizeof(right));
	pb_tree_node_hash(left, right, node);
	pb_tree_leaf_hash(both, sizeof(both), leaf);
	assert_memory_not_equal(node, leaf, sizeof(node));
}

static void
tree_hashes_the_longest_entry_of_a_bundle(void **state)
{
	static uint8_t prefixed[1 + PB_TREE_ENTRY_MAX];
	uint8_t leaf[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	(void)state;
	memset(prefixed + 1, 0x5a, PB_TREE_ENTRY_MAX);
	pb_digest_sha256(prefixed, sizeof(prefixed), expected);
	pb_tree_leaf_hash(prefixed + 1, PB_TREE_ENTRY_MAX, leaf);
	assert_memory_equal(leaf, expected, sizeof(leaf));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_of_nothing_has_the_root_of_nothing),
		cmocka_unit_test(tree_has_the_roots_of_the_reference),
		cmocka_unit_test(tree_agrees_with_the_recursion_of_the_rfc),
		cmocka_unit_test(tree_frontier_holds_the_roots_of_its_full_subtrees),
		cmocka_unit_test(tree_root_changes_when_two_leaves_change_places),
		cmocka_unit_test(tree_tells_a_leaf_from_a_node),
		cmocka_unit_test(tree_hashes_the_longest_entry_of_a_bundle),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
