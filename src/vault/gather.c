#include "vault/gather.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "vault/cut.h"

/* A small commit is one write; a large one is written in steps of this. */
#define ROOM (1024 * 1024)

/*
 * 1. end <= written; gathered <= ROOM.
 * 2. The digest is over the first `hashed` bytes of the file, hashed <= written.
 * 3. touched: the file may be longer than end.
 */
struct pb_gather {
	const struct pb_files *files; /* borrowed */
	char *path;
	int fd;
	uint64_t end, written;
	bool touched;
	uint8_t *bytes; /* ROOM; NULL: nothing was gathered since the last commit */
	size_t gathered;
	struct pb_digest *digest;
	uint64_t hashed;
};

enum pb_status
pb_gather_new(const struct pb_files *files, const char *path, int take_fd, uint64_t end,
    struct pb_gather **ret_gather, struct pb_error *err)
{
	struct pb_gather *gather = calloc(1, sizeof(*gather));
	enum pb_status status;

	if (gather == NULL) {
		pb_io_close(files, &take_fd);
		return pb_fail_memory(err, N_("open a segment"));
	}
	*gather = (struct pb_gather){ .files = files, .fd = take_fd, .end = end, .written = end };
	gather->path = strdup(path);
	if (gather->path == NULL)
		status = pb_fail_memory(err, N_("open a segment"));
	else
		status = pb_digest_new(PB_DIGEST_SHA256, &gather->digest, err);
	if (status != PB_OK) {
		pb_gather_free(gather);
		return status;
	}
	*ret_gather = gather;
	return PB_OK;
}

uint64_t
pb_gather_end(const struct pb_gather *gather)
{
	return gather->end;
}

uint64_t
pb_gather_reach(const struct pb_gather *gather)
{
	return gather->written + gather->gathered;
}

enum pb_status
pb_gather_flush(struct pb_gather *gather, struct pb_error *err)
{
	enum pb_status status;

	if (gather->gathered == 0)
		return PB_OK;
	gather->touched = true;
	status = pb_io_pwrite(gather->files, gather->fd, gather->path, gather->bytes,
	    gather->gathered, gather->written, err);
	if (status != PB_OK)
		return status;
	if (gather->hashed == gather->written) {
		pb_digest_update(gather->digest, gather->bytes, gather->gathered);
		gather->hashed += gather->gathered;
	}
	gather->written += gather->gathered;
	gather->gathered = 0;
	return PB_OK;
}

static enum pb_status
need_bytes(struct pb_gather *gather, struct pb_error *err)
{
	if (gather->bytes == NULL && (gather->bytes = malloc(ROOM)) == NULL)
		return pb_fail_memory(err, N_("write to a segment"));
	return PB_OK;
}

static void
release_bytes(struct pb_gather *gather)
{
	free(gather->bytes);
	gather->bytes = NULL;
}

/* Make room; *ret_len: for how many of len bytes, at least one. */
static enum pb_status
make_room(struct pb_gather *gather, uint64_t len, size_t *ret_len, struct pb_error *err)
{
	enum pb_status status = need_bytes(gather, err);
	size_t left;

	if (status == PB_OK && gather->gathered == ROOM)
		status = pb_gather_flush(gather, err);
	left = ROOM - gather->gathered;
	*ret_len = len < left ? (size_t)len : left;
	return status;
}

enum pb_status
pb_gather_put(struct pb_gather *gather, const void *data, size_t len, struct pb_error *err)
{
	const uint8_t *at = data;
	enum pb_status status;
	size_t n;

	for (; len > 0; at += n, len -= n) {
		status = make_room(gather, len, &n, err);
		if (status != PB_OK)
			return status;
		memcpy(gather->bytes + gather->gathered, at, n);
		gather->gathered += n;
	}
	return PB_OK;
}

enum pb_status
pb_gather_payload(struct pb_gather *gather, const struct pb_sealed *sealed, struct pb_error *err)
{
	enum pb_status status;
	uint64_t at;
	size_t n;

	for (at = 0; at < sealed->payload_len; at += n) {
		status = make_room(gather, sealed->payload_len - at, &n, err);
		if (status == PB_OK)
			status =
			    pb_sealed_read(sealed, at, gather->bytes + gather->gathered, n, err);
		if (status != PB_OK)
			return status;
		gather->gathered += n;
	}
	return PB_OK;
}

enum pb_status
pb_gather_sync(struct pb_gather *gather, struct pb_error *err)
{
	return pb_io_sync(gather->files, gather->fd, gather->path, err);
}

void
pb_gather_keep(struct pb_gather *gather)
{
	pb_assert(gather->gathered == 0);
	gather->end = gather->written;
	gather->touched = false;
	release_bytes(gather);
}

enum pb_status
pb_gather_undo(struct pb_gather *gather, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	gather->gathered = 0;
	release_bytes(gather);
	if (!gather->touched)
		return PB_OK;
	status = pb_cut_file(gather->files, gather->fd, gather->path, gather->end, false, err);
	if (status != PB_OK)
		return status;
	gather->written = gather->end;
	gather->touched = false;
	if (gather->hashed > gather->end) {
		uint8_t none[PB_DIGEST_LEN];

		/* It went over bytes that are gone: from the start again, when it is asked for. */
		pb_digest_final(gather->digest, none);
		gather->hashed = 0;
	}
	return PB_OK;
}

enum pb_status
pb_gather_sha256(struct pb_gather *gather, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	enum pb_status status = PB_OK;

	pb_assert(pb_gather_reach(gather) == gather->end);
	if (gather->hashed < gather->end)
		status = need_bytes(gather, err);
	while (status == PB_OK && gather->hashed < gather->end) {
		uint64_t left = gather->end - gather->hashed;
		size_t len = left < ROOM ? (size_t)left : ROOM;

		status = pb_io_pread_exact(gather->files, gather->fd, gather->path, gather->bytes,
		    len, gather->hashed, err);
		if (status != PB_OK)
			break;
		pb_digest_update(gather->digest, gather->bytes, len);
		gather->hashed += len;
	}
	release_bytes(gather);
	return status == PB_OK ? pb_digest_peek(gather->digest, out, err) : status;
}

void
pb_gather_free(struct pb_gather *gather)
{
	if (gather == NULL)
		return;
	pb_io_close(gather->files, &gather->fd);
	pb_digest_free(gather->digest);
	free(gather->bytes);
	free(gather->path);
	free(gather);
}
