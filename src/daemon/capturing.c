#include "daemon/capturing.h"

#include <errno.h>
#include <fcntl.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "probant/archive.h"

static const char LOOKING[] = N_("see whether capture was stopped");

/* PB_ELOCKED: a daemon has it, as long as it captures. */
static enum pb_status
lock(const struct pb_files *files, const char *dir, int fd, struct pb_error *err)
{
	int answer = files->lock(files->ctx, fd);

	if (answer == 0)
		return PB_OK;
	if (answer != -EWOULDBLOCK)
		return pb_fail_sys(err, answer, LOOKING, "%s", dir);
	(void)pb_fail(err, PB_ELOCKED, N_("begin to capture"),
	    N_("another daemon captures into this archive"), "%s", dir);
	return pb_fail_todo(
	    err, PB_ELOCKED, N_("leave the archive to one daemon: it is in the policies of two"));
}

enum pb_status
pb_capturing_look(const struct pb_world *world, const char *dir, bool *ret_unclean,
    uint64_t *ret_last_s, struct pb_error *err)
{
	const struct pb_files *files = world->files;
	struct pb_archive_status standing = { .last_time_s = 0 };
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_CAPTURING, NULL, err);
	bool unclean = false;
	int fd = -1;

	if (status == PB_OK)
		status = pb_io_open(files, path.text, O_RDWR | O_NOFOLLOW, 0, &fd, err);
	if (status == PB_OK) {
		unclean = true;
		status = lock(files, dir, fd, err);
		pb_io_close(files, &fd);
		if (status == PB_OK)
			status = pb_archive_describe(world, dir, &standing, err);
	} else if (status == PB_ENOENT) {
		status = PB_OK;
	}
	if (status != PB_OK)
		return status;
	*ret_unclean = unclean;
	*ret_last_s = standing.last_time_s;
	return PB_OK;
}

enum pb_status
pb_capturing_begin(const struct pb_files *files, const char *dir, int *ret_fd, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_CAPTURING, NULL, err);
	int fd = -1;

	if (status == PB_OK)
		status =
		    pb_io_open(files, path.text, O_RDWR | O_CREAT | O_NOFOLLOW, 0600, &fd, err);
	if (status == PB_OK)
		status = lock(files, dir, fd, err);
	if (status == PB_OK)
		status = pb_io_sync(files, fd, path.text, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(files, dir, err);
	if (status == PB_OK)
		*ret_fd = fd;
	else
		pb_io_close(files, &fd);
	return status;
}

enum pb_status
pb_capturing_end(const struct pb_files *files, const char *dir, int *take_fd, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_CAPTURING, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	if (answer < 0 && answer != -ENOENT)
		return pb_fail_sys(err, answer, N_("note that capture was stopped"), "%s", dir);
	pb_io_close(files, take_fd);
	return pb_io_sync_dir(files, dir, err);
}
