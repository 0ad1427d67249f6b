#include "export/spool.h"

#include <stdlib.h>

#include "bundle/zip.h"
#include "core/error.h"
#include "core/io.h"

#define CHUNK ((size_t)64 * 1024)

struct pb_export_spool {
	const struct pb_files *files;
	int fd;
	uint64_t len;
	uint32_t crc32;
	struct pb_digest *sha256;
};

static const char SPOOL[] = "tmp";

enum pb_status
pb_export_spool_new(const struct pb_files *files, const char *tmp,
    struct pb_export_spool **ret_spool, struct pb_error *err)
{
	struct pb_export_spool *spool = calloc(1, sizeof(*spool));
	enum pb_status status;

	if (spool == NULL)
		return pb_fail_memory(err, N_("make a file without a name"));
	spool->files = files;
	spool->fd = -1;
	status = pb_digest_new(PB_DIGEST_SHA256, &spool->sha256, err);
	if (status == PB_OK) {
		spool->fd = files->open_unnamed(files->ctx, tmp);
		if (spool->fd < 0)
			status = pb_fail_sys(
			    err, spool->fd, N_("make a file without a name"), "%s", tmp);
	}
	if (status != PB_OK) {
		pb_export_spool_free(spool);
		return status;
	}
	*ret_spool = spool;
	return PB_OK;
}

enum pb_status
pb_export_spool_add(struct pb_export_spool *spool, struct pb_buf *buf, struct pb_error *err)
{
	enum pb_status status =
	    pb_io_pwrite(spool->files, spool->fd, SPOOL, buf->data, buf->len, spool->len, err);

	if (status != PB_OK)
		return status;
	pb_digest_update(spool->sha256, buf->data, buf->len);
	spool->crc32 = pb_zip_crc32(spool->crc32, buf->data, buf->len);
	spool->len += buf->len;
	pb_buf_clear(buf);
	return PB_OK;
}

enum pb_status
pb_export_spool_entry(struct pb_export_spool *spool, struct pb_export_package *package,
    const struct pb_package_name *name, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN], *chunk = malloc(CHUNK);
	enum pb_status status;
	uint64_t at = 0;

	if (chunk == NULL)
		return pb_fail_memory(err, N_("write a package"));
	pb_digest_final(spool->sha256, sha256);
	status = pb_export_package_begin(package, name, spool->len, spool->crc32, sha256, err);
	while (status == PB_OK && at < spool->len) {
		size_t len = spool->len - at < CHUNK ? (size_t)(spool->len - at) : CHUNK;

		status = pb_io_pread_exact(spool->files, spool->fd, SPOOL, chunk, len, at, err);
		if (status == PB_OK)
			status = pb_export_package_data(package, chunk, len, err);
		at += len;
	}
	free(chunk);
	return status;
}

void
pb_export_spool_free(struct pb_export_spool *spool)
{
	if (spool == NULL)
		return;
	pb_io_close(spool->files, &spool->fd);
	pb_digest_free(spool->sha256);
	free(spool);
}
