#include "export/package.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/sums.h"
#include "bundle/zip.h"
#include "core/error.h"
#include "core/io.h"
#include "dossier/report.h"

#define GATHER ((size_t)64 * 1024) /* bytes of SHA256SUMS between two writes */

/* The spool holds the first `sums_written` bytes of SHA256SUMS, `sums` those behind them. */
struct pb_export_package {
	const struct pb_files *files;
	const char *path;
	int fd;
	uint64_t base; /* where the package begins in the file */
	struct pb_export_out *out;
	bool present; /* what comes stands in the file already */
	struct pb_zip_sink sink;
	struct pb_zip_writer *zip;
	int directory; /* spool of the ZIP's */
	int spool;     /* of SHA256SUMS */
	uint64_t sums_written;
	struct pb_buf sums;
	uint32_t sums_crc32;
	struct pb_digest *sums_sha256;
	struct pb_export_message *message; /* room for PB_DOSSIER_ROWS */
	size_t message_count;
};

static const char WRITING[] = N_("write a package");
static const char SPOOL[] = "tmp";

static enum pb_status
sink_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct pb_export_package *p = ctx;

	return pb_export_out_write(p->out, data, len, p->present, err);
}

static enum pb_status
open_spool(struct pb_export_package *p, const char *tmp, int *ret_fd, struct pb_error *err)
{
	int fd = p->files->open_unnamed(p->files->ctx, tmp);

	if (fd < 0)
		return pb_fail_sys(err, fd, N_("make a file without a name"), "%s", tmp);
	*ret_fd = fd;
	return PB_OK;
}

enum pb_status
pb_export_package_new(const struct pb_files *files, const char *tmp, int fd, const char *path,
    uint64_t base, const struct pb_export_wanted *wanted, struct pb_export_package **ret_package,
    struct pb_error *err)
{
	struct pb_export_package *p = calloc(1, sizeof(*p));
	enum pb_status status;

	if (p == NULL)
		return pb_fail_memory(err, WRITING);
	p->files = files;
	p->path = path;
	p->fd = fd;
	p->base = base;
	p->directory = p->spool = -1;
	p->sink = (struct pb_zip_sink){ p, sink_write };
	status = open_spool(p, tmp, &p->directory, err);
	if (status == PB_OK)
		status = open_spool(p, tmp, &p->spool, err);
	if (status == PB_OK)
		status = pb_digest_new(PB_DIGEST_SHA256, &p->sums_sha256, err);
	p->message = calloc(PB_DOSSIER_ROWS, sizeof(*p->message));
	if (status == PB_OK && p->message == NULL)
		status = pb_fail_memory(err, WRITING);
	if (status == PB_OK)
		status = pb_export_out_new(files, fd, path, base, wanted, &p->out, err);
	if (status == PB_OK)
		status = pb_zip_writer_new(&p->sink, files, p->directory, &p->zip, err);
	if (status != PB_OK) {
		pb_export_package_free(p);
		return status;
	}
	*ret_package = p;
	return PB_OK;
}

void
pb_export_package_free(struct pb_export_package *p)
{
	if (p == NULL)
		return;
	pb_zip_writer_free(p->zip);
	pb_io_close(p->files, &p->directory);
	pb_io_close(p->files, &p->spool);
	pb_digest_free(p->sums_sha256);
	pb_export_out_free(p->out);
	pb_buf_done(&p->sums);
	free(p->message);
	free(p);
}

/* ---- entries -------------------------------------------------------------------------------- */

static enum pb_status
flush_sums(struct pb_export_package *p, struct pb_error *err)
{
	enum pb_status status = pb_io_pwrite(
	    p->files, p->spool, SPOOL, p->sums.data, p->sums.len, p->sums_written, err);

	if (status != PB_OK)
		return status;
	p->sums_crc32 = pb_zip_crc32(p->sums_crc32, p->sums.data, p->sums.len);
	pb_digest_update(p->sums_sha256, p->sums.data, p->sums.len);
	p->sums_written += p->sums.len;
	pb_buf_clear(&p->sums);
	return PB_OK;
}

static void
remember(struct pb_export_package *p, const struct pb_package_name *name, uint64_t len,
    const uint8_t sha256[PB_DIGEST_LEN])
{
	struct pb_export_message *message;

	if (name->kind != PB_PACKAGE_MESSAGE || p->message_count == PB_DOSSIER_ROWS)
		return;
	message = &p->message[p->message_count++];
	message->seq = name->seq;
	message->len = len;
	memcpy(message->sha256, sha256, PB_DIGEST_LEN);
}

static int
compare_seq(const void *key, const void *item)
{
	const struct pb_export_message *message = item;
	uint64_t seq = *(const uint64_t *)key;

	return seq < message->seq ? -1 : seq > message->seq;
}

const struct pb_export_message *
pb_export_package_message(const struct pb_export_package *p, uint64_t seq)
{
	return bsearch(&seq, p->message, p->message_count, sizeof(*p->message), compare_seq);
}

enum pb_status
pb_export_package_begin(struct pb_export_package *p, const struct pb_package_name *name,
    uint64_t len, uint32_t crc32, const uint8_t sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	enum pb_status status = PB_OK;
	char text[PB_ZIP_NAME_MAX + 1];

	remember(p, name, len, sha256);
	pb_package_format(name, text);
	if (pb_sums_line(sha256, text, &p->sums) != PB_OK)
		return pb_fail_memory(err, WRITING);
	if (p->sums.len > GATHER)
		status = flush_sums(p, err);
	return status == PB_OK ? pb_zip_writer_begin(p->zip, text, len, crc32, err) : status;
}

enum pb_status
pb_export_package_data(
    struct pb_export_package *p, const void *data, size_t len, struct pb_error *err)
{
	return pb_zip_writer_data(p->zip, data, len, err);
}

enum pb_status
pb_export_package_present(
    struct pb_export_package *p, const void *data, size_t len, struct pb_error *err)
{
	enum pb_status status;

	p->present = true;
	status = pb_zip_writer_data(p->zip, data, len, err);
	p->present = false;
	return status;
}

enum pb_status
pb_export_package_entry(struct pb_export_package *p, const struct pb_package_name *name,
    const void *data, size_t len, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	pb_digest_sha256(data, len, sha256);
	status = pb_export_package_begin(p, name, len, pb_zip_crc32(0, data, len), sha256, err);
	return status == PB_OK ? pb_export_package_data(p, data, len, err) : status;
}

uint64_t
pb_export_package_offset(const struct pb_export_package *p)
{
	return pb_zip_writer_offset(p->zip);
}

/* ---- the end -------------------------------------------------------------------------------- */

/* SHA256SUMS, which is not in itself. */
static enum pb_status
write_sums(struct pb_export_package *p, uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	uint8_t *chunk = malloc(GATHER);
	enum pb_status status;
	uint64_t at = 0;

	if (chunk == NULL)
		return pb_fail_memory(err, WRITING);
	status = flush_sums(p, err);
	pb_digest_final(p->sums_sha256, ret_sha256);
	if (status == PB_OK)
		status =
		    pb_zip_writer_begin(p->zip, "SHA256SUMS", p->sums_written, p->sums_crc32, err);
	while (status == PB_OK && at < p->sums_written) {
		uint64_t left = p->sums_written - at;
		size_t len = left < GATHER ? (size_t)left : GATHER;

		status = pb_io_pread_exact(p->files, p->spool, SPOOL, chunk, len, at, err);
		if (status == PB_OK)
			status = pb_zip_writer_data(p->zip, chunk, len, err);
		at += len;
	}
	free(chunk);
	return status;
}

static enum pb_status
finish_file(struct pb_export_package *p, struct pb_export_sums *ret_sums, struct pb_error *err)
{
	struct pb_export_sums sums;
	enum pb_status status = pb_export_out_end(p->out, &sums, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = p->files->truncate(p->files->ctx, p->fd, p->base + sums.file.len);
	if (answer < 0)
		return pb_fail_sys(err, answer, WRITING, "%s", p->path);
	*ret_sums = sums;
	return PB_OK;
}

enum pb_status
pb_export_package_end(struct pb_export_package *p, const char *origin, const struct pb_ed25519 *key,
    struct pb_export_sums *ret_sums, struct pb_error *err)
{
	struct pb_buf note = PB_BUF_EMPTY;
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	status = write_sums(p, sha256, err);
	if (status == PB_OK)
		status = pb_sums_note_sign(origin, sha256, key, &note, err);
	if (status == PB_OK)
		status = pb_zip_writer_entry(p->zip, "SHA256SUMS.note", note.data, note.len, err);
	if (status == PB_OK)
		status = pb_zip_writer_end(p->zip, err);
	if (status == PB_OK)
		status = finish_file(p, ret_sums, err);
	pb_buf_done(&note);
	return status;
}
