#include "check/tilelist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/listing.h"
#include "archive/paths.h"
#include "check/strays.h"
#include "core/error.h"

struct reading {
	const struct pb_files *files;
	const char *dir;
	struct pb_verification *v;
	struct pb_tilelist list;
};

static int
compare(const void *a, const void *b)
{
	const struct pb_tile *left = a, *right = b;

	if (left->entries != right->entries)
		return left->entries < right->entries ? -1 : 1;
	if (left->level != right->level)
		return left->level < right->level ? -1 : 1;
	if (left->index != right->index)
		return left->index < right->index ? -1 : 1;
	return (left->width > right->width) - (left->width < right->width);
}

static enum pb_status
take_file(struct reading *reading, const char *relative, struct pb_error *err)
{
	struct pb_tile tile = { 0 };

	if (!pb_tile_path_parse(relative, &tile)) {
		if (strcmp(relative, "checkpoint") != 0)
			pb_strays_find(reading->v, PB_DIR_LOG, relative);
		return PB_OK;
	}
	if (pb_buf_append(&reading->list.tiles, &tile, sizeof(tile)) != PB_OK)
		return pb_fail_memory(err, N_("list the tiles"));
	return PB_OK;
}

static enum pb_status take_folder(
    struct reading *reading, const char *relative, struct pb_error *err);

/* What stands at log/<relative>; a path too long for us is too long for a tile. */
static enum pb_status
take_entry(struct reading *reading, const char *relative, struct pb_error *err)
{
	const struct pb_files *files = reading->files;
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status;
	int answer;

	status = pb_path_make(&path, reading->dir, PB_DIR_LOG, relative, err);
	if (status != PB_OK)
		return status;
	answer = files->stat(files->ctx, path.text, false, &info);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("list the tiles"), "%s", path.text);
	if (info.type == PB_FILE_DIRECTORY)
		return take_folder(reading, relative, err);
	return take_file(reading, relative, err);
}

/* No tile lies deeper than the longest path of one, so neither do we go. */
static enum pb_status
take_folder(struct reading *reading, const char *relative, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	char child[PB_TILE_PATH_MAX];
	struct pb_path path;
	enum pb_status status;

	status = pb_path_make(&path, reading->dir, PB_DIR_LOG, relative, err);
	if (status == PB_OK)
		status = pb_listing_read(reading->files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		int len = snprintf(child, sizeof(child), "%s%s%s", relative != NULL ? relative : "",
		    relative != NULL ? "/" : "", names.name[i]);

		if (len < 0 || (size_t)len >= sizeof(child))
			pb_strays_find(reading->v, PB_DIR_LOG, child);
		else
			status = take_entry(reading, child, err);
	}
	pb_listing_done(&names);
	return status;
}

enum pb_status
pb_tilelist_read(const struct pb_files *files, const char *dir, struct pb_verification *v,
    struct pb_tilelist *ret_list, struct pb_error *err)
{
	struct reading reading = { .files = files, .dir = dir, .v = v };
	enum pb_status status = take_folder(&reading, NULL, err);

	if (status != PB_OK) {
		pb_tilelist_done(&reading.list);
		return status;
	}
	if (reading.list.tiles.len > 0)
		qsort(reading.list.tiles.data, pb_tilelist_count(&reading.list),
		    sizeof(struct pb_tile), compare);
	*ret_list = reading.list;
	return PB_OK;
}

size_t
pb_tilelist_count(const struct pb_tilelist *list)
{
	return list->tiles.len / sizeof(struct pb_tile);
}

const struct pb_tile *
pb_tilelist_at(const struct pb_tilelist *list, size_t index)
{
	pb_assert(index < pb_tilelist_count(list));
	return (const struct pb_tile *)(const void *)list->tiles.data + index;
}

bool
pb_tilelist_has(const struct pb_tilelist *list, const struct pb_tile *tile)
{
	return list->tiles.len > 0 && bsearch(tile, list->tiles.data, pb_tilelist_count(list),
					  sizeof(*tile), compare) != NULL;
}

void
pb_tilelist_done(struct pb_tilelist *list)
{
	pb_buf_done(&list->tiles);
}
