/* The frontier file: what is saved comes back, and nothing else does. */
#include "archive/fixture.h"

#define ORIGIN "tilleuls.example/essai/01234567"

/* A head of `size` leaves in a segment of the test's own. */
static void
make_head(struct pb_head *head, uint64_t size)
{
	uint8_t leaf_hash[PB_DIGEST_LEN];
	uint64_t i;

	pb_head_init(head, ORIGIN);
	for (i = 0; i < size; i++) {
		memset(leaf_hash, (int)i, sizeof(leaf_hash));
		pb_tree_append(&head->tree, leaf_hash);
	}
	memset(head->prev, 0x5a, sizeof(head->prev));
	head->time_s = NOON_S;
	(void)snprintf(head->segment, sizeof(head->segment), "0000000000000007-0123456789abcdef");
	head->segment_records = size;
	head->checkpoint_offset = 1000;
	head->end = 1234;
}

static void
assert_same(const struct pb_head *a, const struct pb_head *b)
{
	struct pb_checkpoint one, other;

	pb_head_checkpoint(a, ORIGIN, &one);
	pb_head_checkpoint(b, ORIGIN, &other);
	assert_memory_equal(&one, &other, sizeof(one));
	assert_int_equal(a->time_s, b->time_s);
	assert_string_equal(a->segment, b->segment);
	assert_int_equal(a->segment_records, b->segment_records);
	assert_int_equal(a->checkpoint_offset, b->checkpoint_offset);
	assert_int_equal(a->end, b->end);
}

static void
the_head_of_an_empty_log_is_its_origin(void **state)
{
	struct pb_checkpoint checkpoint;
	uint8_t digest[PB_DIGEST_LEN];
	struct pb_head head;

	(void)state;
	pb_head_init(&head, ORIGIN);
	pb_head_checkpoint(&head, ORIGIN, &checkpoint);
	assert_int_equal(checkpoint.size, 0);
	assert_string_equal(checkpoint.origin, ORIGIN);
	pb_digest_sha256("", 0, digest);
	assert_memory_equal(checkpoint.root, digest, sizeof(digest));
	assert_string_equal(head.segment, "");
}

static void
what_was_saved_comes_back(void **state)
{
	struct fixture *f = *state;
	struct pb_head head, loaded;
	uint64_t size;

	for (size = 1; size < 70; size += size < 20 ? 1 : 43) {
		make_head(&head, size);
		assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
		assert_int_equal(pb_head_load(f->world.files, f->dir, &loaded, NULL), PB_OK);
		assert_same(&head, &loaded);
		/* The tree goes on as if it had never been away. */
		pb_tree_append(&head.tree, head.prev);
		pb_tree_append(&loaded.tree, loaded.prev);
		assert_same(&head, &loaded);
	}
	assert_int_equal(count_entries(at(f, "tmp")), 0);
}

static void
the_largest_log_fits(void **state)
{
	struct fixture *f = *state;
	struct pb_head head, loaded;

	make_head(&head, 1);
	head.tree.size = UINT64_MAX;
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
	assert_int_equal(pb_head_load(f->world.files, f->dir, &loaded, NULL), PB_OK);
	assert_true(loaded.tree.size == UINT64_MAX);
	assert_memory_equal(loaded.tree.node, head.tree.node, sizeof(head.tree.node));
}

static void
assert_none(struct fixture *f, const char *what, size_t at_byte)
{
	struct pb_head loaded;
	enum pb_status status;

	memset(&loaded, 0x77, sizeof(loaded));
	status = pb_head_load(f->world.files, f->dir, &loaded, NULL);
	if (status != PB_ENOENT)
		fail_msg("%s %zu: status %d", what, at_byte, status);
	assert_int_equal(loaded.end, 0x7777777777777777ULL);
}

static void
any_changed_byte_is_found_out(void **state)
{
	struct fixture *f = *state;
	struct pb_buf bytes;
	struct pb_head head;
	size_t i;

	make_head(&head, 5);
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
	bytes = slurp(at(f, "frontier"));
	for (i = 0; i < bytes.len; i++) {
		bytes.data[i] ^= 0x01;
		spit(at(f, "frontier"), bytes.data, bytes.len);
		assert_none(f, "changed at", i);
		bytes.data[i] ^= 0x01;
		spit(at(f, "frontier"), bytes.data, i);
		assert_none(f, "cut at", i);
	}
	pb_buf_done(&bytes);
}

static void
bytes_behind_it_or_far_too_many_are_found_out(void **state)
{
	struct fixture *f = *state;
	struct pb_head head;
	char *much = calloc(1, 100000);

	make_head(&head, 5);
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
	cut_file(at(f, "frontier"), size_of(at(f, "frontier")) + 1);
	assert_none(f, "longer", 0);
	spit(at(f, "frontier"), much, 100000);
	assert_none(f, "huge", 0);
	assert_int_equal(unlink(at(f, "frontier")), 0);
	assert_none(f, "gone", 0);
	free(much);
}

/* A digest that is right over fields that are not: no reader runs over the end of them. */
static void
a_digest_over_too_few_fields_is_no_frontier(void **state)
{
	struct fixture *f = *state;
	struct pb_buf bytes;
	struct pb_head head;
	size_t len;

	make_head(&head, 5);
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
	bytes = slurp(at(f, "frontier"));
	for (len = 0; len + PB_DIGEST_LEN < bytes.len; len++) {
		uint8_t made[4096];

		memcpy(made, bytes.data, len);
		pb_digest_sha256(made, len, made + len);
		spit(at(f, "frontier"), made, len + PB_DIGEST_LEN);
		assert_none(f, "fields cut at", len);
	}
	pb_buf_done(&bytes);
}

static void
a_medium_that_cannot_be_read_is_not_a_missing_file(void **state)
{
	struct fixture *f = *state;
	struct pb_head head, loaded;
	uint64_t i;

	make_head(&head, 5);
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
	for (i = 1;; i++) {
		enum pb_status status;

		fail_call(f, i, EIO, false);
		status = pb_head_load(f->world.files, f->dir, &loaded, NULL);
		if (f->faulty.failed == 0)
			break;
		assert_int_equal(status, PB_EIO);
	}
	assert_true(i > 2);
}

static void
a_save_that_fails_leaves_the_old_one_or_the_new(void **state)
{
	struct fixture *f = *state;
	struct pb_head old, new, loaded;
	uint64_t i;

	make_head(&old, 5);
	make_head(&new, 6);
	for (i = 1;; i++) {
		enum pb_status status;

		heal(f);
		assert_int_equal(pb_head_save(&old, f->world.files, f->dir, NULL), PB_OK);
		fail_call(f, i, ENOSPC, false);
		status = pb_head_save(&new, f->world.files, f->dir, NULL);
		if (f->faulty.failed == 0)
			break;
		heal(f);
		assert_int_equal(pb_head_load(f->world.files, f->dir, &loaded, NULL), PB_OK);
		assert_same(status == PB_OK ? &new : &old, &loaded);
	}
	assert_true(i > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_head_of_an_empty_log_is_its_origin, set_up),
		cmocka_unit_test_setup(what_was_saved_comes_back, set_up),
		cmocka_unit_test_setup(the_largest_log_fits, set_up),
		cmocka_unit_test_setup(any_changed_byte_is_found_out, set_up),
		cmocka_unit_test_setup(bytes_behind_it_or_far_too_many_are_found_out, set_up),
		cmocka_unit_test_setup(a_digest_over_too_few_fields_is_no_frontier, set_up),
		cmocka_unit_test_setup(a_medium_that_cannot_be_read_is_not_a_missing_file, set_up),
		cmocka_unit_test_setup(a_save_that_fails_leaves_the_old_one_or_the_new, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
