/* Archives of a list made, and one handed over, while calls fail: whole, or as if nothing was. */
#include "archive/fixture.h"

#include "archive/founding.h"
#include "fleet/create.h"
#include "fleet/leave.h"

static const char *
beside(struct fixture *f, const char *name)
{
	static char path[4][600];
	static unsigned next;
	char *at_hand = path[next++ % 4];

	(void)snprintf(at_hand, sizeof(path[0]), "%s/%s", f->root, name);
	return at_hand;
}

/* What was written a moment ago need not come from the medium. */
static int
no_drop(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static int
clear(void **state)
{
	static const char *const names[] = { "made", "made.making", "out", "copy",
		"archive.destroyed" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove_tree(beside(f, names[i]));
	fresh(f);
	f->under.drop_cache = no_drop;
	add_commits(f, f->key, 2);
	return 0;
}

static bool
opens(struct fixture *f, const char *dir)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(&f->world, dir, NULL, &archive, NULL);

	(void)pb_archive_close(archive, NULL);
	return status == PB_OK;
}

/* ---- create --------------------------------------------------------------------------------- */

/* Its reader's certificate is that of the fixture, so that no key is derived. */
static void
make_list(struct fixture *f, struct pb_fleet_list **ret_list)
{
	char csv[2000];
	struct pb_founded founded;

	assert_int_equal(pb_founded_read(f->world.files, f->dir, &founded, NULL), PB_OK);
	(void)snprintf(csv, sizeof(csv),
	    "name,origin,path,mailboxes,reader,heir\n"
	    "made,fictif.example/c,%s,a@fictif.example,%s/readers/%s.pem,none\n",
	    beside(f, "made"), f->dir, founded.reader[0].id);
	assert_int_equal(pb_fleet_list_read(csv, strlen(csv), NULL, ret_list, NULL), PB_OK);
}

/* As `fleet create` does, with the row looked at anew. */
static enum pb_status
create(struct fixture *f, const struct pb_fleet_list *list, struct pb_error *err)
{
	const struct pb_fleet_options options = { .handout = beside(f, "out") };
	bool there = false;
	enum pb_status status = pb_fleet_look(&f->world, list, list->row, &options, &there, err);

	return status == PB_OK ? pb_fleet_make(&f->world, list->row, &options, there, err) : status;
}

static void
an_archive_is_made_whole_or_not_at_all(void **state)
{
	struct fixture *f = *state;
	struct pb_fleet_list *list = NULL;
	bool done = false;
	uint64_t nth;

	make_list(f, &list);
	for (nth = 1; !done; nth += nth < 20 ? 1 : 5) {
		struct pb_error err = { 0 };
		enum pb_status status;

		assert_int_equal(mkdir(beside(f, "out"), 0700), 0);
		fail_call(f, nth, nth % 2 ? EIO : ENOSPC, false);
		status = create(f, list, &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(status == PB_OK || err.what != NULL);
		assert_true(!exists(beside(f, "made")) || opens(f, beside(f, "made")));
		if (create(f, list, &err) != PB_OK)
			fail_msg("%llu: %s: %s", (unsigned long long)nth, err.what, err.object);
		assert_true(opens(f, beside(f, "made")));
		assert_true(exists(beside(f, "out/made/trust")));
		assert_false(exists(beside(f, "made.making")));
		assert_false(exists(beside(f, "out/made.making")));
		remove_tree(beside(f, "made"));
		remove_tree(beside(f, "out"));
	}
	assert_true(nth > 60);
	pb_fleet_list_free(list);
}

/* ---- leave ---------------------------------------------------------------------------------- */

/* What was handed over is whole: nothing of it is invalid, and it has at least so many records. */
static void
assert_handed_over(struct fixture *f, uint64_t records)
{
	const struct pb_check_options options = { .quick = true };
	struct pb_verification *v = NULL;

	assert_int_equal(pb_archive_check(&f->world, beside(f, "copy"), &options, &v, NULL), PB_OK);
	assert_int_not_equal(pb_verification_verdict(v), PB_INVALID);
	assert_true(pb_verification_size(v) >= records);
	pb_verification_free(v);
}

static enum pb_status
leave(struct fixture *f, const char *reason, struct pb_error *err)
{
	struct pb_backed_up made;

	return pb_leave(&f->world, NULL, f->dir, beside(f, "copy"), reason, &made, err);
}

static void
nothing_is_destroyed_that_was_not_handed_over(void **state)
{
	struct fixture *f = *state;
	uint64_t nth, destroyed = 0, kept = 0;
	bool done = false;

	for (nth = 1; !done; nth += nth < 10 ? 1 : 71) {
		struct pb_error err = { 0 };
		enum pb_status status;

		fail_call(f, nth, EIO, false);
		status = leave(f, "essai", &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(status == PB_OK || err.what != NULL);
		if (exists(f->dir)) {
			kept++;
			assert_true(opens(f, f->dir));
		} else {
			destroyed++;
			assert_handed_over(f, 8);
		}
		/* Again: it goes on, unless all was done. */
		if ((exists(f->dir) || exists(beside(f, "archive.destroyed"))) &&
		    leave(f, "essai", &err) != PB_OK)
			fail_msg("%llu: %s: %s", (unsigned long long)nth, err.what, err.object);
		assert_false(exists(f->dir) || exists(beside(f, "archive.destroyed")));
		assert_handed_over(f, 8);
		(void)clear(state);
	}
	assert_true(kept > 20 && destroyed > 0);
}

static void
without_a_reason_it_stays_and_can_be_handed_over_again(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };

	assert_int_equal(leave(f, NULL, &err), PB_OK);
	assert_true(opens(f, f->dir));
	assert_int_equal(leave(f, NULL, &err), PB_OK);
	assert_handed_over(f, 6);
	add_commits(f, f->key, 1);
	assert_int_equal(leave(f, "essai", &err), PB_OK);
	assert_handed_over(f, 9);
	assert_false(exists(f->dir));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_archive_is_made_whole_or_not_at_all, clear),
		cmocka_unit_test_setup(nothing_is_destroyed_that_was_not_handed_over, clear),
		cmocka_unit_test_setup(
		    without_a_reason_it_stays_and_can_be_handed_over_again, clear),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
