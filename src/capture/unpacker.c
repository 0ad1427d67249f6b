#include "capture/unpacker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"

static const char READING[] = N_("read an archive");

/* Of an entry's path in an error: enough to know it by. */
#define SHOWN 80
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- the file under it ---------------------------------------------------------------------- */

static la_ssize_t
read_file(struct archive *archive, void *ctx, const void **ret_data)
{
	struct pb_unpacker *u = ctx;
	size_t len = 0;
	enum pb_status status = pb_io_pread(
	    u->files, u->fd, u->name, u->chunk, sizeof(u->chunk), u->offset, &len, &u->failed);

	if (status != PB_OK) {
		archive_set_error(archive, EIO, "the file cannot be read");
		return ARCHIVE_FATAL;
	}
	u->offset += len;
	*ret_data = u->chunk;
	return (la_ssize_t)len;
}

static la_int64_t
skip_file(struct archive *archive, void *ctx, la_int64_t request)
{
	struct pb_unpacker *u = ctx;
	uint64_t left = u->size > u->offset ? u->size - u->offset : 0;

	(void)archive;
	if (request <= 0 || left == 0)
		return 0;
	if ((uint64_t)request > left)
		request = (la_int64_t)left;
	u->offset += (uint64_t)request;
	return request;
}

static la_int64_t
seek_file(struct archive *archive, void *ctx, la_int64_t offset, int whence)
{
	struct pb_unpacker *u = ctx;
	la_int64_t from = whence == SEEK_SET   ? 0
			  : whence == SEEK_CUR ? (la_int64_t)u->offset
					       : (la_int64_t)u->size;

	(void)archive;
	if (offset < -from || offset > (la_int64_t)u->size - from)
		return ARCHIVE_FATAL;
	u->offset = (uint64_t)(from + offset);
	return (la_int64_t)u->offset;
}

/* ---- what libarchive says ------------------------------------------------------------------- */

void
pb_unpacker_where(struct pb_unpacker *unpacker, char *out, size_t size)
{
	const char *path =
	    pb_unpacker_is(unpacker, ARCHIVE_FORMAT_RAW) ? NULL : pb_unpacker_path(unpacker);

	if (path != NULL)
		(void)snprintf(out, size, "%s: %.*s%s", unpacker->name, SHOWN, path,
		    strlen(path) > SHOWN ? "..." : "");
	else if (unpacker->count > 0 && !pb_unpacker_is(unpacker, ARCHIVE_FORMAT_RAW))
		(void)snprintf(out, size, "%s, behind entry %llu", unpacker->name,
		    (unsigned long long)unpacker->count);
	else
		(void)snprintf(out, size, "%s", unpacker->name);
}

/* Its reason stands in the object, since it is no literal of ours. */
enum pb_status
pb_unpacker_fail(struct pb_unpacker *unpacker, struct pb_error *err)
{
	const char *reason = archive_error_string(unpacker->archive);
	char where[sizeof(err->object)];

	if (unpacker->failed.status != PB_OK) {
		if (err != NULL)
			*err = unpacker->failed;
		return unpacker->failed.status;
	}
	if (archive_errno(unpacker->archive) == ENOMEM)
		return pb_fail_memory(err, READING);
	pb_unpacker_where(unpacker, where, sizeof(where));
	return pb_fail(err, PB_ECORRUPT, READING,
	    N_("it is damaged, or made in a way not known here"), "%s (%s)", where,
	    reason != NULL ? reason : "libarchive");
}

/*
 * Octets in a name are handed out as they are; names that the archive says are Unicode become
 * those of the locale.  In UTF-8 they are the same on every machine.
 */
static locale_t
enter_utf8(const struct pb_unpacker *unpacker)
{
	return unpacker->utf8 != (locale_t)0 ? uselocale(unpacker->utf8) : (locale_t)0;
}

static void
leave_utf8(locale_t before)
{
	if (before != (locale_t)0)
		(void)uselocale(before);
}

enum pb_status
pb_unpacker_next(struct pb_unpacker *unpacker, struct pb_error *err)
{
	locale_t before = enter_utf8(unpacker);
	int answer;

	do
		answer = archive_read_next_header2(unpacker->archive, unpacker->entry);
	while (answer == ARCHIVE_RETRY);
	leave_utf8(before);
	if (answer == ARCHIVE_EOF)
		return PB_EEND;
	if (answer < ARCHIVE_WARN)
		return pb_unpacker_fail(unpacker, err);
	unpacker->count++;
	return PB_OK;
}

const char *
pb_unpacker_path(struct pb_unpacker *unpacker)
{
	locale_t before = enter_utf8(unpacker);
	const char *path = archive_entry_pathname(unpacker->entry);

	if (path == NULL)
		path = archive_entry_pathname_utf8(unpacker->entry);
	leave_utf8(before);
	return path;
}

bool
pb_unpacker_is(const struct pb_unpacker *unpacker, int format)
{
	return (archive_format(unpacker->archive) & ARCHIVE_FORMAT_BASE_MASK) == format;
}

const char *
pb_unpacker_format(const struct pb_unpacker *unpacker)
{
	switch (archive_format(unpacker->archive) & ARCHIVE_FORMAT_BASE_MASK) {
	case ARCHIVE_FORMAT_TAR:
		return "tar";
	case ARCHIVE_FORMAT_ZIP:
		return "zip";
	case ARCHIVE_FORMAT_7ZIP:
		return "7z";
	case ARCHIVE_FORMAT_CPIO:
		return "cpio";
	default:
		return "single";
	}
}

/* libarchive's number 0 made the format's octets; its last is the file itself. */
int
pb_unpacker_filters(const struct pb_unpacker *unpacker)
{
	return archive_filter_count(unpacker->archive) - 1;
}

const char *
pb_unpacker_filter(const struct pb_unpacker *unpacker, int number)
{
	int count = pb_unpacker_filters(unpacker);

	switch (archive_filter_code(unpacker->archive, count - 1 - number)) {
	case ARCHIVE_FILTER_GZIP:
		return "gzip";
	case ARCHIVE_FILTER_BZIP2:
		return "bzip2";
	case ARCHIVE_FILTER_XZ:
		return "xz";
	case ARCHIVE_FILTER_ZSTD:
		return "zstd";
	case ARCHIVE_FILTER_LZ4:
		return "lz4";
	default:
		return NULL;
	}
}

/* ---- opening -------------------------------------------------------------------------------- */

typedef int support_fn(struct archive *archive);

static support_fn *const everything[] = { archive_read_support_filter_gzip,
	archive_read_support_filter_bzip2, archive_read_support_filter_xz,
	archive_read_support_filter_zstd, archive_read_support_filter_lz4,
	archive_read_support_format_tar, archive_read_support_format_zip,
	archive_read_support_format_7zip, archive_read_support_format_cpio,
	archive_read_support_format_raw };
static support_fn *const zip_stream[] = { archive_read_support_format_zip_streamable };

/* ARCHIVE_WARN: it would start an external program for that filter, so it was built without. */
static enum pb_status
support(struct archive *archive, support_fn *const supports[], size_t count, struct pb_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (supports[i](archive) != ARCHIVE_OK)
			return pb_fail(err, PB_EUNAVAIL, READING,
			    N_("libarchive was built without a compression that is needed"), "%s",
			    archive_error_string(archive) != NULL ? archive_error_string(archive)
								  : "libarchive");
	return PB_OK;
}

/*
 * The entry is ours, and its memory looked for here: libarchive 3.6 has one of its own that it
 * takes to be there.
 */
static enum pb_status
open_archive(struct pb_unpacker *u, bool stream, struct pb_error *err)
{
	enum pb_status status;

	if ((u->archive = archive_read_new()) == NULL ||
	    (u->entry = archive_entry_new2(u->archive)) == NULL)
		return pb_fail_memory(err, READING);
	status = stream ? support(u->archive, zip_stream, LENGTH(zip_stream), err)
			: support(u->archive, everything, LENGTH(everything), err);
	if (status != PB_OK)
		return status;
	if (archive_read_set_callback_data(u->archive, u) != ARCHIVE_OK ||
	    archive_read_set_read_callback(u->archive, read_file) != ARCHIVE_OK ||
	    archive_read_set_skip_callback(u->archive, skip_file) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(u->archive, seek_file) != ARCHIVE_OK ||
	    archive_read_open1(u->archive) != ARCHIVE_OK)
		return pb_unpacker_fail(u, err);
	return PB_OK;
}

enum pb_status
pb_unpacker_open(struct pb_unpacker *unpacker, const struct pb_files *files, int fd, uint64_t size,
    const char *name, bool stream, struct pb_error *err)
{
	unpacker->files = files;
	unpacker->name = name;
	unpacker->fd = fd;
	unpacker->size = size;
	unpacker->offset = unpacker->count = 0;
	unpacker->archive = NULL;
	unpacker->entry = NULL;
	unpacker->failed = (struct pb_error){ .status = PB_OK };
	unpacker->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	return open_archive(unpacker, stream, err);
}

void
pb_unpacker_close(struct pb_unpacker *unpacker)
{
	archive_entry_free(unpacker->entry);
	if (unpacker->archive != NULL)
		(void)archive_read_free(unpacker->archive);
	if (unpacker->utf8 != (locale_t)0)
		freelocale(unpacker->utf8);
	pb_wipe(unpacker->chunk, sizeof(unpacker->chunk));
}
