/* Walking the vault by number, and reading what stands there against its leaf. */
#include "archive/fixture.h"

#include "archive/walk.h"

/* Four segments: 0; 1 to 3; 4 to 6; 7 and 8. */
static int
four_segments(void **state)
{
	struct fixture *f = *state;

	fresh(f);
	add_commits(f, NULL, 2);
	add_commits(f, NULL, 2);
	add_commits(f, NULL, 1);
	return 0;
}

static void
every_record_is_found_in_any_order(void **state)
{
	static const uint64_t order[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 0, 7, 3, 4, 1, 6, 6, 2 };
	static const uint64_t slots[] = { 1, 1, 2, 3, 1, 2, 3, 1, 2 };
	struct fixture *f = *state;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	struct pb_leaf leaf;
	uint64_t slot;
	size_t i;

	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_int_equal(pb_walk_record(walk, order[i], &frame, &slot, NULL), PB_OK);
		assert_int_equal(pb_leaf_decode(frame.leaf, &leaf), PB_LEAF_SOUND);
		assert_int_equal(leaf.seq, order[i]);
		assert_int_equal(slot, slots[order[i]]);
		assert_int_equal(strtoull(pb_walk_segment(walk), NULL, 16),
		    order[i] == 0 ? 0 : (order[i] - 1) / 3 * 3 + 1);
	}
	pb_walk_free(walk);
}

static void
a_number_beyond_the_end_is_no_record(void **state)
{
	struct fixture *f = *state;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	struct pb_error err = { 0 };
	uint64_t slot;

	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, 9, &frame, &slot, &err), PB_ENOENT);
	assert_string_equal(err.object, "9");
	assert_int_equal(pb_walk_record(walk, UINT64_MAX, &frame, &slot, NULL), PB_ENOENT);
	assert_int_equal(pb_walk_record(walk, 8, &frame, &slot, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, 9, &frame, &slot, NULL), PB_ENOENT);
	assert_int_equal(pb_walk_record(walk, 0, &frame, &slot, NULL), PB_OK);
	pb_walk_free(walk);
}

static void
a_vault_that_is_empty_or_gone_holds_no_record(void **state)
{
	struct fixture *f = *state;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	uint64_t slot;

	remove_tree(at(f, "vault"));
	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_ENOENT);
	assert_null(walk);
	assert_int_equal(mkdir(at(f, "vault"), 0700), 0);
	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, 0, &frame, &slot, NULL), PB_ENOENT);
	pb_walk_free(walk);
}

static void
a_walk_that_met_damage_goes_on_elsewhere(void **state)
{
	struct fixture *f = *state;
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	uint64_t slot;
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);
	char name[64];

	(void)snprintf(name, sizeof(name), "vault/%s.seg", names[2]);
	cut_file(at(f, name), size_of(at(f, name)) / 3);
	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, 5, &frame, &slot, NULL), PB_ECORRUPT);
	assert_int_equal(pb_walk_record(walk, 7, &frame, &slot, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, 3, &frame, &slot, NULL), PB_OK);
	(void)unlink(at(f, name));
	assert_int_equal(pb_walk_record(walk, 5, &frame, &slot, NULL), PB_ENOENT);
	assert_int_equal(pb_walk_record(walk, 8, &frame, &slot, NULL), PB_OK);
	pb_walk_free(walk);
	free(names);
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum pb_status
read_one(struct pb_reading *reading, uint64_t seq)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened = NULL;
	struct pb_error err = { 0 };
	struct pb_leaf leaf;
	enum pb_status status;

	status = pb_reading_record(reading, seq, &leaf, &opened, sha256, &err);
	if (status == PB_OK)
		assert_int_equal(leaf.seq, seq);
	else
		assert_non_null(err.what);
	return status;
}

static void
all_is_read_back_with_its_digest(void **state)
{
	struct fixture *f = *state;
	struct pb_reading *reading = NULL;
	int64_t seq;

	assert_int_equal(f->kept.count, 5);
	assert_holds(f);
	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	for (seq = 8; seq >= 0; seq--)
		assert_int_equal(read_one(reading, (uint64_t)seq), PB_OK);
	assert_int_equal(read_one(reading, 9), PB_ENOENT);
	pb_reading_free(reading);
}

static void
a_key_of_somebody_else_opens_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	struct pb_reader_key *other = NULL;
	struct pb_reading *reading = NULL;

	assert_int_equal(
	    pb_reader_generate("probant reader", NOON_S, "x", 1, &key, &certificate, NULL), PB_OK);
	assert_int_equal(pb_reader_key_open(key.data, key.len, certificate.data, certificate.len,
			     "x", 1, &other, NULL),
	    PB_OK);
	assert_int_equal(pb_reading_new(f->world.files, f->dir, other, &reading, NULL), PB_OK);
	assert_int_equal(read_one(reading, 2), PB_EACCESS);
	pb_reading_free(reading);
	pb_reader_key_free(other);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
}

/* A byte of a record changed, its secret zeroed, or its secret another's: it is not shown. */
static void
what_is_not_what_the_leaf_commits_to_is_not_shown(void **state)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct fixture *f = *state;
	struct pb_reading *reading = NULL;
	uint64_t ends[4], offset;
	char seg[300], key[300];
	struct pb_buf slots;
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);

	/* Record 8 is the second of the newest segment: one commit, of the opening and it. */
	(void)commit_ends(f, names[3], ends, 4);
	(void)snprintf(seg, sizeof(seg), "%s", newest(f, "vault", ".seg"));
	(void)snprintf(key, sizeof(key), "%s", newest(f, "keys", ".key"));
	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	assert_int_equal(read_one(reading, 8), PB_OK);
	/* The last bytes before the note: the payload's. */
	for (offset = ends[0] - 420; offset < ends[0] - 340; offset++) {
		flip(seg, offset);
		assert_int_equal(read_one(reading, 8), PB_ECORRUPT);
		assert_int_equal(read_one(reading, 7), PB_OK);
		flip(seg, offset);
	}
	slots = slurp(key);
	memcpy(slots.data + 2 * PB_SLOT_LEN, zeros, sizeof(zeros));
	spit(key, slots.data, slots.len);
	assert_int_equal(read_one(reading, 8), PB_EDESTROYED);
	spit(key, slots.data, 2 * PB_SLOT_LEN);
	assert_int_equal(read_one(reading, 8), PB_ECORRUPT);
	assert_int_equal(read_one(reading, 7), PB_OK); /* its secret stands beside it */
	assert_int_equal(read_one(reading, 6), PB_OK);
	pb_buf_done(&slots);
	pb_reading_free(reading);
	free(names);
}

static void
a_medium_that_fails_shows_nothing_wrong(void **state)
{
	struct fixture *f = *state;
	uint64_t i;

	for (i = 1;; i++) {
		struct pb_reading *reading = NULL;
		enum pb_status status;

		fail_call(f, i, EIO, false);
		status = pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL);
		if (status == PB_OK)
			status = read_one(reading, 6);
		if (f->faulty.failed == 0) {
			pb_reading_free(reading);
			break;
		}
		assert_int_equal(status, PB_EIO);
		heal(f);
		/* And the same reading can be asked again. */
		if (reading != NULL)
			assert_int_equal(read_one(reading, 6), PB_OK);
		pb_reading_free(reading);
	}
	assert_true(i > 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_record_is_found_in_any_order, four_segments),
		cmocka_unit_test_setup(a_number_beyond_the_end_is_no_record, four_segments),
		cmocka_unit_test_setup(
		    a_vault_that_is_empty_or_gone_holds_no_record, four_segments),
		cmocka_unit_test_setup(a_walk_that_met_damage_goes_on_elsewhere, four_segments),
		cmocka_unit_test_setup(all_is_read_back_with_its_digest, four_segments),
		cmocka_unit_test_setup(a_key_of_somebody_else_opens_nothing, four_segments),
		cmocka_unit_test_setup(
		    what_is_not_what_the_leaf_commits_to_is_not_shown, four_segments),
		cmocka_unit_test_setup(a_medium_that_fails_shows_nothing_wrong, four_segments),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
