#include "bundle/file.h"

#include <fcntl.h>
#include <string.h>

#include "bundle/package.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

static const char what[] = N_("read a bundle");

static enum pb_status
read_file(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct pb_bundle_file *file = ctx;

	return pb_io_pread_exact(file->files, file->fd, file->path, to, len, offset, err);
}

enum pb_status
pb_bundle_file_open(const struct pb_files *files, const char *path, struct pb_bundle_file *file,
    struct pb_error *err)
{
	struct pb_file_info info;
	enum pb_status status;
	int fd = -1;

	status = pb_io_open_regular(files, path, O_RDONLY, &fd, &info, err);
	if (status != PB_OK)
		return status;
	*file = (struct pb_bundle_file){
		.files = files,
		.path = path,
		.fd = fd,
		.bytes = { .ctx = file, .len = info.size, .read = read_file },
	};
	return PB_OK;
}

void
pb_bundle_file_close(struct pb_bundle_file *file)
{
	if (file->files != NULL)
		pb_io_close(file->files, &file->fd);
	file->files = NULL;
}

enum pb_status
pb_bundle_file_looks(
    const struct pb_files *files, const char *path, bool *ret_looks, struct pb_error *err)
{
	struct pb_bundle_file file = { .fd = -1 };
	uint8_t first[4] = { 0 };
	enum pb_status status = pb_bundle_file_open(files, path, &file, err);

	if (status == PB_OK && file.bytes.len >= sizeof(first))
		status = read_file(&file, 0, first, sizeof(first), err);
	if (status == PB_OK)
		*ret_looks = memcmp(first, "PK\x03\x04", sizeof(first)) == 0;
	pb_bundle_file_close(&file);
	return status;
}

/* The entry that `wanted` accepts, the first; PB_EDATA if there is none. */
static enum pb_status
find(struct pb_zip_reader *reader, bool (*wanted)(const char *name), const char *path,
    struct pb_zip_entry *ret_entry, struct pb_error *err)
{
	enum pb_status status;

	while ((status = pb_zip_reader_next(reader, ret_entry, err)) == PB_OK)
		if (wanted(ret_entry->name))
			return PB_OK;
	if (status == PB_EEND)
		status = pb_fail(err, PB_EDATA, what, N_("it holds no checkpoint"), "%s", path);
	return status;
}

static bool
is_package(const char *name)
{
	size_t len = strlen(name);

	return strchr(name, '/') == NULL && len > 4 && strcmp(name + len - 4, ".zip") == 0;
}

static bool
is_checkpoint(const char *name)
{
	struct pb_package_name parsed;

	return pb_package_parse(name, &parsed) && parsed.kind == PB_PACKAGE_CHECKPOINT;
}

/* In the package that `bytes` are. */
static enum pb_status
take_checkpoint(const struct pb_zip_bytes *bytes, const char *path, struct pb_buf *checkpoint,
    struct pb_error *err)
{
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_entry entry;
	enum pb_status status = pb_zip_reader_new(bytes, &reader, err);

	if (status == PB_OK)
		status = find(reader, is_checkpoint, path, &entry, err);
	if (status == PB_OK)
		status = pb_zip_reader_whole(reader, &entry, PB_LIMIT_NOTE, checkpoint, err);
	pb_zip_reader_free(reader);
	return status;
}

enum pb_status
pb_bundle_file_checkpoint(
    const struct pb_files *files, const char *path, struct pb_buf *checkpoint, struct pb_error *err)
{
	struct pb_bundle_file file = { .fd = -1 };
	struct pb_zip_reader *outer = NULL;
	struct pb_zip_window window;
	struct pb_zip_entry entry;
	struct pb_zip_bytes inner;
	enum pb_status status;

	status = pb_bundle_file_open(files, path, &file, err);
	if (status == PB_OK)
		status = pb_zip_reader_new(&file.bytes, &outer, err);
	if (status == PB_OK)
		status = pb_zip_reader_next(outer, &entry, err);
	if (status == PB_OK && strcmp(entry.name, "mimetype") != 0) {
		status = take_checkpoint(&file.bytes, path, checkpoint, err);
	} else if (status == PB_OK) {
		status = find(outer, is_package, path, &entry, err);
		if (status == PB_OK) {
			pb_zip_window(outer, &entry, &window, &inner);
			status = take_checkpoint(&inner, path, checkpoint, err);
		}
	}
	/* It is the caller's file, to be named right: not an archive of ours that is damaged. */
	if (status == PB_ECORRUPT || status == PB_EEND)
		status = pb_fail(
		    err, PB_EDATA, what, N_("it is no bundle as FORMAT 5 says"), "%s", path);
	pb_zip_reader_free(outer);
	pb_bundle_file_close(&file);
	return status;
}
