/* Views, catalog and index of an archive: made behind it, of it alone, and never believed against
 * it. */
#include "archive/fixture.h"

#include "archive/bodies.h"
#include "archive/catchup.h"
#include "archive/destroy.h"
#include "archive/index_file.h"
#include "archive/keyring.h"
#include "archive/rollback.h"
#include "archive/views.h"
#include "find/rows.h"
#include "index/query.h"
#include "lib/memory.h"
#include "lib/program.h"
#include "view/viewer.h"

/* ---- helpers -------------------------------------------------------------------------------- */

static struct pb_views *
begin(struct pb_archive *archive, bool anew)
{
	char *program = test_program("probant-mime");
	struct pb_views_options options = { .program = program, .threads = 2, .anew = anew };
	struct pb_views *views = NULL;

	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	free(program);
	return views;
}

static enum pb_status
try_update(struct pb_archive *archive, bool anew, struct pb_error *err)
{
	struct pb_views *views = begin(archive, anew);
	enum pb_status status = pb_views_update(views, archive, err);

	if (status == PB_OK)
		status = pb_views_finish(views, err);
	pb_views_free(views);
	return status;
}

static void
update(struct fixture *f)
{
	struct pb_archive *archive = open_archive(f, f->key);

	assert_int_equal(try_update(archive, false, NULL), PB_OK);
	close_archive(archive);
}

static struct pb_catalog *
open_catalog(struct fixture *f)
{
	struct pb_catalog *catalog = NULL;

	assert_int_equal(
	    pb_catchup_open(f->world.files, f->dir, f->created.origin, false, &catalog, NULL),
	    PB_OK);
	return catalog;
}

static struct pb_views_standing
stand(struct fixture *f)
{
	struct pb_catalog *catalog = open_catalog(f);
	struct pb_views_standing standing;

	assert_int_equal(pb_views_stand(catalog, &standing, NULL), PB_OK);
	pb_catalog_close(catalog);
	return standing;
}

/* One row, shown to `look`. */
static enum pb_status
read_row(struct fixture *f, uint64_t seq, void (*look)(const struct pb_row *row))
{
	struct pb_archive *archive = open_archive(f, f->key);
	struct pb_catalog *catalog = open_catalog(f);
	struct pb_rows *rows = NULL;
	struct pb_row row;
	enum pb_status status;

	assert_int_equal(pb_rows_new(archive, catalog, &rows, NULL), PB_OK);
	status = pb_rows_read(rows, seq, &row, NULL);
	if (status == PB_OK && look != NULL)
		look(&row);
	pb_rows_free(rows);
	pb_catalog_close(catalog);
	close_archive(archive);
	return status;
}

/* How many records of the segment that holds seq a query finds. */
static size_t
find(struct fixture *f, uint64_t seq, const char *words)
{
	struct pb_index_file file;
	struct pb_catalog *catalog = open_catalog(f);
	struct pb_catalog_segment segment;
	struct pb_keyring *keyring = NULL;
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	struct pb_query *query = NULL;
	struct pb_buf matches = PB_BUF_EMPTY;
	size_t count;

	assert_int_equal(pb_catalog_segment_of(catalog, seq, &segment, NULL), PB_OK);
	assert_int_equal(pb_keyring_new(f->world.files, f->dir, f->key, &keyring, NULL), PB_OK);
	assert_int_equal(
	    pb_frames_open(f->world.files, f->dir, segment.stem, &frames, NULL), PB_OK);
	assert_int_equal(pb_keyring_open(keyring, pb_frames_header(frames), &key, NULL), PB_OK);
	assert_int_equal(pb_index_file_open(f->world.files, f->dir, f->created.origin, segment.stem,
			     key, &file, NULL),
	    PB_OK);
	assert_int_equal(pb_query_parse(words, &query, NULL), PB_OK);
	assert_int_equal(pb_query_run(query, file.index, &matches, NULL), PB_OK);
	count = matches.len / sizeof(struct pb_match);
	pb_buf_done(&matches);
	pb_query_free(query);
	pb_index_file_close(&file);
	pb_secret_free(key);
	pb_frames_close(frames);
	pb_keyring_free(keyring);
	pb_catalog_close(catalog);
	return count;
}

static bool
holds(const char *path, const struct pb_buf *needle)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	bool there;

	if (!exists(path))
		return false;
	bytes = slurp(path);
	there = bytes.len >= needle->len &&
		memmem(bytes.data, bytes.len, needle->data, needle->len) != NULL;
	pb_buf_done(&bytes);
	return there;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void
is_a_message(const struct pb_row *row)
{
	const struct pb_json *from = pb_json_item(pb_json_get(row->view, "from"), 0);

	assert_true(row->message);
	assert_int_equal(row->state, PB_ROW_SEEN);
	assert_string_equal(pb_json_string(pb_json_get(from, "addr")), "labo-fictif@example.test");
	assert_memory_equal(pb_json_string(pb_json_get(row->view, "subject")), "essai ", 6);
	assert_string_equal(pb_json_string(pb_json_get(row->json, "source")), "import");
}

static void
is_a_segment(const struct pb_row *row)
{
	assert_false(row->message);
	assert_int_equal(row->state, PB_ROW_SEEN);
	assert_string_equal(pb_json_string(pb_json_get(row->json, "event")), "segment");
}

static void
rows_show_what_stands_in_messages_and_what_other_records_are(void **state)
{
	struct fixture *f = *state;
	struct pb_views_standing standing;

	add_commits(f, f->key, 3);
	update(f);
	standing = stand(f);
	assert_int_equal(standing.messages, 3);
	assert_int_equal(standing.found, 3);
	assert_int_equal(standing.state[PB_VIEW_MADE], 3);
	for (size_t i = 0; i < f->kept.count; i++)
		assert_int_equal(read_row(f, f->kept.seq[i], is_a_message), PB_OK);
	assert_int_equal(read_row(f, 0, is_a_segment), PB_OK);
	assert_int_equal(read_row(f, 1000, NULL), PB_ENOENT);
	assert_int_equal(find(f, f->kept.seq[0], "from:labo-fictif"), 3);
}

static void
is_unseen(const struct pb_row *row)
{
	uint64_t size;

	assert_int_equal(row->state, PB_ROW_UNSEEN);
	assert_null(row->view);
	assert_true(pb_json_as_u64(pb_json_get(row->json, "size"), &size));
	assert_non_null(pb_json_string(pb_json_get(row->json, "sha256")));
}

static void
without_the_program_messages_are_listed_and_not_indexed(void **state)
{
	struct fixture *f = *state;
	struct pb_views_options options = { .threads = 1 };
	struct pb_archive *archive;
	struct pb_views *views = NULL;

	add_commits(f, f->key, 2);
	archive = open_archive(f, f->key);
	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	assert_int_equal(pb_views_update(views, archive, NULL), PB_OK);
	assert_int_equal(pb_views_finish(views, NULL), PB_EUNAVAIL);
	pb_views_free(views);
	close_archive(archive);
	assert_int_equal(stand(f).found, 0);
	assert_int_equal(stand(f).messages, 2);
	assert_int_equal(read_row(f, f->kept.seq[1], is_unseen), PB_OK);
	update(f);
	assert_int_equal(stand(f).found, 2);
}

static void
a_segment_that_closes_is_indexed_behind_its_writer(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views *views = begin(archive, false);

	pb_views_attach(archive, views);
	commit(f, archive, 3);
	pass_time(f, 2 * PB_LIMIT_SEGMENT_AGE_S);
	commit(f, archive, 2);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	assert_int_equal(stand(f).found, 3);
	pb_views_offer_open(views, archive);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	pb_views_attach(archive, NULL);
	pb_views_free(views);
	close_archive(archive);
	assert_int_equal(stand(f).found, 5);
	assert_int_equal(find(f, f->kept.seq[4], "subject:essai"), 2);
	assert_null(wrong_with(f));
}

static struct pb_views *
follow(struct pb_archive *archive)
{
	char *program = test_program("probant-mime");
	struct pb_views_options options = {
		.program = program, .threads = 2, .own = true, .follow = true
	};
	struct pb_views *views = NULL;

	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	pb_views_attach(archive, views);
	free(program);
	return views;
}

/* Over the end of one segment and into the next; nobody says where it ends. */
static void
a_segment_that_grows_is_indexed_as_it_grows(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views *views = follow(archive);

	for (unsigned i = 0; i < 10; i++)
		commit(f, archive, 2);
	pass_time(f, 2 * PB_LIMIT_SEGMENT_AGE_S);
	for (unsigned i = 0; i < 10; i++)
		commit(f, archive, 1);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	pb_views_attach(archive, NULL);
	pb_views_free(views);
	assert_int_equal(stand(f).found, 30);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 20);
	assert_int_equal(find(f, f->kept.seq[29], "subject:essai"), 10);
	close_archive(archive);
	assert_null(wrong_with(f));
	update(f);
	assert_int_equal(stand(f).found, 30);
}

/* What was kept is what is looked at: here it says what the stored record does not. */
static void
what_was_just_sealed_is_not_opened_to_be_indexed(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views *views = follow(archive);
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item = &sealed;
	struct pb_sealer *sealer = NULL;
	struct pb_receipt receipt;
	uint8_t digest[PB_DIGEST_LEN];
	static const char text[] = "Subject: fictif inconnu\r\n\r\n";

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	pb_sealer_keep(sealer, pb_views_keep(views));
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_HEADER, text, strlen(text), NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, &sealed, NULL), PB_OK);
	assert_non_null(sealed.plain.keep);
	memcpy(sealed.plain.data + strlen("Subject: fictif "), "reconnu", 7);
	assert_int_equal(pb_commit(archive, &item, 1, &receipt, NULL), PB_OK);
	assert_null(sealed.plain.keep);
	pb_sealed_done(&sealed);
	pb_sealer_free(sealer);
	assert_int_equal(pb_views_finish(views, NULL), PB_OK);
	pb_views_attach(archive, NULL);
	pb_views_free(views);
	close_archive(archive);
	assert_int_equal(find(f, receipt.seq, "subject:reconnu"), 1);
	assert_int_equal(find(f, receipt.seq, "subject:inconnu"), 0);
}

/* Nobody looked at them: they are given up, and `update` opens what is stored. */
static void
what_was_kept_and_not_viewed_is_given_up(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_views_options options = { .own = true, .follow = true };
	struct pb_views *views = NULL;

	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	pb_views_attach(archive, views);
	commit(f, archive, 3);
	pb_views_attach(archive, NULL);
	pb_views_free(views);
	close_archive(archive);
	assert_int_equal(stand(f).found, 0);
	update(f);
	assert_int_equal(stand(f).found, 3);
}

static void
what_comes_later_is_added_to_the_index_of_its_segment(void **state)
{
	struct fixture *f = *state;

	add_commits(f, f->key, 2);
	update(f);
	add_commits(f, f->key, 2);
	update(f);
	assert_int_equal(stand(f).found, 4);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 4);
}

static void
an_index_that_is_lost_or_damaged_is_made_again(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive;

	add_commits(f, f->key, 2);
	update(f);
	flip(newest(f, "index", ".idx"), 100);
	archive = open_archive(f, f->key);
	assert_int_equal(try_update(archive, true, NULL), PB_OK);
	close_archive(archive);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 2);
	assert_int_equal(unlink(newest(f, "index", ".idx")), 0);
	add_commits(f, f->key, 1);
	update(f);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 3);
}

/* ---- a catalog that lies -------------------------------------------------------------------- */

static void
a_catalog_that_lost_a_summary_shows_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog;

	add_commits(f, f->key, 3);
	update(f);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_forget(catalog, &f->kept.seq[1], 1, NULL), PB_OK);
	pb_catalog_close(catalog);
	assert_int_equal(read_row(f, f->kept.seq[0], is_a_message), PB_OK);
	assert_int_equal(read_row(f, f->kept.seq[1], NULL), PB_ECORRUPT);
}

static void
a_summary_of_another_record_is_not_shown(void **state)
{
	struct fixture *f = *state;
	struct pb_buf sealed = PB_BUF_EMPTY;
	struct pb_catalog *catalog;

	add_commits(f, f->key, 2);
	update(f);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_summary(catalog, f->kept.seq[0], &sealed, NULL), PB_OK);
	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(
	    pb_catalog_put_summary(catalog, f->kept.seq[1], sealed.data, sealed.len, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
	pb_catalog_close(catalog);
	pb_buf_done(&sealed);
	assert_int_equal(read_row(f, f->kept.seq[1], NULL), PB_ECORRUPT);
}

/* ---- roll-backs ----------------------------------------------------------------------------- */

/* Everything but the catalog is put back to what the directory `from` holds. */
static void
put_back(struct fixture *f, const char *from)
{
	char *kept = pb_path_join(f->root, "catalog.kept");
	struct pb_buf catalog = slurp(at(f, "catalog.db"));

	remove_tree(f->dir);
	copy_tree(from, f->dir);
	(void)unlink(at(f, "catalog.db"));
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	pb_buf_done(&catalog);
	free(kept);
}

static enum pb_status
open_status(struct fixture *f, struct pb_error *err)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(&f->world, f->dir, f->key, &archive, err);

	if (status == PB_OK)
		close_archive(archive);
	return status;
}

static char *
take_copy(struct fixture *f)
{
	char *copy = pb_path_join(f->root, "copy");

	remove_tree(copy);
	copy_tree(f->dir, copy);
	return copy;
}

static void
a_vault_that_is_older_than_its_catalog_is_not_written_to(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	assert_int_equal(open_status(f, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "--accept-rollback"));
	free(copy);
}

static void
a_vault_with_another_history_than_its_catalog_is_not_written_to(void **state)
{
	struct fixture *f = *state;
	struct pb_buf catalog;
	struct pb_error err = { 0 };
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	catalog = slurp(at(f, "catalog.db"));
	assert_int_equal(unlink(at(f, "catalog.db")), 0);
	add_commits(f, f->key, 6);
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	assert_int_equal(open_status(f, &err), PB_ECORRUPT);
	pb_buf_done(&catalog);
	free(copy);
}

static void
a_catalog_that_is_behind_is_no_roll_back(void **state)
{
	struct fixture *f = *state;
	struct pb_buf catalog;

	add_commits(f, f->key, 2);
	update(f);
	catalog = slurp(at(f, "catalog.db"));
	add_commits(f, f->key, 3);
	pass_time(f, 2 * PB_LIMIT_SEGMENT_AGE_S);
	add_commits(f, f->key, 2);
	update(f);
	assert_int_equal(unlink(at(f, "catalog.db")), 0);
	spit(at(f, "catalog.db"), catalog.data, catalog.len);
	assert_int_equal(open_status(f, NULL), PB_OK);
	update(f);
	assert_int_equal(stand(f).found, 7);
	pb_buf_done(&catalog);
}

static void
a_roll_back_that_is_accepted_is_stated_in_the_log(void **state)
{
	struct fixture *f = *state;
	struct pb_json *facts;
	uint64_t size;
	uint8_t type;
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	add_commits(f, f->key, 2);
	update(f);
	put_back(f, copy);
	assert_int_equal(pb_rollback_accept(&f->world, f->dir, NULL), PB_OK);
	assert_int_equal(open_status(f, NULL), PB_OK);
	assert_false(exists(at(f, "rollback")));
	for (size = 0, facts = NULL; facts == NULL && size < 20; size++) {
		facts = read_facts(f, size, &type);
		if (text_of(facts, "event") == NULL ||
		    strcmp(text_of(facts, "event"), "rollback_accepted") != 0) {
			pb_json_free(facts);
			facts = NULL;
		}
	}
	assert_non_null(facts);
	assert_int_equal(type, PB_RECORD_MANAGEMENT);
	assert_true(number_of(facts, "size") > number_of(facts, "found"));
	pb_json_free(facts);
	assert_int_equal(pb_rollback_accept(&f->world, f->dir, NULL), PB_EINVAL);
	update(f);
	free(copy);
}

/* ---- destruction ---------------------------------------------------------------------------- */

static void
is_destroyed(const struct pb_row *row)
{
	assert_int_equal(row->state, PB_ROW_DESTROYED);
	assert_null(row->json);
}

static void
destroy(struct fixture *f, uint64_t seq, const struct pb_reader_key *key)
{
	struct pb_archive *archive = open_archive(f, key);
	struct pb_runs runs = PB_RUNS_EMPTY;

	assert_int_equal(pb_runs_add(&runs, seq, seq), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	pb_runs_done(&runs);
	close_archive(archive);
}

/* Each message's subject has a number of its own: a word that stands in no other. */
static void
subject_of(struct fixture *f, size_t i, char out[32])
{
	(void)snprintf(out, 32, "subject:%u", f->number - (unsigned)f->kept.count + (unsigned)i);
}

static void
what_is_destroyed_leaves_no_word(void **state)
{
	struct fixture *f = *state;
	struct pb_buf sealed = PB_BUF_EMPTY, slot_0;
	struct pb_catalog *catalog;
	char word[32];

	add_commits(f, f->key, 3);
	update(f);
	subject_of(f, 1, word);
	assert_int_equal(find(f, f->kept.seq[1], word), 1);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_summary(catalog, f->kept.seq[1], &sealed, NULL), PB_OK);
	pb_catalog_close(catalog);
	assert_true(holds(at(f, "catalog.db"), &sealed));
	slot_0 = slurp(newest(f, "keys", ".key"));
	slot_0.len = PB_SLOT_LEN;

	destroy(f, f->kept.seq[1], f->key);
	assert_false(holds(at(f, "catalog.db"), &sealed));
	assert_false(holds(at(f, "catalog.db-wal"), &sealed));
	assert_false(holds(newest(f, "keys", ".key"), &slot_0));
	assert_int_equal(find(f, f->kept.seq[1], word), 0);
	subject_of(f, 2, word);
	assert_int_equal(find(f, f->kept.seq[1], word), 1);
	assert_int_equal(read_row(f, f->kept.seq[1], is_destroyed), PB_OK);
	assert_int_equal(read_row(f, f->kept.seq[2], is_a_message), PB_OK);
	assert_int_equal(stand(f).found, 2);
	assert_int_equal(stand(f).state[PB_CATALOG_DESTROYED], 1);
	pb_buf_done(&sealed);
	pb_buf_done(&slot_0);
}

static void
who_destroys_without_a_key_destroys_the_index_with_it(void **state)
{
	struct fixture *f = *state;
	char word[32];

	add_commits(f, f->key, 3);
	update(f);
	destroy(f, f->kept.seq[0], NULL);
	assert_int_equal(count_entries(at(f, "index")), 0);
	update(f);
	subject_of(f, 0, word);
	assert_int_equal(find(f, f->kept.seq[0], word), 0);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 2);
	assert_int_equal(read_row(f, f->kept.seq[0], is_destroyed), PB_OK);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void
whatever_fails_what_was_captured_is_there_and_the_next_run_indexes_it(void **state)
{
	struct fixture *f = *state;
	bool through = false;
	char *copy;

	add_commits(f, f->key, 2);
	copy = take_copy(f);
	for (uint64_t nth = 1; !through; nth++) {
		struct pb_archive *archive;
		struct pb_error err = { 0 };
		enum pb_status status;

		remove_tree(f->dir);
		copy_tree(copy, f->dir);
		archive = open_archive(f, f->key);
		fail_call(f, nth * 3, EIO, nth % 2 == 0);
		{
			char *program = test_program("probant-mime");
			struct pb_views_options options = { .program = program, .threads = 1 };
			struct pb_views *views = NULL;

			status = pb_views_new(archive, &options, &views, &err);
			if (status == PB_OK)
				status = pb_views_update(views, archive, &err);
			if (status == PB_OK)
				status = pb_views_finish(views, &err);
			pb_views_free(views);
			free(program);
		}
		through = f->faulty.failed == 0;
		heal(f);
		assert_true(!through || status == PB_OK);
		(void)pb_archive_close(archive, NULL);
		assert_holds(f);
		update(f);
		assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 2);
	}
	free(copy);
}

static void
memory_that_runs_out_is_never_taken_for_damage(void **state)
{
	struct fixture *f = *state;
	bool through = false;
	char *copy;

	if (!test_memory_can_fail())
		skip();
	add_commits(f, f->key, 2);
	copy = take_copy(f);
	for (uint64_t nth = 1; !through; nth += 67) {
		struct pb_archive *archive;
		struct pb_error err = { 0 };
		enum pb_status status;

		remove_tree(f->dir);
		copy_tree(copy, f->dir);
		archive = open_archive(f, f->key);
		{
			char *program = test_program("probant-mime");
			struct pb_views_options options = { .program = program, .threads = 1 };
			struct pb_views *views = NULL;

			test_memory_fail(nth, false);
			status = pb_views_new(archive, &options, &views, &err);
			if (status == PB_OK)
				status = pb_views_update(views, archive, &err);
			if (status == PB_OK)
				status = pb_views_finish(views, &err);
			pb_views_free(views);
			through = test_memory_restore() == 0;
			free(program);
		}
		/* OpenSSL does not always say why it could not open an envelope. */
		assert_true(status == PB_OK || status == PB_ENOMEM ||
			    (status == PB_ECORRUPT && strcmp(err.what, "open a segment key") == 0));
		assert_true(!through || status == PB_OK);
		close_archive(archive);
		update(f);
		assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 2);
	}
	free(copy);
}

/* ---- words of bodies ------------------------------------------------------------------------ */

/* A message whose body is a word that its subject does not have. */
static uint64_t
add_letter(struct fixture *f)
{
	static const char header[] = "Subject: objet\r\n\r\n", body[] = "corpsfictif\r\n";
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_sealer *sealer = NULL;
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item[] = { &sealed };
	struct pb_receipt receipt;
	uint8_t digest[PB_DIGEST_LEN];

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_HEADER, header, sizeof(header) - 1, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, body, sizeof(body) - 1, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_FACTS, "{\"source\":\"import\"}", 19, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	memcpy(sealed.message_sha256, digest, sizeof(digest));
	assert_int_equal(pb_commit(archive, item, 1, &receipt, NULL), PB_OK);
	pb_sealed_done(&sealed);
	close_archive(archive);
	return receipt.seq;
}

static void
choose(struct fixture *f, bool bodies)
{
	struct pb_archive *archive = open_archive(f, NULL);

	assert_int_equal(pb_bodies_choose(archive, bodies, NULL), PB_OK);
	close_archive(archive);
}

static void
words_of_bodies_are_indexed_as_the_archive_has_it(void **state)
{
	struct fixture *f = *state;
	struct pb_buf slot_0;
	uint64_t seq, later;
	char *key;

	seq = add_letter(f);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 1);
	key = strdup(newest(f, "keys", ".key"));
	assert_non_null(key);
	slot_0 = slurp(key);
	slot_0.len = PB_SLOT_LEN;
	choose(f, false);
	assert_int_equal(count_entries(at(f, "index")), 0);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 0);
	assert_int_equal(find(f, seq, "objet"), 1);
	assert_false(holds(key, &slot_0));
	later = add_letter(f);
	update(f);
	assert_int_equal(find(f, later, "corpsfictif"), 0);
	choose(f, true);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 1);
	assert_int_equal(find(f, later, "corpsfictif"), 1);
	pb_buf_done(&slot_0);
	free(key);
}

/* A setting that can't be read must not be taken for "on". */
static void
a_setting_that_is_damaged_indexes_nothing(void **state)
{
	static const char *const damaged[] = { "", "bodies", "bodies off", "bodies off\n\n",
		"off\n" };
	struct fixture *f = *state;
	struct pb_archive *archive;
	bool indexed = true;

	add_letter(f);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct pb_views *views = NULL;
		struct pb_views_options options = { .threads = 1 };

		spit(at(f, "private/index"), damaged[i], strlen(damaged[i]));
		assert_int_equal(pb_bodies_load(f->world.files, f->dir, &indexed, NULL), PB_EDATA);
		archive = open_archive(f, f->key);
		assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_EDATA);
		close_archive(archive);
	}
	choose(f, false);
	assert_int_equal(pb_bodies_load(f->world.files, f->dir, &indexed, NULL), PB_OK);
	assert_false(indexed);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		CASE(rows_show_what_stands_in_messages_and_what_other_records_are),
		CASE(without_the_program_messages_are_listed_and_not_indexed),
		CASE(a_segment_that_closes_is_indexed_behind_its_writer),
		CASE(a_segment_that_grows_is_indexed_as_it_grows),
		CASE(what_was_just_sealed_is_not_opened_to_be_indexed),
		CASE(what_was_kept_and_not_viewed_is_given_up),
		CASE(what_comes_later_is_added_to_the_index_of_its_segment),
		CASE(an_index_that_is_lost_or_damaged_is_made_again),
		CASE(a_catalog_that_lost_a_summary_shows_nothing),
		CASE(a_summary_of_another_record_is_not_shown),
		CASE(a_vault_that_is_older_than_its_catalog_is_not_written_to),
		CASE(a_vault_with_another_history_than_its_catalog_is_not_written_to),
		CASE(a_catalog_that_is_behind_is_no_roll_back),
		CASE(a_roll_back_that_is_accepted_is_stated_in_the_log),
		CASE(what_is_destroyed_leaves_no_word),
		CASE(who_destroys_without_a_key_destroys_the_index_with_it),
		CASE(whatever_fails_what_was_captured_is_there_and_the_next_run_indexes_it),
		CASE(memory_that_runs_out_is_never_taken_for_damage),
		CASE(words_of_bodies_are_indexed_as_the_archive_has_it),
		CASE(a_setting_that_is_damaged_indexes_nothing),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
