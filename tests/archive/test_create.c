/* `init`, and what record 0 says of it to everybody after. */
#include "archive/fake_tsa.h"

#include "archive/own_key.h"
#include "archive/walk.h"
#include "log/origin.h"

static struct pb_create_options
options(enum pb_recovery recovery)
{
	return (struct pb_create_options){ .origin_name = "tilleuls.example/essai",
		.passphrase = PASSPHRASE,
		.passphrase_len = strlen(PASSPHRASE),
		.recovery = recovery };
}

static int
no_archive(void **state)
{
	struct fixture *f = *state;

	fresh(f);
	remove_tree(f->dir);
	return 0;
}

/* ---- refused -------------------------------------------------------------------------------- */

static void
a_name_that_no_log_can_have_makes_nothing(void **state)
{
	static const char *const names[] = { NULL, "", "Tilleuls", "a//b", "/a", "a/", "a b", "a+b",
		"\xc3\xa9", "a\nb" };
	struct fixture *f = *state;
	struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_created created;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct pb_error err = { 0 };

		o.origin_name = names[i];
		assert_int_equal(
		    pb_archive_create(&f->world, f->dir, &o, &created, &err), PB_EINVAL);
		assert_non_null(err.todo);
		assert_false(exists(f->dir));
	}
}

static void
a_directory_that_is_not_empty_is_left_as_it_is(void **state)
{
	struct fixture *f = *state;
	const struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_created created;

	assert_int_equal(mkdir(f->dir, 0700), 0);
	spit(at(f, "vault"), "x", 1);
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EEXIST);
	assert_int_equal(count_entries(f->dir), 1);
	assert_int_equal(unlink(at(f, "vault")), 0);
	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EACCESS);
	assert_int_equal(
	    pb_archive_create(&f->world, "build/no/such/place", &o, &created, NULL), PB_ENOENT);
	assert_true(exists(f->dir));
}

/* Between the look into the empty directory and the first room, another `init` was quicker. */
static int
mkdir_late(void *ctx, const char *path, unsigned mode)
{
	struct test_faulty_files *faulty = ctx;

	if (strstr(path, "/vault") != NULL && !exists(path)) {
		char *theirs = pb_path_join(path, "theirs");

		assert_int_equal(mkdir(path, 0700), 0);
		spit(theirs, "x", 1);
		free(theirs);
	}
	return faulty->under->mkdir(faulty->under->ctx, path, mode);
}

static void
of_two_that_begin_at_a_time_the_loser_removes_nothing(void **state)
{
	struct fixture *f = *state;
	const struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_created created;

	assert_int_equal(mkdir(f->dir, 0700), 0);
	f->faulty.table.mkdir = mkdir_late;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EEXIST);
	assert_true(exists(at(f, "vault/theirs")));
}

static void
a_recovery_that_cannot_be_made_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_create_options o = options(PB_RECOVERY_FILE);
	struct pb_created created;
	struct pb_buf bytes;
	char *out = pb_path_join(f->root, "secours.pem");

	o.recovery_path = out;
	spit(out, "somebody's", 10);
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EEXIST);
	assert_false(exists(f->dir));
	bytes = slurp(out);
	assert_int_equal(bytes.len, 10);
	pb_buf_done(&bytes);
	o = options(PB_RECOVERY_HEIR);
	o.heir_pem = "no certificate";
	o.heir_len = 14;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EDATA);
	assert_false(exists(f->dir));
	assert_int_equal(unlink(out), 0);
	free(out);
}

/* The recovery file goes too, when what comes after it fails. */
static void
a_failure_anywhere_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_create_options o = options(PB_RECOVERY_FILE);
	char *out = pb_path_join(f->root, "secours.pem");
	struct pb_created created;
	uint64_t i, step, calls;

	o.recovery_path = out;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	calls = f->faulty.calls;
	assert_true(calls > 60);
	/* A few early ones, and more of the last third, where record 0 is written. */
	for (i = 1; i <= calls; i += step) {
		enum pb_status status;

		step = i < calls * 2 / 3 ? 29 : 9;
		remove_tree(f->dir);
		(void)unlink(out);
		fail_call(f, i, ENOSPC, false);
		status = pb_archive_create(&f->world, f->dir, &o, &created, NULL);
		heal(f);
		if (status != PB_OK && (exists(f->dir) || exists(out)))
			fail_msg("call %llu (%s) left something", (unsigned long long)i,
			    f->faulty.operation);
	}
	(void)unlink(out);
	free(out);
}

/* ---- made ----------------------------------------------------------------------------------- */

static void
what_is_made_is_private_and_verifies(void **state)
{
	static const char *const rooms[] = { "", "vault", "keys", "log", "readers", "private",
		"tsa", "quarantine", "tmp" };
	static const char *const files[] = { "private/log.key", "private/export.key",
		"private/tsa.key", "tsa/local.pem", "tsa/authorities.json" };
	struct fixture *f = *state;
	const struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_created created;
	struct stat st;
	size_t i;

	assert_int_equal(mkdir(f->dir, 0700), 0); /* an empty one will do */
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		assert_int_equal(stat(at(f, rooms[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0700);
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_int_equal(stat(at(f, files[i]), &st), 0);
		assert_int_equal(st.st_mode & 07777, 0600);
	}
	assert_int_equal(stat(newest(f, "keys", ".key"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(pb_origin_valid(created.origin, strlen(created.origin)));
	assert_string_equal(created.recovery_code, "");
	assert_string_equal(created.recovery_id, "");
	assert_int_equal(strncmp(created.verifier_key, created.origin, strlen(created.origin)), 0);
}

static void
record_0_states_keys_and_readers(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_reader *reader = NULL;
	struct pb_buf vkey = PB_BUF_EMPTY;
	char *out = pb_path_join(f->root, "secours.pem");
	struct pb_create_options o = options(PB_RECOVERY_FILE);
	struct pb_created created;
	struct pb_reader_key *key = NULL;
	struct pb_buf pem;

	o.recovery_path = out;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_string_equal(founded->origin, created.origin);
	assert_string_equal(founded->recovery, "file");
	assert_int_equal(founded->reader_count, 2);
	assert_string_equal(founded->reader[0].role, "reader");
	assert_string_equal(founded->reader[0].id, created.reader_id);
	assert_string_equal(founded->reader[1].role, "recovery");
	assert_string_equal(founded->reader[1].id, created.recovery_id);
	assert_int_equal(pb_note_verifier_format(&founded->verifier, &vkey), PB_OK);
	assert_string_equal(pb_buf_text(&vkey), created.verifier_key);
	assert_int_equal(
	    pb_founded_certificate(f->world.files, f->dir, &founded->reader[1], &reader, NULL),
	    PB_OK);
	assert_int_equal(strlen(created.recovery_code), 39);
	pem = slurp(out);
	assert_int_equal(pb_reader_key_open(pem.data, pem.len, pem.data, pem.len,
			     created.recovery_code, strlen(created.recovery_code), &key, NULL),
	    PB_OK);
	assert_string_equal(pb_reader_id(pb_reader_key_reader(key)), created.recovery_id);
	pb_buf_done(&pem);
	pb_reader_key_free(key);
	pb_reader_free(reader);
	pb_buf_done(&vkey);
	assert_int_equal(unlink(out), 0);
	free(out);
	free(founded);
}

/* Who names no authority has his own. */
static void
record_0_states_the_export_key_and_the_local_authority(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	const struct pb_create_options o = options(PB_RECOVERY_NONE);
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_buf vkey = PB_BUF_EMPTY;
	struct pb_ed25519 *key = NULL;
	struct pb_created created;
	struct pb_error err;
	struct pb_archive *a;
	char name[300];

	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_true(founded->has_export_key);
	(void)snprintf(name, sizeof(name), "%s/export", created.origin);
	assert_string_equal(founded->export_key.name, name);
	assert_int_equal(pb_note_verifier_format(&founded->export_key, &vkey), PB_OK);
	assert_string_equal(pb_buf_text(&vkey), created.export_key);
	assert_int_equal(founded->tsa_root_count, 1);
	assert_true(founded->tsa_root[0].local);
	assert_true(created.local_tsa);
	assert_memory_equal(founded->tsa_root[0].sha256, created.local_root, 32);
	a = open_archive(f, NULL);
	assert_true(pb_archive_stamps_locally(a));
	assert_int_equal(pb_own_key_export(a, &key, NULL), PB_OK);
	pb_ed25519_public(key, public_key);
	assert_memory_equal(public_key, founded->export_key.public_key, sizeof(public_key));
	pb_ed25519_free(key);
	key = NULL;
	a->has_export_key = false; /* as in an archive of an earlier program */
	assert_int_equal(pb_own_key_export(a, &key, NULL), PB_EUNAVAIL);
	a->has_export_key = true;
	spit(at(f, "private/export.key"), "no key", 6);
	assert_int_equal(pb_own_key_export(a, &key, &err), PB_EDATA);
	assert_non_null(strstr(err.object, "/private/export.key"));
	assert_null(key);
	close_archive(a);
	pb_buf_done(&vkey);
	free(founded);
}

static void
authorities_that_are_named_take_the_place_of_the_local_one(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_tsa_settings named[2];
	struct pb_created created;
	struct fake_tsa tsa;

	fake_tsa_init(&tsa, f);
	named[0] = settings_of(&tsa, "fictif");
	named[1] = settings_of(&tsa, "fictif");
	o.tsa = named;
	o.tsa_count = 2;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_EEXIST);
	assert_false(exists(f->dir));
	named[1].name = "autre";
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	assert_false(created.local_tsa);
	assert_false(exists(at(f, "private/tsa.key")));
	assert_true(exists(at(f, "tsa/fictif.pem")) && exists(at(f, "tsa/autre.pem")));
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	assert_int_equal(founded->tsa_root_count, 2);
	assert_false(founded->tsa_root[0].local);
	fake_tsa_done(&tsa);
	free(founded);
}

static void
a_local_authority_can_have_an_rsa_key(void **state)
{
	struct fixture *f = *state;
	struct pb_create_options o = options(PB_RECOVERY_NONE);
	struct pb_stamp_outcome outcome;
	struct pb_created created;
	struct pb_archive *a;

	o.tsa_rsa = true;
	assert_int_equal(pb_archive_create(&f->world, f->dir, &o, &created, NULL), PB_OK);
	assert_true(size_of(at(f, "private/tsa.key")) > 2000);
	a = open_archive(f, NULL);
	assert_int_equal(pb_archive_stamp(a, NULL, false, &outcome, NULL), PB_OK);
	assert_int_equal(outcome.tokens, 1);
	close_archive(a);
}

/* ---- record 0, read ------------------------------------------------------------------------- */

static void
a_changed_record_0_is_refused_at_each_byte(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_frames *frames = NULL;
	uint64_t ends[2], offset;
	char path[300], name[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	char(*names)[PB_SEGMENT_NAME_LEN + 1];

	fresh(f);
	names = segments(f, &count);
	memcpy(name, names[0], sizeof(name));
	free(names);
	(void)commit_ends(f, name, ends, 2);
	assert_int_equal(pb_frames_open(f->world.files, f->dir, name, &frames, NULL), PB_OK);
	offset = pb_frames_start(frames) + PB_FRAME_HEAD_LEN;
	pb_frames_close(frames);
	(void)snprintf(path, sizeof(path), "%s", newest(f, "vault", ".seg"));
	/* The leaf but for its own place in the log, r, and the payload. */
	for (offset += 64; offset + 400 < ends[0]; offset++) {
		struct pb_error err = { 0 };

		flip(path, offset);
		if (pb_founded_read(f->world.files, f->dir, founded, &err) != PB_ECORRUPT)
			fail_msg("offset %llu", (unsigned long long)offset);
		assert_non_null(err.todo);
		flip(path, offset);
	}
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	free(founded);
}

static void
another_certificate_in_place_of_a_readers_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_reader *reader = NULL;

	fresh(f);
	assert_int_equal(pb_founded_read(f->world.files, f->dir, founded, NULL), PB_OK);
	founded->reader[0].fingerprint[5] ^= 1;
	assert_int_equal(
	    pb_founded_certificate(f->world.files, f->dir, &founded->reader[0], &reader, NULL),
	    PB_ECORRUPT);
	assert_null(reader);
	free(founded);
}

static void
a_wrong_passphrase_is_not_permitted(void **state)
{
	struct fixture *f = *state;
	struct pb_reader_key *key = NULL;
	struct pb_error err = { 0 };
	char name[200];

	fresh(f);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, "wrong", 5, &key, &err), PB_EACCESS);
	/* Taken off line: it can only capture, and says so. */
	(void)snprintf(name, sizeof(name), "readers/%s.key", f->created.reader_id);
	assert_int_equal(unlink(at(f, name)), 0);
	assert_int_equal(
	    pb_archive_reader_key(&f->world, f->dir, PASSPHRASE, strlen(PASSPHRASE), &key, &err),
	    PB_ENOENT);
	assert_non_null(strstr(err.todo, "--reader-key"));
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_name_that_no_log_can_have_makes_nothing, no_archive),
		cmocka_unit_test_setup(a_directory_that_is_not_empty_is_left_as_it_is, no_archive),
		cmocka_unit_test_setup(
		    of_two_that_begin_at_a_time_the_loser_removes_nothing, no_archive),
		cmocka_unit_test_setup(a_recovery_that_cannot_be_made_leaves_nothing, no_archive),
		cmocka_unit_test_setup(a_failure_anywhere_leaves_nothing, no_archive),
		cmocka_unit_test_setup(what_is_made_is_private_and_verifies, no_archive),
		cmocka_unit_test_setup(record_0_states_keys_and_readers, no_archive),
		cmocka_unit_test_setup(
		    record_0_states_the_export_key_and_the_local_authority, no_archive),
		cmocka_unit_test_setup(
		    authorities_that_are_named_take_the_place_of_the_local_one, no_archive),
		cmocka_unit_test_setup(a_local_authority_can_have_an_rsa_key, no_archive),
		cmocka_unit_test(a_changed_record_0_is_refused_at_each_byte),
		cmocka_unit_test(another_certificate_in_place_of_a_readers_is_refused),
		cmocka_unit_test(a_wrong_passphrase_is_not_permitted),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
