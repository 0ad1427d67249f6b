#include "archive/views_forget.h"

#include <stdlib.h>
#include <string.h>

#include "archive/catchup.h"
#include "archive/index_file.h"
#include "archive/keyring.h"
#include "archive/paths.h"
#include "core/error.h"
#include "record/types.h"
#include "vault/frames.h"
#include "view/viewer.h"

static const char FORGETTING[] = N_("forget what was noted of destroyed records");

/* ---- the index ------------------------------------------------------------------------------ */

static enum pb_status
open_key(
    const struct pb_archive *a, const char *stem, struct pb_secret **ret_key, struct pb_error *err)
{
	struct pb_keyring *keyring = NULL;
	struct pb_frames *frames = NULL;
	enum pb_status status = pb_keyring_new(a->world->files, a->dir, a->key, &keyring, err);

	if (status == PB_OK)
		status = pb_frames_open(a->world->files, a->dir, stem, &frames, err);
	if (status == PB_OK)
		status = pb_keyring_open(keyring, pb_frames_header(frames), ret_key, err);
	pb_frames_close(frames);
	pb_keyring_free(keyring);
	return status == PB_EACCESS ? PB_OK : status;
}

/* NULL: nobody here can open it.  ret_found: to be freed. */
static enum pb_status
key_of(const struct pb_archive *a, const char *stem, struct pb_secret **ret_found,
    struct pb_secret **ret_key, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (a->append != NULL && strcmp(pb_append_name(a->append), stem) == 0) {
		*ret_key = pb_append_key(a->append);
	} else if (a->key != NULL) {
		status = open_key(a, stem, ret_found, err);
		*ret_key = *ret_found;
	}
	return status;
}

/* Those of the segment, one by one. */
static enum pb_status
list_those(const struct pb_runs *runs, uint64_t first, uint64_t end, struct pb_buf *out,
    struct pb_error *err)
{
	for (size_t i = 0; i < runs->count; i++) {
		uint64_t from = runs->run[i].first < first ? first : runs->run[i].first;
		uint64_t to = runs->run[i].last >= end ? end - 1 : runs->run[i].last;

		for (uint64_t seq = from; from < end && seq <= to; seq++)
			if (pb_buf_append(out, &seq, sizeof(seq)) != PB_OK)
				return pb_fail_memory(err, FORGETTING);
	}
	return PB_OK;
}

static enum pb_status
write_again(const struct pb_archive *a, const char *stem, uint64_t first, struct pb_secret *key,
    const struct pb_buf *seqs, struct pb_error *err)
{
	struct pb_index_builder *builder = NULL;
	enum pb_status status = pb_index_builder_new(a->origin, stem, first, &builder, err);

	if (status == PB_OK)
		status = pb_index_file_load(a->world->files, a->dir, stem, key, builder, err);
	if (status == PB_OK)
		status = pb_index_builder_forget(builder, (const uint64_t *)(void *)seqs->data,
		    seqs->len / sizeof(uint64_t), err);
	if (status == PB_OK)
		status = pb_index_file_write(a->world, a->dir, stem, key, builder, err);
	pb_index_builder_free(builder);
	return status;
}

static enum pb_status
forget_words(const struct pb_archive *a, const char *stem, uint64_t first, struct pb_secret *key,
    const struct pb_buf *seqs, struct pb_error *err)
{
	enum pb_status status =
	    key == NULL ? PB_ENOENT : write_again(a, stem, first, key, seqs, err);

	return status == PB_ENOENT ? pb_index_file_destroy(a->world->files, a->dir, stem, err)
				   : status;
}

static bool
indexes_there(const struct pb_archive *a)
{
	const struct pb_files *files = a->world->files;
	struct pb_file_info info;
	struct pb_path path;

	return pb_path_make(&path, a->dir, PB_DIR_INDEX, NULL, NULL) == PB_OK &&
	       files->stat(files->ctx, path.text, false, &info) == 0;
}

/* ---- the catalog ---------------------------------------------------------------------------- */

/* The segment's counts from its index, which has a row for every record that it covers. */
static void
count_again(const struct pb_index *index, struct pb_catalog_segment *s)
{
	memset(s->state, 0, sizeof(s->state));
	s->covered = pb_index_count(index);
	s->indexed = 0;
	for (uint64_t i = 0; i < s->covered; i++) {
		const struct pb_index_row *row = pb_index_row(index, s->first_seq + i);

		if (!pb_record_type_message(row->type) || row->state >= PB_CATALOG_STATES)
			continue;
		s->indexed++;
		s->state[row->state]++;
	}
	s->found = s->state[PB_VIEW_MADE];
}

/* Without an index, and where messages were viewed behind it, all is looked at again. */
static enum pb_status
recount(const struct pb_archive *a, struct pb_secret *key, struct pb_catalog_segment *s,
    struct pb_error *err)
{
	struct pb_index_file file = { .fd = -1 };
	enum pb_status status = key == NULL ? PB_ENOENT
					    : pb_index_file_open(a->world->files, a->dir, a->origin,
						  s->stem, key, &file, err);

	if (status == PB_OK)
		count_again(file.index, s);
	if (status == PB_OK && (s->indexed < s->messages || s->covered > s->records))
		status = PB_ENOENT;
	if (file.index != NULL)
		pb_index_file_close(&file);
	if (status != PB_ENOENT)
		return status;
	s->viewed = s->covered = s->indexed = s->found = 0;
	memset(s->state, 0, sizeof(s->state));
	return PB_OK;
}

static enum pb_status
put(struct pb_catalog *catalog, const struct pb_catalog_segment *segment, struct pb_error *err)
{
	enum pb_status status = pb_catalog_begin(catalog, err);

	if (status != PB_OK)
		return status;
	status = pb_catalog_put_segment(catalog, segment, err);
	if (status == PB_OK)
		return pb_catalog_commit(catalog, err);
	pb_catalog_undo(catalog);
	return status;
}

/* ---- one segment, all of them --------------------------------------------------------------- */

/* The words first: a crash behind them leaves summaries that nobody can open. */
static enum pb_status
forget_in(const struct pb_archive *a, struct pb_catalog *catalog, struct pb_catalog_segment *s,
    const struct pb_buf *seqs, struct pb_error *err)
{
	struct pb_secret *found = NULL, *key = NULL;
	enum pb_status status = key_of(a, s->stem, &found, &key, err);

	if (status == PB_OK)
		status = forget_words(a, s->stem, s->first_seq, key, seqs, err);
	if (status == PB_OK)
		status = pb_catalog_forget(catalog, (const uint64_t *)(void *)seqs->data,
		    seqs->len / sizeof(uint64_t), err);
	if (status == PB_OK)
		status = recount(a, key, s, err);
	if (status == PB_OK)
		status = put(catalog, s, err);
	pb_secret_free(found);
	return status;
}

static enum pb_status
forget_all(const struct pb_archive *a, struct pb_catalog *catalog, const struct pb_runs *runs,
    struct pb_error *err)
{
	struct pb_catalog_segment s = { .first_seq = 0 };
	struct pb_buf seqs = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	bool first = true;

	for (; status == PB_OK; first = false) {
		status = pb_catalog_segment_next(catalog, first, s.first_seq, &s, err);
		if (status != PB_OK)
			break;
		pb_buf_clear(&seqs);
		status = list_those(runs, s.first_seq, s.first_seq + s.records, &seqs, err);
		if (status == PB_OK && seqs.len > 0)
			status = forget_in(a, catalog, &s, &seqs, err);
	}
	pb_buf_done(&seqs);
	return status == PB_ENOENT ? PB_OK : status;
}

/*
 * Without a catalog that can be read nobody knows which indexes hold them: then none stays.  Names
 * that are no segment's are not ours.
 */
enum pb_status
pb_views_drop(const struct pb_archive *a, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_path path;
	size_t count = 0;
	enum pb_status status = pb_path_make(&path, a->dir, PB_FILE_CATALOG, NULL, err);

	if (status == PB_OK)
		status = pb_frames_list(files, a->dir, &names, &count, NULL, NULL, err);
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = pb_index_file_destroy(files, a->dir, names[i], err);
	if (status == PB_OK)
		status = pb_catalog_remove(files, path.text, err);
	free(names);
	return status;
}

enum pb_status
pb_views_forget(struct pb_archive *a, const struct pb_runs *runs, struct pb_error *err)
{
	struct pb_catalog *catalog = NULL;
	enum pb_status status =
	    pb_catchup_open(a->world->files, a->dir, a->origin, false, &catalog, err);

	if (status == PB_OK)
		status = pb_catchup_head(a, catalog, err);
	if (status == PB_OK)
		status = forget_all(a, catalog, runs, err);
	pb_catalog_close(catalog);
	if (status == PB_ENOENT)
		return indexes_there(a) ? pb_views_drop(a, err) : PB_OK;
	return status == PB_ECORRUPT ? pb_views_drop(a, err) : status;
}
