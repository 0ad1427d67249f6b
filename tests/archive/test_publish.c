/* What the outside sees: log/checkpoint with its tiles, the frontier, and a glance by `status`. */
#include "archive/fixture.h"

#include "archive/intake.h"
#include "archive/publish.h"

static uint64_t
published(struct fixture *f)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	uint64_t size = 99;

	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_int_equal(
	    pb_published_size(f->world.files, f->dir, &founded->verifier, &size, NULL), PB_OK);
	free(founded);
	return size;
}

static void
closing_publishes_the_newest_checkpoint(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	assert_int_equal(published(f), 1);
	commit(f, archive, 3);
	assert_int_equal(published(f), 1);
	close_archive(archive);
	assert_int_equal(published(f), 4);
	assert_holds(f);
}

static enum pb_status
acknowledged(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct fixture *f = ctx;

	(void)err;
	assert_ptr_equal(cookie, f);
	f->kept.seq[f->kept.count] = receipt->seq;
	memcpy(f->kept.sha256[f->kept.count++], receipt->message_sha256, PB_DIGEST_LEN);
	return PB_OK;
}

static void
submit(struct fixture *f, struct pb_archive *archive, const struct pb_intake *intake)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;

	seal(f, archive, 10, &sealed);
	assert_int_equal(intake->submit(intake->ctx, &sealed, f, NULL), PB_OK);
	assert_null(sealed.r); /* taken */
}

static void
a_live_door_publishes_at_most_once_a_minute(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_group *group = NULL;

	assert_int_equal(pb_group_new(archive, true, acknowledged, f, &group, NULL), PB_OK);
	pass_time(f, 59);
	submit(f, archive, pb_group_intake(group));
	assert_int_equal(f->kept.count, 1);
	assert_int_equal(published(f), 1);
	pass_time(f, 1);
	submit(f, archive, pb_group_intake(group));
	assert_int_equal(published(f), 3);
	pass_time(f, 30);
	submit(f, archive, pb_group_intake(group));
	assert_int_equal(published(f), 3);
	pass_time(f, -3600); /* the wall clock: no matter */
	submit(f, archive, pb_group_intake(group));
	assert_int_equal(published(f), 3);
	pb_group_free(group);
	close_archive(archive);
	assert_int_equal(published(f), 6); /* with the clock's step */
	assert_holds(f);
}

static void
an_import_waits_for_its_group(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_group *group = NULL;
	const struct pb_intake *intake;

	assert_int_equal(pb_group_new(archive, false, acknowledged, f, &group, NULL), PB_OK);
	intake = pb_group_intake(group);
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK); /* nothing waits */
	assert_int_equal(pb_archive_size(archive), 1);
	submit(f, archive, intake);
	submit(f, archive, intake);
	assert_int_equal(f->kept.count, 0);
	assert_int_equal(pb_archive_size(archive), 1);
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
	assert_int_equal(f->kept.count, 2);
	submit(f, archive, intake); /* and this one is dropped with the group */
	pb_group_free(group);
	assert_int_equal(f->kept.count, 2);
	close_archive(archive);
	assert_holds(f);
}

static enum pb_status
told(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	(void)ctx;
	(void)cookie;
	(void)receipt;
	(void)err;
	return PB_OK;
}

static bool
stands(struct fixture *f, const char *name)
{
	struct pb_file_info info;

	return f->under.stat(f->under.ctx, at(f, name), false, &info) == 0;
}

/* The tile in which the archive was opened is not seen whole; closing makes it. */
static void
an_import_makes_tiles_as_they_fill(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_group *group = NULL;
	const struct pb_intake *intake;

	assert_int_equal(pb_group_new(archive, false, told, f, &group, NULL), PB_OK);
	intake = pb_group_intake(group);
	for (unsigned i = 0; i < 600; i++) {
		submit(f, archive, intake);
		if (i % 200 == 99)
			assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
	}
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
	pb_group_free(group);
	assert_int_equal(published(f), 1);
	assert_false(stands(f, "log/tile/0/000"));
	assert_true(stands(f, "log/tile/0/001"));
	assert_true(stands(f, "log/tile/entries/001"));
	assert_false(stands(f, "log/tile/entries/002.p"));
	close_archive(archive);
	assert_int_equal(published(f), 601);
	assert_true(stands(f, "log/tile/0/000"));
	assert_holds(f);
}

static enum pb_status
deaf(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	(void)acknowledged(ctx, cookie, receipt, err);
	return pb_fail(err, PB_EIO, N_("tell"), N_("nobody listens"), "%s", "x");
}

static void
all_receipts_are_handed_out_though_nobody_listens(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_group *group = NULL;
	const struct pb_intake *intake;
	struct pb_error err = { 0 };

	assert_int_equal(pb_group_new(archive, false, deaf, f, &group, NULL), PB_OK);
	intake = pb_group_intake(group);
	submit(f, archive, intake);
	submit(f, archive, intake);
	assert_int_equal(intake->flush(intake->ctx, &err), PB_EIO);
	assert_string_equal(err.why, "nobody listens");
	assert_int_equal(f->kept.count, 2);
	assert_int_equal(intake->flush(intake->ctx, NULL), PB_OK);
	pb_group_free(group);
	close_archive(archive);
	assert_holds(f);
}

/* Publishing is derived: whatever fails in it, messages are kept and the next time does it. */
static void
publishing_that_fails_is_told_and_made_good(void **state)
{
	struct fixture *f = *state;
	uint64_t i;

	for (i = 1;; i++) {
		struct pb_archive *archive;
		enum pb_status status;
		uint64_t failed;

		fresh(f);
		archive = open_archive(f, f->key);
		commit(f, archive, 2);
		fail_call(f, i, ENOSPC, true);
		status = pb_archive_close(archive, NULL);
		failed = f->faulty.failed;
		heal(f);
		if (failed == 0)
			break;
		assert_true(status == PB_ENOSPC || status == PB_OK);
		add_commits(f, NULL, 1);
		assert_int_equal(published(f), 5);
		if (i % 5 == 0)
			assert_holds(f);
	}
	assert_true(i > 20);
}

static void
a_checkpoint_of_somebody_else_counts_for_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_buf note;

	note = slurp(at(f, "log/checkpoint"));
	note.data[note.len - 20] ^= 1;
	spit(at(f, "log/checkpoint"), note.data, note.len);
	assert_int_equal(published(f), 0);
	assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
	assert_int_equal(published(f), 0);
	pb_buf_done(&note);
}

/* ---- a glance ------------------------------------------------------------------------------- */

static void
a_glance_tells_what_is_there_and_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive_status s;
	struct pb_archive *archive;
	uint64_t len;

	pass_time(f, 60);
	add_commits(f, NULL, 2);
	assert_int_equal(pb_archive_describe(&f->world, f->dir, &s, NULL), PB_OK);
	assert_string_equal(s.origin, f->created.origin);
	assert_string_equal(s.verifier_key, f->created.verifier_key);
	assert_int_equal(s.records, 4);
	assert_int_equal(s.segments, 2);
	assert_int_equal(s.last_time_s, NOON_S + 60);
	assert_int_equal(s.published, 4);
	assert_int_equal(s.quarantined, 0);
	assert_false(s.locked);
	assert_false(s.torn);
	len = size_of(newest(f, "vault", ".seg"));
	cut_file(newest(f, "vault", ".seg"), len + 3);
	assert_int_equal(pb_archive_describe(&f->world, f->dir, &s, NULL), PB_OK);
	assert_true(s.torn);
	assert_int_equal(size_of(newest(f, "vault", ".seg")), len + 3);
	archive = open_archive(f, NULL);
	assert_int_equal(pb_archive_describe(&f->world, f->dir, &s, NULL), PB_OK);
	assert_true(s.locked);
	assert_false(s.torn);
	assert_int_equal(s.quarantined, 1);
	close_archive(archive);
}

/* While `status` looks, a writer begins a segment and saves its frontier. */
struct race {
	struct fixture *f;
	struct pb_archive *archive;
	bool ran;
};

static struct race *racing(struct race *set);

static struct race *
racing(struct race *set)
{
	static struct race *race;

	if (set != NULL)
		race = set;
	return race;
}

static int
list_slowly(void *ctx, const char *path, pb_list_fn *each, void *arg)
{
	struct test_faulty_files *faulty = ctx;
	struct race *race = racing(NULL);
	int answer = faulty->under->list(faulty->under->ctx, path, each, arg);

	/* The first list of the vault is for record 0, the second for the head. */
	if (strstr(path, "/vault") != NULL && faulty->fail_at++ == 1 && !race->ran) {
		race->ran = true;
		pass_time(race->f, PB_LIMIT_SEGMENT_AGE_S);
		commit(race->f, race->archive, 1);
	}
	return answer;
}

static void
a_glance_during_a_new_segment_sees_no_damage(void **state)
{
	struct fixture *f = *state;
	struct race race = { .f = f };
	struct pb_archive_status s;

	race.archive = open_archive(f, f->key);
	commit(f, race.archive, 1);
	(void)racing(&race);
	f->faulty.fail_at = 0;
	f->faulty.table.list = list_slowly;
	assert_int_equal(pb_archive_describe(&f->world, f->dir, &s, NULL), PB_OK);
	assert_true(race.ran);
	assert_int_equal(s.records, 2);
	close_archive(race.archive);
	fresh(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(closing_publishes_the_newest_checkpoint, set_up),
		cmocka_unit_test_setup(a_live_door_publishes_at_most_once_a_minute, set_up),
		cmocka_unit_test_setup(an_import_waits_for_its_group, set_up),
		cmocka_unit_test_setup(an_import_makes_tiles_as_they_fill, set_up),
		cmocka_unit_test_setup(all_receipts_are_handed_out_though_nobody_listens, set_up),
		cmocka_unit_test_setup(publishing_that_fails_is_told_and_made_good, set_up),
		cmocka_unit_test_setup(a_checkpoint_of_somebody_else_counts_for_nothing, set_up),
		cmocka_unit_test_setup(a_glance_tells_what_is_there_and_changes_nothing, set_up),
		cmocka_unit_test_setup(a_glance_during_a_new_segment_sees_no_damage, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
