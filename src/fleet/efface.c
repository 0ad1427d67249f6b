#include "fleet/efface.h"

#include <errno.h>
#include <fcntl.h>

#include "archive/listing.h"
#include "archive/paths.h"
#include "copies/place.h"
#include "core/error.h"
#include "core/io.h"

static const char EFFACE[] = N_("destroy the archive");

#define EFFACING ".destroyed"
#define PIECE (64 * 1024)

static enum pb_status
blank(const struct pb_files *files, const char *path, struct pb_error *err)
{
	static const uint8_t zeros[PIECE];
	struct pb_file_info info = { .size = 0 };
	int fd = -1;
	enum pb_status status =
	    pb_io_open_regular(files, path, O_RDWR | O_NOFOLLOW, &fd, &info, err);

	for (uint64_t at = 0; status == PB_OK && at < info.size; at += PIECE)
		status = pb_io_pwrite(files, fd, path, zeros,
		    info.size - at < PIECE ? (size_t)(info.size - at) : PIECE, at, err);
	if (status == PB_OK)
		status = pb_io_sync(files, fd, path, err);
	pb_io_close(files, &fd);
	return status;
}

static enum pb_status
blank_room(const struct pb_files *files, const char *dir, const char *room, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, room, NULL, err);

	if (status == PB_OK)
		status = pb_listing_read(files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		status = pb_path_make(&path, dir, room, names.name[i], err);
		if (status == PB_OK)
			status = blank(files, path.text, err);
	}
	pb_listing_done(&names);
	return status;
}

static enum pb_status
remove_all(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	static const char *const rooms[] = { PB_DIR_KEYS, PB_DIR_PRIVATE, PB_DIR_READERS };
	struct pb_file_info info;
	struct pb_path parent;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++)
		status = blank_room(files, dir, rooms[i], err);
	if (status != PB_OK)
		return status;
	pb_place_remove(files, dir);
	if (files->stat(files->ctx, dir, false, &info) != -ENOENT)
		return pb_fail(err, PB_EIO, EFFACE,
		    N_("its secrets are gone, but not all of it could be removed"), "%s", dir);
	status = pb_place_parent(&parent, dir, err);
	return status == PB_OK ? pb_io_sync_dir(files, parent.text, err) : status;
}

enum pb_status
pb_efface(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct pb_path nameless, parent;
	enum pb_status status = pb_place_beside(&nameless, dir, EFFACING, err);
	int answer;

	if (status == PB_OK)
		status = pb_place_parent(&parent, dir, err);
	if (status != PB_OK)
		return status;
	answer = files->rename(files->ctx, dir, nameless.text);
	if (answer < 0)
		return pb_fail_sys(err, answer, EFFACE, "%s", dir);
	status = pb_io_sync_dir(files, parent.text, err);
	return status == PB_OK ? remove_all(files, nameless.text, err) : status;
}

enum pb_status
pb_efface_finish(
    const struct pb_files *files, const char *dir, bool *ret_found, struct pb_error *err)
{
	struct pb_file_info info;
	struct pb_path nameless;
	enum pb_status status = pb_place_beside(&nameless, dir, EFFACING, err);

	*ret_found = false;
	if (status != PB_OK || files->stat(files->ctx, dir, false, &info) != -ENOENT ||
	    files->stat(files->ctx, nameless.text, false, &info) != 0)
		return status;
	*ret_found = true;
	return remove_all(files, nameless.text, err);
}
