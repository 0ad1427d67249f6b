#include "core/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

enum pb_status
pb_io_open(const struct pb_files *files, const char *path, int flags, unsigned mode, int *ret_fd,
    struct pb_error *err)
{
	int fd;

	do
		fd = files->open(files->ctx, path, flags, mode);
	while (fd == -EINTR);
	if (fd < 0)
		return pb_fail_sys(err, fd, N_("open a file"), "%s", path);
	*ret_fd = fd;
	return PB_OK;
}

enum pb_status
pb_io_open_regular(const struct pb_files *files, const char *path, int flags, int *ret_fd,
    struct pb_file_info *ret_info, struct pb_error *err)
{
	struct pb_file_info info;
	enum pb_status status;
	int fd = -1, answer;

	status = pb_io_open(files, path, flags | O_NONBLOCK | O_NOCTTY, 0, &fd, err);
	if (status != PB_OK)
		return status;
	answer = files->stat_fd(files->ctx, fd, &info);
	if (answer < 0)
		status = pb_fail_sys(err, answer, N_("open a file"), "%s", path);
	else if (info.type != PB_FILE_REGULAR)
		status = pb_fail(
		    err, PB_ECORRUPT, N_("open a file"), N_("it is not a file"), "%s", path);
	if (status != PB_OK) {
		pb_io_close(files, &fd);
		return status;
	}
	*ret_fd = fd;
	if (ret_info != NULL)
		*ret_info = info;
	return PB_OK;
}

void
pb_io_close(const struct pb_files *files, int *fd)
{
	/* What must last was synced before: this answer can't change it, and the fd is gone. */
	if (*fd >= 0)
		(void)files->close(files->ctx, *fd);
	*fd = -1;
}

enum pb_status
pb_io_read(const struct pb_files *files, int fd, const char *path, void *to, size_t len,
    size_t *ret_len, struct pb_error *err)
{
	int64_t n;

	do
		n = files->read(files->ctx, fd, to, len);
	while (n == -EINTR);
	if (n < 0)
		return pb_fail_sys(err, (long)n, N_("read a file"), "%s", path);
	pb_assert((uint64_t)n <= len);
	*ret_len = (size_t)n;
	return PB_OK;
}

enum pb_status
pb_io_pread(const struct pb_files *files, int fd, const char *path, void *to, size_t len,
    uint64_t offset, size_t *ret_len, struct pb_error *err)
{
	uint8_t *at = to;
	size_t done = 0;
	int64_t n;

	while (done < len) {
		n = files->pread(files->ctx, fd, at + done, len - done, offset + done);
		if (n == -EINTR)
			continue;
		if (n < 0)
			return pb_fail_sys(err, (long)n, N_("read a file"), "%s", path);
		if (n == 0)
			break;
		pb_assert((uint64_t)n <= len - done);
		done += (size_t)n;
	}
	*ret_len = done;
	return PB_OK;
}

enum pb_status
pb_io_pread_exact(const struct pb_files *files, int fd, const char *path, void *to, size_t len,
    uint64_t offset, struct pb_error *err)
{
	enum pb_status status;
	size_t done = 0;

	status = pb_io_pread(files, fd, path, to, len, offset, &done, err);
	if (status == PB_OK && done < len)
		status = pb_fail(err, PB_ECORRUPT, N_("read a file"),
		    N_("it ends before what it should hold"), "%s", path);
	return status;
}

enum pb_status
pb_io_pwrite(const struct pb_files *files, int fd, const char *path, const void *from, size_t len,
    uint64_t offset, struct pb_error *err)
{
	const uint8_t *at = from;
	size_t done = 0;
	int64_t n;

	while (done < len) {
		n = files->pwrite(files->ctx, fd, at + done, len - done, offset + done);
		if (n == -EINTR)
			continue;
		/* Nothing written, no reason given: as bad as an error, and no cause to spin. */
		if (n == 0)
			n = -EIO;
		if (n < 0)
			return pb_fail_sys(err, (long)n, N_("write a file"), "%s", path);
		pb_assert((uint64_t)n <= len - done);
		done += (size_t)n;
	}
	return PB_OK;
}

/*
 * Never repeated, after EINTR neither: Linux may mark pages clean that it failed
 * to write, and a second fsync then answers 0 for data that is lost.
 */
enum pb_status
pb_io_sync(const struct pb_files *files, int fd, const char *path, struct pb_error *err)
{
	int answer = files->sync(files->ctx, fd);

	if (answer != 0)
		return pb_fail_sys(err, answer, N_("make a file durable"), "%s", path);
	return PB_OK;
}

enum pb_status
pb_io_sync_dir(const struct pb_files *files, const char *path, struct pb_error *err)
{
	int answer = files->sync_dir(files->ctx, path);

	if (answer != 0)
		return pb_fail_sys(err, answer, N_("make a directory durable"), "%s", path);
	return PB_OK;
}

char *
pb_path_join(const char *dir, const char *name)
{
	size_t dir_len = strlen(dir), name_len = strlen(name);
	char *path = malloc(dir_len + 1 + name_len + 1);

	if (path == NULL)
		return NULL;
	memcpy(path, dir, dir_len);
	path[dir_len] = '/';
	memcpy(path + dir_len + 1, name, name_len + 1);
	return path;
}
