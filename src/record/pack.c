#include "record/pack.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "record/cipher.h"
#include "record/table.h"

/* Small writes gather here. */
#define STAGE_LEN (128 * 1024)
/* What zstd makes at most of a full stage: then one call needs no copy of its own. */
#define PIECE_LEN (ZSTD_COMPRESSBOUND(STAGE_LEN))
/* And of the largest record that comes whole.  Pages that no record fills are never touched. */
#define OUT_LEN (ZSTD_COMPRESSBOUND(PB_LIMIT_OPENED + PB_TABLE_MAX))

/*
 * Level 1 is the fastest, and looks at so little that it misses much of a mail's text; level 2
 * takes other tables for each size of record.  These ones, with level 1's way of searching, make
 * mail as small as level 3 does in three quarters of its time (docs/PERFORMANCE.md).
 */
#define FAST_HASH_LOG 17
#define FAST_MIN_MATCH 5

struct pb_pack {
	const struct pb_files *files;
	char *spill_dir;
	ZSTD_CCtx *zstd;
	struct pb_cipher cipher;
	struct pb_digest *sha256; /* of the stored octets */
	bool digests;             /* it is wanted */
	struct pb_buf memory;     /* the stored octets, until they spill */
	int fd;                   /* where they spilled to, or -1 */
	uint64_t stored;          /* bytes */
	size_t stage_len;
	size_t out_len;
	uint8_t *out; /* OUT_LEN */
	uint8_t stage[STAGE_LEN];
};

static enum pb_status
fail_zstd(size_t code, struct pb_error *err)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
		return pb_fail_memory(err, N_("compress a record"));
	return pb_fail(err, PB_EINVAL, N_("compress a record"), N_("zstd refused"), "%s",
	    ZSTD_getErrorName(code));
}

static enum pb_status
init_zstd(struct pb_pack *p, int level, struct pb_error *err)
{
	size_t code;

	if ((p->zstd = ZSTD_createCCtx()) == NULL)
		return pb_fail_memory(err, N_("prepare to compress records"));
	code = ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_compressionLevel, level);
	if (!ZSTD_isError(code) && level == 1)
		code = ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_hashLog, FAST_HASH_LOG);
	if (!ZSTD_isError(code) && level == 1)
		code = ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_minMatch, FAST_MIN_MATCH);
	/* From level 20 on zstd's own choice of window is larger than FORMAT 3.4 lets it be. */
	if (!ZSTD_isError(code) && level > 19)
		code = ZSTD_CCtx_setParameter(p->zstd, ZSTD_c_windowLog, PB_LIMIT_ZSTD_WINDOW_LOG);
	return ZSTD_isError(code) ? fail_zstd(code, err) : PB_OK;
}

enum pb_status
pb_pack_new(const struct pb_files *files, const char *origin, const char *spill_dir, int level,
    struct pb_pack **ret_pack, struct pb_error *err)
{
	struct pb_pack *p = malloc(sizeof(*p));
	enum pb_status status;

	if (p == NULL)
		return pb_fail_memory(err, N_("prepare to seal records"));
	p->files = files;
	p->zstd = NULL;
	p->cipher = PB_CIPHER_EMPTY;
	p->sha256 = NULL;
	p->memory = PB_BUF_EMPTY;
	p->fd = -1;
	p->spill_dir = strdup(spill_dir);
	p->out = malloc(OUT_LEN);
	if (p->spill_dir == NULL || p->out == NULL) {
		status = pb_fail_memory(err, N_("prepare to seal records"));
		goto out;
	}
	if ((status = init_zstd(p, level, err)) != PB_OK)
		goto out;
	if ((status = pb_cipher_init(&p->cipher, origin, err)) != PB_OK)
		goto out;
	if ((status = pb_digest_new(PB_DIGEST_SHA256, &p->sha256, err)) != PB_OK)
		goto out;
	*ret_pack = p;
	p = NULL;
	status = PB_OK;
out:
	pb_pack_free(p);
	return status;
}

void
pb_pack_free(struct pb_pack *pack)
{
	if (pack == NULL)
		return;
	pb_pack_drop(pack);
	pb_digest_free(pack->sha256);
	pb_cipher_done(&pack->cipher);
	ZSTD_freeCCtx(pack->zstd);
	free(pack->spill_dir);
	free(pack->out);
	pb_wipe(pack->stage, sizeof(pack->stage));
	free(pack);
}

void
pb_pack_drop(struct pb_pack *pack)
{
	if (pack->fd >= 0)
		pb_io_close(pack->files, &pack->fd);
	pb_buf_done(&pack->memory);
}

/* Nothing is stored yet; the payload is that of r's record. */
static enum pb_status
begin(struct pb_pack *p, struct pb_secret *r, struct pb_error *err)
{
	uint8_t dropped[PB_DIGEST_LEN];

	pb_pack_drop(p);
	pb_digest_final(p->sha256, dropped);
	p->stored = 0;
	p->out_len = 0;
	return pb_cipher_start(&p->cipher, r, err);
}

enum pb_status
pb_pack_start(struct pb_pack *pack, struct pb_secret *r, struct pb_error *err)
{
	size_t code = ZSTD_CCtx_reset(pack->zstd, ZSTD_reset_session_only);

	pack->stage_len = 0;
	pack->digests = true;
	if (ZSTD_isError(code))
		return fail_zstd(code, err);
	return begin(pack, r, err);
}

/* What is in memory moves to a file without a name, and more follows it there. */
static enum pb_status
spill(struct pb_pack *p, struct pb_error *err)
{
	enum pb_status status;
	int fd = p->files->open_unnamed(p->files->ctx, p->spill_dir);

	if (fd < 0)
		return pb_fail_sys(err, fd, N_("make a file without a name"), "%s", p->spill_dir);
	p->fd = fd;
	status = pb_io_pwrite(p->files, fd, p->spill_dir, p->memory.data, p->memory.len, 0, err);
	pb_buf_done(&p->memory);
	return status;
}

/* Octets as they are stored. */
static enum pb_status
store(struct pb_pack *p, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (p->digests)
		pb_digest_update(p->sha256, data, len);
	if (p->fd < 0 && p->memory.len + len > PB_LIMIT_SPILL)
		status = spill(p, err);
	if (status != PB_OK)
		return status;
	if (p->fd >= 0)
		status = pb_io_pwrite(p->files, p->fd, p->spill_dir, data, len, p->stored, err);
	else if (pb_buf_append(&p->memory, data, len) != PB_OK)
		status = pb_fail_memory(err, N_("keep a sealed record"));
	p->stored += len;
	return status;
}

static enum pb_status
encrypt_out(struct pb_pack *p, struct pb_error *err)
{
	enum pb_status status;

	status = pb_aead_encrypt(p->cipher.aead, p->out, p->out_len, err);
	if (status == PB_OK)
		status = store(p, p->out, p->out_len, err);
	p->out_len = 0;
	return status;
}

static enum pb_status
compress(
    struct pb_pack *p, const uint8_t *data, size_t len, ZSTD_EndDirective end, struct pb_error *err)
{
	ZSTD_inBuffer in = { data, len, 0 };
	enum pb_status status;
	size_t left;

	do {
		ZSTD_outBuffer out = { p->out, PIECE_LEN, p->out_len };

		left = ZSTD_compressStream2(p->zstd, &out, &in, end);
		if (ZSTD_isError(left))
			return fail_zstd(left, err);
		p->out_len = out.pos;
		if (p->out_len == PIECE_LEN && (status = encrypt_out(p, err)) != PB_OK)
			return status;
	} while (end == ZSTD_e_end ? left > 0 : in.pos < in.size);
	return PB_OK;
}

enum pb_status
pb_pack_write(struct pb_pack *pack, const void *data, size_t len, struct pb_error *err)
{
	const uint8_t *at = data;
	enum pb_status status;
	size_t n;

	while (len > 0) {
		if (pack->stage_len == sizeof(pack->stage)) {
			status = compress(pack, pack->stage, pack->stage_len, ZSTD_e_continue, err);
			if (status != PB_OK)
				return status;
			pack->stage_len = 0;
		}
		n = sizeof(pack->stage) - pack->stage_len;
		if (n > len)
			n = len;
		memcpy(pack->stage + pack->stage_len, at, n);
		pack->stage_len += n;
		at += n;
		len -= n;
	}
	return PB_OK;
}

/* The payload is whole but for its tag: that, and it is the caller's. */
static enum pb_status
hand_over(struct pb_pack *p, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	uint8_t tag[PB_AEAD_TAG_LEN];
	enum pb_status status;

	if ((status = pb_aead_tag(p->cipher.aead, tag, err)) != PB_OK)
		return status;
	if ((status = store(p, tag, sizeof(tag), err)) != PB_OK)
		return status;
	if (p->digests)
		pb_digest_final(p->sha256, ret_sealed->payload_sha256);
	ret_sealed->payload_len = p->stored;
	ret_sealed->memory = p->memory;
	ret_sealed->files = p->files;
	ret_sealed->fd = p->fd;
	p->memory = PB_BUF_EMPTY;
	p->fd = -1;
	return PB_OK;
}

enum pb_status
pb_pack_finish(struct pb_pack *pack, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	enum pb_status status;

	status = compress(pack, pack->stage, pack->stage_len, ZSTD_e_end, err);
	if (status != PB_OK || (status = encrypt_out(pack, err)) != PB_OK)
		return status;
	return hand_over(pack, ret_sealed, err);
}

enum pb_status
pb_pack_whole(struct pb_pack *pack, struct pb_secret *r, const void *data, size_t len,
    struct pb_sealed *ret_sealed, struct pb_error *err)
{
	enum pb_status status = begin(pack, r, err);
	size_t code;

	pb_assert(len <= PB_LIMIT_OPENED + PB_TABLE_MAX);
	if (status != PB_OK)
		return status;
	code = ZSTD_compress2(pack->zstd, pack->out, OUT_LEN, data, len);
	if (ZSTD_isError(code))
		return fail_zstd(code, err);
	pack->out_len = code;
	pack->digests = code + PB_AEAD_TAG_LEN > PB_LIMIT_SPILL;
	if ((status = encrypt_out(pack, err)) != PB_OK)
		return status;
	return hand_over(pack, ret_sealed, err);
}
