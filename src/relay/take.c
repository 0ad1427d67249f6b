#include "relay/take.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "record/types.h"
#include "relay/statement.h"
#include "sys/handed.h"

#define PIECE_LEN (128 * 1024)

struct pb_taker {
	const struct pb_files *files;
	const char *spill_dir;
	struct pb_digest *sha256;
	uint8_t piece[PIECE_LEN];
};

static const char TAKING[] = N_("take a record over");
/* What errors call a file of a listener, and the writer's own. */
static const char THEIRS[] = "(payload, handed over)";
static const char OWN[] = "(payload, unnamed file)";

enum pb_status
pb_taker_new(const struct pb_files *files, const char *spill_dir, struct pb_taker **ret_taker,
    struct pb_error *err)
{
	struct pb_taker *taker = malloc(sizeof(*taker));
	enum pb_status status;

	if (taker == NULL)
		return pb_fail_memory(err, N_("prepare to take records over"));
	taker->files = files;
	taker->spill_dir = spill_dir;
	status = pb_digest_new(PB_DIGEST_SHA256, &taker->sha256, err);
	if (status != PB_OK) {
		free(taker);
		return status;
	}
	*ret_taker = taker;
	return PB_OK;
}

/* Octets that stood in the packet. */
static enum pb_status
take_inline(const struct pb_submit *submit, struct pb_sealed *sealed, uint8_t sha256[PB_DIGEST_LEN],
    struct pb_error *err)
{
	if (pb_buf_append(&sealed->memory, submit->payload, (size_t)submit->payload_len) != PB_OK)
		return pb_fail_memory(err, TAKING);
	pb_digest_sha256(sealed->memory.data, sealed->memory.len, sha256);
	return PB_OK;
}

/* The octets of `from` through the digest, and to `to` unless that is -1. */
static enum pb_status
pass(struct pb_taker *taker, int from, uint64_t len, int to, uint8_t sha256[PB_DIGEST_LEN],
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t n;

	for (uint64_t at = 0; status == PB_OK && at < len; at += n) {
		n = len - at < PIECE_LEN ? (size_t)(len - at) : PIECE_LEN;
		status = pb_io_pread_exact(taker->files, from, THEIRS, taker->piece, n, at, err);
		if (status == PB_OK && to >= 0)
			status = pb_io_pwrite(taker->files, to, OWN, taker->piece, n, at, err);
		if (status == PB_OK)
			pb_digest_update(taker->sha256, taker->piece, n);
	}
	pb_digest_final(taker->sha256, sha256);
	return status;
}

/*
 * Octets behind a descriptor.  What nobody can change any more is read where it stands, now and by
 * the commit; what its listener could change meanwhile is copied, and the copy is what counts.
 */
static enum pb_status
take_passed(struct pb_taker *taker, const struct pb_submit *submit, int *passed,
    struct pb_sealed *sealed, uint8_t sha256[PB_DIGEST_LEN], struct pb_error *err)
{
	int own;

	sealed->files = taker->files;
	if (pb_handed_sealed(*passed)) {
		sealed->fd = *passed;
		*passed = -1;
		return pass(taker, sealed->fd, submit->payload_len, -1, sha256, err);
	}
	own = taker->files->open_unnamed(taker->files->ctx, taker->spill_dir);
	if (own < 0)
		return pb_fail_sys(err, own, TAKING, "%s", taker->spill_dir);
	sealed->fd = own;
	return pass(taker, *passed, submit->payload_len, own, sha256, err);
}

/* A file of just that length, which answers without anybody's help. */
static bool
fit(const struct pb_taker *taker, const struct pb_submit *submit, int passed)
{
	struct pb_file_info info;

	if (submit->payload != NULL || passed < 0)
		return submit->payload != NULL && passed < 0;
	return taker->files->stat_fd(taker->files->ctx, passed, &info) == 0 &&
	       info.type == PB_FILE_REGULAR && info.size == submit->payload_len &&
	       !pb_handed_served(passed);
}

static enum pb_status
take_secret(const uint8_t *r, struct pb_sealed *sealed, struct pb_error *err)
{
	enum pb_status status = pb_secret_new(PB_PACKET_R_LEN, &sealed->r, err);

	if (status == PB_OK)
		memcpy(pb_secret_bytes(sealed->r), r, PB_PACKET_R_LEN);
	return status;
}

enum pb_status
pb_taker_record(struct pb_taker *taker, const char *origin, const struct pb_stated_by *by,
    const struct pb_submit *submit, int *passed, struct pb_sealed *ret_sealed,
    enum pb_refusal *ret_refusal, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	enum pb_refusal refusal = PB_REFUSAL_NONE;
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	if (!fit(taker, submit, *passed)) {
		status = pb_fail(err, PB_EDATA, TAKING, N_("what came with it is not its payload"),
		    "%s", THEIRS);
		goto out;
	}
	refusal = PB_REFUSAL_COPY;
	if (submit->payload != NULL)
		status = take_inline(submit, &sealed, sha256, err);
	else
		status = take_passed(taker, submit, passed, &sealed, sha256, err);
	if (status == PB_OK)
		status = take_secret(submit->r, &sealed, err);
	if (status == PB_OK && memcmp(sha256, submit->payload_sha256, PB_DIGEST_LEN) != 0) {
		refusal = PB_REFUSAL_DIGEST;
		status = pb_fail(err, PB_EDATA, TAKING, pb_refusal_why(refusal), "%s", THEIRS);
	}
	if (status != PB_OK)
		goto out;
	sealed.type = submit->type;
	sealed.time_first_us = submit->time_first_us;
	sealed.payload_len = submit->payload_len;
	memcpy(sealed.commitment, submit->commitment, PB_COMMITMENT_LEN);
	memcpy(sealed.payload_sha256, submit->payload_sha256, PB_DIGEST_LEN);
	memcpy(sealed.message_sha256, submit->message_sha256, PB_DIGEST_LEN);
	if (submit->type == PB_RECORD_CAPTURE)
		status = pb_statement_check(origin, by, &sealed, err);
	if (status != PB_OK) {
		refusal = status == PB_EDATA ? PB_REFUSAL_NONE : PB_REFUSAL_COPY;
		goto out;
	}
	*ret_sealed = sealed;
	sealed = PB_SEALED_EMPTY;
	refusal = PB_REFUSAL_NONE;
out:
	*ret_refusal = refusal;
	pb_sealed_done(&sealed);
	pb_io_close(taker->files, passed);
	return status;
}

void
pb_taker_free(struct pb_taker *taker)
{
	if (taker == NULL)
		return;
	pb_digest_free(taker->sha256);
	free(taker);
}
