/* How far the log is stamped: the same with the frontier's hint, without one, with a false one. */
#include "archive/fixture.h"

#include "anchor/stamped.h"
#include "probant/stamp.h"

static void
stamp(struct pb_archive *a)
{
	struct pb_stamp_outcome outcome = { 0 };

	assert_int_equal(pb_archive_stamp(a, NULL, true, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
}

static struct pb_stamped
find(struct fixture *f)
{
	struct pb_stamped stamped;

	assert_int_equal(pb_stamped_find(f->world.files, f->dir, &stamped, NULL), PB_OK);
	return stamped;
}

static struct pb_head
head_of(struct fixture *f)
{
	struct pb_head head;

	assert_int_equal(pb_head_load(f->world.files, f->dir, &head, NULL), PB_OK);
	return head;
}

static void
hint(struct fixture *f, const struct pb_place *place)
{
	struct pb_head head = head_of(f);

	head.stamped = *place;
	assert_int_equal(pb_head_save(&head, f->world.files, f->dir, NULL), PB_OK);
}

static void
assert_same(const struct pb_stamped *a, const struct pb_stamped *b)
{
	assert_int_equal(a->size, b->size);
	assert_int_equal(a->gen_time_us, b->gen_time_us);
	assert_string_equal(a->by, b->by);
	assert_int_equal(a->anchor_s, b->anchor_s);
	assert_int_equal(a->waiting, b->waiting);
	assert_int_equal(a->oldest_s, b->oldest_s);
	assert_int_equal(a->gap, b->gap);
}

/* Two tokens, records before, between and behind.  *ret_first: where the first token is of. */
static struct pb_stamped
two_tokens(struct fixture *f, struct pb_place *ret_first)
{
	struct pb_archive *a;

	fresh(f);
	a = open_archive(f, f->key);
	commit(f, a, 2);
	stamp(a);
	*ret_first = head_of(f).stamped;
	commit(f, a, 3);
	stamp(a);
	commit(f, a, 4);
	close_archive(a);
	return find(f);
}

static void
what_is_found_is_where_the_last_token_was_kept(void **state)
{
	struct fixture *f = *state;
	struct pb_place first;
	struct pb_stamped stamped = two_tokens(f, &first);

	assert_int_equal(stamped.waiting, 4);
	assert_int_equal(stamped.size, head_of(f).stamped.size);
	assert_true(first.size > 0 && first.size < stamped.size);
}

static void
without_a_hint_the_same_is_found(void **state)
{
	struct fixture *f = *state;
	struct pb_place first;
	struct pb_stamped with = two_tokens(f, &first), without;

	hint(f, &(struct pb_place){ 0 });
	without = find(f);
	assert_same(&with, &without);
	hint(f, &first);
	without = find(f);
	assert_same(&with, &without);
}

/* One that hides what waits is not believed. */
static void
false_hint_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_place first, place;
	struct pb_stamped with = two_tokens(f, &first), found;
	struct pb_head head = head_of(f);

	place = pb_head_here(&head); /* behind everything */
	hint(f, &place);
	found = find(f);
	assert_same(&with, &found);
	place.size = first.size; /* a size that is stamped, where another was */
	hint(f, &place);
	found = find(f);
	assert_same(&with, &found);
	place = first;
	place.checkpoint_offset++; /* no frame begins there */
	hint(f, &place);
	found = find(f);
	assert_same(&with, &found);
	place = first;
	place.segment[PB_SEGMENT_NAME_LEN - 1] ^= 1; /* no such segment */
	hint(f, &place);
	found = find(f);
	assert_same(&with, &found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_found_is_where_the_last_token_was_kept),
		cmocka_unit_test(without_a_hint_the_same_is_found),
		cmocka_unit_test(false_hint_changes_nothing),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
