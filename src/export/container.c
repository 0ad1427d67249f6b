#include "export/container.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/authorities.h"
#include "archive/lock.h"
#include "archive/paths.h"
#include "bundle/zip.h"
#include "core/error.h"
#include "core/io.h"

#define CHUNK ((size_t)256 * 1024)
#define MIMETYPE "application/vnd.etsi.asic-s+zip"

static const char SEALING[] = N_("put a package into its container");

/* ---- sums ----------------------------------------------------------------------------------- */

enum pb_status
pb_export_want(struct pb_archive *a, struct pb_export_wanted *ret_wanted, struct pb_error *err)
{
	struct pb_authorities *authorities = NULL;
	enum pb_status status;

	ret_wanted->crc32 = true;
	status = pb_authorities_read(a->world->files, a->dir, &authorities, err);
	for (int hash = 0; status == PB_OK && hash < 3; hash++)
		ret_wanted->hash[hash] = pb_ask_wants(authorities, (enum pb_stamp_hash)hash);
	pb_authorities_free(authorities);
	return status;
}

static enum pb_status
sum_file(const struct pb_files *files, int fd, const struct pb_export_package_file *package,
    struct pb_export_out *out, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	uint64_t at = package->base;
	size_t got = 1;

	while (status == PB_OK && got > 0) {
		uint8_t *room = pb_export_out_room(out, &got);

		status = pb_io_pread(files, fd, package->path, room, got, at, &got, err);
		at += got;
		if (status == PB_OK)
			status = pb_export_out_write(out, room, got, true, err);
	}
	return status;
}

enum pb_status
pb_export_sum(struct pb_archive *a, const struct pb_export_package_file *package,
    struct pb_export_sums *ret_sums, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_export_wanted wanted;
	struct pb_export_out *out = NULL;
	enum pb_status status;
	int fd = -1;

	status = pb_export_want(a, &wanted, err);
	if (status == PB_OK)
		status = pb_io_open_regular(files, package->path, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK)
		status =
		    pb_export_out_new(files, fd, package->path, package->base, &wanted, &out, err);
	if (status == PB_OK)
		status = sum_file(files, fd, package, out, err);
	if (status == PB_OK)
		status = pb_export_out_end(out, ret_sums, err);
	pb_export_out_free(out);
	pb_io_close(files, &fd);
	return status;
}

/* ---- the token ------------------------------------------------------------------------------ */

/* A token that has free octets cannot go into a container: its authority is no use here. */
static enum pb_status
make_exact(const struct pb_answer *answer, struct pb_buf *der, struct pb_refusals *refused,
    struct pb_error *err)
{
	struct pb_error own = { 0 };
	enum pb_status status = pb_stamp_exact(
	    answer->token, answer->chain.data, answer->chain.len, answer->tsa->roots, der, &own);

	if (status == PB_EDATA)
		status = pb_fail(&own, PB_EUNAVAIL, SEALING, own.why, "%s", answer->tsa->name);
	if (status == PB_EUNAVAIL)
		refused->error[refused->count++] = own;
	if (status != PB_OK && err != NULL)
		*err = own;
	return status;
}

/* Nothing is written to the archive: a crash leaves the package, with which the export goes on. */
static enum pb_status
ask_unlocked(struct pb_archive *a, const struct pb_http *http, struct pb_authorities *authorities,
    const struct pb_imprints *imprints, struct pb_answer *ret_answer, struct pb_refusals *refused,
    struct pb_error *err)
{
	bool away = pb_ask_any_goes_out(authorities, http);
	enum pb_status asked, status = PB_OK;

	if (away)
		pb_archive_let_go(a);
	asked = pb_ask_any(a->world, a->dir, http, authorities, imprints, ret_answer, refused, err);
	if (away)
		status = pb_archive_take_up(a, PB_LIMIT_LOCK_WAIT_TOKENS_S, err);
	return status != PB_OK ? status : asked;
}

enum pb_status
pb_export_ask(struct pb_archive *a, const struct pb_http *http, const struct pb_export_sums *sums,
    struct pb_export_token *ret_token, struct pb_refusals *refused, struct pb_error *err)
{
	const struct pb_imprints imprints = { { sums->imprint[0], sums->imprint[1],
	    sums->imprint[2] } };
	struct pb_export_token token = { .tsa = "" };
	struct pb_authorities *authorities = NULL;
	struct pb_answer answer = PB_ANSWER_EMPTY;
	enum pb_status status;

	status = pb_authorities_read(a->world->files, a->dir, &authorities, err);
	if (status == PB_OK)
		status = ask_unlocked(a, http, authorities, &imprints, &answer, refused, err);
	if (status == PB_OK)
		status = make_exact(&answer, &token.der, refused, err);
	if (status == PB_OK) {
		(void)snprintf(token.tsa, sizeof(token.tsa), "%s", answer.verdict.tsa);
		*ret_token = token;
	} else {
		pb_buf_done(&token.der);
	}
	pb_answer_done(&answer);
	pb_authorities_free(authorities);
	return status;
}

/* ---- the file ------------------------------------------------------------------------------- */

static enum pb_status
changed(const struct pb_export_package_file *package, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, SEALING, N_("the package changed while it was read"), "%s",
	    package->path);
}

/* A container as it grows.  Bytes from..to, the package, stand there already, or nothing does. */
struct container {
	const struct pb_files *files;
	const char *path;
	int fd;
	int spool;
	struct pb_export_out *out;
	uint64_t len;
	uint64_t from, to;
};

static enum pb_status
sink_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct container *c = ctx;
	bool there = c->from <= c->len && c->len < c->to;

	c->len += len;
	return pb_export_out_write(c->out, data, len, there, err);
}

/*
 * The package's bytes, through the container's writer.  They are read to the place where they
 * are summed; that they are still those that were summed before, the writer counts.
 */
static enum pb_status
pour(struct container *c, const struct pb_export_package_file *package,
    const struct pb_export_sums *sums, struct pb_zip_writer *zip, struct pb_error *err)
{
	enum pb_status status;
	uint64_t at = 0;
	int fd = -1;

	status = pb_io_open_regular(c->files, package->path, O_RDONLY, &fd, NULL, err);
	while (status == PB_OK && at < sums->file.len) {
		uint64_t left = sums->file.len - at;
		size_t len;
		uint8_t *room = pb_export_out_room(c->out, &len);

		len = left < len ? (size_t)left : len;
		status = pb_io_pread_exact(
		    c->files, fd, package->path, room, len, package->base + at, err);
		if (status == PB_OK)
			status = pb_zip_writer_data(zip, room, len, err);
		at += len;
	}
	if (status == PB_OK && !pb_zip_writer_kept(zip))
		status = changed(package, err);
	pb_io_close(c->files, &fd);
	return status;
}

static enum pb_status
write_container(struct container *c, const struct pb_export_package_file *package,
    const char *case_name, const struct pb_export_sums *sums, const struct pb_export_token *token,
    struct pb_error *err)
{
	const struct pb_zip_sink sink = { c, sink_write };
	struct pb_zip_writer *zip = NULL;
	char name[PB_ZIP_NAME_MAX + 1];
	enum pb_status status;

	(void)snprintf(name, sizeof(name), "%s.zip", case_name);
	status = pb_zip_writer_new(&sink, c->files, c->spool, &zip, err);
	if (status == PB_OK)
		status = pb_zip_writer_entry(zip, "mimetype", MIMETYPE, strlen(MIMETYPE), err);
	if (status == PB_OK)
		status = pb_zip_writer_begin(zip, name, sums->file.len, sums->crc32, err);
	if (status == PB_OK) {
		pb_assert(c->to == 0 || pb_zip_writer_offset(zip) == c->from);
		status = pour(c, package, sums, zip, err);
	}
	if (status == PB_OK)
		status = pb_zip_writer_entry(
		    zip, "META-INF/timestamp.tst", token->der.data, token->der.len, err);
	if (status == PB_OK)
		status = pb_zip_writer_end(zip, err);
	pb_zip_writer_free(zip);
	return status;
}

static enum pb_status
create(const struct pb_files *files, const char *to, int *ret_fd, struct pb_error *err)
{
	int answer = files->unlink(files->ctx, to);

	if (answer < 0 && answer != -ENOENT)
		return pb_fail_sys(err, answer, SEALING, "%s", to);
	return pb_io_open(files, to, O_RDWR | O_CREAT | O_EXCL, 0600, ret_fd, err);
}

static enum pb_status
open_spool(struct container *c, const char *dir, struct pb_error *err)
{
	struct pb_path tmp;
	enum pb_status status = pb_path_make(&tmp, dir, PB_DIR_TMP, NULL, err);

	if (status != PB_OK)
		return status;
	c->spool = c->files->open_unnamed(c->files->ctx, tmp.text);
	return c->spool >= 0
		   ? PB_OK
		   : pb_fail_sys(err, c->spool, N_("make a file without a name"), "%s", tmp.text);
}

uint64_t
pb_export_room(const char *case_name)
{
	/* FORMAT 5.1: a local header has 30 octets and its name; "<case>.zip" is the other one. */
	return 30 + strlen("mimetype") + strlen(MIMETYPE) + 30 + strlen(case_name) + 4;
}

enum pb_status
pb_export_contain(struct pb_archive *a, const struct pb_export_package_file *package,
    const char *to, const char *case_name, const struct pb_export_sums *sums,
    const struct pb_export_token *token, struct pb_export_file *ret_file, const char **ret_path,
    struct pb_error *err)
{
	static const struct pb_export_wanted no_others = { .crc32 = false };
	struct container c = { .files = a->world->files, .path = to, .fd = -1, .spool = -1 };
	bool around = package->base > 0 && sums->file.len < UINT32_MAX;
	enum pb_status status = open_spool(&c, a->dir, err);
	struct pb_export_sums whole;

	if (around) {
		c.path = package->path;
		c.from = package->base;
		c.to = package->base + sums->file.len;
	}
	if (status == PB_OK)
		status = around ? pb_io_open_regular(c.files, c.path, O_RDWR, &c.fd, NULL, err)
				: create(c.files, to, &c.fd, err);
	if (status == PB_OK)
		status = pb_export_out_new(c.files, c.fd, c.path, 0, &no_others, &c.out, err);
	if (status == PB_OK)
		status = write_container(&c, package, case_name, sums, token, err);
	if (status == PB_OK)
		status = pb_export_out_end(c.out, &whole, err);
	if (status == PB_OK)
		status = pb_io_sync(c.files, c.fd, c.path, err);
	if (status == PB_OK) {
		*ret_file = whole.file;
		*ret_path = c.path;
	} else if (c.fd >= 0 && !around) {
		(void)c.files->unlink(c.files->ctx, to);
	}
	pb_export_out_free(c.out);
	pb_io_close(c.files, &c.spool);
	pb_io_close(c.files, &c.fd);
	return status;
}

/* ---- without one ---------------------------------------------------------------------------- */

static enum pb_status
copy(const struct pb_files *files, const struct pb_export_package_file *package,
    const struct pb_export_sums *sums, const char *to, int to_fd, struct pb_error *err)
{
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status = chunk == NULL ? pb_fail_memory(err, SEALING) : PB_OK;
	uint32_t crc32 = 0;
	uint64_t at = 0;
	int fd = -1;

	if (status == PB_OK)
		status = pb_io_open_regular(files, package->path, O_RDONLY, &fd, NULL, err);
	while (status == PB_OK && at < sums->file.len) {
		uint64_t left = sums->file.len - at;
		size_t len = left < CHUNK ? (size_t)left : CHUNK;

		status = pb_io_pread_exact(
		    files, fd, package->path, chunk, len, package->base + at, err);
		if (status == PB_OK)
			status = pb_io_pwrite(files, to_fd, to, chunk, len, at, err);
		crc32 = pb_zip_crc32(crc32, chunk, len);
		at += len;
	}
	if (status == PB_OK && crc32 != sums->crc32)
		status = changed(package, err);
	pb_io_close(files, &fd);
	free(chunk);
	return status;
}

enum pb_status
pb_export_bare(struct pb_archive *a, const struct pb_export_package_file *package, const char *to,
    const struct pb_export_sums *sums, const char **ret_path, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	enum pb_status status;
	int fd = -1;

	if (package->base == 0) {
		*ret_path = package->path;
		return PB_OK;
	}
	status = create(files, to, &fd, err);
	if (status == PB_OK)
		status = copy(files, package, sums, to, fd, err);
	if (status == PB_OK)
		status = pb_io_sync(files, fd, to, err);
	if (status == PB_OK)
		*ret_path = to;
	else if (fd >= 0)
		(void)files->unlink(files->ctx, to);
	pb_io_close(files, &fd);
	return status;
}
