#include "copies/snapshot_state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/founding.h"
#include "archive/listing.h"
#include "archive/paths.h"
#include "archive/readers.h"
#include "copies/names.h"
#include "copies/private.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/tiles.h"

/* The slots of one segment, which closes at 64 MiB: a record takes more than three slots' length.
 */
#define SLOTS_MAX ((size_t)64 * 1024 * 1024)
#define TILE_DEPTH 6

static const char SNAPSHOT[] = N_("read the archive for a copy");

/* ---- one file ------------------------------------------------------------------------------- */

enum pb_status
pb_snapshot_data(struct pb_taking *t, const char *path, enum pb_copied_kind kind,
    const struct pb_buf *data, struct pb_error *err)
{
	const struct pb_copied file = {
		.path = path, .kind = kind, .data = data->data, .len = data->len
	};

	return t->sink->put(t->sink->ctx, &file, err);
}

/* As long as it is now. */
enum pb_status
pb_snapshot_file(
    struct pb_taking *t, const char *path, enum pb_copied_kind kind, struct pb_error *err)
{
	const struct pb_files *files = t->world->files;
	struct pb_copied file = { .path = path, .kind = kind };
	struct pb_file_info info;
	struct pb_path source;
	enum pb_status status = pb_path_make(&source, t->dir, path, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->stat(files->ctx, source.text, false, &info);
	if (answer < 0)
		return pb_fail_sys(err, answer, SNAPSHOT, "%s", source.text);
	if (info.type != PB_FILE_REGULAR)
		return pb_fail(
		    err, PB_ECORRUPT, SNAPSHOT, N_("it is no regular file"), "%s", source.text);
	file.source = source.text;
	file.len = info.size;
	return t->sink->put(t->sink->ctx, &file, err);
}

/* ---- log/ ----------------------------------------------------------------------------------- */

/* A partial tile that went away is full now, and its full one stands beside it (FORMAT 2.3). */
static enum pb_status
put_tile(struct pb_taking *t, const char *path, struct pb_error *err)
{
	enum pb_status status = pb_snapshot_file(t, path, PB_COPIED_WHOLE, err);
	const char *part = strstr(path, ".p/");
	char full[PB_LIMIT_PATH];

	if (status != PB_ENOENT || part == NULL)
		return status;
	(void)snprintf(full, sizeof(full), "%.*s", (int)(part - path), path);
	return pb_snapshot_file(t, full, PB_COPIED_WHOLE, err);
}

static enum pb_status
put_tiles(struct pb_taking *t, const char *folder, unsigned depth, struct pb_error *err)
{
	const struct pb_files *files = t->world->files;
	struct pb_listing names = PB_LISTING_EMPTY;
	struct pb_file_info info;
	char inner[PB_LIMIT_PATH];
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, folder, NULL, err);

	if (status == PB_OK)
		status = pb_listing_read(files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		(void)snprintf(inner, sizeof(inner), "%s/%s", folder, names.name[i]);
		status = pb_path_make(&path, t->dir, inner, NULL, err);
		if (status != PB_OK || !pb_copies_name_valid(inner))
			continue;
		if (files->stat(files->ctx, path.text, false, &info) == 0 &&
		    info.type == PB_FILE_DIRECTORY)
			status = depth < TILE_DEPTH ? put_tiles(t, inner, depth + 1, err) : PB_OK;
		else
			status = put_tile(t, inner, err);
	}
	pb_listing_done(&names);
	return status;
}

static enum pb_status
put_log(struct pb_taking *t, struct pb_error *err)
{
	struct pb_buf note = PB_BUF_EMPTY;
	enum pb_status status = pb_tiles_checkpoint(t->world->files, t->dir, &note, err);

	if (status == PB_ENOENT)
		return PB_OK; /* nothing was published yet */
	if (status == PB_OK)
		status = put_tiles(t, PB_DIR_LOG "/tile", 0, err);
	if (status == PB_OK)
		status = pb_snapshot_data(t, PB_DIR_LOG "/checkpoint", PB_COPIED_WHOLE, &note, err);
	pb_buf_done(&note);
	return status;
}

/* ---- the rest ------------------------------------------------------------------------------- */

static enum pb_status
put_room(struct pb_taking *t, const char *room, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	char inner[PB_LIMIT_PATH];
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, room, NULL, err);

	if (status == PB_OK)
		status = pb_listing_read(t->world->files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		(void)snprintf(inner, sizeof(inner), "%s/%s", room, names.name[i]);
		if (!pb_copies_name_valid(inner))
			continue;
		status = pb_snapshot_file(t, inner, PB_COPIED_WHOLE, err);
	}
	pb_listing_done(&names);
	return status;
}

static enum pb_status
put_private(struct pb_taking *t, struct pb_error *err)
{
	const struct pb_files *files = t->world->files;
	struct pb_reader *reader[PB_LIMIT_READERS] = { NULL };
	struct pb_readers *readers = calloc(1, sizeof(*readers));
	struct pb_buf cms = PB_BUF_EMPTY;
	enum pb_status status;
	size_t count = 0;

	status = readers == NULL ? pb_fail_memory(err, SNAPSHOT)
				 : pb_readers_in_force(files, t->dir, t->founded, readers, err);
	while (status == PB_OK && count < readers->count) {
		status = pb_founded_certificate(
		    files, t->dir, &readers->reader[count], &reader[count], err);
		count += status == PB_OK;
	}
	if (status == PB_OK)
		status = pb_private_seal(files, t->dir, (const struct pb_reader *const *)reader,
		    count, &cms, &t->snapshot->private_len, err);
	if (status == PB_OK)
		status = pb_snapshot_data(t, PB_COPIES_PRIVATE, PB_COPIED_WHOLE, &cms, err);
	else if (status == PB_ENOENT)
		status = PB_OK; /* whoever holds a copy without it can read, and not write */
	while (count > 0)
		pb_reader_free(reader[--count]);
	pb_buf_done(&cms);
	free(readers);
	return status;
}

static enum pb_status
put_facts(struct pb_taking *t, struct pb_error *err)
{
	struct pb_buf json = PB_BUF_EMPTY;
	enum pb_status status = pb_snapshot_data(
	    t, PB_COPIES_CHECKPOINT, PB_COPIED_WHOLE, &t->snapshot->checkpoint, err);

	if (status == PB_OK && pb_snapshot_encode(t->snapshot, true, &json) != PB_OK)
		status = pb_fail_memory(err, SNAPSHOT);
	if (status == PB_OK)
		status = pb_snapshot_data(t, PB_COPIES_FACTS, PB_COPIED_WHOLE, &json, err);
	pb_buf_done(&json);
	return status;
}

enum pb_status
pb_snapshot_take(const struct pb_world *world, const char *dir, const struct pb_copy_sink *sink,
    struct pb_snapshot *ret_snapshot, struct pb_error *err)
{
	static const char *const rooms[] = { PB_DIR_QUARANTINE, PB_DIR_READERS, PB_DIR_TSA };
	struct pb_snapshot snapshot = PB_SNAPSHOT_EMPTY;
	struct pb_taking t = { .world = world, .dir = dir, .sink = sink, .snapshot = &snapshot };
	enum pb_status status;

	snapshot.made_s = world->clock->now_us(world->clock->ctx) / 1000000;
	t.founded = calloc(1, sizeof(*t.founded));
	status = t.founded == NULL ? pb_fail_memory(err, SNAPSHOT)
				   : pb_founded_read(world->files, dir, t.founded, err);
	if (status == PB_OK) {
		memcpy(snapshot.origin, t.founded->origin, sizeof(snapshot.origin));
		status = put_log(&t, err);
	}
	if (status == PB_OK)
		status = pb_snapshot_vault(&t, err);
	for (size_t i = 0; status == PB_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++)
		status = put_room(&t, rooms[i], err);
	if (status == PB_OK)
		status = put_private(&t, err);
	if (status == PB_OK)
		status = put_facts(&t, err);
	pb_buf_done(&t.slots);
	free(t.names);
	free(t.founded);
	if (status != PB_OK) {
		pb_snapshot_done(&snapshot);
		return status;
	}
	*ret_snapshot = snapshot;
	return PB_OK;
}

void
pb_snapshot_done(struct pb_snapshot *snapshot)
{
	pb_buf_done(&snapshot->checkpoint);
	*snapshot = PB_SNAPSHOT_EMPTY;
}
