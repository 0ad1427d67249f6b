/* Opening: what a crash left is put in order; what was damaged or rolled back is not touched. */
#include "archive/fixture.h"

#include "lib/memory.h"

static enum pb_status
try_open(struct fixture *f, struct pb_error *err)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(&f->world, f->dir, NULL, &archive, err);

	if (status == PB_OK)
		close_archive(archive);
	else
		assert_null(archive);
	return status;
}

static void
forget_frontier(struct fixture *f)
{
	assert_int_equal(unlink(at(f, "frontier")), 0);
}

/* A digest over every file but the lock: has anything been written? */
static void
digest_tree(const char *path, struct pb_digest *digest)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort), i;

	assert_true(count >= 0);
	for (i = 0; i < count; i++) {
		char *inner = pb_path_join(path, entries[i]->d_name);
		struct stat st;

		if (entries[i]->d_name[0] != '.' && lstat(inner, &st) == 0) {
			pb_digest_update(digest, inner, strlen(inner) + 1);
			if (S_ISDIR(st.st_mode)) {
				digest_tree(inner, digest);
			} else {
				struct pb_buf bytes = slurp(inner);

				pb_digest_update(digest, bytes.data, bytes.len);
				pb_buf_done(&bytes);
			}
		}
		free(inner);
		free(entries[i]);
	}
	free(entries);
}

static void
state_of(struct fixture *f, uint8_t out[PB_DIGEST_LEN])
{
	struct pb_digest *digest = NULL;

	assert_int_equal(pb_digest_new(PB_DIGEST_SHA256, &digest, NULL), PB_OK);
	digest_tree(f->dir, digest);
	pb_digest_final(digest, out);
	pb_digest_free(digest);
}

static void
assert_refused_untouched(struct fixture *f, enum pb_status expected)
{
	uint8_t before[PB_DIGEST_LEN], after[PB_DIGEST_LEN];
	struct pb_error err = { 0 };
	enum pb_status status;

	state_of(f, before);
	status = try_open(f, &err);
	if (status != expected)
		fail_msg("status %d, not %d: %s: %s", status, expected, err.object,
		    err.why != NULL ? err.why : "");
	assert_non_null(err.what);
	state_of(f, after);
	assert_memory_equal(before, after, sizeof(before));
}

/* ---- who may ------------------------------------------------------------------------------- */

static void
a_second_writer_is_told_to_try_again(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_error err = { 0 };

	assert_int_equal(try_open(f, &err), PB_ELOCKED);
	assert_non_null(strstr(err.todo, "again"));
	close_archive(archive);
	assert_int_equal(try_open(f, NULL), PB_OK);
}

static void
modes_that_are_too_open_are_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->dir, 0750), 0);
	assert_refused_untouched(f, PB_EACCESS);
	assert_int_equal(chmod(f->dir, 0700), 0);
	assert_int_equal(chmod(at(f, "private/log.key"), 0604), 0);
	assert_refused_untouched(f, PB_EACCESS);
	assert_int_equal(chmod(at(f, "private/log.key"), 0600), 0);
	assert_int_equal(try_open(f, NULL), PB_OK);
}

static void
keys_that_record_0_does_not_name_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_ed25519 *key = NULL;
	struct pb_buf pem = PB_BUF_EMPTY, old, certificate = PB_BUF_EMPTY, secret = PB_BUF_EMPTY;
	char name[200];

	old = slurp(at(f, "private/log.key"));
	assert_int_equal(pb_ed25519_generate(f->world.random, &key, NULL), PB_OK);
	assert_int_equal(pb_ed25519_to_pem(key, &pem, NULL), PB_OK);
	spit(at(f, "private/log.key"), pem.data, pem.len);
	assert_refused_untouched(f, PB_ECORRUPT);
	spit(at(f, "private/log.key"), "no key", 6);
	assert_refused_untouched(f, PB_EDATA);
	assert_int_equal(unlink(at(f, "private/log.key")), 0);
	assert_refused_untouched(f, PB_ENOENT);
	spit(at(f, "private/log.key"), old.data, old.len);
	/* A reader's certificate that was exchanged would let somebody else read what comes. */
	assert_int_equal(
	    pb_reader_generate("probant reader", NOON_S, "x", 1, &secret, &certificate, NULL),
	    PB_OK);
	(void)snprintf(name, sizeof(name), "readers/%s.pem", f->created.reader_id);
	spit(at(f, name), certificate.data, certificate.len);
	assert_refused_untouched(f, PB_ECORRUPT);
	assert_int_equal(unlink(at(f, name)), 0);
	assert_refused_untouched(f, PB_ENOENT);
	pb_ed25519_free(key);
	pb_buf_done(&pem);
	pb_buf_done(&old);
	pb_buf_done(&secret);
	pb_buf_done(&certificate);
}

static void
what_is_no_archive_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = NULL;

	assert_int_equal(
	    pb_archive_open(&f->world, "build/no-such-archive", NULL, &archive, NULL), PB_ENOENT);
	assert_int_equal(unlink(at(f, "lock")), 0);
	assert_refused_untouched(f, PB_ENOENT);
}

/* A crash between the writing of record 0 and its checkpoint. */
static void
an_init_that_was_cut_short_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t len = size_of(newest(f, "vault", ".seg")), cut;
	struct pb_error err = { 0 };

	forget_frontier(f);
	assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
	for (cut = len - 1; cut > len - 60; cut -= 29) {
		cut_file(newest(f, "vault", ".seg"), cut);
		assert_refused_untouched(f, PB_ECORRUPT);
	}
	assert_int_equal(try_open(f, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "init"));
	cut_file(newest(f, "vault", ".seg"), 12);
	assert_refused_untouched(f, PB_ECORRUPT);
	assert_int_equal(unlink(newest(f, "vault", ".seg")), 0);
	assert_refused_untouched(f, PB_ECORRUPT);
}

/* ---- the frontier --------------------------------------------------------------------------- */

static void
without_the_frontier_or_with_an_old_or_broken_one_the_head_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct pb_buf stale, good;
	struct pb_checkpoint expected, found;
	struct pb_archive *archive;
	struct pb_head head;
	int way;

	add_commits(f, f->key, 2);
	stale = slurp(at(f, "frontier"));
	add_commits(f, NULL, 2);
	add_commits(f, NULL, 1);
	good = slurp(at(f, "frontier"));
	assert_int_equal(pb_head_load(f->world.files, f->dir, &head, NULL), PB_OK);
	pb_head_checkpoint(&head, "o", &expected);
	for (way = 0; way < 5; way++) {
		if (way == 0)
			forget_frontier(f);
		else if (way == 1)
			spit(at(f, "frontier"), stale.data, stale.len);
		else if (way == 2)
			spit(at(f, "frontier"), good.data, good.len / 2);
		else if (way == 3)
			spit(at(f, "frontier"), "", 0);
		else
			flip(at(f, "frontier"), good.len / 2);
		archive = open_archive(f, f->key);
		pb_head_checkpoint(&archive->head, "o", &found);
		assert_memory_equal(&found, &expected, sizeof(found));
		assert_string_equal(archive->head.segment, head.segment);
		assert_int_equal(archive->head.end, head.end);
		assert_int_equal(archive->head.checkpoint_offset, head.checkpoint_offset);
		assert_int_equal(archive->head.segment_records, head.segment_records);
		close_archive(archive);
	}
	pb_buf_done(&stale);
	pb_buf_done(&good);
	add_commits(f, f->key, 1);
	assert_holds(f);
}

static void
a_vault_rolled_back_behind_its_frontier_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_buf frontier, checkpoint;
	uint64_t ends[8];
	struct pb_archive *archive = open_archive(f, f->key);
	size_t count;

	commit(f, archive, 1);
	commit(f, archive, 1);
	count = commit_ends(f, archive->head.segment, ends, 8);
	close_archive(archive);
	assert_int_equal(count, 3);
	checkpoint = slurp(at(f, "log/checkpoint"));
	frontier = slurp(at(f, "frontier"));
	cut_file(newest(f, "vault", ".seg"), ends[1]);
	assert_refused_untouched(f, PB_ECORRUPT);
	/* What was published tells it as well. */
	forget_frontier(f);
	assert_refused_untouched(f, PB_ECORRUPT);
	/* And the frontier alone. */
	assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
	spit(at(f, "frontier"), frontier.data, frontier.len);
	assert_refused_untouched(f, PB_ECORRUPT);
	pb_buf_done(&frontier);
	pb_buf_done(&checkpoint);
}

static void
a_lost_segment_is_refused(void **state)
{
	struct fixture *f = *state;
	char middle[64];
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];

	add_commits(f, NULL, 1);
	add_commits(f, NULL, 1);
	names = segments(f, &count);
	assert_int_equal(count, 3);
	(void)snprintf(middle, sizeof(middle), "vault/%s.seg", names[1]);
	assert_int_equal(unlink(at(f, middle)), 0);
	free(names);
	/* The frontier stands behind it: only verification goes there. */
	forget_frontier(f);
	assert_refused_untouched(f, PB_ECORRUPT);
}

/* ---- damage --------------------------------------------------------------------------------- */

/*
 * The newest segment holds three commits behind record 0.  Anything but its last
 * commit damaged, without a frontier, looks like a torn tail with commits behind it.
 */
static void
damage_in_the_middle_is_never_taken_for_a_torn_tail(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	uint64_t ends[8], offset, start;
	struct pb_frames *frames = NULL;
	char path[300];
	size_t count;
	unsigned way;

	commit(f, archive, 2);
	commit(f, archive, 1);
	commit(f, archive, 1);
	count = commit_ends(f, archive->head.segment, ends, 8);
	assert_int_equal(count, 4);
	assert_int_equal(
	    pb_frames_open(f->world.files, f->dir, archive->head.segment, &frames, NULL), PB_OK);
	start = ends[0];
	pb_frames_close(frames);
	pb_archive_drop(archive); /* killed: nothing was published since `init` */
	forget_frontier(f);
	(void)snprintf(path, sizeof(path), "%s", newest(f, "vault", ".seg"));
	for (way = 0; way < 2; way++) {
		/* Whether an older checkpoint is published or none at all. */
		if (way == 1)
			assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
		for (offset = start; offset < ends[2]; offset += 37) {
			flip(path, offset);
			assert_refused_untouched(f, PB_ECORRUPT);
			flip(path, offset);
		}
	}
	assert_int_equal(count_entries(at(f, "quarantine")), 0);
	assert_int_equal(try_open(f, NULL), PB_OK);
	assert_holds(f);
}

/* ---- torn tails ----------------------------------------------------------------------------- */

/* A commit that a crash cut: `len` bytes of it arrived.  What stood before is kept. */
static void
tear(struct fixture *f, const struct pb_reader_key *key, uint64_t ret_ends[2], bool begins)
{
	struct pb_archive *archive = open_archive(f, key);
	uint64_t ends[8];
	size_t count, kept;

	commit(f, archive, 1);
	if (begins)
		pass_time(f, PB_LIMIT_SEGMENT_AGE_S);
	kept = f->kept.count;
	commit(f, archive, 2);
	f->kept.count = kept;
	count = commit_ends(f, archive->head.segment, ends, 8);
	ret_ends[0] = begins ? 0 : ends[count - 2];
	ret_ends[1] = ends[count - 1];
	pb_archive_drop(archive);
	forget_frontier(f); /* it is saved after each commit: a crash within one comes before */
}

static void
a_torn_tail_is_recorded_once_wherever_it_was_torn(void **state)
{
	struct fixture *f = *state;
	uint64_t ends[2], len;
	bool begins;
	int i;

	for (i = 0; i < 2; i++) {
		begins = i == 1;
		for (len = UINT64_MAX;;) {
			struct pb_archive *archive;
			struct pb_json *facts;
			uint64_t size;
			uint8_t type;

			fresh(f);
			tear(f, f->key, ends, begins);
			len = len == UINT64_MAX ? ends[1] - 1 : len - 389;
			if (len <= ends[0] || len > ends[1])
				break;
			cut_file(newest(f, "vault", ".seg"), len);
			archive = open_archive(f, f->key);
			size = pb_archive_size(archive);
			close_archive(archive);
			assert_int_equal(count_type(f, PB_RECORD_RECOVERY), 1);
			facts = read_facts(f, size - 1, &type);
			assert_int_equal(type, PB_RECORD_RECOVERY);
			assert_int_equal(number_of(facts, "offset"), ends[0]);
			assert_int_equal(number_of(facts, "length"), len - ends[0]);
			pb_json_free(facts);
			assert_int_equal(count_entries(at(f, "quarantine")), 1);
			archive = open_archive(f, f->key);
			assert_int_equal(pb_archive_size(archive), size);
			close_archive(archive);
			assert_holds(f);
		}
	}
}

/* All bytes of the last commit are there, and one of its records did not arrive whole. */
static void
a_commit_whose_records_did_not_all_arrive_is_torn_too(void **state)
{
	struct fixture *f = *state;
	uint64_t ends[2];

	tear(f, f->key, ends, false);
	flip(newest(f, "vault", ".seg"), ends[0] + 300);
	assert_int_equal(try_open(f, NULL), PB_OK);
	assert_int_equal(count_type(f, PB_RECORD_RECOVERY), 1);
	assert_holds(f);
}

static void
slots_of_a_commit_without_frames_leave_no_trace(void **state)
{
	struct fixture *f = *state;
	uint64_t ends[2];

	tear(f, f->key, ends, false);
	cut_file(newest(f, "vault", ".seg"), ends[0]);
	assert_int_equal(size_of(newest(f, "keys", ".key")), 5 * PB_SLOT_LEN);
	/* A frontier that was saved in between would say more; it was not. */
	assert_int_equal(try_open(f, NULL), PB_OK);
	assert_int_equal(size_of(newest(f, "keys", ".key")), 3 * PB_SLOT_LEN);
	assert_int_equal(count_type(f, PB_RECORD_RECOVERY), 0);
	assert_holds(f);
}

static void
damage_to_what_a_killed_writer_acknowledged_last_is_no_torn_tail(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	uint64_t secrets, len;

	commit(f, archive, 1);
	commit(f, archive, 1);
	pb_archive_drop(archive);
	secrets = size_of(newest(f, "keys", ".key"));
	len = size_of(newest(f, "vault", ".seg"));
	cut_file(newest(f, "vault", ".seg"), len - 5);
	assert_int_equal(try_open(f, NULL), PB_ECORRUPT);
	assert_int_equal(size_of(newest(f, "keys", ".key")), secrets);
	assert_int_equal(size_of(newest(f, "vault", ".seg")), len - 5);
	assert_int_equal(count_entries(at(f, "quarantine")), 0);
}

static void
a_key_file_whose_segment_was_never_made_is_removed(void **state)
{
	struct fixture *f = *state;
	unsigned keys = count_entries(at(f, "keys"));

	spit(at(f, "keys/0000000000000001-00112233445566aa.key"), "secret", 6);
	spit(at(f, "tmp/leftover"), "x", 1);
	assert_int_equal(try_open(f, NULL), PB_OK);
	assert_int_equal(count_entries(at(f, "keys")), keys);
	assert_int_equal(count_entries(at(f, "tmp")), 0);
	assert_holds(f);
}

/*
 * Each call of an opening that has a tail to put away fails, once and from then
 * on.  The next opening finishes, nothing acknowledged is lost, and the log says once
 * what happened; twice only if it fell between the record and the mark that it is made.
 */
static void
an_opening_interrupted_anywhere_is_finished_by_the_next(void **state)
{
	struct fixture *f = *state;
	char *torn = pb_path_join(f->root, "torn");
	uint64_t i, ends[2];
	int forever, begins;

	for (begins = 0; begins < 2; begins++) {
		fresh(f);
		tear(f, f->key, ends, begins);
		cut_file(newest(f, "vault", ".seg"), ends[1] - 5);
		assert_int_equal(rename(f->dir, torn), 0);
		for (forever = 0; forever < 2; forever++) {
			/* Every call once; the other ways, every third. */
			for (i = 1;; i += forever || begins ? 3 : 1) {
				struct pb_archive *archive = NULL;
				enum pb_status status;
				const char *wrong;
				unsigned recorded;

				remove_tree(f->dir);
				copy_tree(torn, f->dir);
				fail_call(f, i, EIO, forever);
				status = pb_archive_open(&f->world, f->dir, f->key, &archive, NULL);
				heal(f);
				pb_archive_drop(archive);
				if (status == PB_OK && f->faulty.failed == 0)
					break;
				assert_int_equal(try_open(f, NULL), PB_OK);
				recorded = count_type(f, PB_RECORD_RECOVERY);
				assert_true(recorded >= 1 && recorded <= 2);
				wrong = i % 8 == 0 ? wrong_with(f) : NULL;
				if (wrong != NULL)
					fail_msg("call %llu (%s): %s", (unsigned long long)i,
					    f->faulty.operation, wrong);
			}
			assert_true(i > 40);
		}
		remove_tree(torn);
	}
	free(torn);
}

/* ---- memory --------------------------------------------------------------------------------- */

/* Replay drops the cache of a segment before it reads it: from there on memory is short. */
static int
begin_shortage(void *ctx, int fd)
{
	struct test_faulty_files *faulty = ctx;

	(void)fd;
	if (faulty->fail_at > 0)
		test_memory_fail(faulty->fail_at, false);
	faulty->fail_at = 0;
	return 0;
}

/*
 * A message in the newest segment, nothing published, no frontier: a commit that
 * could not be judged for want of memory would be cut off as torn.
 */
static void
memory_that_runs_out_is_never_taken_for_a_torn_tail(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive;
	uint64_t i, failed = 1;

	if (!test_memory_can_fail())
		skip();
	archive = open_archive(f, f->key);
	commit(f, archive, 1);
	pb_archive_drop(archive);
	assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
	f->faulty.table.drop_cache = begin_shortage;
	for (i = 1; failed > 0; i++) {
		enum pb_status status;

		(void)unlink(at(f, "frontier"));
		archive = NULL;
		f->faulty.fail_at = i; /* of memory, not of a call */
		status = pb_archive_open(&f->world, f->dir, NULL, &archive, NULL);
		failed = test_memory_restore();
		pb_archive_drop(archive);
		if (count_entries(at(f, "quarantine")) > 0)
			fail_msg("allocation %llu: status %d, and a whole commit was cut off",
			    (unsigned long long)i, status);
	}
	heal(f);
	assert_int_equal(try_open(f, NULL), PB_OK);
	assert_int_equal(count_entries(at(f, "quarantine")), 0);
	assert_holds(f);
	assert_true(i > 50);
}

/* log/checkpoint is derived: damaged in any way, it does not keep messages out. */
static void
a_damaged_published_checkpoint_does_not_keep_messages_out(void **state)
{
	struct fixture *f = *state;
	char *much = calloc(1, 3 * PB_LIMIT_NOTE);

	add_commits(f, f->key, 1);
	spit(at(f, "log/checkpoint"), "damaged", 7);
	add_commits(f, f->key, 1);
	spit(at(f, "log/checkpoint"), much, 3 * PB_LIMIT_NOTE);
	add_commits(f, f->key, 1);
	assert_int_equal(unlink(at(f, "log/checkpoint")), 0);
	add_commits(f, f->key, 1);
	free(much);
	assert_holds(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_second_writer_is_told_to_try_again, set_up),
		cmocka_unit_test_setup(modes_that_are_too_open_are_refused, set_up),
		cmocka_unit_test_setup(keys_that_record_0_does_not_name_are_refused, set_up),
		cmocka_unit_test_setup(what_is_no_archive_is_refused, set_up),
		cmocka_unit_test_setup(an_init_that_was_cut_short_is_refused, set_up),
		cmocka_unit_test_setup(
		    without_the_frontier_or_with_an_old_or_broken_one_the_head_is_the_same, set_up),
		cmocka_unit_test_setup(a_vault_rolled_back_behind_its_frontier_is_refused, set_up),
		cmocka_unit_test_setup(a_lost_segment_is_refused, set_up),
		cmocka_unit_test_setup(damage_in_the_middle_is_never_taken_for_a_torn_tail, set_up),
		cmocka_unit_test_setup(a_torn_tail_is_recorded_once_wherever_it_was_torn, set_up),
		cmocka_unit_test_setup(
		    a_commit_whose_records_did_not_all_arrive_is_torn_too, set_up),
		cmocka_unit_test_setup(slots_of_a_commit_without_frames_leave_no_trace, set_up),
		cmocka_unit_test_setup(
		    damage_to_what_a_killed_writer_acknowledged_last_is_no_torn_tail, set_up),
		cmocka_unit_test_setup(a_key_file_whose_segment_was_never_made_is_removed, set_up),
		cmocka_unit_test_setup(
		    an_opening_interrupted_anywhere_is_finished_by_the_next, set_up),
		cmocka_unit_test_setup(memory_that_runs_out_is_never_taken_for_a_torn_tail, set_up),
		cmocka_unit_test_setup(
		    a_damaged_published_checkpoint_does_not_keep_messages_out, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
