#include "capture/file.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>

#include "capture/look.h"
#include "capture/mbox.h"
#include "capture/packed.h"
#include "core/error.h"
#include "core/io.h"

#define CHUNK (64 * 1024)

/* A regular file, read from front to back. */
struct opened {
	const struct pb_files *files;
	const char *path;
	int fd;
	uint64_t offset;
};

static enum pb_status
look_file(void *ctx, uint64_t offset, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct opened *opened = ctx;

	return pb_io_pread(opened->files, opened->fd, opened->path, to, len, offset, ret_len, err);
}

static enum pb_status
read_file(void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct opened *opened = ctx;
	enum pb_status status = look_file(ctx, opened->offset, to, len, ret_len, err);

	if (status == PB_OK)
		opened->offset += *ret_len;
	return status;
}

bool
pb_file_is_eml(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && path[len - 5] != '/' && strcasecmp(path + len - 4, ".eml") == 0;
}

/* What is known of it is that of the file that was opened.  One that was found is no link. */
static enum pb_status
open_file(const struct pb_files *files, const struct pb_message_origin *origin, bool named,
    int *ret_fd, struct pb_message_origin *ret_now, struct pb_error *err)
{
	int flags = O_RDONLY | (named ? 0 : O_NOFOLLOW);
	struct pb_file_info info;
	enum pb_status status = pb_io_open_regular(files, origin->path, flags, ret_fd, &info, err);

	if (status != PB_OK)
		return status;
	*ret_now = *origin;
	ret_now->file_size = info.size;
	ret_now->modified_us = info.modified_us;
	return PB_OK;
}

static enum pb_status
find_inside(const struct pb_files *files, int fd, const struct pb_message_origin *origin,
    enum pb_look look, bool *ret_plain, const struct pb_finds *finds, struct pb_error *err)
{
	struct opened opened = { files, origin->path, fd, 0 };
	const struct pb_bytes bytes = { &opened, read_file, look_file };

	*ret_plain = false;
	if (look == PB_LOOK_PACKED)
		return pb_packed_find(files, fd, origin, finds, ret_plain, err);
	finds->met(finds->ctx, PB_MET_MBOX);
	return pb_mbox_split(&bytes, origin, finds, err);
}

enum pb_status
pb_file_find(const struct pb_files *files, const struct pb_message_origin *origin, bool named,
    const struct pb_finds *finds, struct pb_error *err)
{
	enum pb_look look;
	uint8_t begin[PB_LOOK_LEN];
	struct pb_message_origin now;
	struct pb_error why = { 0 };
	enum pb_status status;
	bool plain = true;
	size_t len = 0;
	int fd = -1;

	if (open_file(files, origin, named, &fd, &now, &why) != PB_OK)
		return finds->refused(finds->ctx, origin, &why, err);
	if (pb_io_pread(files, fd, origin->path, begin, sizeof(begin), 0, &len, &why) != PB_OK) {
		pb_io_close(files, &fd);
		return finds->refused(finds->ctx, origin, &why, err);
	}
	status = PB_OK;
	look = pb_look(begin, len);
	if (look != PB_LOOK_OTHER)
		status = find_inside(files, fd, &now, look, &plain, finds, err);
	pb_io_close(files, &fd);
	if (status != PB_OK || !plain)
		return status;
	if (named)
		return finds->file(finds->ctx, &now, PB_FILE_NAMED, err);
	finds->skipped(finds->ctx, origin);
	return PB_OK;
}

enum pb_status
pb_file_stream(const struct pb_bytes *bytes, const struct pb_message_origin *origin,
    const struct pb_finds *finds, struct pb_error *err)
{
	struct pb_error why = { 0 };
	uint8_t chunk[CHUNK];
	enum pb_status status;
	bool wanted = true;
	size_t len;

	status = finds->begin(finds->ctx, origin, &wanted, err);
	while (status == PB_OK && wanted) {
		if (bytes->read(bytes->ctx, chunk, sizeof(chunk), &len, &why) != PB_OK) {
			finds->cut(finds->ctx);
			return finds->refused(finds->ctx, origin, &why, err);
		}
		if (len == 0)
			return finds->end(finds->ctx, origin, err);
		status = finds->write(finds->ctx, chunk, len, err);
	}
	return status;
}
