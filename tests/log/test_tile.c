#include "log/fixture.h"

#include "log/tile.h"
#include "log/tree.h"

static const char *
path_of(bool entries, unsigned level, uint64_t index, unsigned width)
{
	static char out[PB_TILE_PATH_MAX];
	const struct pb_tile tile = { entries, level, index, width };

	pb_tile_path(&tile, out);
	return out;
}

static void
tile_path_is_that_of_the_specification(void **state)
{
	(void)state;
	assert_string_equal(path_of(false, 0, 0, 256), "tile/0/000");
	assert_string_equal(path_of(false, 0, 0, 7), "tile/0/000.p/7");
	assert_string_equal(path_of(false, 1, 999, 255), "tile/1/999.p/255");
	assert_string_equal(path_of(false, 0, 1000, 256), "tile/0/x001/000");
	assert_string_equal(path_of(true, 0, 1234, 256), "tile/entries/x001/234");
	assert_string_equal(path_of(false, 0, 1234067, 256), "tile/0/x001/x234/067");
	assert_string_equal(path_of(true, 0, 1234067, 1), "tile/entries/x001/x234/067.p/1");
	assert_string_equal(path_of(false, 0, 999999, 256), "tile/0/x999/999");
	assert_string_equal(path_of(false, 0, 1000000, 256), "tile/0/x001/x000/000");
	assert_string_equal(path_of(false, 7, 0, 255), "tile/7/000.p/255");
	assert_string_equal(
	    path_of(false, 0, ((uint64_t)1 << 56) - 1, 256), "tile/0/x072/x057/x594/x037/x927/935");
}

static void
tile_path_comes_back_as_the_tile(void **state)
{
	static const uint64_t indices[] = { 0, 1, 9, 10, 99, 100, 255, 256, 999, 1000, 1001, 99999,
		100000, 999999, 1000000, 1234067, 999999999, 1000000000, UINT32_MAX,
		((uint64_t)1 << 48) - 1, ((uint64_t)1 << 56) - 1 };
	static const unsigned widths[] = { 1, 9, 10, 99, 100, 255, 256 };

	(void)state;
	for (unsigned level = 0; level < 9; level++) /* 8: entries */
		for (size_t i = 0; i < CASES(indices); i++)
			for (size_t k = 0; k < CASES(widths); k++) {
				struct pb_tile tile = { level == 8, level % 8, indices[i],
					widths[k] };
				struct pb_tile back = { .width = 0 };
				char path[PB_TILE_PATH_MAX];

				if (indices[i] >> (56 - 8 * tile.level) != 0)
					continue;
				pb_tile_path(&tile, path);
				assert_true(pb_tile_path_parse(path, &back));
				assert_int_equal(back.entries, tile.entries);
				assert_int_equal(back.level, tile.level);
				assert_int_equal(back.index, tile.index);
				assert_int_equal(back.width, tile.width);
			}
}

static void
tile_path_has_one_form(void **state)
{
	static const char *const bad[] = { "", "tile", "tile/", "tile/0", "tile/0/", "tile//000",
		"/tile/0/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/1000", "tile/00/000",
		"tile/01/000", "tile/8/000", "tile/9/000", "tile/10/000", "tile/63/000",
		"tile/-1/000", "tile/x/000", "tile/0/x000", "tile/0/x000/000", "tile/0/x000/001",
		"tile/0/x001", "tile/0/x001/", "tile/0/001/234", "tile/0/x001/x234",
		"tile/0/x01/234", "tile/0/x1/234", "tile/0/x001/23", "tile/0/x0001/234",
		"tile/0/X001/234", "tile/0/xx001/234", "tile/0/x001/234/", "tile/0/x001//234",
		"tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/00",
		"tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/257", "tile/0/000.p/1000",
		"tile/0/000.p/1/", "tile/0/000.p/x", "tile/0/000.p/-1", "tile/0/000.P/1",
		"tile/0/000p/1", "tile/0/000.p/1.p/1", "tile/0/000 ", " tile/0/000", "tile/0/000\n",
		"tile/0/ 00", "tile/entries", "tile/entries/", "tile/entries/0/000",
		"tile/entries/0", "tile/Entries/000", "tile/data/000", "tile/8/0/000",
		"tile/0/../000",
		/* tiles that no tree of less than 2^64 leaves has */
		"tile/0/x072/x057/x594/x037/x927/936", "tile/7/001", "tile/6/256",
		"tile/0/x018/x446/x744/x073/x709/x551/615",
		"tile/0/x018/x446/x744/x073/x709/x551/616",
		"tile/0/x999/x999/x999/x999/x999/x999/999",
		"tile/0/x001/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/x000/000" };
	struct pb_tile tile = { .width = 77 };

	(void)state;
	assert_true(pb_tile_path_parse("tile/0/000", &tile));
	tile.width = 77;
	for (size_t i = 0; i < CASES(bad); i++)
		assert_false(pb_tile_path_parse(bad[i], &tile));
	assert_int_equal(tile.width, 77);
}

static void
tile_path_with_a_changed_byte_is_never_the_same_tile(void **state)
{
	char path[] = "tile/2/x001/x234/067.p/15";
	struct pb_tile honest, tile;

	(void)state;
	assert_true(pb_tile_path_parse(path, &honest));
	for (size_t i = 0; i < sizeof(path) - 1; i++)
		for (unsigned mask = 1; mask < 256; mask++) {
			path[i] = (char)(path[i] ^ (int)mask);
			if (pb_tile_path_parse(path, &tile))
				assert_true(
				    tile.level != honest.level || tile.index != honest.index ||
				    tile.width != honest.width || tile.entries != honest.entries);
			path[i] = (char)(path[i] ^ (int)mask);
		}
}

static void
tile_widths_are_those_of_the_specification(void **state)
{
	(void)state;
	/* "a tree of size 70,000": 273 full tiles and one of 112; one full, one of 17; one of 1 */
	assert_int_equal(pb_tile_count(0, 70000), 274);
	assert_int_equal(pb_tile_width(0, 0, 70000), 256);
	assert_int_equal(pb_tile_width(0, 272, 70000), 256);
	assert_int_equal(pb_tile_width(0, 273, 70000), 112);
	assert_int_equal(pb_tile_width(0, 274, 70000), 0);
	assert_int_equal(pb_tile_count(1, 70000), 2);
	assert_int_equal(pb_tile_width(1, 0, 70000), 256);
	assert_int_equal(pb_tile_width(1, 1, 70000), 17);
	assert_int_equal(pb_tile_count(2, 70000), 1);
	assert_int_equal(pb_tile_width(2, 0, 70000), 1);
	assert_int_equal(pb_tile_count(3, 70000), 0);
	assert_int_equal(pb_tile_width(3, 0, 70000), 0);
	/* "a tree of size 256": a full tile and one of width 1 above it */
	assert_int_equal(pb_tile_count(0, 256), 1);
	assert_int_equal(pb_tile_width(0, 0, 256), 256);
	assert_int_equal(pb_tile_width(1, 0, 256), 1);
	assert_int_equal(pb_tile_width(1, 0, 255), 0);
	assert_int_equal(pb_tile_count(0, 0), 0);
	assert_int_equal(pb_tile_width(0, 0, 0), 0);
}

static void
tile_counts_hold_in_trees_of_any_size(void **state)
{
	(void)state;
	assert_int_equal(pb_tile_count(0, UINT64_MAX), (uint64_t)1 << 56);
	assert_int_equal(pb_tile_width(0, ((uint64_t)1 << 56) - 1, UINT64_MAX), 255);
	assert_int_equal(pb_tile_width(0, (uint64_t)1 << 56, UINT64_MAX), 0);
	assert_int_equal(pb_tile_width(0, UINT64_MAX, UINT64_MAX), 0);
	assert_int_equal(pb_tile_count(7, UINT64_MAX), 1);
	assert_int_equal(pb_tile_width(7, 0, UINT64_MAX), 255);
	assert_int_equal(pb_tile_count(8, UINT64_MAX), 0);
	assert_int_equal(pb_tile_width(8, 0, UINT64_MAX), 0);
	assert_int_equal(pb_tile_width(UINT32_MAX, 0, UINT64_MAX), 0);
	for (uint64_t size = 0; size < 70000; size += 97) {
		uint64_t hashes = 0;

		for (uint64_t i = 0; i < pb_tile_count(0, size) + 2; i++)
			hashes += pb_tile_width(0, i, size);
		assert_int_equal(hashes, size);
	}
}

/* Read the n entries of a bundle as tlog-tiles says; the hash of each into out. */
static void
hash_entries(const struct pb_buf *bundle, size_t n, uint8_t *out)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = pb_get_u16(bundle->data + at);

		pb_tree_leaf_hash(bundle->data + at + 2, len, out + i * PB_DIGEST_LEN);
		at += 2 + len;
	}
	assert_int_equal(at, bundle->len);
}

static void
tiles_that_others_made_give_the_root_of_their_checkpoint(void **state)
{
	uint8_t leaves[7 * PB_DIGEST_LEN], root[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_buf tile, bundle;
	char path[200];

	(void)state;
	snprintf(path, sizeof(path), C2SP "log/%s", path_of(false, 0, 0, pb_tile_width(0, 0, 7)));
	tile = read_file(path);
	snprintf(path, sizeof(path), C2SP "log/%s", path_of(true, 0, 0, pb_tile_width(0, 0, 7)));
	bundle = read_file(path);
	hash_entries(&bundle, 7, leaves);
	assert_int_equal(tile.len, sizeof(leaves));
	assert_memory_equal(tile.data, leaves, sizeof(leaves));
	assert_true(pb_base64_decode_exact(
	    "mMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=", 44, expected, sizeof(expected)));
	pb_tree_root_of(leaves, 7, root);
	assert_memory_equal(root, expected, sizeof(root));
	pb_buf_done(&bundle);
	pb_buf_done(&tile);
}

/* The hashes of a C2SP tlog-proof: its base64 lines behind "index", in order. */
static size_t
read_hashes(const char *proof, uint8_t *out)
{
	const char *at = strchr(strstr(proof, "\nindex ") + 1, '\n') + 1;
	size_t count = 0;

	for (; *at != '\n'; at = strchr(at, '\n') + 1)
		assert_true(
		    pb_base64_decode_exact(at, 44, out + count++ * PB_DIGEST_LEN, PB_DIGEST_LEN));
	return count;
}

static void
proof_that_others_made_holds(void **state)
{
	struct pb_buf proof = read_file(C2SP "entry-5.tlog-proof");
	struct pb_buf tile = read_file(C2SP "log/tile/0/000.p/7");
	uint8_t leaf[PB_DIGEST_LEN], root[PB_DIGEST_LEN], hashes[8 * PB_DIGEST_LEN];
	size_t count;

	(void)state;
	pb_tree_leaf_hash("entry 5", 7, leaf);
	pb_tree_root_of(tile.data, 7, root);
	count = read_hashes(pb_buf_text(&proof), hashes);
	assert_int_equal(count, 3);
	assert_true(pb_tree_check_inclusion(leaf, 5, 7, hashes, count, root));
	assert_false(pb_tree_check_inclusion(leaf, 4, 7, hashes, count, root));
	pb_buf_done(&tile);
	pb_buf_done(&proof);
}

static void
bundle_is_made_as_others_make_it(void **state)
{
	struct pb_buf theirs = read_file(C2SP "log/tile/entries/000.p/7"), ours = PB_BUF_EMPTY;
	char entry[16];

	(void)state;
	for (int i = 0; i < 7; i++) {
		int len = snprintf(entry, sizeof(entry), "entry %d", i);

		assert_int_equal(pb_tile_entry(&ours, entry, (uint16_t)len), PB_OK);
	}
	assert_int_equal(ours.len, theirs.len);
	assert_memory_equal(ours.data, theirs.data, ours.len);
	assert_int_equal(pb_tile_entry(&ours, NULL, 0), PB_OK);
	assert_int_equal(ours.len, theirs.len + 2);
	pb_buf_done(&ours);
	pb_buf_done(&theirs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tile_path_is_that_of_the_specification),
		cmocka_unit_test(tile_path_comes_back_as_the_tile),
		cmocka_unit_test(tile_path_has_one_form),
		cmocka_unit_test(tile_path_with_a_changed_byte_is_never_the_same_tile),
		cmocka_unit_test(tile_widths_are_those_of_the_specification),
		cmocka_unit_test(tile_counts_hold_in_trees_of_any_size),
		cmocka_unit_test(tiles_that_others_made_give_the_root_of_their_checkpoint),
		cmocka_unit_test(proof_that_others_made_holds),
		cmocka_unit_test(bundle_is_made_as_others_make_it),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
