#include "find/views_check.h"

#include "archive/bodies.h"
#include "archive/index_file.h"
#include "archive/keyring.h"
#include "find/rows.h"
#include "record/types.h"
#include "vault/frames.h"

/* Every row of a segment, and what the catalog counts of them. */
static enum pb_status
check_segment(struct pb_rows *rows, const struct pb_catalog_segment *segment, struct pb_error *err)
{
	uint64_t messages = 0, indexed = 0;
	enum pb_status status = PB_OK;
	struct pb_row row;

	for (uint64_t i = 0; status == PB_OK && i < segment->records; i++) {
		status = pb_rows_read(rows, segment->first_seq + i, &row, err);
		if (status == PB_EACCESS)
			return PB_OK;
		if (status == PB_OK && pb_record_type_message(row.leaf.type)) {
			messages++;
			indexed += i < segment->covered;
		}
	}
	if (status == PB_OK && (messages != segment->messages || indexed != segment->indexed))
		status = PB_ECORRUPT;
	return status;
}

static enum pb_status
check_rows(const struct pb_archive *a, struct pb_catalog *catalog, struct pb_error *err)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	struct pb_rows *rows = NULL;
	enum pb_status status = pb_rows_new(a, catalog, &rows, err);
	uint64_t size = 0;

	for (bool first = true; status == PB_OK; first = false) {
		status = pb_catalog_segment_next(catalog, first, segment.first_seq, &segment, err);
		if (status != PB_OK)
			break;
		status =
		    segment.first_seq == size ? check_segment(rows, &segment, err) : PB_ECORRUPT;
		size += segment.records;
	}
	pb_rows_free(rows);
	return status == PB_ENOENT && size == a->head.tree.size ? PB_OK : status;
}

/* PB_ECORRUPT: there is none that covers what the catalog says, made under this setting. */
static enum pb_status
check_index(const struct pb_archive *a, struct pb_keyring *keyring,
    const struct pb_catalog_segment *segment, bool bodies, struct pb_error *err)
{
	struct pb_index_builder *builder = NULL;
	struct pb_frames *frames = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status;

	status = pb_frames_open(a->world->files, a->dir, segment->stem, &frames, err);
	if (status == PB_OK)
		status = pb_keyring_open(keyring, pb_frames_header(frames), &key, err);
	if (status == PB_OK)
		status = pb_index_builder_new(
		    a->origin, segment->stem, segment->first_seq, &builder, err);
	if (status == PB_OK)
		status =
		    pb_index_file_load(a->world->files, a->dir, segment->stem, key, builder, err);
	if (status == PB_ENOENT ||
	    (status == PB_OK && (pb_index_builder_count(builder) != segment->covered ||
				    !pb_index_builder_fits(builder, bodies))))
		status = PB_ECORRUPT;
	pb_index_builder_free(builder);
	pb_secret_free(key);
	pb_frames_close(frames);
	return status == PB_EACCESS ? PB_OK : status;
}

static enum pb_status
check_indexes(const struct pb_archive *a, struct pb_catalog *catalog, struct pb_error *err)
{
	struct pb_catalog_segment segment = { .first_seq = 0 };
	struct pb_keyring *keyring = NULL;
	enum pb_status status = pb_keyring_new(a->world->files, a->dir, a->key, &keyring, err);
	bool first = true, bodies = true;

	if (status == PB_OK)
		status = pb_bodies_load(a->world->files, a->dir, &bodies, err);

	for (; status == PB_OK; first = false) {
		status = pb_catalog_segment_next(catalog, first, segment.first_seq, &segment, err);
		if (status == PB_OK && segment.covered > 0)
			status = check_index(a, keyring, &segment, bodies, err);
	}
	pb_keyring_free(keyring);
	return status == PB_ENOENT ? PB_OK : status;
}

enum pb_status
pb_views_check(const struct pb_archive *archive, struct pb_catalog *catalog, bool *ret_sound,
    struct pb_error *err)
{
	enum pb_status status = check_rows(archive, catalog, err);

	if (status == PB_OK)
		status = check_indexes(archive, catalog, err);
	*ret_sound = status == PB_OK;
	return status == PB_ECORRUPT || status == PB_ENOENT ? PB_OK : status;
}
