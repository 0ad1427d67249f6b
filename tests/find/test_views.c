/* Views, catalog and index of an archive: made behind it, of it alone, and never believed against
 * it. */
#include "find/fixture.h"

#include "lib/memory.h"
#include "view/viewer.h"

/* ---- rows ----------------------------------------------------------------------------------- */

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
		CASE(whatever_fails_what_was_captured_is_there_and_the_next_run_indexes_it),
		CASE(memory_that_runs_out_is_never_taken_for_damage),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
