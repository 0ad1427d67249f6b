/* Segments and key files of a copy, which only grow. */
#include <fcntl.h>
#include <string.h>

#include "copies/tree_state.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/segment.h"

static const char COPY[] = N_("copy the archive");

struct appending {
	struct pb_tree_copy *tree;
	struct pb_tree_item *item;
	const char *path;
	int fd;
	uint64_t at;   /* of the source */
	uint64_t size; /* of the copy before */
};

/* Slots that became zeros since. */
static enum pb_status
note_erased(struct appending *a, const uint8_t *data, size_t len, struct pb_error *err)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	uint8_t there[PB_SLOT_LEN];
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i + PB_SLOT_LEN <= len; i += PB_SLOT_LEN) {
		uint64_t offset = a->at + i;

		if (memcmp(data + i, zeros, PB_SLOT_LEN) != 0)
			continue;
		status = pb_io_pread_exact(
		    a->tree->files, a->fd, a->path, there, PB_SLOT_LEN, offset, err);
		if (status == PB_OK && memcmp(there, zeros, PB_SLOT_LEN) != 0 &&
		    pb_runs_add(&a->item->erase, offset / PB_SLOT_LEN, offset / PB_SLOT_LEN) !=
			PB_OK)
			status = pb_fail_memory(err, COPY);
	}
	return status;
}

/* Only slots come with what stands there already. */
static enum pb_status
append(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	struct appending *a = ctx;
	enum pb_status status = PB_OK;
	size_t old = 0;

	if (a->at < a->size) {
		old = a->size - a->at < len ? (size_t)(a->size - a->at) : len;
		status = note_erased(a, data, old, err);
	}
	if (status == PB_OK && old < len) {
		status = pb_io_pwrite(
		    a->tree->files, a->fd, a->path, data + old, len - old, a->at + old, err);
		a->tree->copied.written += len - old;
	}
	a->at += len;
	return status;
}

enum pb_status
pb_tree_copy_append(struct pb_tree_copy *t, const struct pb_copied *file, struct pb_tree_item *item,
    struct pb_error *err)
{
	struct appending a = { .tree = t, .item = item, .fd = -1 };
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, file->path, NULL, err);

	a.path = path.text;
	if (status == PB_OK)
		status = pb_io_open(t->files, path.text, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
		    0600, &a.fd, err);
	if (status == PB_OK && t->files->stat_fd(t->files->ctx, a.fd, &info) < 0)
		status = pb_fail(err, PB_EIO, COPY, N_("it cannot be looked at"), "%s", path.text);
	if (status == PB_OK && info.type != PB_FILE_REGULAR)
		status =
		    pb_fail(err, PB_ECORRUPT, COPY, N_("it is no regular file"), "%s", path.text);
	if (status == PB_OK && info.size > file->len) {
		(void)pb_fail(err, PB_ECORRUPT, COPY,
		    N_("the copy holds more of it than the archive"), "%s", path.text);
		status = pb_fail_todo(err, PB_ECORRUPT,
		    N_("the archive is older than its copy: look which of the two is right "
		       "before anything is written"));
	}
	if (status == PB_OK) {
		a.size = info.size;
		a.at = file->kind == PB_COPIED_SLOTS ? 0 : info.size;
		status = pb_copied_read(t->files, file, a.at, false, append, &a, err);
	}
	if (status == PB_OK && info.size < file->len)
		status = pb_io_sync(t->files, a.fd, path.text, err);
	pb_io_close(t->files, &a.fd);
	return status;
}
