/* Backups, copies and what comes back of them, while calls fail. */
#include "archive/fixture.h"

#include "archive/destroy.h"
#include "archive/restored.h"
#include "copies/backup.h"
#include "copies/names.h"
#include "copies/noted.h"
#include "copies/private.h"
#include "copies/restore.h"
#include "lib/memory.h"

static const char *
beside(struct fixture *f, const char *name)
{
	static char path[4][600];
	static unsigned next;
	char *at_hand = path[next++ % 4];

	(void)snprintf(at_hand, sizeof(path[0]), "%s/%s", f->root, name);
	return at_hand;
}

static void
clear(struct fixture *f)
{
	static const char *const names[] = { "b.tar", "b.tar.partial", "copy", "back",
		"back.restoring", "back.ledger" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)unlink(beside(f, names[i]));
		remove_tree(beside(f, names[i]));
	}
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
set_up_copies(void **state)
{
	struct fixture *f = *state;

	f->under.drop_cache = no_drop;
	fresh(f);
	clear(f);
	add_commits(f, f->key, 3);
	return 0;
}

static enum pb_status
restore(struct fixture *f, const char *from, const char *ledger, struct pb_restored_seen *seen,
    struct pb_error *err)
{
	struct pb_verification *v = NULL;
	struct pb_restore *r = NULL;
	enum pb_status status = pb_restore_begin(&f->world, from, beside(f, "back"), &r, err);

	if (status == PB_OK)
		status = pb_restore_finish(r, f->key, ledger, seen, &v, err);
	if (status == PB_OK)
		assert_int_not_equal(pb_verification_verdict(v), PB_INVALID);
	pb_verification_free(v);
	pb_restore_free(r);
	return status;
}

/* What came back, in place of the archive: it must hold. */
static void
use_restored(struct fixture *f)
{
	remove_tree(f->dir);
	assert_int_equal(rename(beside(f, "back"), f->dir), 0);
}

static void
assert_same_files(struct fixture *f, const char *room, const char *other)
{
	char path[700], theirs[700];
	DIR *stream;
	const struct dirent *entry;
	unsigned count = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", f->dir, room);
	stream = opendir(path);
	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL) {
		struct pb_buf a, b;

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s/%s", f->dir, room, entry->d_name);
		(void)snprintf(theirs, sizeof(theirs), "%s/%s/%s", other, room, entry->d_name);
		a = slurp(path);
		b = slurp(theirs);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
		pb_buf_done(&a);
		pb_buf_done(&b);
		count++;
	}
	(void)closedir(stream);
	assert_true(count > 0);
}

/* ---- the way out and back -------------------------------------------------------------------- */

static void
a_backup_comes_back_locked_and_is_accepted(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	struct pb_restored_seen seen;
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };

	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
	assert_true(made.keys);
	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_EEXIST);
	assert_int_equal(restore(f, beside(f, "b.tar"), NULL, &seen, NULL), PB_OK);
	assert_true(seen.locked);
	assert_int_equal(seen.size, made.size);
	use_restored(f);
	assert_holds(f);
	assert_int_equal(pb_archive_open(&f->world, f->dir, f->key, &archive, &err), PB_EACCESS);
	assert_non_null(err.todo);
	assert_int_equal(pb_restored_accept(f->world.files, f->dir, NULL), PB_OK);
	assert_int_equal(pb_restored_accept(f->world.files, f->dir, NULL), PB_ENOENT);
	add_commits(f, f->key, 1);
	assert_int_equal(count_type(f, PB_RECORD_MANAGEMENT), 1);
	assert_holds(f);
}

static void
what_a_newer_state_has_destroyed_is_destroyed_here(void **state)
{
	struct fixture *f = *state;
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct pb_backed_up made;
	struct pb_restored_seen seen;
	struct pb_archive *archive;

	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
	assert_int_equal(pb_runs_add(&runs, f->kept.seq[1], f->kept.seq[1]), PB_OK);
	archive = open_archive(f, f->key);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	commit(f, archive, 1);
	close_archive(archive);
	pb_runs_done(&runs);
	assert_int_equal(restore(f, beside(f, "b.tar"), f->dir, &seen, NULL), PB_OK);
	assert_false(seen.locked);
	assert_int_equal(seen.destroyed, 1);
	assert_true(seen.ledger > seen.size);
	f->kept.seq[1] = f->kept.seq[2];
	memcpy(f->kept.sha256[1], f->kept.sha256[2], PB_DIGEST_LEN);
	f->kept.count = 2;
	use_restored(f);
	assert_holds(f);
	add_commits(f, f->key, 1);
	assert_holds(f);
}

#define MANY 1024 /* in a commit */

static void
commit_many(struct pb_archive *archive, struct pb_sealer *sealer)
{
	static struct pb_sealed sealed[MANY], *item[MANY];
	static struct pb_receipt receipt[MANY];
	uint8_t digest[PB_DIGEST_LEN];

	for (size_t i = 0; i < MANY; i++) {
		item[i] = &sealed[i];
		sealed[i] = PB_SEALED_EMPTY;
		assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
		assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, "x", 1, NULL), PB_OK);
		assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
		assert_int_equal(pb_sealer_part(sealer, PB_PART_FACTS, "{}", 2, NULL), PB_OK);
		assert_int_equal(
		    pb_sealer_finish(sealer, PB_RECORD_IMPORTED, &sealed[i], NULL), PB_OK);
		memcpy(sealed[i].message_sha256, digest, sizeof(digest));
	}
	assert_int_equal(pb_commit(archive, item, MANY, receipt, NULL), PB_OK);
	for (size_t i = 0; i < MANY; i++)
		pb_sealed_done(&sealed[i]);
}

/* Every second record of what `archive` holds from `first` on, in as many records as it takes. */
static void
destroy_every_second(struct pb_archive *archive, uint64_t first, size_t count)
{
	while (count > 0) {
		struct pb_runs runs = PB_RUNS_EMPTY;

		for (; count > 0 && runs.count < PB_LIMIT_DESTROYED; count--, first += 2)
			assert_int_equal(pb_runs_add(&runs, first, first), PB_OK);
		assert_int_equal(
		    pb_archive_destroy(archive, &runs, PB_DESTROY_RETENTION, NULL, NULL), PB_OK);
		pb_runs_done(&runs);
	}
}

static void
more_was_destroyed_than_one_record_can_name(void **state)
{
	struct fixture *f = *state;
	const size_t count = PB_LIMIT_DESTROYED + 1;
	struct pb_archive *archive = open_archive(f, f->key);
	uint64_t first = pb_archive_size(archive);
	struct pb_sealer *sealer = NULL;
	struct pb_restored_seen seen;
	struct pb_backed_up made;

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	while (pb_archive_size(archive) < first + 2 * count)
		commit_many(archive, sealer);
	pb_sealer_free(sealer);
	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
	destroy_every_second(archive, first, count);
	close_archive(archive);
	assert_int_equal(restore(f, beside(f, "b.tar"), f->dir, &seen, NULL), PB_OK);
	assert_int_equal(seen.destroyed, count);
}

static void
another_history_is_no_ledger(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	struct pb_restored_seen seen;

	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
	assert_int_equal(restore(f, beside(f, "b.tar"), f->template, &seen, NULL), PB_EINVAL);
	assert_false(exists(beside(f, "back")));
	fresh(f);
	pass_time(f, 60);
	add_commits(f, f->key, 4); /* as many, and more, but others */
	assert_int_equal(restore(f, beside(f, "b.tar"), f->dir, &seen, NULL), PB_EINVAL);
	assert_false(exists(beside(f, "back")));
	assert_false(exists(beside(f, "back.restoring")));
}

static void
a_copy_has_what_is_new_and_nothing_that_was_destroyed(void **state)
{
	struct fixture *f = *state;
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct pb_backed_up first, second;
	struct pb_archive *archive;
	struct pb_noted noted;

	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &first, NULL), PB_OK);
	assert_same_files(f, "vault", beside(f, "copy"));
	assert_same_files(f, "keys", beside(f, "copy"));
	archive = open_archive(f, f->key);
	commit(f, archive, 2);
	assert_int_equal(pb_runs_add(&runs, f->kept.seq[0], f->kept.seq[0]), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	pb_runs_done(&runs);
	/* While a writer has it open. */
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &second, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(second.erased, 1);
	assert_true(second.size > first.size && second.written < first.written);
	assert_same_files(f, "vault", beside(f, "copy"));
	assert_same_files(f, "keys", beside(f, "copy"));
	assert_int_equal(pb_noted_read(f->world.files, f->dir, &noted, NULL), PB_OK);
	assert_int_equal(noted.count, 1);
	assert_string_equal(noted.copy[0].path, beside(f, "copy"));
	assert_int_equal(noted.copy[0].size, second.size);
}

static void
a_copy_that_is_not_the_archives_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	char name[700];
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];

	assert_int_equal(mkdir(beside(f, "copy"), 0700), 0);
	spit(beside(f, "copy/other"), "x", 1);
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_EEXIST);
	remove_tree(beside(f, "copy"));
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_OK);
	names = segments(f, &count);
	(void)snprintf(name, sizeof(name), "%s/vault/%s.seg", beside(f, "copy"), names[0]);
	free(names);
	flip(name, 900);
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_ECORRUPT);
	flip(name, 900);
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_OK);
	remove_tree(beside(f, "copy"));
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_ENOENT);
}

/* ---- private/ -------------------------------------------------------------------------------- */

static void
private_keys_open_for_a_reader_alone(void **state)
{
	struct fixture *f = *state;
	const struct pb_reader *reader = pb_reader_key_reader(f->key);
	struct pb_buf cms = PB_BUF_EMPTY, before, after;
	uint64_t len = 0;

	assert_int_equal(mkdir(beside(f, "back"), 0700), 0);
	assert_int_equal(mkdir(beside(f, "back/private"), 0700), 0);
	assert_int_equal(
	    pb_private_seal(f->world.files, f->dir, &reader, 1, &cms, &len, NULL), PB_OK);
	for (size_t i = 0; i + 7 < cms.len; i++)
		assert_memory_not_equal(cms.data + i, "PRIVATE", 7);
	assert_int_equal(
	    pb_private_open(f->world.files, beside(f, "back"), &cms, len - 512, f->key, NULL),
	    PB_ECORRUPT);
	cms.data[cms.len - 20] ^= 1;
	assert_int_equal(
	    pb_private_open(f->world.files, beside(f, "back"), &cms, len, f->key, NULL),
	    PB_ECORRUPT);
	cms.data[cms.len - 20] ^= 1;
	assert_int_equal(
	    pb_private_open(f->world.files, beside(f, "back"), &cms, len, f->key, NULL), PB_OK);
	before = slurp(at(f, "private/log.key"));
	after = slurp(beside(f, "back/private/log.key"));
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	pb_buf_done(&before);
	pb_buf_done(&after);
	pb_buf_done(&cms);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void
a_call_that_fails_leaves_no_backup(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	bool done = false;
	uint64_t nth;

	for (nth = 1; !done; nth += nth < 40 ? 1 : 3) {
		struct pb_error err = { 0 };
		enum pb_status status;

		fail_call(f, nth, nth % 2 ? EIO : ENOSPC, false);
		status = pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(status == PB_OK || err.what != NULL);
		assert_false(exists(beside(f, "b.tar.partial")));
		if (status == PB_OK)
			assert_true(exists(beside(f, "b.tar")));
		(void)unlink(beside(f, "b.tar"));
	}
	assert_true(nth > 50);
}

static void
a_full_disk_leaves_no_backup(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;

	for (uint64_t nth = 5; nth < 100; nth += 13) {
		fail_call(f, nth, ENOSPC, true);
		assert_int_not_equal(
		    pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
		heal(f);
		assert_false(exists(beside(f, "b.tar")));
	}
	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
}

static void
a_call_that_fails_leaves_a_copy_that_goes_on(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	bool done = false;
	uint64_t nth;

	for (nth = 1; !done; nth += nth < 30 ? 1 : 11) {
		struct pb_error err = { 0 };
		enum pb_status status;

		fail_call(f, nth, EIO, false);
		status = pb_copy(&f->world, f->dir, beside(f, "copy"), &made, &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(status == PB_OK || err.what != NULL);
		if (pb_copy(&f->world, f->dir, beside(f, "copy"), &made, &err) != PB_OK)
			fail_msg("%llu: %s: %s: %s", (unsigned long long)nth, err.what, err.object,
			    err.why != NULL ? err.why : strerror(err.cause));
		assert_same_files(f, "vault", beside(f, "copy"));
		assert_same_files(f, "keys", beside(f, "copy"));
		remove_tree(beside(f, "copy"));
		(void)unlink(at(f, "copies.json"));
	}
	assert_true(nth > 100);
}

static void
a_call_that_fails_leaves_nothing_half_restored(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	bool done = false;
	uint64_t nth;

	assert_int_equal(pb_backup(&f->world, f->dir, beside(f, "b.tar"), &made, NULL), PB_OK);
	for (nth = 1; !done; nth += nth < 20 ? 1 : 13) {
		struct pb_restored_seen seen;
		struct pb_error err = { 0 };
		enum pb_status status;

		fail_call(f, nth, EIO, false);
		status = restore(f, beside(f, "b.tar"), NULL, &seen, &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(status == PB_OK || err.what != NULL);
		assert_false(exists(beside(f, "back.restoring")));
		if (status == PB_OK)
			assert_true(exists(beside(f, "back")));
		if (exists(beside(f, "back")))
			assert_true(exists(beside(f, "back/restored")));
		remove_tree(beside(f, "back"));
	}
	assert_true(nth > 100);
}

/*
 * Want of memory is no damage: neither to a copy that is read, nor to one beside the archive.
 */
static void
memory_that_runs_out_is_never_taken_for_damage(void **state)
{
	struct fixture *f = *state;
	struct pb_backed_up made;
	uint64_t nth, failed = 1;

	if (!test_memory_can_fail())
		skip();
	assert_int_equal(pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_OK);
	for (nth = 1; failed > 0; nth += nth < 200 ? 1 : 17) {
		struct pb_restore *r = NULL;
		enum pb_status unpacked, copied;
		struct pb_error err = { 0 };

		test_memory_fail_own(nth, false);
		unpacked =
		    pb_restore_begin(&f->world, beside(f, "copy"), beside(f, "back"), &r, NULL);
		failed = test_memory_restore();
		pb_restore_free(r);
		test_memory_fail_own(nth, false);
		copied = pb_copy(&f->world, f->dir, beside(f, "copy"), &made, &err);
		failed += test_memory_restore();
		if (unpacked != PB_OK && unpacked != PB_ENOMEM)
			fail_msg("restore, %llu: %d", (unsigned long long)nth, unpacked);
		if (copied != PB_OK)
			assert_int_equal(
			    pb_copy(&f->world, f->dir, beside(f, "copy"), &made, NULL), PB_OK);
		if (copied == PB_ECORRUPT || copied == PB_EEXIST)
			fail_msg("copy, %llu: %s: %s: %s", (unsigned long long)nth, err.what,
			    err.object, err.why);
		assert_false(exists(beside(f, "back.restoring")));
	}
	assert_true(nth > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_backup_comes_back_locked_and_is_accepted, set_up_copies),
		cmocka_unit_test_setup(
		    what_a_newer_state_has_destroyed_is_destroyed_here, set_up_copies),
		cmocka_unit_test_setup(more_was_destroyed_than_one_record_can_name, set_up_copies),
		cmocka_unit_test_setup(another_history_is_no_ledger, set_up_copies),
		cmocka_unit_test_setup(
		    a_copy_has_what_is_new_and_nothing_that_was_destroyed, set_up_copies),
		cmocka_unit_test_setup(
		    a_copy_that_is_not_the_archives_is_left_alone, set_up_copies),
		cmocka_unit_test_setup(private_keys_open_for_a_reader_alone, set_up_copies),
		cmocka_unit_test_setup(a_call_that_fails_leaves_no_backup, set_up_copies),
		cmocka_unit_test_setup(a_full_disk_leaves_no_backup, set_up_copies),
		cmocka_unit_test_setup(a_call_that_fails_leaves_a_copy_that_goes_on, set_up_copies),
		cmocka_unit_test_setup(
		    a_call_that_fails_leaves_nothing_half_restored, set_up_copies),
		cmocka_unit_test_setup(
		    memory_that_runs_out_is_never_taken_for_damage, set_up_copies),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
