#include "copies/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "vault/segment.h"

/* Of whole slots, so that none lies across two pieces. */
#define CHUNK ((size_t)PB_SLOT_LEN * 4096)

void
pb_copied_blank(enum pb_copied_kind kind, uint64_t offset, uint8_t *data, size_t len)
{
	if (kind == PB_COPIED_SLOTS && offset == 0)
		memset(data, 0, len < PB_SLOT_LEN ? len : PB_SLOT_LEN);
}

static enum pb_status
read_file(const struct pb_files *files, const struct pb_copied *file, uint64_t offset,
    bool from_medium, pb_copied_fn *each, void *ctx, struct pb_error *err)
{
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status = chunk == NULL ? pb_fail_memory(err, N_("copy a file")) : PB_OK;
	int fd = -1;

	if (status == PB_OK)
		status = pb_io_open_regular(files, file->source, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK && from_medium)
		(void)files->drop_cache(files->ctx, fd);
	while (status == PB_OK && offset < file->len) {
		size_t len = file->len - offset < CHUNK ? (size_t)(file->len - offset) : CHUNK;

		status = pb_io_pread_exact(files, fd, file->source, chunk, len, offset, err);
		if (status == PB_OK) {
			pb_copied_blank(file->kind, offset, chunk, len);
			status = each(ctx, chunk, len, err);
		}
		offset += len;
	}
	pb_io_close(files, &fd);
	free(chunk);
	return status;
}

enum pb_status
pb_copied_read(const struct pb_files *files, const struct pb_copied *file, uint64_t offset,
    bool from_medium, pb_copied_fn *each, void *ctx, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (file->source != NULL)
		return read_file(files, file, offset, from_medium, each, ctx, err);
	while (status == PB_OK && offset < file->len) {
		size_t len = file->len - offset < CHUNK ? (size_t)(file->len - offset) : CHUNK;

		status = each(ctx, file->data + offset, len, err);
		offset += len;
	}
	return status;
}
