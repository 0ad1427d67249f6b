/* Destroying secrets: the log says so first, then they are gone, whatever happens in between. */
#include "archive/fixture.h"

#include "archive/destroy.h"
#include "archive/walk.h"
#include "record/imports.h"
#include "record/leaf.h"
#include "vault/keyfile.h"

/* ---- helpers -------------------------------------------------------------------------------- */

static struct pb_runs
runs_of(uint64_t first, uint64_t last)
{
	struct pb_runs runs = PB_RUNS_EMPTY;

	assert_int_equal(pb_runs_add(&runs, first, last), PB_OK);
	return runs;
}

static enum pb_status
destroy(struct pb_archive *archive, uint64_t first, uint64_t last, uint64_t *ret_seq,
    struct pb_error *err)
{
	struct pb_runs runs = runs_of(first, last);
	enum pb_status status =
	    pb_archive_destroy(archive, &runs, PB_DESTROY_RETENTION, ret_seq, err);

	pb_runs_done(&runs);
	return status;
}

static enum pb_status
read_one(struct fixture *f, uint64_t seq)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	status = pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL);
	pb_reading_free(reading);
	return status;
}

static bool
slot_is_empty(struct fixture *f, uint64_t seq)
{
	struct pb_keyfile *keyfile = NULL;
	struct pb_walk *walk = NULL;
	uint8_t bytes[PB_SLOT_LEN];
	struct pb_frame frame;
	uint64_t slot;
	bool empty;

	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, seq, &frame, &slot, NULL), PB_OK);
	assert_int_equal(
	    pb_keyfile_open(f->world.files, f->dir, pb_walk_segment(walk), false, &keyfile, NULL),
	    PB_OK);
	assert_int_equal(pb_keyfile_read(keyfile, slot, bytes, NULL), PB_OK);
	empty = pb_slot_state(bytes, slot) == PB_SLOT_EMPTY;
	pb_keyfile_close(keyfile);
	pb_walk_free(walk);
	return empty;
}

/* An entry of `imports`: its record's commitment, then octets that nobody else writes. */
static void
make_entry(struct fixture *f, uint64_t seq, uint8_t out[PB_IMPORTS_ENTRY_LEN])
{
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	struct pb_leaf leaf;
	uint64_t slot;

	assert_int_equal(pb_walk_new(f->world.files, f->dir, &walk, NULL), PB_OK);
	assert_int_equal(pb_walk_record(walk, seq, &frame, &slot, NULL), PB_OK);
	assert_int_equal(pb_leaf_decode(frame.leaf, &leaf), PB_LEAF_SOUND);
	memset(out, 0xa0 + (int)seq, PB_IMPORTS_ENTRY_LEN);
	memcpy(out, leaf.commitment, PB_IMPORTS_KEY_LEN);
	pb_walk_free(walk);
}

/* `imports` with entries of the records first to last, and beside them some that are no record's,
 * so that more than one read is needed. */
#define FOREIGN 1500

static void
put_imports(struct fixture *f, uint64_t first, uint64_t last)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	uint8_t entry[PB_IMPORTS_ENTRY_LEN];
	uint8_t head[PB_IMPORTS_HEAD_LEN] = PB_IMPORTS_MAGIC;
	size_t i;

	assert_int_equal(pb_buf_append(&bytes, head, sizeof(head)), PB_OK);
	memset(entry, 0x55, sizeof(entry));
	for (i = 0; i < FOREIGN; i++)
		assert_int_equal(pb_buf_append(&bytes, entry, sizeof(entry)), PB_OK);
	for (; first <= last; first++) {
		make_entry(f, first, entry);
		assert_int_equal(pb_buf_append(&bytes, entry, sizeof(entry)), PB_OK);
	}
	spit(at(f, PB_IMPORTS_FILE), bytes.data, bytes.len);
	pb_buf_done(&bytes);
}

/* Does `imports`, as put_imports made it, still tell of that record?  Of the others it must. */
static bool
imports_tell(struct fixture *f, uint64_t first, uint64_t seq)
{
	static const uint8_t zeros[PB_IMPORTS_ENTRY_LEN];
	struct pb_buf bytes = slurp(at(f, PB_IMPORTS_FILE));
	const uint8_t *entries = bytes.data + PB_IMPORTS_HEAD_LEN;
	const uint8_t *entry = entries + (FOREIGN + seq - first) * PB_IMPORTS_ENTRY_LEN;
	bool tell = memcmp(entry, zeros, sizeof(zeros)) != 0;
	uint8_t whole[PB_IMPORTS_ENTRY_LEN];
	size_t i;

	assert_memory_equal(bytes.data, PB_IMPORTS_MAGIC, 8);
	for (i = 0; i < (size_t)FOREIGN * PB_IMPORTS_ENTRY_LEN; i++)
		assert_int_equal(entries[i], 0x55);
	make_entry(f, seq, whole);
	if (tell)
		assert_memory_equal(entry, whole, sizeof(whole));
	pb_buf_done(&bytes);
	return tell;
}

/* Messages that are gone on purpose are no longer asked for. */
static void
forget(struct fixture *f, uint64_t first, uint64_t last)
{
	size_t i, left = 0;

	for (i = 0; i < f->kept.count; i++) {
		if (f->kept.seq[i] >= first && f->kept.seq[i] <= last)
			continue;
		f->kept.seq[left] = f->kept.seq[i];
		memcpy(f->kept.sha256[left++], f->kept.sha256[i], PB_DIGEST_LEN);
	}
	f->kept.count = left;
}

/* What the check of the secrets finds first, or "". */
static const char *
secrets_say(struct fixture *f, enum pb_verdict *ret_verdict)
{
	const struct pb_check_options options = { .key = f->key };
	static char code[64];
	struct pb_verification *v = NULL;
	const struct pb_check *check;

	assert_int_equal(pb_archive_check(&f->world, f->dir, &options, &v, NULL), PB_OK);
	check = pb_verification_check(v, PB_CHECK_SECRETS);
	*ret_verdict = check->verdict;
	(void)snprintf(
	    code, sizeof(code), "%s", check->findings_kept > 0 ? check->findings[0].code : "");
	pb_verification_free(v);
	return code;
}

static void
assert_secrets(struct fixture *f, enum pb_verdict verdict, const char *code)
{
	enum pb_verdict found;

	assert_string_equal(secrets_say(f, &found), code);
	assert_int_equal(found, verdict);
}

/* ---- what is refused ------------------------------------------------------------------------ */

static void
nothing_to_destroy_is_refused_and_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_runs none = PB_RUNS_EMPTY;
	uint64_t size;

	commit(f, archive, 3);
	size = pb_archive_size(archive);
	assert_int_equal(
	    pb_archive_destroy(archive, &none, PB_DESTROY_COURT, NULL, NULL), PB_ENOENT);
	assert_int_equal(destroy(archive, 99, 99, NULL, NULL), PB_ENOENT);
	assert_int_equal(destroy(archive, 2, 99, NULL, NULL), PB_ENOENT);
	assert_int_equal(destroy(archive, 0, 0, NULL, NULL), PB_EINVAL); /* a segment's record */
	assert_int_equal(destroy(archive, 0, 1, NULL, NULL), PB_EINVAL);
	assert_int_equal(pb_archive_size(archive), size);
	assert_false(exists(at(f, "destroying")));
	close_archive(archive);
	assert_holds(f);
}

static void
what_is_gone_is_not_destroyed_twice(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	commit(f, archive, 3);
	assert_int_equal(destroy(archive, 1, 1, NULL, NULL), PB_OK);
	assert_int_equal(destroy(archive, 1, 1, NULL, NULL), PB_ENOENT);
	assert_int_equal(destroy(archive, 1, 2, NULL, NULL), PB_OK);
	close_archive(archive);
	forget(f, 1, 2);
	assert_holds(f);
}

/* ---- what it does --------------------------------------------------------------------------- */

static void
the_log_says_what_was_destroyed_and_it_is(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	const struct pb_json *run;
	struct pb_json *facts;
	uint64_t seq, first, last;
	uint8_t type;

	commit(f, archive, 4);
	assert_int_equal(destroy(archive, 2, 3, &seq, NULL), PB_OK);
	commit(f, archive, 1);
	close_archive(archive);
	facts = read_facts(f, seq, &type);
	assert_int_equal(type, PB_RECORD_DESTRUCTION);
	assert_string_equal(text_of(facts, "event"), "destruction");
	assert_string_equal(text_of(facts, "reason"), "retention");
	run = pb_json_item(pb_json_get(facts, "records"), 0);
	assert_true(pb_json_as_u64(pb_json_item(run, 0), &first));
	assert_true(pb_json_as_u64(pb_json_item(run, 1), &last));
	assert_int_equal(first, 2);
	assert_int_equal(last, 3);
	pb_json_free(facts);
	assert_false(slot_is_empty(f, 1));
	assert_true(slot_is_empty(f, 2));
	assert_true(slot_is_empty(f, 3));
	assert_false(slot_is_empty(f, 4));
	assert_int_equal(read_one(f, 2), PB_EDESTROYED);
	assert_int_equal(read_one(f, 4), PB_OK);
	forget(f, 2, 3);
	assert_holds(f);
	assert_secrets(f, PB_VALID, "records_destroyed");
}

static void
the_journal_of_imports_tells_no_more_of_them(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	commit(f, archive, 4);
	put_imports(f, 1, 4);
	assert_int_equal(destroy(archive, 2, 3, NULL, NULL), PB_OK);
	close_archive(archive);
	assert_true(imports_tell(f, 1, 1));
	assert_false(imports_tell(f, 1, 2));
	assert_false(imports_tell(f, 1, 3));
	assert_true(imports_tell(f, 1, 4));
}

/* Where its entries stand nobody can say then. */
static void
a_journal_of_imports_that_is_damaged_goes(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	commit(f, archive, 3);
	spit(at(f, PB_IMPORTS_FILE), "PBIMPRT", 7);
	assert_int_equal(destroy(archive, 2, 2, NULL, NULL), PB_OK);
	close_archive(archive);
	assert_false(exists(at(f, PB_IMPORTS_FILE)));
}

static void
whoever_has_no_key_sees_the_same(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_reader_key *key = f->key;

	commit(f, archive, 2);
	assert_int_equal(destroy(archive, 2, 2, NULL, NULL), PB_OK);
	close_archive(archive);
	f->key = NULL;
	assert_secrets(f, PB_VALID, "records_destroyed");
	f->key = key;
}

static void
several_segments_are_gone_through(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive;
	struct pb_runs runs = PB_RUNS_EMPTY;
	unsigned i;

	for (i = 0; i < 3; i++)
		add_commits(f, NULL, 2); /* a segment each: its record, then two messages */
	assert_int_equal(pb_runs_add(&runs, 2, 3), PB_OK);
	assert_int_equal(pb_runs_add(&runs, 5, 6), PB_OK);
	assert_int_equal(pb_runs_add(&runs, 9, 9), PB_OK);
	archive = open_archive(f, f->key);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	close_archive(archive);
	for (uint64_t seq = 2; seq < 10; seq++)
		if (seq != 4 && seq != 7)
			assert_true(slot_is_empty(f, seq) == pb_runs_hold(&runs, seq, seq));
	pb_runs_done(&runs);
	f->kept.count = 0;
	assert_holds(f);
}

/* ---- tampering ------------------------------------------------------------------------------ */

static void
put_slot(struct fixture *f, uint64_t number, const uint8_t bytes[PB_SLOT_LEN])
{
	int fd = open(newest(f, "keys", ".key"), O_RDWR);

	assert_true(fd >= 0);
	assert_int_equal(
	    pwrite(fd, bytes, PB_SLOT_LEN, (off_t)(number * PB_SLOT_LEN)), PB_SLOT_LEN);
	assert_int_equal(close(fd), 0);
}

static void
a_secret_that_is_gone_without_a_record_is_a_finding(void **state)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);

	commit(f, archive, 3);
	assert_int_equal(destroy(archive, 2, 2, NULL, NULL), PB_OK);
	close_archive(archive);
	put_slot(f, 4, zeros); /* of seq 3 */
	assert_secrets(f, PB_INVALID, "slot_zeroed");
}

static void
a_secret_that_is_there_although_it_was_destroyed_is_a_finding(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_buf before;

	commit(f, archive, 3);
	before = slurp(newest(f, "keys", ".key"));
	assert_int_equal(destroy(archive, 2, 2, NULL, NULL), PB_OK);
	put_slot(f, 3, before.data + (size_t)3 * PB_SLOT_LEN);
	assert_secrets(f, PB_INDETERMINATE, "secret_not_destroyed_yet");
	put_slot(f, 3, (const uint8_t[PB_SLOT_LEN]){ 0 });
	commit(f, archive, 1);
	put_slot(f, 3, before.data + (size_t)3 * PB_SLOT_LEN);
	assert_secrets(f, PB_INVALID, "secret_not_destroyed");
	close_archive(archive);
	pb_buf_done(&before);
}

static void
a_record_that_destroys_what_it_cannot_is_a_finding(void **state)
{
	static const char *const facts[] = {
		"{\"event\":\"destruction\",\"records\":[[4,4]],\"reason\":\"court\"}", /* itself */
		"{\"event\":\"destruction\",\"records\":[[9,9]],\"reason\":\"court\"}",
		"{\"event\":\"destruction\",\"records\":[[2,1]],\"reason\":\"court\"}",
		"{\"event\":\"destruction\",\"records\":[[1,1],[2,2]],\"reason\":\"court\"}",
		"{\"event\":\"destruction\",\"records\":[],\"reason\":\"court\"}",
		"{\"event\":\"destruction\",\"records\":[[1,1]],\"reason\":\"whim\"}",
		"{\"event\":\"destroyed\",\"records\":[[1,1]],\"reason\":\"court\"}",
	};
	struct fixture *f = *state;
	size_t i;

	for (i = 0; i <= sizeof(facts) / sizeof(facts[0]); i++) {
		bool last = i == sizeof(facts) / sizeof(facts[0]);
		const char *text = last ? "{\"event\":\"destruction\",\"records\":[[0,1]],"
					  "\"reason\":\"court\"}"
					: facts[i];
		struct pb_buf bytes = PB_BUF_EMPTY;
		struct pb_archive *archive;

		fresh(f);
		archive = open_archive(f, f->key);
		commit(f, archive, 3);
		assert_int_equal(pb_buf_append_text(&bytes, text), PB_OK);
		assert_int_equal(
		    pb_commit_own(archive, PB_RECORD_DESTRUCTION, &bytes, NULL, NULL, NULL), PB_OK);
		close_archive(archive);
		pb_buf_done(&bytes);
		assert_secrets(
		    f, PB_INVALID, last ? "destruction_of_others" : "destruction_malformed");
	}
}

/* ---- faults --------------------------------------------------------------------------------- */

/* Destroyed with its record, or neither, and what is under way is finished on opening. */
static void
each_call_that_fails_leaves_all_of_it_or_nothing(void **state)
{
	struct fixture *f = *state;
	bool done = false;
	uint64_t nth;

	for (nth = 1; !done; nth++) {
		struct pb_archive *archive;
		struct pb_error err = { 0 };
		enum pb_status status;

		fresh(f);
		archive = open_archive(f, f->key);
		commit(f, archive, 3);
		put_imports(f, 1, 3);
		fail_call(f, nth, EIO, false);
		status = destroy(archive, 1, 2, NULL, &err);
		done = f->faulty.failed == 0;
		heal(f);
		assert_true(done ? status == PB_OK : status == PB_OK || err.what != NULL);
		(void)pb_archive_close(archive, NULL);
		close_archive(open_archive(f, f->key));
		assert_false(exists(at(f, "destroying")));
		assert_int_equal(slot_is_empty(f, 1), slot_is_empty(f, 2));
		if (status == PB_OK)
			assert_true(slot_is_empty(f, 1));
		assert_int_equal(slot_is_empty(f, 1), !imports_tell(f, 1, 1));
		assert_int_equal(slot_is_empty(f, 1), !imports_tell(f, 1, 2));
		assert_true(imports_tell(f, 1, 3));
		if (slot_is_empty(f, 1))
			forget(f, 1, 2);
		assert_holds(f);
	}
	assert_true(nth > 20);
}

static void
what_a_crash_left_is_finished_even_by_who_has_no_key(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_buf before;
	char size[32];

	commit(f, archive, 3);
	before = slurp(newest(f, "keys", ".key"));
	(void)snprintf(size, sizeof(size), "%llu\n", (unsigned long long)pb_archive_size(archive));
	assert_int_equal(destroy(archive, 1, 3, NULL, NULL), PB_OK);
	close_archive(archive);
	put_imports(f, 1, 3);
	for (uint64_t slot = 2; slot <= 4; slot++)
		put_slot(f, slot, before.data + slot * PB_SLOT_LEN);
	spit(at(f, "destroying"), size, strlen(size));
	assert_secrets(f, PB_INDETERMINATE, "secret_not_destroyed_yet");
	close_archive(open_archive(f, NULL));
	assert_false(exists(at(f, "destroying")));
	for (uint64_t seq = 1; seq <= 3; seq++) {
		assert_true(slot_is_empty(f, seq));
		assert_false(imports_tell(f, 1, seq));
	}
	forget(f, 1, 3);
	assert_holds(f);
	pb_buf_done(&before);
}

static void
a_damaged_note_makes_all_destructions_be_looked_at(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_buf before;

	commit(f, archive, 3);
	before = slurp(newest(f, "keys", ".key"));
	assert_int_equal(destroy(archive, 1, 1, NULL, NULL), PB_OK);
	commit(f, archive, 4);
	close_archive(archive);
	put_slot(f, 2, before.data + (size_t)2 * PB_SLOT_LEN);
	spit(at(f, "destroying"), "?", 1);
	close_archive(open_archive(f, f->key));
	assert_true(slot_is_empty(f, 1));
	pb_buf_done(&before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_to_destroy_is_refused_and_writes_nothing, set_up),
		cmocka_unit_test_setup(what_is_gone_is_not_destroyed_twice, set_up),
		cmocka_unit_test_setup(the_log_says_what_was_destroyed_and_it_is, set_up),
		cmocka_unit_test_setup(the_journal_of_imports_tells_no_more_of_them, set_up),
		cmocka_unit_test_setup(a_journal_of_imports_that_is_damaged_goes, set_up),
		cmocka_unit_test_setup(whoever_has_no_key_sees_the_same, set_up),
		cmocka_unit_test_setup(several_segments_are_gone_through, set_up),
		cmocka_unit_test_setup(a_secret_that_is_gone_without_a_record_is_a_finding, set_up),
		cmocka_unit_test_setup(
		    a_secret_that_is_there_although_it_was_destroyed_is_a_finding, set_up),
		cmocka_unit_test_setup(a_record_that_destroys_what_it_cannot_is_a_finding, set_up),
		cmocka_unit_test_setup(each_call_that_fails_leaves_all_of_it_or_nothing, set_up),
		cmocka_unit_test_setup(
		    what_a_crash_left_is_finished_even_by_who_has_no_key, set_up),
		cmocka_unit_test_setup(a_damaged_note_makes_all_destructions_be_looked_at, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
