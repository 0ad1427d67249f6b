#include "capture/container.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "capture/look.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

#define CHUNK (256 * 1024)

struct pb_container {
	const struct pb_files *files;
	const char *name; /* borrowed */
	int fd;
	uint64_t size;   /* of the file */
	uint64_t offset; /* of the next octet that libarchive is given */
	struct archive *archive;
	struct archive_entry *entry; /* libarchive's */
	locale_t utf8;               /* in which names become octets: UTF-8, whatever the user's */
	uint64_t count;              /* entries so far */
	uint64_t expanded;           /* octets that came out of it */
	struct pb_error failed;      /* reading the file failed */
	struct pb_bytes bytes;
	size_t look_len, look_at;
	uint8_t look[PB_LOOK_LEN];
	uint8_t chunk[CHUNK];
};

static const char READING[] = N_("read an archive");

/* ---- the file under it ---------------------------------------------------------------------- */

static la_ssize_t
read_file(struct archive *archive, void *ctx, const void **ret_data)
{
	struct pb_container *c = ctx;
	size_t len = 0;
	enum pb_status status = pb_io_pread(
	    c->files, c->fd, c->name, c->chunk, sizeof(c->chunk), c->offset, &len, &c->failed);

	if (status != PB_OK) {
		archive_set_error(archive, EIO, "the file cannot be read");
		return ARCHIVE_FATAL;
	}
	c->offset += len;
	*ret_data = c->chunk;
	return (la_ssize_t)len;
}

static la_int64_t
skip_file(struct archive *archive, void *ctx, la_int64_t request)
{
	struct pb_container *c = ctx;
	uint64_t left = c->size > c->offset ? c->size - c->offset : 0;

	(void)archive;
	if (request <= 0 || left == 0)
		return 0;
	if ((uint64_t)request > left)
		request = (la_int64_t)left;
	c->offset += (uint64_t)request;
	return request;
}

static la_int64_t
seek_file(struct archive *archive, void *ctx, la_int64_t offset, int whence)
{
	struct pb_container *c = ctx;
	la_int64_t from = whence == SEEK_SET   ? 0
			  : whence == SEEK_CUR ? (la_int64_t)c->offset
					       : (la_int64_t)c->size;

	(void)archive;
	if (offset < -from || offset > (la_int64_t)c->size - from)
		return ARCHIVE_FATAL;
	c->offset = (uint64_t)(from + offset);
	return (la_int64_t)c->offset;
}

/* ---- what libarchive says ------------------------------------------------------------------- */

/* Its reason stands in the object, since it is no literal of ours. */
static enum pb_status
fail(struct pb_container *c, struct pb_error *err)
{
	const char *reason = archive_error_string(c->archive);

	if (c->failed.status != PB_OK) {
		if (err != NULL)
			*err = c->failed;
		return c->failed.status;
	}
	if (archive_errno(c->archive) == ENOMEM)
		return pb_fail_memory(err, READING);
	return pb_fail(err, PB_ECORRUPT, READING,
	    N_("it is damaged, or made in a way not known here"), "%s (%s)", c->name,
	    reason != NULL ? reason : "libarchive");
}

/* ARCHIVE_WARN: it would start an external program for that filter, so it was built without. */
static enum pb_status
support(struct archive *archive, struct pb_error *err)
{
	static int (*const supports[])(struct archive *) = { archive_read_support_filter_gzip,
		archive_read_support_filter_bzip2, archive_read_support_filter_xz,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4,
		archive_read_support_format_tar, archive_read_support_format_zip,
		archive_read_support_format_7zip, archive_read_support_format_cpio,
		archive_read_support_format_raw };

	for (size_t i = 0; i < sizeof(supports) / sizeof(supports[0]); i++)
		if (supports[i](archive) != ARCHIVE_OK)
			return pb_fail(err, PB_EUNAVAIL, READING,
			    N_("libarchive was built without a compression that is needed"), "%s",
			    archive_error_string(archive) != NULL ? archive_error_string(archive)
								  : "libarchive");
	return PB_OK;
}

/*
 * Octets in a name are handed out as they are; names that the archive says are Unicode become
 * those of the locale.  In UTF-8 they are the same on every machine.
 */
static int
next_header(struct pb_container *c)
{
	locale_t before = c->utf8 != (locale_t)0 ? uselocale(c->utf8) : (locale_t)0;
	int answer;

	do
		answer = archive_read_next_header(c->archive, &c->entry);
	while (answer == ARCHIVE_RETRY);
	if (before != (locale_t)0)
		(void)uselocale(before);
	return answer;
}

static const char *
path_of(struct pb_container *c)
{
	locale_t before = c->utf8 != (locale_t)0 ? uselocale(c->utf8) : (locale_t)0;
	const char *path = archive_entry_pathname(c->entry);

	if (path == NULL)
		path = archive_entry_pathname_utf8(c->entry);
	if (before != (locale_t)0)
		(void)uselocale(before);
	return path;
}

static bool
is_format(struct pb_container *c, int format)
{
	return (archive_format(c->archive) & ARCHIVE_FORMAT_BASE_MASK) == format;
}

static const char *
format_of(struct pb_container *c)
{
	switch (archive_format(c->archive) & ARCHIVE_FORMAT_BASE_MASK) {
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

static const char *
filter_of(struct pb_container *c, int number)
{
	switch (archive_filter_code(c->archive, number)) {
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

/* ---- bombs ---------------------------------------------------------------------------------- */

/* By what was read of entries, and by what decompression made of the file. */
static enum pb_status
check_expansion(struct pb_container *c, struct pb_error *err)
{
	la_int64_t filtered = archive_filter_bytes(c->archive, 0);
	uint64_t out =
	    filtered > 0 && (uint64_t)filtered > c->expanded ? (uint64_t)filtered : c->expanded;

	if (out <= PB_LIMIT_EXPANSION_FREE || out / PB_LIMIT_EXPANSION <= c->size)
		return PB_OK;
	return pb_fail(err, PB_ELIMIT, READING,
	    N_("it becomes more than a thousand times its size"), "%s", c->name);
}

static enum pb_status
read_entry(void *ctx, void *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	struct pb_container *c = ctx;
	la_ssize_t answer;

	if (c->look_at < c->look_len) {
		*ret_len = len < c->look_len - c->look_at ? len : c->look_len - c->look_at;
		memcpy(to, c->look + c->look_at, *ret_len);
		c->look_at += *ret_len;
		return PB_OK;
	}
	do
		answer = archive_read_data(c->archive, to, len);
	while (answer == ARCHIVE_RETRY);
	if (answer < 0)
		return fail(c, err);
	*ret_len = (size_t)answer;
	c->expanded += (uint64_t)answer;
	return check_expansion(c, err);
}

/*
 * What was not read of the entry.  libarchive passes over it by itself, at once where it is not
 * compressed; where it is, it is looked at how much it becomes.
 */
static enum pb_status
skip_rest(struct pb_container *c, struct pb_error *err)
{
	bool solid = archive_filter_count(c->archive) > 1 || is_format(c, ARCHIVE_FORMAT_7ZIP);
	uint8_t scratch[16 * 1024];
	la_ssize_t answer = 1;

	c->look_len = c->look_at = 0;
	while (solid && answer > 0) {
		answer = archive_read_data(c->archive, scratch, sizeof(scratch));
		c->expanded += answer > 0 ? (uint64_t)answer : 0;
		if (check_expansion(c, err) != PB_OK)
			return PB_ELIMIT;
	}
	return PB_OK; /* what is damaged is told by the next header */
}

/* ---- entries -------------------------------------------------------------------------------- */

static enum pb_entry_kind
kind_of(struct pb_container *c, const char *path)
{
	const char *link = archive_entry_hardlink(c->entry);
	bool empty = !archive_entry_size_is_set(c->entry) || archive_entry_size(c->entry) == 0;

	if (archive_entry_filetype(c->entry) == AE_IFDIR)
		return PB_ENTRY_DIRECTORY;
	if (path == NULL || strlen(path) >= PB_LIMIT_PATH)
		return PB_ENTRY_NAMELESS;
	if (archive_entry_filetype(c->entry) != AE_IFREG && archive_entry_filetype(c->entry) != 0)
		return PB_ENTRY_OTHER;
	/* A hard link: its octets stand at another entry; cpio has them at the last of the names.
	 */
	if (link != NULL && empty)
		return PB_ENTRY_OTHER;
	if (is_format(c, ARCHIVE_FORMAT_CPIO) && empty && archive_entry_nlink(c->entry) > 1)
		return PB_ENTRY_OTHER;
	return archive_entry_is_encrypted(c->entry) ? PB_ENTRY_ENCRYPTED : PB_ENTRY_FILE;
}

enum pb_status
pb_container_next(struct pb_container *container, struct pb_packed_place *ret_place,
    enum pb_entry_kind *ret_kind, struct pb_error *err)
{
	struct pb_container *c = container;
	struct pb_packed_place place = { .number = c->count };
	enum pb_status status = c->entry != NULL ? skip_rest(c, err) : PB_OK;
	int answer, i, filters;
	bool single;

	if (status != PB_OK)
		return status;
	answer = next_header(c);
	if (answer == ARCHIVE_EOF)
		return PB_EEND;
	if (answer < ARCHIVE_WARN)
		return fail(c, err);
	if (c->count++ == PB_LIMIT_ENTRIES)
		return pb_fail(
		    err, PB_ELIMIT, READING, N_("it has too many entries"), "%s", c->name);
	if (check_expansion(c, err) != PB_OK)
		return PB_ELIMIT;
	place.format = format_of(c);
	/* A single file has no path of its own; libarchive calls it "data". */
	single = is_format(c, ARCHIVE_FORMAT_RAW);
	place.entry = single ? NULL : path_of(c);
	*ret_kind = single ? PB_ENTRY_FILE : kind_of(c, place.entry);
	if (*ret_kind == PB_ENTRY_NAMELESS)
		place.entry = NULL;
	/* Number 0 made the format's octets; the last is the file itself. */
	filters = archive_filter_count(c->archive) - 1;
	for (i = 0; i < filters && i < PB_FILTERS_MAX; i++)
		place.filter[i] = filter_of(c, filters - 1 - i);
	*ret_place = place;
	return PB_OK;
}

enum pb_status
pb_container_look(
    struct pb_container *container, const uint8_t **ret_data, size_t *ret_len, struct pb_error *err)
{
	struct pb_container *c = container;
	enum pb_status status = PB_OK;
	size_t len = 0, n = 1;

	c->look_len = c->look_at = 0;
	while (status == PB_OK && n > 0 && len < sizeof(c->look)) {
		status = read_entry(c, c->look + len, sizeof(c->look) - len, &n, err);
		if (status == PB_OK)
			len += n;
	}
	c->look_len = len;
	*ret_data = c->look;
	*ret_len = len;
	return status;
}

const struct pb_bytes *
pb_container_bytes(struct pb_container *container)
{
	return &container->bytes;
}

/* ---- opening -------------------------------------------------------------------------------- */

static enum pb_status
open_archive(struct pb_container *c, struct pb_error *err)
{
	enum pb_status status;

	if ((c->archive = archive_read_new()) == NULL)
		return pb_fail_memory(err, READING);
	status = support(c->archive, err);
	if (status != PB_OK)
		return status;
	if (archive_read_set_callback_data(c->archive, c) != ARCHIVE_OK ||
	    archive_read_set_read_callback(c->archive, read_file) != ARCHIVE_OK ||
	    archive_read_set_skip_callback(c->archive, skip_file) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(c->archive, seek_file) != ARCHIVE_OK ||
	    archive_read_open1(c->archive) != ARCHIVE_OK)
		return fail(c, err);
	return PB_OK;
}

enum pb_status
pb_container_open(const struct pb_files *files, int fd, uint64_t size, const char *name,
    struct pb_container **ret_container, struct pb_error *err)
{
	struct pb_container *c = calloc(1, sizeof(*c));
	enum pb_status status;

	if (c == NULL)
		return pb_fail_memory(err, READING);
	c->files = files;
	c->name = name;
	c->fd = fd;
	c->size = size;
	c->bytes = (struct pb_bytes){ c, read_entry, NULL };
	c->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	status = open_archive(c, err);
	if (status != PB_OK) {
		pb_container_free(c);
		return status;
	}
	*ret_container = c;
	return PB_OK;
}

void
pb_container_free(struct pb_container *container)
{
	if (container == NULL)
		return;
	if (container->archive != NULL)
		(void)archive_read_free(container->archive);
	if (container->utf8 != (locale_t)0)
		freelocale(container->utf8);
	pb_wipe(container->look, sizeof(container->look));
	pb_wipe(container->chunk, sizeof(container->chunk));
	free(container);
}
