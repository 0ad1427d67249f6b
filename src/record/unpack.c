#include "record/unpack.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "core/error.h"
#include "core/limits.h"
#include "record/cipher.h"

/*
 * A payload of no more is deciphered in one piece: zstd, which then has all of its frame before it
 * and room for all that comes out, needs no copy of its own.  Pages of it that no payload fills
 * are never touched.
 */
#define IN_LEN ((size_t)PB_LIMIT_OPENED)
/* Magic number, frame header descriptor, and the byte that may tell the window (RFC 8878 3.1.1). */
#define FRAME_HEADER_MIN 6

/* Octets of the payload pass: stored, then `in`, deciphered, then through zstd. */
struct pb_unpack {
	ZSTD_DCtx *zstd;
	struct pb_cipher cipher;
	const struct pb_payload *payload;
	uint64_t offset; /* where the next stored octet stands */
	uint64_t left;   /* stored octets to come, without the tag */
	uint64_t total;  /* octets that came out */
	bool ended;      /* sound to the end */
	ZSTD_inBuffer in;
	size_t in_used;   /* most octets that stood in in_data since it was wiped */
	uint8_t *in_data; /* IN_LEN */
};

static const char open_what[] = N_("open a record");

static enum pb_status
init_zstd(struct pb_unpack *u, struct pb_error *err)
{
	size_t code;

	if ((u->zstd = ZSTD_createDCtx()) == NULL)
		return pb_fail_memory(err, open_what);
	code = ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, PB_LIMIT_ZSTD_WINDOW_LOG);
	pb_assert(!ZSTD_isError(code));
	return PB_OK;
}

enum pb_status
pb_unpack_new(const char *origin, struct pb_unpack **ret_unpack, struct pb_error *err)
{
	struct pb_unpack *u = malloc(sizeof(*u));
	enum pb_status status;

	if (u == NULL)
		return pb_fail_memory(err, open_what);
	u->zstd = NULL;
	u->cipher = PB_CIPHER_EMPTY;
	u->in_used = 0;
	if ((u->in_data = malloc(IN_LEN)) == NULL) {
		status = pb_fail_memory(err, open_what);
		goto out;
	}
	if ((status = init_zstd(u, err)) != PB_OK)
		goto out;
	if ((status = pb_cipher_init(&u->cipher, origin, err)) != PB_OK)
		goto out;
	*ret_unpack = u;
	u = NULL;
	status = PB_OK;
out:
	pb_unpack_free(u);
	return status;
}

void
pb_unpack_free(struct pb_unpack *unpack)
{
	if (unpack == NULL)
		return;
	pb_cipher_done(&unpack->cipher);
	ZSTD_freeDCtx(unpack->zstd);
	pb_wipe(unpack->in_data, unpack->in_used);
	free(unpack->in_data);
	free(unpack);
}

static enum pb_status
fail_corrupt(const struct pb_payload *payload, const char *why, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, open_what, why, "payload of %llu bytes",
	    (unsigned long long)payload->len);
}

enum pb_status
pb_unpack_start(struct pb_unpack *unpack, const struct pb_payload *payload, struct pb_secret *r,
    struct pb_error *err)
{
	size_t code;

	if (payload->len < PB_AEAD_TAG_LEN)
		return fail_corrupt(payload, N_("its tag is missing"), err);
	if (payload->len > PB_LIMIT_PAYLOAD)
		return fail_corrupt(payload, N_("it is larger than a record can be"), err);
	unpack->payload = payload;
	unpack->offset = 0;
	unpack->left = payload->len - PB_AEAD_TAG_LEN;
	unpack->total = 0;
	unpack->ended = false;
	unpack->in = (ZSTD_inBuffer){ unpack->in_data, 0, 0 };
	code = ZSTD_DCtx_reset(unpack->zstd, ZSTD_reset_session_only);
	pb_assert(!ZSTD_isError(code));
	return pb_cipher_start(&unpack->cipher, r, err);
}

/* The next stored octets, deciphered, to `in`, which is used up; none if there are none left. */
static enum pb_status
fill(struct pb_unpack *u, struct pb_error *err)
{
	size_t n = u->left < IN_LEN ? (size_t)u->left : IN_LEN;
	enum pb_status status;

	u->in = (ZSTD_inBuffer){ u->in_data, n, 0 };
	u->in_used = n > u->in_used ? n : u->in_used;
	status = u->payload->read(u->payload->ctx, u->offset, u->in_data, n, err);
	if (status == PB_OK)
		status = pb_aead_decrypt(u->cipher.aead, u->in_data, n, err);
	u->offset += n;
	u->left -= n;
	return status;
}

static enum pb_status
check_tag(struct pb_unpack *u, struct pb_error *err)
{
	uint8_t tag[PB_AEAD_TAG_LEN];
	enum pb_status status;
	bool right;

	status = u->payload->read(u->payload->ctx, u->offset, tag, sizeof(tag), err);
	if (status == PB_OK)
		status = pb_aead_check(u->cipher.aead, tag, &right, err);
	if (status != PB_OK)
		return status;
	if (!right)
		return fail_corrupt(u->payload,
		    N_("its tag is wrong: it was changed, or is not of this archive and secret"),
		    err);
	u->ended = true;
	return PB_OK;
}

enum pb_status
pb_unpack_rest(struct pb_unpack *unpack, struct pb_error *err)
{
	enum pb_status status;

	if (unpack->ended)
		return PB_OK;
	while (unpack->left > 0)
		if ((status = fill(unpack, err)) != PB_OK)
			return status;
	return check_tag(unpack, err);
}

/* What was deciphered is not a record: because it was changed, or because it was sealed so. */
static enum pb_status
refuse(struct pb_unpack *u, const char *why, struct pb_error *err)
{
	enum pb_status status = pb_unpack_rest(u, err);

	if (status != PB_OK)
		return status;
	u->ended = false;
	return fail_corrupt(u->payload, why, err);
}

/*
 * The frame as FORMAT 3.4 allows it: a zstd frame (not a skippable one, nor one
 * of the formats before 0.8 that libzstd may still read), without a dictionary,
 * window within the limit.  zstd itself looks at the window only when it needs one.
 */
static const char *
judge_frame(const uint8_t *data, size_t len)
{
	unsigned long long content;
	uint64_t window;

	if (len < FRAME_HEADER_MIN || memcmp(data, "\x28\xb5\x2f\xfd", 4) != 0)
		return N_("its octets are not a zstd frame");
	if ((data[4] & 0x03) != 0)
		return N_("its zstd frame asks for a dictionary");
	if ((data[4] & 0x20) == 0) {
		window = (uint64_t)1 << (10 + (data[5] >> 3));
		window += window / 8 * (data[5] & 7);
		if (window > (uint64_t)1 << PB_LIMIT_ZSTD_WINDOW_LOG)
			return N_("the window of its zstd frame is too large");
	}
	content = ZSTD_getFrameContentSize(data, len);
	if (content == ZSTD_CONTENTSIZE_ERROR)
		return N_("its octets are not a zstd frame");
	if (content != ZSTD_CONTENTSIZE_UNKNOWN && content > PB_LIMIT_RECORD)
		return N_("it is larger than a record can be");
	return NULL;
}

static enum pb_status
fail_zstd(struct pb_unpack *u, size_t code, struct pb_error *err)
{
	if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
		return pb_fail_memory(err, open_what);
	return refuse(
	    u, N_("its zstd frame is damaged, or needs more than a reader has to have"), err);
}

/* The frame ended: so must the payload. */
static enum pb_status
end_frame(struct pb_unpack *u, struct pb_error *err)
{
	if (u->in.pos < u->in.size || u->left > 0)
		return refuse(u, N_("octets follow its zstd frame"), err);
	return check_tag(u, err);
}

/* Have octets for zstd, if there are any left; the first must begin a frame. */
static enum pb_status
supply(struct pb_unpack *u, struct pb_error *err)
{
	bool first = u->offset == 0;
	const char *why = NULL;
	enum pb_status status;

	if (u->in.pos < u->in.size || u->left == 0)
		return PB_OK;
	if ((status = fill(u, err)) != PB_OK)
		return status;
	if (first)
		why = judge_frame(u->in_data, u->in.size);
	return why == NULL ? PB_OK : refuse(u, why, err);
}

/* One step of zstd. */
static enum pb_status
decompress(struct pb_unpack *u, ZSTD_outBuffer *out, struct pb_error *err)
{
	size_t before = out->pos;
	size_t code = ZSTD_decompressStream(u->zstd, out, &u->in);

	if (ZSTD_isError(code))
		return fail_zstd(u, code, err);
	if (u->total + out->pos > PB_LIMIT_RECORD)
		return refuse(u, N_("it is larger than a record can be"), err);
	if (code == 0)
		return end_frame(u, err);
	/* zstd may still have had octets to give when its input was used up, but no longer. */
	if (u->in.pos == u->in.size && u->left == 0 && out->pos == before)
		return refuse(u, N_("its zstd frame has no end"), err);
	return PB_OK;
}

enum pb_status
pb_unpack_next(
    struct pb_unpack *unpack, uint8_t *to, size_t len, size_t *ret_len, struct pb_error *err)
{
	ZSTD_outBuffer out = { to, len, 0 };
	enum pb_status status;

	while (!unpack->ended && out.pos < out.size) {
		if ((status = supply(unpack, err)) != PB_OK)
			return status;
		if ((status = decompress(unpack, &out, err)) != PB_OK)
			return status;
	}
	unpack->total += out.pos;
	*ret_len = out.pos;
	return PB_OK;
}
