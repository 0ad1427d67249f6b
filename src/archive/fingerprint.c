#include "archive/fingerprint.h"

#include <fcntl.h>
#include <stdlib.h>

#include "core/error.h"
#include "core/io.h"

#define CHUNK (256 * 1024)

static enum pb_status
feed(const struct pb_files *files, int fd, const char *path, struct pb_digest *digest,
    uint64_t *ret_len, struct pb_error *err)
{
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status = PB_OK;
	uint64_t len = 0;
	size_t got = 1;

	if (chunk == NULL)
		return pb_fail_memory(err, N_("read a file"));
	while (status == PB_OK && got > 0) {
		status = pb_io_pread(files, fd, path, chunk, CHUNK, len, &got, err);
		if (status != PB_OK)
			break;
		pb_digest_update(digest, chunk, got);
		len += got;
	}
	free(chunk);
	if (status == PB_OK)
		*ret_len = len;
	return status;
}

enum pb_status
pb_fingerprint_file(const struct pb_files *files, const char *path, uint64_t *ret_len,
    uint8_t ret_sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_digest *digest = NULL;
	enum pb_status status;
	int fd = -1;

	status = pb_digest_new(PB_DIGEST_SHA256, &digest, err);
	if (status == PB_OK)
		status = pb_io_open_regular(files, path, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK)
		status = feed(files, fd, path, digest, ret_len, err);
	if (status == PB_OK)
		pb_digest_final(digest, ret_sha256);
	pb_io_close(files, &fd);
	pb_digest_free(digest);
	return status;
}
