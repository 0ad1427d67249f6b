#include "daemon/capturing.h"

#include <errno.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "probant/archive.h"

#define FILE_CAPTURING "capturing"

enum pb_status
pb_capturing_look(const struct pb_world *world, const char *dir, bool *ret_unclean,
    uint64_t *ret_last_s, struct pb_error *err)
{
	const struct pb_files *files = world->files;
	struct pb_archive_status standing;
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, FILE_CAPTURING, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->stat(files->ctx, path.text, false, &info);
	if (answer < 0 && answer != -ENOENT)
		return pb_fail_sys(err, answer, N_("see whether capture was stopped"), "%s", dir);
	if (answer == 0)
		status = pb_archive_describe(world, dir, &standing, err);
	if (status != PB_OK)
		return status;
	*ret_unclean = answer == 0;
	*ret_last_s = answer == 0 ? standing.last_time_s : 0;
	return PB_OK;
}

enum pb_status
pb_capturing_begin(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, FILE_CAPTURING, NULL, err);

	return status == PB_OK ? pb_io_create_file(files, path.text, "", 0, err) : status;
}

enum pb_status
pb_capturing_end(const struct pb_files *files, const char *dir, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, FILE_CAPTURING, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	if (answer < 0 && answer != -ENOENT)
		return pb_fail_sys(err, answer, N_("note that capture was stopped"), "%s", dir);
	return pb_io_sync_dir(files, dir, err);
}
