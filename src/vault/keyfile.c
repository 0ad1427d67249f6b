#include "vault/keyfile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "vault/cut.h"

/* Slots whose offsets a file can have. */
#define SLOTS_MAX ((uint64_t)INT64_MAX / PB_SLOT_LEN)

struct pb_keyfile {
	const struct pb_files *files; /* borrowed */
	char *path;
	int fd;
	uint64_t size; /* bytes when it was opened */
};

static enum pb_status
keyfile_new(const struct pb_files *files, const char *dir, const char *name,
    struct pb_keyfile **ret_keyfile, struct pb_error *err)
{
	struct pb_keyfile *keyfile = calloc(1, sizeof(*keyfile));

	if (keyfile != NULL) {
		keyfile->files = files;
		keyfile->fd = -1;
		keyfile->path = pb_segment_path(dir, "keys", name, ".key");
	}
	if (keyfile == NULL || keyfile->path == NULL) {
		pb_keyfile_close(keyfile);
		return pb_fail_memory(err, N_("open a key file"));
	}
	*ret_keyfile = keyfile;
	return PB_OK;
}

enum pb_status
pb_keyfile_open(const struct pb_files *files, const char *dir, const char *name, bool write,
    struct pb_keyfile **ret_keyfile, struct pb_error *err)
{
	struct pb_keyfile *keyfile = NULL;
	struct pb_file_info info;
	enum pb_status status;

	status = keyfile_new(files, dir, name, &keyfile, err);
	if (status != PB_OK)
		goto out;
	/* What is written to must be ours, and not where a link in a foreign archive leads. */
	status = pb_io_open_regular(
	    files, keyfile->path, write ? O_RDWR | O_NOFOLLOW : O_RDONLY, &keyfile->fd, &info, err);
	if (status != PB_OK)
		goto out;
	keyfile->size = info.size;
	*ret_keyfile = keyfile;
	keyfile = NULL;
out:
	pb_keyfile_close(keyfile);
	return status;
}

enum pb_status
pb_keyfile_create(const struct pb_files *files, const char *dir, const char *name,
    struct pb_keyfile **ret_keyfile, struct pb_error *err)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct pb_keyfile *keyfile = NULL;
	enum pb_status status;

	status = keyfile_new(files, dir, name, &keyfile, err);
	if (status != PB_OK)
		goto out;
	status =
	    pb_io_open(files, keyfile->path, O_RDWR | O_CREAT | O_EXCL, 0600, &keyfile->fd, err);
	if (status != PB_OK)
		goto out;
	status = pb_io_pwrite(files, keyfile->fd, keyfile->path, zeros, sizeof(zeros), 0, err);
	if (status != PB_OK) {
		(void)files->unlink(files->ctx, keyfile->path);
		goto out;
	}
	keyfile->size = sizeof(zeros);
	*ret_keyfile = keyfile;
	keyfile = NULL;
out:
	pb_keyfile_close(keyfile);
	return status;
}

uint64_t
pb_keyfile_size(const struct pb_keyfile *keyfile)
{
	return keyfile->size;
}

enum pb_status
pb_keyfile_read(
    struct pb_keyfile *keyfile, uint64_t number, uint8_t out[PB_SLOT_LEN], struct pb_error *err)
{
	uint8_t slot[PB_SLOT_LEN];
	enum pb_status status;

	if (number >= SLOTS_MAX)
		return pb_fail(err, PB_ECORRUPT, N_("read a key slot"), N_("no file is that long"),
		    "%s slot %llu", keyfile->path, (unsigned long long)number);
	status = pb_io_pread_exact(keyfile->files, keyfile->fd, keyfile->path, slot, sizeof(slot),
	    number * PB_SLOT_LEN, err);
	if (status == PB_OK)
		memcpy(out, slot, sizeof(slot));
	return status;
}

enum pb_status
pb_keyfile_write(struct pb_keyfile *keyfile, uint64_t first, const uint8_t *slots, size_t count,
    struct pb_error *err)
{
	if (first > SLOTS_MAX || count > SLOTS_MAX - first)
		return pb_fail(err, PB_ELIMIT, N_("write key slots"), N_("no file is that long"),
		    "%s slot %llu", keyfile->path, (unsigned long long)first);
	return pb_io_pwrite(keyfile->files, keyfile->fd, keyfile->path, slots, count * PB_SLOT_LEN,
	    first * PB_SLOT_LEN, err);
}

enum pb_status
pb_keyfile_sync(struct pb_keyfile *keyfile, struct pb_error *err)
{
	return pb_io_sync(keyfile->files, keyfile->fd, keyfile->path, err);
}

enum pb_status
pb_keyfile_cut(struct pb_keyfile *keyfile, uint64_t records, struct pb_error *err)
{
	if (records >= SLOTS_MAX)
		return pb_fail(err, PB_EINVAL, N_("cut a key file"), N_("no file is that long"),
		    "%s", keyfile->path);
	return pb_cut_file(
	    keyfile->files, keyfile->fd, keyfile->path, (records + 1) * PB_SLOT_LEN, true, err);
}

void
pb_keyfile_close(struct pb_keyfile *keyfile)
{
	if (keyfile == NULL)
		return;
	pb_io_close(keyfile->files, &keyfile->fd);
	free(keyfile->path);
	free(keyfile);
}
