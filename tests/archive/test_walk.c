/* Records by number: the same with the frontier's marks, without them, with false ones. */
#include "archive/fixture.h"

#include "archive/walk.h"

#define COMMITS 520 /* of one record each: two marks behind the first */

static struct pb_head
head_of(struct fixture *f)
{
	struct pb_head head;

	assert_int_equal(pb_head_load(f->world.files, f->dir, &head, NULL), PB_OK);
	return head;
}

static void
save(struct fixture *f, const struct pb_head *head)
{
	assert_int_equal(pb_head_save(head, f->world.files, f->dir, NULL), PB_OK);
}

static uint64_t
fill(struct fixture *f)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_archive *a;
	uint64_t size;

	fresh(f);
	a = open_archive(f, f->key);
	assert_int_equal(pb_buf_append(&facts, "{\"event\":\"fictif\"}", 18), PB_OK);
	for (int i = 0; i < COMMITS; i++)
		assert_int_equal(
		    pb_commit_own(a, PB_RECORD_MANAGEMENT, &facts, NULL, NULL, NULL), PB_OK);
	pb_buf_done(&facts);
	size = pb_archive_size(a);
	close_archive(a);
	return size;
}

/* Each record is found, where it stands, by a walk of its own. */
static void
assert_found(struct fixture *f, uint64_t size)
{
	struct pb_walk *walk = NULL, *jump = NULL;
	struct pb_frame frame, again;
	uint64_t slot, same_slot;
	struct pb_leaf leaf;

	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	for (uint64_t seq = 0; seq < size; seq++) {
		assert_int_equal(pb_walk_record(walk, seq, &frame, &slot, NULL), PB_OK);
		assert_int_equal(pb_leaf_decode(frame.leaf, &leaf), PB_LEAF_SOUND);
		assert_int_equal(leaf.seq, seq);
		if (seq % 97 != 0)
			continue;
		assert_int_equal(pb_walk_new(f->world.files, f->dir, &jump, NULL), PB_OK);
		assert_int_equal(pb_walk_record(jump, seq, &again, &same_slot, NULL), PB_OK);
		assert_int_equal(again.offset, frame.offset);
		assert_int_equal(same_slot, slot);
		pb_walk_free(jump);
	}
	assert_int_equal(pb_walk_record(walk, size, &frame, &slot, NULL), PB_ENOENT);
	pb_walk_free(walk);
}

static void
commits_are_marked_some_hundred_records_apart(void **state)
{
	struct fixture *f = *state;
	uint64_t size = fill(f);
	struct pb_head head = head_of(f);

	assert_int_equal(head.tree.size, size);
	assert_int_equal(head.marks.count, 3);
	for (uint64_t i = 1; i < head.marks.count; i++) {
		assert_true(head.marks.at[i].seq >= head.marks.at[i - 1].seq + head.marks.step);
		assert_true(head.marks.at[i].offset > head.marks.at[i - 1].offset);
	}
	assert_found(f, size);
}

static void
every_second_mark_goes_where_there_are_too_many(void **state)
{
	struct pb_head head;

	(void)state;
	pb_head_init(&head, "essai.example/journal");
	for (uint64_t seq = 0; seq <= 256 * PB_HEAD_MARKS; seq += 256) {
		head.tree.size = seq;
		head.end = 10 * seq;
		pb_head_mark(&head, "0000000000000000-0123456789abcdef");
	}
	assert_int_equal(head.marks.step, 512);
	assert_int_equal(head.marks.count, PB_HEAD_MARKS / 2 + 1);
	for (uint64_t i = 0; i < head.marks.count; i++) {
		assert_int_equal(head.marks.at[i].seq, 512 * i);
		assert_int_equal(head.marks.at[i].offset, 5120 * i);
	}
	pb_head_mark(&head, "0000000000004000-0123456789abcdef");
	assert_int_equal(head.marks.step, 256);
	assert_int_equal(head.marks.count, 1);
}

static void
without_marks_the_same_is_found(void **state)
{
	struct fixture *f = *state;
	uint64_t size = fill(f);
	struct pb_head head = head_of(f);

	head.marks.count = 0;
	save(f, &head);
	assert_found(f, size);
}

static void
false_marks_mislead_nobody(void **state)
{
	struct fixture *f = *state;
	uint64_t size = fill(f);
	struct pb_head head = head_of(f), wrong = head;

	for (uint64_t i = 1; i < head.marks.count; i++)
		wrong.marks.at[i].offset = head.marks.at[i - 1].offset;
	save(f, &wrong);
	assert_found(f, size);
	for (uint64_t i = 0; i < head.marks.count; i++)
		wrong.marks.at[i].offset = head.marks.at[i].offset + 1;
	save(f, &wrong);
	assert_found(f, size);
}

/* What replay goes over is marked likewise. */
static void
frontier_that_is_lost_is_made_again_with_its_marks(void **state)
{
	struct fixture *f = *state;
	uint64_t size = fill(f);
	struct pb_head before = head_of(f), after;
	struct pb_archive *a;
	char *path = pb_path_join(f->dir, "frontier");

	assert_int_equal(unlink(path), 0);
	free(path);
	a = open_archive(f, f->key);
	commit(f, a, 1);
	close_archive(a);
	after = head_of(f);
	assert_int_equal(after.tree.size, size + 1);
	assert_int_equal(after.marks.count, before.marks.count);
	for (uint64_t i = 0; i < before.marks.count; i++) {
		assert_int_equal(after.marks.at[i].seq, before.marks.at[i].seq);
		assert_int_equal(after.marks.at[i].offset, before.marks.at[i].offset);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_are_marked_some_hundred_records_apart),
		cmocka_unit_test(every_second_mark_goes_where_there_are_too_many),
		cmocka_unit_test(without_marks_the_same_is_found),
		cmocka_unit_test(false_marks_mislead_nobody),
		cmocka_unit_test(frontier_that_is_lost_is_made_again_with_its_marks),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
