#include "copies/tarball.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#include "copies/names.h"
#include "copies/sums.h"
#include "core/error.h"
#include "core/io.h"

struct pb_tarball {
	const struct pb_files *files;
	const char *path;
	int fd;
	uint64_t at; /* octets of the file */
	int64_t time_s;
	struct archive *tar;
	struct pb_digest *sha256;
	struct pb_buf sums;
	struct pb_copy_sink sink;
	enum pb_status status; /* of what libarchive called us for */
	struct pb_error err;
};

static const char WRITE[] = N_("write a backup");

static la_ssize_t
write_out(struct archive *tar, void *ctx, const void *data, size_t len)
{
	struct pb_tarball *t = ctx;

	t->status = pb_io_pwrite(t->files, t->fd, t->path, data, len, t->at, &t->err);
	if (t->status != PB_OK) {
		archive_set_error(tar, EIO, "%s", "write");
		return -1;
	}
	t->at += len;
	return (la_ssize_t)len;
}

/* Ours, if we failed when it called; else libarchive's own, which is for want of memory. */
static enum pb_status
failed(const struct pb_tarball *t, struct pb_error *err)
{
	if (t->status == PB_OK)
		return pb_fail_memory(err, WRITE);
	if (err != NULL)
		*err = t->err;
	return t->status;
}

static enum pb_status
write_data(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	struct pb_tarball *t = ctx;

	pb_digest_update(t->sha256, data, len);
	return archive_write_data(t->tar, data, len) == (la_ssize_t)len ? PB_OK : failed(t, err);
}

static enum pb_status
write_header(struct pb_tarball *t, const struct pb_copied *file, struct pb_error *err)
{
	struct archive_entry *entry = archive_entry_new2(t->tar);
	int answer = ARCHIVE_FATAL;

	if (entry == NULL)
		return pb_fail_memory(err, WRITE);
	archive_entry_set_pathname(entry, file->path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_mtime(entry, t->time_s, 0);
	archive_entry_set_size(entry, (la_int64_t)file->len);
	answer = archive_write_header(t->tar, entry);
	archive_entry_free(entry);
	return answer == ARCHIVE_OK ? PB_OK : failed(t, err);
}

/* A source that cannot be read is found before its header stands. */
static enum pb_status
probe(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	(void)ctx;
	(void)data;
	(void)len;
	(void)err;
	return PB_OK;
}

static enum pb_status
put(void *ctx, const struct pb_copied *file, struct pb_error *err)
{
	struct pb_copied end = *file;
	struct pb_tarball *t = ctx;
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	end.len = file->len > 0 ? 1 : 0;
	status = pb_copied_read(t->files, &end, 0, false, probe, NULL, err);
	if (status == PB_OK)
		status = write_header(t, file, err);
	if (status == PB_OK)
		status = pb_copied_read(t->files, file, 0, false, write_data, t, err);
	pb_digest_final(t->sha256, sha256);
	if (status == PB_OK && pb_copies_sums_add(&t->sums, file->path, sha256) != PB_OK)
		status = pb_fail_memory(err, WRITE);
	return status;
}

enum pb_status
pb_tarball_new(const struct pb_files *files, int fd, const char *path, int64_t time_s,
    struct pb_tarball **ret_tarball, struct pb_error *err)
{
	struct pb_tarball *t = calloc(1, sizeof(*t));
	enum pb_status status;

	if (t == NULL)
		return pb_fail_memory(err, WRITE);
	*t = (struct pb_tarball){ .files = files, .fd = fd, .path = path, .time_s = time_s };
	t->sink = (struct pb_copy_sink){ t, put };
	status = pb_digest_new(PB_DIGEST_SHA256, &t->sha256, err);
	if (status == PB_OK && (t->tar = archive_write_new()) == NULL)
		status = pb_fail_memory(err, WRITE);
	if (status == PB_OK &&
	    (archive_write_set_format_pax_restricted(t->tar) != ARCHIVE_OK ||
		archive_write_add_filter_none(t->tar) != ARCHIVE_OK ||
		archive_write_open(t->tar, t, NULL, write_out, NULL) != ARCHIVE_OK))
		status = failed(t, err);
	if (status != PB_OK) {
		pb_tarball_free(t);
		return status;
	}
	*ret_tarball = t;
	return PB_OK;
}

const struct pb_copy_sink *
pb_tarball_sink(const struct pb_tarball *tarball)
{
	return &tarball->sink;
}

enum pb_status
pb_tarball_end(struct pb_tarball *t, uint64_t *ret_len, struct pb_error *err)
{
	const struct pb_copied sums = {
		.path = PB_COPIES_SUMS, .data = t->sums.data, .len = t->sums.len
	};
	enum pb_status status = write_header(t, &sums, err);

	if (status == PB_OK)
		status = pb_copied_read(t->files, &sums, 0, false, write_data, t, err);
	if (status == PB_OK && archive_write_close(t->tar) != ARCHIVE_OK)
		status = failed(t, err);
	if (status == PB_OK)
		*ret_len = t->at;
	return status;
}

void
pb_tarball_free(struct pb_tarball *t)
{
	if (t == NULL)
		return;
	if (t->tar != NULL)
		(void)archive_write_free(t->tar);
	pb_digest_free(t->sha256);
	pb_buf_done(&t->sums);
	free(t);
}
