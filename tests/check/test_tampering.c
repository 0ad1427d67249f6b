#include "check/vector_archive.h"

/* ---- tampering: bytes ----------------------------------------------------------------------- */

/* Every byte takes its turn in the slower set; here every 29th of each file. */
static void
no_byte_can_change_unnoticed(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < LOOKED_AT; i++) {
		struct pb_buf data = read_file(f, at(f, paths[i]));

		for (size_t offset = i; offset < data.len; offset += 29) {
			uint8_t flipped = data.data[offset] ^ (offset % 2 ? 0xff : 0x01);

			patch(f, paths[i], offset, &flipped, 1);
			if (check(f) == PB_VALID)
				fail_msg("%s byte %zu", paths[i], offset);
			patch(f, paths[i], offset, &data.data[offset], 1);
		}
		pb_buf_done(&data);
	}
	assert_int_equal(check(f), PB_VALID);
}

static void
no_file_can_be_cut_lengthened_or_removed_unnoticed(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < LOOKED_AT; i++) {
		struct pb_buf data = read_file(f, at(f, paths[i]));

		/* Tiles of an earlier size are not needed any more. */
		if (strstr(paths[i], ".p/3") == NULL) {
			remove_file(f, paths[i]);
			assert_int_not_equal(check(f), PB_VALID);
		}
		for (size_t len = 0; len < data.len; len += 1 + data.len / 10) {
			write_file(f, paths[i], data.data, len);
			assert_int_not_equal(check(f), PB_VALID);
		}
		write_file(f, paths[i], data.data, data.len);
		patch(f, paths[i], data.len, "C", 1);
		assert_int_not_equal(check(f), PB_VALID);
		restore(f);
		pb_buf_done(&data);
	}
	assert_int_equal(check(f), PB_VALID);
}

/* ---- tampering: segments -------------------------------------------------------------------- */

static void
damaged_segment_before_the_newest_is_named_where_it_begins(void **state)
{
	struct fixture *f = *state;

	patch(f, "vault/" FIRST ".seg", 2988, "X", 1);
	expect(f, PB_CHECK_FILES, PB_INVALID, "frame_unreadable", 2, FIRST ":2988");
	/* and what stands behind it is looked at all the same */
	assert_int_equal(pb_verification_records(f->v), 2 + 4);
	restore(f);
	patch(f, "vault/" FIRST ".seg", 0, "X", 1);
	expect(f, PB_CHECK_FILES, PB_INVALID, "segment_unreadable", 0, FIRST ":0");
	assert_int_equal(pb_verification_records(f->v), 4);
}

static void
changed_segment_before_the_newest_is_not_the_one_that_was_there(void **state)
{
	struct fixture *f = *state;

	cut(f, "vault/" FIRST ".seg", 6522);
	expect(f, PB_CHECK_FILES, PB_INVALID, "segment_previous", 4, SECOND ":1468");
}

static void
removed_segment_is_missed(void **state)
{
	struct fixture *f = *state;

	remove_file(f, "vault/" FIRST ".seg");
	expect(f, PB_CHECK_FILES, PB_INVALID, "segment_missing", PB_NO_SEQ, "keys/" FIRST ".key");
	expect(f, PB_CHECK_CHAIN, PB_INVALID, "seq", 0, SECOND ":1468");
}

/* The end cut off at a commit: only what was published, or what others hold, tells. */
static void
removed_newest_segment_is_missed_by_what_was_published(void **state)
{
	struct fixture *f = *state;

	remove_file(f, "vault/" SECOND ".seg");
	expect(f, PB_CHECK_FILES, PB_INDETERMINATE, "segment_not_there", PB_NO_SEQ,
	    "keys/" SECOND ".key");
	expect(f, PB_CHECK_TREE, PB_INVALID, "published_newer", PB_NO_SEQ, "");
	expect(f, PB_CHECK_FILES, PB_INVALID, "tile_beyond", PB_NO_SEQ, "log/tile/0/000.p/8");
	remove_file(f, "keys/" SECOND ".key");
	remove_file(f, "log/checkpoint");
	remove_file(f, "log/tile/0/000.p/8");
	remove_file(f, "log/tile/entries/000.p/8");
	/* with everything removed, the archive as it was at size 4 is whole in itself */
	expect_only(
	    f, PB_CHECK_FILES, PB_INDETERMINATE, "published_missing", PB_NO_SEQ, "log/checkpoint");
}

static void
commit_that_was_cut_short_is_no_forgery(void **state)
{
	struct fixture *f = *state;

	/* The checkpoint that covers more was not published yet. */
	remove_file(f, "log/checkpoint");
	remove_file(f, "log/tile/0/000.p/8");
	remove_file(f, "log/tile/entries/000.p/8");
	write_file(f, "log/checkpoint", f->against.data, f->against.len);
	cut(f, "vault/" SECOND ".seg", 3317);
	expect(f, PB_CHECK_FILES, PB_INDETERMINATE, "uncommitted_tail", PB_NO_SEQ,
	    "vault/" SECOND ".seg:2612");
	assert_int_equal(pb_verification_verdict(f->v), PB_INDETERMINATE);
	find_code(f, PB_CHECK_SECRETS, "slots_uncommitted");
	assert_int_equal(pb_verification_size(f->v), 6);
	/* a segment that was only begun: whole header, half a header, nothing */
	for (uint64_t len = 1600; len > 0; len = len > 1000 ? 700 : 0) {
		cut(f, "vault/" SECOND ".seg", len);
		expect_only(f, PB_CHECK_FILES, PB_INDETERMINATE, "uncommitted_tail", PB_NO_SEQ,
		    "vault/" SECOND ".seg:0");
		assert_int_equal(pb_verification_size(f->v), 4);
	}
}

/* A commit that was whole once is not taken for one that was cut short. */
static void
damage_in_the_newest_segment_is_no_torn_tail(void **state)
{
	struct fixture *f = *state;

	patch(f, "vault/" SECOND ".seg", 1947, "X", 1);
	expect(
	    f, PB_CHECK_FILES, PB_INVALID, "commits_damaged", PB_NO_SEQ, "vault/" SECOND ".seg:0");
	restore(f);
	patch(f, "vault/" SECOND ".seg", 5, "X", 1);
	expect(
	    f, PB_CHECK_FILES, PB_INVALID, "commits_damaged", PB_NO_SEQ, "vault/" SECOND ".seg:0");
}

static void
files_of_other_names_are_named(void **state)
{
	static const char *const strays[] = { "vault/notes.txt", "vault/" FIRST ".SEG",
		"keys/" FIRST ".key~", "keys/x", "log/x", "log/tile/0/0", "log/tile/0/000.p/08",
		"log/tile/entries/000.p/256" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(strays) / sizeof(strays[0]); i++) {
		write_file(f, strays[i], "x", 1);
		expect_only(
		    f, PB_CHECK_FILES, PB_INDETERMINATE, "stray_file", PB_NO_SEQ, strays[i]);
		remove_file(f, strays[i]);
	}
	assert_int_equal(check(f), PB_VALID);
}

/* ---- tampering: secrets --------------------------------------------------------------------- */

static void
missing_key_file_is_named(void **state)
{
	struct fixture *f = *state;

	use_key(f);
	remove_file(f, "keys/" FIRST ".key");
	expect_only(
	    f, PB_CHECK_SECRETS, PB_INVALID, "key_file_missing", PB_NO_SEQ, "keys/" FIRST ".key:0");
}

static void
short_or_long_key_file_is_named(void **state)
{
	struct fixture *f = *state;
	uint8_t slot[48] = { 0 };

	cut(f, "keys/" FIRST ".key", 4 * 48 + 47);
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slot_missing", 3, "keys/" FIRST ".key:192");
	restore(f);
	patch(f, "keys/" FIRST ".key", 5 * 48, slot, sizeof(slot));
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slots_left_over", PB_NO_SEQ,
	    "keys/" FIRST ".key:240");
	restore(f);
	patch(f, "keys/" SECOND ".key", 5 * 48, slot, sizeof(slot));
	expect_only(f, PB_CHECK_SECRETS, PB_INDETERMINATE, "slots_uncommitted", PB_NO_SEQ,
	    "keys/" SECOND ".key:240");
}

static void
erased_or_rotten_secret_is_named(void **state)
{
	struct fixture *f = *state;
	uint8_t slot[48] = { 0 };

	patch(f, "keys/" FIRST ".key", 3 * 48, slot, sizeof(slot));
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slot_zeroed", 2, "keys/" FIRST ".key:144");
	slot[17] = 1;
	patch(f, "keys/" FIRST ".key", 3 * 48, slot, sizeof(slot));
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slot_rotten", 2, "keys/" FIRST ".key:144");
}

static void
slots_that_hold_no_secret_hold_nothing(void **state)
{
	struct fixture *f = *state;

	patch(f, "keys/" FIRST ".key", 47, "\x01", 1);
	expect_only(f, PB_CHECK_SECRETS, PB_INDETERMINATE, "index_key_rotten", PB_NO_SEQ,
	    "keys/" FIRST ".key:0");
	restore(f);
	patch(f, "keys/" FIRST ".key", 48, "\x01", 1);
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slot_not_empty", 0, "keys/" FIRST ".key:48");
}

/* The secret of another record, with the slot's own check made right again. */
static void
exchanged_secret_is_seen_by_who_can_open(void **state)
{
	struct fixture *f = *state;
	struct pb_buf keys = read_file(f, at(f, "keys/" FIRST ".key"));
	uint8_t checked[8 + 40], digest[PB_DIGEST_LEN];

	pb_put_u64(checked, 3);
	memcpy(checked + 8, keys.data + 2 * 48, 40);
	pb_digest_sha256(checked, sizeof(checked), digest);
	patch(f, "keys/" FIRST ".key", 3 * 48, checked + 8, 40);
	patch(f, "keys/" FIRST ".key", 3 * 48 + 40, digest, 8);
	assert_int_equal(check(f), PB_VALID); /* without a key nobody can tell */
	use_key(f);
	expect_only(f, PB_CHECK_COMMITMENT, PB_INVALID, "seal", 2, FIRST ":2988");
	/* and a secret under no key of this segment */
	checked[8] ^= 1;
	pb_digest_sha256(checked, sizeof(checked), digest);
	patch(f, "keys/" FIRST ".key", 3 * 48, checked + 8, 40);
	patch(f, "keys/" FIRST ".key", 3 * 48 + 40, digest, 8);
	expect_only(f, PB_CHECK_SECRETS, PB_INVALID, "slot_key", 2, "keys/" FIRST ".key:144");
	pb_buf_done(&keys);
}

static void
key_of_a_stranger_leaves_the_secrets_indeterminate(void **state)
{
	struct fixture *f = *state;
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;

	assert_int_equal(
	    pb_reader_generate("probant reader", 1778086920, "x", 1, &key, &certificate, NULL),
	    PB_OK);
	assert_int_equal(pb_reader_key_open(key.data, key.len, certificate.data, certificate.len,
			     "x", 1, &f->key, NULL),
	    PB_OK);
	f->options.key = f->key;
	expect_only(f, PB_CHECK_SECRETS, PB_INDETERMINATE, "reader_not_recipient", PB_NO_SEQ,
	    "keys/" FIRST ".key:0");
	pb_buf_done(&key);
	pb_buf_done(&certificate);
}

/* ---- tampering: what was published ---------------------------------------------------------- */

static void
tiles_are_what_the_vault_gives(void **state)
{
	struct fixture *f = *state;

	patch(f, "log/tile/0/000.p/3", 95, "?", 1);
	expect_only(f, PB_CHECK_FILES, PB_INVALID, "tile_differs", PB_NO_SEQ, "log/tile/0/000.p/3");
	restore(f);
	patch(f, "log/tile/entries/000.p/8", 1, "?", 1);
	expect_only(
	    f, PB_CHECK_FILES, PB_INVALID, "tile_differs", PB_NO_SEQ, "log/tile/entries/000.p/8");
	restore(f);
	remove_file(f, "log/tile/0/000.p/8");
	expect_only(f, PB_CHECK_FILES, PB_INVALID, "tile_missing", PB_NO_SEQ, "log/tile/0/000.p/8");
	restore(f);
	remove_file(f, "log/tile/entries/000.p/8");
	expect_only(
	    f, PB_CHECK_FILES, PB_INVALID, "tile_missing", PB_NO_SEQ, "log/tile/entries/000.p/8");
	restore(f);
	write_file(f, "log/tile/0/000.p/9", "?", 1);
	expect_only(f, PB_CHECK_FILES, PB_INVALID, "tile_beyond", PB_NO_SEQ, "log/tile/0/000.p/9");
	remove_file(f, "log/tile/0/000.p/9");
	write_file(f, "log/tile/0/001", "?", 1);
	expect_only(f, PB_CHECK_FILES, PB_INVALID, "tile_beyond", PB_NO_SEQ, "log/tile/0/001");
	remove_file(f, "log/tile/0/001");
	/* what an older size left behind may be gone */
	remove_file(f, "log/tile/0/000.p/3");
	remove_file(f, "log/tile/entries/000.p/3");
	assert_int_equal(check(f), PB_VALID);
}

static void
published_checkpoint_is_whole_or_named(void **state)
{
	struct fixture *f = *state;
	uint8_t longer[PB_LIMIT_NOTE + 1];

	memset(longer, 'x', sizeof(longer));
	write_file(f, "log/checkpoint", longer, sizeof(longer));
	expect(
	    f, PB_CHECK_CHECKPOINT, PB_INVALID, "published_malformed", PB_NO_SEQ, "log/checkpoint");
	write_file(f, "log/checkpoint", "", 0);
	expect_only(f, PB_CHECK_CHECKPOINT, PB_INVALID, "published_malformed", PB_NO_SEQ, "");
	remove_file(f, "log/checkpoint");
	expect_only(
	    f, PB_CHECK_FILES, PB_INDETERMINATE, "published_missing", PB_NO_SEQ, "log/checkpoint");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_byte_can_change_unnoticed),
		TEST(no_file_can_be_cut_lengthened_or_removed_unnoticed),
		TEST(damaged_segment_before_the_newest_is_named_where_it_begins),
		TEST(changed_segment_before_the_newest_is_not_the_one_that_was_there),
		TEST(removed_segment_is_missed),
		TEST(removed_newest_segment_is_missed_by_what_was_published),
		TEST(commit_that_was_cut_short_is_no_forgery),
		TEST(damage_in_the_newest_segment_is_no_torn_tail),
		TEST(files_of_other_names_are_named),
		TEST(missing_key_file_is_named),
		TEST(short_or_long_key_file_is_named),
		TEST(erased_or_rotten_secret_is_named),
		TEST(slots_that_hold_no_secret_hold_nothing),
		TEST(exchanged_secret_is_seen_by_who_can_open),
		TEST(key_of_a_stranger_leaves_the_secrets_indeterminate),
		TEST(tiles_are_what_the_vault_gives),
		TEST(published_checkpoint_is_whole_or_named),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
