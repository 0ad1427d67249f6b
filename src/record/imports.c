#include "record/imports.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"

#define KEY_LEN PB_IMPORTS_KEY_LEN
#define ENTRY_LEN PB_IMPORTS_ENTRY_LEN
#define BATCH 1024 /* entries read or written at a time */

struct forgetting {
	const struct pb_files *files;
	const char *path;
	int fd;
	const uint8_t *commitments;
	size_t count;
};

static const char FORGETTING[] = N_("forget what was imported");

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, KEY_LEN);
}

/* Of `len` octets, the last entry perhaps cut short: a power cut leaves such. */
static bool
zero_those(const struct forgetting *f, uint8_t *batch, size_t len)
{
	bool found = false;
	size_t at;

	for (at = 0; at + KEY_LEN <= len; at += ENTRY_LEN) {
		if (bsearch(batch + at, f->commitments, f->count, KEY_LEN, compare) == NULL)
			continue;
		memset(batch + at, 0, len - at < ENTRY_LEN ? len - at : ENTRY_LEN);
		found = true;
	}
	return found;
}

static enum pb_status
forget_entries(const struct forgetting *f, struct pb_error *err)
{
	uint8_t batch[BATCH * ENTRY_LEN];
	uint64_t offset = PB_IMPORTS_HEAD_LEN;
	enum pb_status status = PB_OK;
	size_t len = sizeof(batch);

	for (; status == PB_OK && len == sizeof(batch); offset += len) {
		status =
		    pb_io_pread(f->files, f->fd, f->path, batch, sizeof(batch), offset, &len, err);
		if (status == PB_OK && zero_those(f, batch, len))
			status = pb_io_pwrite(f->files, f->fd, f->path, batch, len, offset, err);
	}
	return status == PB_OK ? pb_io_sync(f->files, f->fd, f->path, err) : status;
}

/* Without its magic number nobody can say where entries stand. */
static enum pb_status
forget_all(const struct forgetting *f, const char *dir, struct pb_error *err)
{
	int answer = f->files->unlink(f->files->ctx, f->path);

	if (answer < 0)
		return pb_fail_sys(err, answer, FORGETTING, "%s", f->path);
	return pb_io_sync_dir(f->files, dir, err);
}

static enum pb_status
forget(const struct forgetting *f, const char *dir, struct pb_error *err)
{
	uint8_t magic[sizeof(PB_IMPORTS_MAGIC) - 1];
	size_t len;
	enum pb_status status =
	    pb_io_pread(f->files, f->fd, f->path, magic, sizeof(magic), 0, &len, err);

	if (status != PB_OK)
		return status;
	if (len == sizeof(magic) && memcmp(magic, PB_IMPORTS_MAGIC, sizeof(magic)) == 0)
		return forget_entries(f, err);
	return forget_all(f, dir, err);
}

enum pb_status
pb_imports_forget(const struct pb_files *files, const char *dir, uint8_t *commitments, size_t count,
    struct pb_error *err)
{
	char *path = pb_path_join(dir, PB_IMPORTS_FILE);
	struct forgetting f = { files, path, -1, commitments, count };
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, FORGETTING);
	if (count > 0)
		qsort(commitments, count, KEY_LEN, compare);
	status = count > 0 ? pb_io_open_regular(files, path, O_RDWR | O_NOFOLLOW, &f.fd, NULL, err)
			   : PB_ENOENT;
	if (status == PB_OK)
		status = forget(&f, dir, err);
	else if (status == PB_ENOENT)
		status = PB_OK;
	pb_io_close(files, &f.fd);
	free(path);
	return status;
}
