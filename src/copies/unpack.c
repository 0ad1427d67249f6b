/* Reading a backup that somebody else may have made: every entry is held against what it may be. */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "copies/names.h"
#include "copies/place.h"
#include "copies/sums.h"
#include "copies/tarball.h"
#include "core/error.h"
#include "core/io.h"

#define CHUNK ((size_t)256 * 1024)
/* A line for each file: two tiles for 256 records, and two files a segment. */
#define SUMS_MAX ((size_t)256 * 1024 * 1024)

struct unpacking {
	const struct pb_files *files;
	const char *path;
	const char *dir;
	bool log_only;
	int fd;
	struct archive *tar;
	uint8_t *chunk; /* what libarchive is fed */
	enum pb_status status;
	struct pb_error err;
	struct pb_digest *sha256;
	struct pb_buf sums;   /* of the files so far */
	struct pb_buf stated; /* SHA256SUMS */
	bool ended;           /* it came */
};

static const char READ[] = N_("read a backup");

static enum pb_status
refuse(const struct unpacking *u, const char *why, const char *name, struct pb_error *err)
{
	return name != NULL ? pb_fail(err, PB_EDATA, READ, why, "%s: %s", u->path, name)
			    : pb_fail(err, PB_EDATA, READ, why, "%s", u->path);
}

static la_ssize_t
feed(struct archive *tar, void *ctx, const void **ret_data)
{
	struct unpacking *u = ctx;
	size_t len = 0;

	(void)tar;
	u->status = pb_io_read(u->files, u->fd, u->path, u->chunk, CHUNK, &len, &u->err);
	*ret_data = u->chunk;
	return u->status == PB_OK ? (la_ssize_t)len : -1;
}

/* libarchive stopped: for what we could not read, for want of memory, or at what is no tar. */
static enum pb_status
stopped(const struct unpacking *u, const char *name, struct pb_error *err)
{
	if (u->status != PB_OK) {
		if (err != NULL)
			*err = u->err;
		return u->status;
	}
	if (archive_errno(u->tar) == 12) /* ENOMEM */
		return pb_fail_memory(err, READ);
	return refuse(u, N_("it is no whole backup: it was cut off, or changed"), name, err);
}

/* ---- an entry ------------------------------------------------------------------------------- */

static enum pb_status
check_entry(
    struct unpacking *u, struct archive_entry *entry, const char **ret_name, struct pb_error *err)
{
	const char *name = archive_entry_pathname(entry);

	if (name == NULL || !pb_copies_name_valid(name))
		return refuse(u, N_("it holds a file that no backup has"), name, err);
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != NULL ||
	    archive_entry_symlink(entry) != NULL || archive_entry_sparse_count(entry) != 0 ||
	    !archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0)
		return refuse(u, N_("it holds what is no plain file"), name, err);
	if (u->ended)
		return refuse(u, N_("something stands behind its sums"), name, err);
	*ret_name = name;
	return PB_OK;
}

/* The octets of the entry at hand, to a file (fd) or into `stated`. */
static enum pb_status
copy_data(struct unpacking *u, const char *name, int fd, uint64_t len, struct pb_error *err)
{
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status = chunk == NULL ? pb_fail_memory(err, READ) : PB_OK;
	uint64_t at = 0;

	while (status == PB_OK) {
		la_ssize_t got = archive_read_data(u->tar, chunk, CHUNK);

		if (got < 0)
			status = stopped(u, name, err);
		if (got <= 0)
			break;
		pb_digest_update(u->sha256, chunk, (size_t)got);
		if (u->ended && u->stated.len + (size_t)got > SUMS_MAX)
			status = refuse(u, N_("its sums are too long"), name, err);
		else if (u->ended && pb_buf_append(&u->stated, chunk, (size_t)got) != PB_OK)
			status = pb_fail_memory(err, READ);
		if (status == PB_OK && fd >= 0)
			status = pb_io_pwrite(u->files, fd, u->path, chunk, (size_t)got, at, err);
		at += (uint64_t)got;
	}
	free(chunk);
	if (status == PB_OK && at != len)
		status = refuse(u, N_("a file in it is shorter than it says"), name, err);
	return status;
}

static enum pb_status
write_entry(struct unpacking *u, const char *name, uint64_t len, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, u->dir, name, NULL, err);
	int fd = -1;

	if (status == PB_OK)
		status = pb_place_make(u->files, u->dir, name, err);
	if (status == PB_OK)
		status = pb_io_open(
		    u->files, path.text, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &fd, err);
	if (status == PB_EEXIST)
		status = refuse(u, N_("it holds a file twice"), name, err);
	if (status == PB_OK)
		status = copy_data(u, name, fd, len, err);
	pb_io_close(u->files, &fd);
	return status;
}

/* All that it takes to read what the log says. */
static bool
is_log(const char *name)
{
	return strncmp(name, PB_DIR_VAULT "/", sizeof(PB_DIR_VAULT)) == 0 ||
	       strcmp(name, PB_DIR_LOG "/checkpoint") == 0;
}

static enum pb_status
take_entry(struct unpacking *u, struct archive_entry *entry, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	const char *name = NULL;
	enum pb_status status = check_entry(u, entry, &name, err);
	uint64_t len;

	if (status != PB_OK)
		return status;
	len = (uint64_t)archive_entry_size(entry);
	u->ended = strcmp(name, PB_COPIES_SUMS) == 0;
	if (u->ended || (u->log_only && !is_log(name)))
		status = copy_data(u, name, -1, len, err);
	else
		status = write_entry(u, name, len, err);
	pb_digest_final(u->sha256, sha256);
	if (status == PB_OK && !u->ended && pb_copies_sums_add(&u->sums, name, sha256) != PB_OK)
		status = pb_fail_memory(err, READ);
	if (status == PB_OK && u->sums.len > SUMS_MAX)
		status = refuse(u, N_("it holds too many files"), name, err);
	return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static enum pb_status
read_all(struct unpacking *u, struct pb_error *err)
{
	/* Of our own: libarchive does not look whether it got one. */
	struct archive_entry *entry = archive_entry_new2(u->tar);
	enum pb_status status = entry == NULL ? pb_fail_memory(err, READ) : PB_OK;

	while (status == PB_OK) {
		int answer = archive_read_next_header2(u->tar, entry);

		if (answer == ARCHIVE_EOF)
			break;
		status = answer == ARCHIVE_OK ? take_entry(u, entry, err) : stopped(u, NULL, err);
	}
	archive_entry_free(entry);
	if (status == PB_OK && !u->ended)
		status = refuse(u, N_("it is no whole backup: it was cut off, or changed"),
		    PB_COPIES_SUMS, err);
	if (status == PB_OK && (u->sums.len != u->stated.len ||
				   memcmp(u->sums.data, u->stated.data, u->sums.len) != 0))
		status = refuse(
		    u, N_("its files are not those that its sums are of"), PB_COPIES_SUMS, err);
	return status;
}

enum pb_status
pb_tarball_unpack(const struct pb_files *files, const char *path, const char *dir, bool log_only,
    struct pb_error *err)
{
	struct unpacking u = {
		.files = files, .path = path, .dir = dir, .log_only = log_only, .fd = -1
	};
	enum pb_status status = pb_digest_new(PB_DIGEST_SHA256, &u.sha256, err);

	if (status == PB_OK)
		status = pb_io_open_regular(files, path, O_RDONLY, &u.fd, NULL, err);
	if (status == PB_OK &&
	    ((u.chunk = malloc(CHUNK)) == NULL || (u.tar = archive_read_new()) == NULL ||
		archive_read_support_format_tar(u.tar) != ARCHIVE_OK))
		status = pb_fail_memory(err, READ);
	if (status == PB_OK && archive_read_open(u.tar, &u, NULL, feed, NULL) != ARCHIVE_OK)
		status = stopped(&u, NULL, err);
	if (status == PB_OK)
		status = read_all(&u, err);
	if (u.tar != NULL)
		(void)archive_read_free(u.tar);
	pb_io_close(files, &u.fd);
	pb_digest_free(u.sha256);
	pb_buf_done(&u.sums);
	pb_buf_done(&u.stated);
	free(u.chunk);
	return status;
}
