/*
 * An archive that somebody else made, unpacked and opened: it harms nobody's
 * files, keeps nobody waiting, and says nothing to a terminal.
 */
#include "archive/fixture.h"

#include "log/chain.h"
#include "vault/append.h"

/* A test that waits for a FIFO ends so. */
#define PATIENCE_S 20
#define NO_STEM "0000000000000000-ffffffffffffffff" /* of no segment that is there */

static enum pb_status
try_open(struct fixture *f, const struct pb_reader_key *key)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(&f->world, f->dir, key, &archive, NULL);

	if (status == PB_OK)
		status = pb_archive_close(archive, NULL);
	return status;
}

/* ---- links ---------------------------------------------------------------------------------- */

static void
temporary_files_are_not_emptied_where_a_link_leads(void **state)
{
	struct fixture *f = *state;
	char *victim = pb_path_join(f->root, "victim"), *file = pb_path_join(victim, "thesis");

	assert_int_equal(mkdir(victim, 0700), 0);
	spit(file, "years of work", 13);
	assert_int_equal(rmdir(at(f, "tmp")), 0);
	assert_int_equal(symlink("../victim", at(f, "tmp")), 0);
	assert_int_equal(try_open(f, NULL), PB_ECORRUPT);
	assert_true(exists(file));
	free(file);
	free(victim);
}

static void
a_file_is_not_cut_where_a_link_leads(void **state)
{
	static const char *const rooms[] = { "keys", "vault" };
	struct fixture *f = *state;
	char *victim = pb_path_join(f->root, "long");

	for (size_t i = 0; i < 2; i++) {
		struct pb_buf bytes;
		const char *path;
		uint64_t size;

		fresh(f);
		add_commits(f, NULL, 1);
		path = newest(f, rooms[i], rooms[i][0] == 'k' ? ".key" : ".seg");
		bytes = slurp(path);
		assert_int_equal(pb_buf_append(&bytes, "much that is not ours", 21), PB_OK);
		spit(victim, bytes.data, bytes.len);
		size = bytes.len;
		assert_int_equal(unlink(path), 0);
		assert_int_equal(symlink("../../long", path), 0);
		assert_int_not_equal(try_open(f, NULL), PB_OK);
		assert_int_equal(size_of(victim), size);
		pb_buf_done(&bytes);
	}
	free(victim);
}

/* ---- what is no file ------------------------------------------------------------------------ */

static void
use_in_every_way(struct fixture *f)
{
	const struct pb_check_options options = { .key = f->key };
	struct pb_verification *v = NULL;
	struct pb_archive_status s;
	struct pb_reader_key *key = NULL;

	(void)alarm(PATIENCE_S);
	if (pb_archive_check(&f->world, f->dir, &options, &v, NULL) == PB_OK)
		assert_int_not_equal(pb_verification_verdict(v), PB_VALID);
	pb_verification_free(v);
	if (pb_archive_describe(&f->world, f->dir, &s, NULL) == PB_OK)
		assert_string_equal(s.origin, f->created.origin);
	if (pb_archive_reader_key(&f->world, f->dir, PASSPHRASE, strlen(PASSPHRASE), &key, NULL) ==
	    PB_OK)
		pb_reader_key_free(key);
	(void)try_open(f, f->key);
	(void)alarm(0);
}

/* The file becomes a FIFO that nobody writes to. */
static void
stop_up(struct fixture *f, const char *path)
{
	(void)unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	use_in_every_way(f);
	fresh(f);
}

static void
nobody_waits_for_a_fifo(void **state)
{
	static const char *const names[] = { "vault/" NO_STEM ".seg",
		"vault/ffffffffffffffff-ffffffffffffffff.seg", "log/checkpoint",
		"log/tile/0/000.p/1", "frontier", "lock", "private/log.key",
		"quarantine/" NO_STEM "-0000000000000000-0000000000000000.seg.pending" };
	static const char *const suffixes[] = { "pem", "key" };
	struct fixture *f = *state;
	char file[2 * PB_READER_ID_MAX + 16];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		stop_up(f, at(f, names[i]));
	stop_up(f, newest(f, "vault", ".seg"));
	stop_up(f, newest(f, "keys", ".key"));
	for (size_t i = 0; i < 2; i++) {
		(void)snprintf(
		    file, sizeof(file), "readers/%s.%s", f->created.reader_id, suffixes[i]);
		stop_up(f, at(f, file));
	}
}

static void
a_key_file_or_checkpoint_that_is_no_file_is_judged(void **state)
{
	const struct pb_check_options options = { .key = NULL };
	struct fixture *f = *state;

	for (unsigned i = 0; i < 2; i++) {
		struct pb_verification *v = NULL;
		const char *path;

		fresh(f);
		path = i == 0 ? newest(f, "keys", ".key") : at(f, "log/checkpoint");
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkdir(path, 0700), 0);
		assert_int_equal(pb_archive_check(&f->world, f->dir, &options, &v, NULL), PB_OK);
		assert_int_equal(pb_verification_verdict(v), PB_INVALID);
		pb_verification_free(v);
	}
}

/* ---- record 0 ------------------------------------------------------------------------------- */

/* An archive whose record 0 is one part of that kind. */
static void
found_upon(struct fixture *f, uint8_t kind, const char *text)
{
	struct pb_segment_header header = { .first_seq = 0 };
	struct pb_leaf leaf = { .type = PB_RECORD_KEY };
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_secret *key = NULL, *none = NULL;
	struct pb_append *append = NULL;
	struct pb_sealer *sealer = NULL;
	uint8_t bytes[PB_LEAF_LEN];

	fresh(f);
	assert_int_equal(unlink(newest(f, "vault", ".seg")), 0);
	(void)snprintf(header.origin, sizeof(header.origin), "%s", f->created.origin);
	assert_int_equal(pb_buf_append(&header.cms, "cms", 3), PB_OK);
	assert_int_equal(pb_secret_random(f->world.random, 32, &key, NULL), PB_OK);
	assert_int_equal(
	    pb_append_create(f->world.files, f->dir, &header, key, &append, NULL), PB_OK);
	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, f->created.origin, f->root,
			     1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, kind, text, strlen(text), NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, leaf.type, &sealed, NULL), PB_OK);
	pb_chain_start(header.origin, leaf.prev);
	memcpy(leaf.commitment, sealed.commitment, sizeof(leaf.commitment));
	memcpy(leaf.payload_sha256, sealed.payload_sha256, sizeof(leaf.payload_sha256));
	pb_leaf_encode(&leaf, bytes);
	assert_int_equal(pb_append_secrets(append, &none, 1, NULL), PB_OK);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, bytes, &sealed, true, NULL), PB_OK);
	assert_int_equal(pb_append_checkpoint(append, "note", 4, NULL), PB_OK);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_OK);
	pb_append_close(append);
	pb_sealer_free(sealer);
	pb_sealed_done(&sealed);
	pb_segment_header_done(&header);
}

static enum pb_status
read_founding(struct fixture *f)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	enum pb_status status;

	assert_non_null(founded);
	status = pb_founded_read(f->world.files, f->dir, founded, NULL);
	free(founded);
	return status;
}

static void
a_record_0_without_facts_is_refused(void **state)
{
	struct fixture *f = *state;

	found_upon(f, PB_PART_OBJECT, "{}");
	assert_int_equal(read_founding(f), PB_ECORRUPT);
}

/* Founding facts; what stands there comes onto somebody's terminal (`status`, `key list`). */
static void
found_saying(
    struct fixture *f, const char *origin, const char *key, const char *role, const char *recovery)
{
	char facts[2000];

	(void)snprintf(facts, sizeof(facts),
	    "{\"origin\":\"%s\",\"verifier_key\":\"%s\",\"recovery\":\"%s\",\"readers\":[{\"id\":"
	    "\"00\",\"role\":\"%s\",\"sha256\":\"%064d\"}]}",
	    origin, key, recovery, role, 0);
	found_upon(f, PB_PART_FACTS, facts);
}

static void
a_record_0_that_names_what_a_terminal_would_obey_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *origin = f->created.origin, *key = f->created.verifier_key;

	found_saying(f, origin, key, "reader", "none");
	assert_int_equal(read_founding(f), PB_OK);
	found_saying(f, "\\u001b]0;owned\\u0007", key, "reader", "none");
	assert_int_equal(read_founding(f), PB_ECORRUPT);
	found_saying(f, "another.example/00000000", key, "reader", "none");
	assert_int_equal(read_founding(f), PB_ECORRUPT);
	found_saying(f, origin, key, "\\u001b[2J", "none");
	assert_int_equal(read_founding(f), PB_ECORRUPT);
	found_saying(f, origin, key, "reader", "\\u001b[2J");
	assert_int_equal(read_founding(f), PB_ECORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(temporary_files_are_not_emptied_where_a_link_leads, set_up),
		cmocka_unit_test_setup(a_file_is_not_cut_where_a_link_leads, set_up),
		cmocka_unit_test_setup(nobody_waits_for_a_fifo, set_up),
		cmocka_unit_test_setup(a_key_file_or_checkpoint_that_is_no_file_is_judged, set_up),
		cmocka_unit_test_setup(a_record_0_without_facts_is_refused, set_up),
		cmocka_unit_test_setup(
		    a_record_0_that_names_what_a_terminal_would_obey_is_refused, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
