/* Whole files: read, created, replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"

#define READ_STEP (64 * 1024)

/* Append to buf what is left of fd; one byte past max is enough to know. */
static enum pb_status
read_rest(const struct pb_files *files, int fd, const char *path, size_t max, struct pb_buf *buf,
    struct pb_error *err)
{
	static const char reading[] = N_("read a file");
	enum pb_status status;
	size_t n, want, done = 0;

	for (;;) {
		want = max - done < READ_STEP ? max - done + 1 : READ_STEP;
		/* Into the room that is there: a key that is read is not copied about as it grows.
		 */
		if (buf->cap > buf->len && want > buf->cap - buf->len)
			want = buf->cap - buf->len;
		if (pb_buf_reserve(buf, want) != PB_OK)
			return pb_fail_memory(err, reading);
		status = pb_io_read(files, fd, path, buf->data + buf->len, want, &n, err);
		if (status != PB_OK || n == 0)
			return status;
		if (n > max - done)
			return pb_fail(err, PB_ELIMIT, reading,
			    N_("it is longer than such a file may be"), "%s", path);
		buf->len += n;
		done += n;
	}
}

static enum pb_status
read_opened(const struct pb_files *files, int take_fd, const char *path, size_t max,
    struct pb_buf *buf, struct pb_error *err)
{
	size_t before = buf->len;
	enum pb_status status = read_rest(files, take_fd, path, max, buf, err);

	if (status != PB_OK)
		buf->len = before;
	pb_io_close(files, &take_fd);
	return status;
}

enum pb_status
pb_io_read_file(const struct pb_files *files, const char *path, size_t max, struct pb_buf *buf,
    struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open(files, path, O_RDONLY | O_NOCTTY, 0, &fd, err);
	return status == PB_OK ? read_opened(files, fd, path, max, buf, err) : status;
}

enum pb_status
pb_io_read_regular(const struct pb_files *files, const char *path, size_t max, struct pb_buf *buf,
    struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDONLY, &fd, NULL, err);
	return status == PB_OK ? read_opened(files, fd, path, max, buf, err) : status;
}

enum pb_status
pb_io_read_unlinked(const struct pb_files *files, const char *path, size_t max, struct pb_buf *buf,
    struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDONLY | O_NOFOLLOW, &fd, NULL, err);
	return status == PB_OK ? read_opened(files, fd, path, max, buf, err) : status;
}

/* The directory that holds path's entry; NULL if there is no memory. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static enum pb_status
sync_directory_of(const struct pb_files *files, const char *path, struct pb_error *err)
{
	char *dir = directory_of(path);
	enum pb_status status;

	if (dir == NULL)
		return pb_fail_memory(err, N_("make a directory durable"));
	status = pb_io_sync_dir(files, dir, err);
	free(dir);
	return status;
}

/* A new file of these bytes.  Once the file exists, a failure removes it again. */
static enum pb_status
write_new(const struct pb_files *files, const char *path, const void *data, size_t len,
    bool durable, struct pb_error *err)
{
	enum pb_status status;
	int fd = -1;

	status = pb_io_open(files, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &fd, err);
	if (status != PB_OK)
		return status;
	status = pb_io_pwrite(files, fd, path, data, len, 0, err);
	if (status == PB_OK && durable)
		status = pb_io_sync(files, fd, path, err);
	pb_io_close(files, &fd);
	if (status != PB_OK)
		(void)files->unlink(files->ctx, path);
	return status;
}

/*
 * The calls, and what a crash after each leaves:
 *   open    an empty file, or none
 *   write   a file of any part of the bytes, or none
 *   sync    the whole file, or none
 *   sync_dir  the whole file
 */
enum pb_status
pb_io_create_file(const struct pb_files *files, const char *path, const void *data, size_t len,
    struct pb_error *err)
{
	enum pb_status status;

	status = write_new(files, path, data, len, true, err);
	if (status != PB_OK)
		return status;
	status = sync_directory_of(files, path, err);
	if (status != PB_OK)
		(void)files->unlink(files->ctx, path);
	return status;
}

static enum pb_status
remove_stale(const struct pb_files *files, const char *path, struct pb_error *err)
{
	int answer = files->unlink(files->ctx, path);

	if (answer != 0 && answer != -ENOENT)
		return pb_fail_sys(err, answer, N_("remove an old temporary file"), "%s", path);
	return PB_OK;
}

/*
 * The calls, and what a crash after each leaves, when durable:
 *   unlink, open, write, sync   the old file; perhaps a temporary one
 *   rename    the old file or the new one, whole
 *   sync_dir  the new file
 */
enum pb_status
pb_io_replace_file(const struct pb_files *files, const char *path, const char *temporary,
    const void *data, size_t len, bool durable, struct pb_error *err)
{
	enum pb_status status;
	int answer;

	status = remove_stale(files, temporary, err);
	if (status != PB_OK)
		return status;
	status = write_new(files, temporary, data, len, durable, err);
	if (status != PB_OK)
		return status;
	answer = files->rename(files->ctx, temporary, path);
	if (answer != 0) {
		(void)files->unlink(files->ctx, temporary);
		return pb_fail_sys(err, answer, N_("replace a file"), "%s", path);
	}
	return durable ? sync_directory_of(files, path, err) : PB_OK;
}
