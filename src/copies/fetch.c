#include "copies/fetch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/listing.h"
#include "copies/names.h"
#include "copies/place.h"
#include "copies/snapshot.h"
#include "copies/sums.h"
#include "core/error.h"
#include "core/io.h"

#define FACTS_MAX 65536
#define SUMS_MAX ((size_t)256 * 1024 * 1024)
#define DEPTH 8

static const char FETCH[] = N_("read a copy");

struct fetching {
	const struct pb_files *files;
	const char *from;
	const char *dir;
	struct pb_digest *sha256;
	const char *path; /* of what is written */
	int fd;
	uint64_t at;
};

static enum pb_status
write_piece(void *ctx, const uint8_t *data, size_t len, struct pb_error *err)
{
	struct fetching *f = ctx;
	enum pb_status status = pb_io_pwrite(f->files, f->fd, f->path, data, len, f->at, err);

	pb_digest_update(f->sha256, data, len);
	f->at += len;
	return status;
}

static enum pb_status
fetch_file(
    struct fetching *f, const char *name, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_copied file = { .path = name };
	struct pb_path source, path;
	struct pb_file_info info;
	enum pb_status status = pb_path_make(&source, f->from, name, NULL, err);
	int answer;

	if (status == PB_OK)
		status = pb_path_make(&path, f->dir, name, NULL, err);
	if (status != PB_OK)
		return status;
	status = pb_place_check(f->files, f->from, name, err);
	if (status != PB_OK)
		return status;
	answer = f->files->stat(f->files->ctx, source.text, false, &info);
	if (answer < 0)
		return pb_fail_sys(err, answer, FETCH, "%s", source.text);
	if (info.type != PB_FILE_REGULAR || !pb_copies_name_valid(name))
		return pb_fail(
		    err, PB_EDATA, FETCH, N_("it holds what no copy has"), "%s", source.text);
	file.source = source.text;
	file.len = info.size;
	f->path = path.text;
	f->fd = -1;
	f->at = 0;
	status = pb_place_make(f->files, f->dir, name, err);
	if (status == PB_OK)
		status = pb_io_open(
		    f->files, path.text, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600, &f->fd, err);
	if (status == PB_OK)
		status = pb_copied_read(f->files, &file, 0, false, write_piece, f, err);
	pb_digest_final(f->sha256, ret_sha256);
	pb_io_close(f->files, &f->fd);
	return status;
}

/* ---- by its sums ---------------------------------------------------------------------------- */

static enum pb_status
by_sums(struct fetching *f, const struct pb_buf *sums, struct pb_error *err)
{
	uint8_t stated[PB_DIGEST_LEN], sha256[PB_DIGEST_LEN];
	enum pb_status status = PB_OK;
	char name[201];
	size_t at = 0;

	while (status == PB_OK) {
		status = pb_copies_sums_next(sums, &at, name, stated);
		if (status == PB_EEND)
			return PB_OK;
		if (status != PB_OK || !pb_copies_name_valid(name))
			return pb_fail(
			    err, PB_EDATA, FETCH, N_("its sums cannot be read"), "%s", f->from);
		status = fetch_file(f, name, sha256, err);
		if (status == PB_EEXIST)
			status = pb_fail(
			    err, PB_EDATA, FETCH, N_("its sums name a file twice"), "%s", name);
		if (status == PB_OK && memcmp(stated, sha256, sizeof(stated)) != 0)
			status = pb_fail(err, PB_EDATA, FETCH,
			    N_("a file is not the one that its sums are of"), "%s/%s", f->from,
			    name);
	}
	return status;
}

/* ---- as it stands --------------------------------------------------------------------------- */

static enum pb_status
as_it_stands(struct fetching *f, const char *folder, unsigned depth, struct pb_error *err)
{
	struct pb_listing names = PB_LISTING_EMPTY;
	uint8_t ignored[PB_DIGEST_LEN];
	char inner[PB_LIMIT_PATH];
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, f->from, folder, NULL, err);

	if (status == PB_OK)
		status = pb_listing_read(f->files, path.text, &names, err);
	for (size_t i = 0; status == PB_OK && i < names.count; i++) {
		(void)snprintf(inner, sizeof(inner), "%s/%s", folder, names.name[i]);
		status = pb_path_make(&path, f->from, inner, NULL, err);
		if (status != PB_OK || !pb_copies_name_valid(inner))
			continue;
		if (f->files->stat(f->files->ctx, path.text, false, &info) == 0 &&
		    info.type == PB_FILE_DIRECTORY)
			status = depth < DEPTH ? as_it_stands(f, inner, depth + 1, err) : PB_OK;
		else
			status = fetch_file(f, inner, ignored, err);
	}
	pb_listing_done(&names);
	return status;
}

static enum pb_status
unfinished(struct fetching *f, struct pb_error *err)
{
	static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_LOG, PB_DIR_READERS,
		PB_DIR_TSA, PB_DIR_QUARANTINE };
	uint8_t ignored[PB_DIGEST_LEN];
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++)
		status = as_it_stands(f, rooms[i], 1, err);
	if (status != PB_OK)
		return status;
	status = fetch_file(f, PB_COPIES_PRIVATE, ignored, NULL);
	return status == PB_ENOENT ? PB_OK : status;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static enum pb_status
read_small(
    struct fetching *f, const char *name, size_t max, struct pb_buf *buf, struct pb_error *err)
{
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, f->from, name, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(f->files, path.text, max, buf, err);
	return status == PB_ENOENT
		   ? pb_fail(err, PB_EDATA, FETCH, N_("it is no copy"), "%s", path.text)
		   : status;
}

enum pb_status
pb_fetch_tree(const struct pb_files *files, const char *from, const char *dir, struct pb_error *err)
{
	struct fetching f = { .files = files, .from = from, .dir = dir, .fd = -1 };
	struct pb_buf facts = PB_BUF_EMPTY, sums = PB_BUF_EMPTY;
	struct pb_snapshot stated = PB_SNAPSHOT_EMPTY;
	uint8_t ignored[PB_DIGEST_LEN];
	bool complete = false;
	enum pb_status status = pb_digest_new(PB_DIGEST_SHA256, &f.sha256, err);

	if (status == PB_OK)
		status = read_small(&f, PB_COPIES_FACTS, FACTS_MAX, &facts, err);
	if (status == PB_OK)
		status = pb_snapshot_decode(facts.data, facts.len, &stated, &complete, err);
	if (status == PB_OK && complete)
		status = read_small(&f, PB_COPIES_SUMS, SUMS_MAX, &sums, err);
	if (status == PB_OK)
		status = fetch_file(&f, PB_COPIES_FACTS, ignored, err);
	if (status == PB_OK)
		status = complete ? by_sums(&f, &sums, err) : unfinished(&f, err);
	pb_digest_free(f.sha256);
	pb_buf_done(&facts);
	pb_buf_done(&sums);
	return status;
}
