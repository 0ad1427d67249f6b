/* What the tests of this room share: views that are brought up to date, and what they show. */
#ifndef PB_TEST_FIND_FIXTURE_H
#define PB_TEST_FIND_FIXTURE_H

#include "archive/fixture.h"

#include "archive/catchup.h"
#include "archive/index_file.h"
#include "archive/keyring.h"
#include "archive/views.h"
#include "find/rows.h"
#include "index/query.h"
#include "lib/program.h"

static inline struct pb_views *
begin(struct pb_archive *archive, bool anew)
{
	char *program = test_program("probant-mime");
	struct pb_views_options options = { .program = program, .threads = 2, .anew = anew };
	struct pb_views *views = NULL;

	assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_OK);
	free(program);
	return views;
}

static inline enum pb_status
try_update(struct pb_archive *archive, bool anew, struct pb_error *err)
{
	struct pb_views *views = begin(archive, anew);
	enum pb_status status = pb_views_update(views, archive, err);

	if (status == PB_OK)
		status = pb_views_finish(views, err);
	pb_views_free(views);
	return status;
}

static inline void
update(struct fixture *f)
{
	struct pb_archive *archive = open_archive(f, f->key);

	assert_int_equal(try_update(archive, false, NULL), PB_OK);
	close_archive(archive);
}

static inline struct pb_catalog *
open_catalog(struct fixture *f)
{
	struct pb_catalog *catalog = NULL;

	assert_int_equal(
	    pb_catchup_open(f->world.files, f->dir, f->created.origin, false, &catalog, NULL),
	    PB_OK);
	return catalog;
}

static inline struct pb_views_standing
stand(struct fixture *f)
{
	struct pb_catalog *catalog = open_catalog(f);
	struct pb_views_standing standing;

	assert_int_equal(pb_views_stand(catalog, &standing, NULL), PB_OK);
	pb_catalog_close(catalog);
	return standing;
}

/* One row, shown to `look`. */
static inline enum pb_status
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
static inline size_t
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

static inline void
is_a_message(const struct pb_row *row)
{
	const struct pb_json *from = pb_json_item(pb_json_get(row->view, "from"), 0);

	assert_true(row->message);
	assert_int_equal(row->state, PB_ROW_SEEN);
	assert_string_equal(pb_json_string(pb_json_get(from, "addr")), "labo-fictif@example.test");
	assert_memory_equal(pb_json_string(pb_json_get(row->view, "subject")), "essai ", 6);
	assert_string_equal(pb_json_string(pb_json_get(row->json, "source")), "import");
}

static inline char *
take_copy(struct fixture *f)
{
	char *copy = pb_path_join(f->root, "copy");

	remove_tree(copy);
	copy_tree(f->dir, copy);
	return copy;
}

#endif
