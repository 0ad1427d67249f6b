#include "index/unit.h"

#include <stdlib.h>
#include <string.h>

#include <zstd.h>
#include <zstd_errors.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/digest.h"

/* What is gained above is not worth its time: front coding and differences have done most. */
#define LEVEL 3

/* FORMAT 6.3: files grow by no less, so that their length does not tell of one message. */
#define GRAIN (64 * 1024)

static const char label[] = "probant/v1 index";
static const char check_label[] = "probant/v1 index key";

enum pb_status
pb_unit_damaged(const char *stem, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, N_("read the index of a segment"),
	    N_("it is not as it was written"), "%s", stem);
}

enum pb_status
pb_unit_key_fits(const struct pb_secret *key, struct pb_error *err)
{
	if (pb_secret_len(key) == PB_AEAD_KEY_LEN)
		return PB_OK;
	return pb_fail(err, PB_EINVAL, N_("open the index of a segment"),
	    N_("its key has not 32 octets"), "%s", "");
}

void
pb_unit_key_check(struct pb_secret *key, uint8_t out[PB_INDEX_CHECK_LEN])
{
	uint8_t input[sizeof(check_label) + PB_AEAD_KEY_LEN], sha256[PB_DIGEST_LEN];

	memcpy(input, check_label, sizeof(check_label));
	memcpy(input + sizeof(check_label), pb_secret_bytes(key), PB_AEAD_KEY_LEN);
	pb_digest_sha256(input, sizeof(input), sha256);
	memcpy(out, sha256, PB_INDEX_CHECK_LEN);
	pb_wipe(input, sizeof(input));
}

/* label || 0x00 || SHA-256(origin) || first_seq || count || number || stem */
static enum pb_status
start(const struct pb_unit_seal *seal, uint64_t number, struct pb_aead *aead, struct pb_error *err)
{
	uint8_t fixed[sizeof(label) + PB_DIGEST_LEN + 24], nonce[PB_AEAD_NONCE_LEN] = { 0 };
	uint8_t *at = fixed + sizeof(label) + PB_DIGEST_LEN;
	struct pb_buf aad = PB_BUF_EMPTY;
	enum pb_status status;

	memcpy(fixed, label, sizeof(label));
	pb_digest_sha256(seal->origin, strlen(seal->origin), fixed + sizeof(label));
	pb_put_u64(at, seal->first_seq);
	pb_put_u64(at + 8, seal->count);
	pb_put_u64(at + 16, number);
	pb_put_u64(nonce + 4, number);
	status = pb_buf_append(&aad, fixed, sizeof(fixed));
	if (status == PB_OK)
		status = pb_buf_append_text(&aad, seal->stem);
	if (status == PB_OK)
		status =
		    pb_aead_start(aead, pb_secret_bytes(seal->key), nonce, aad.data, aad.len, err);
	else
		status = pb_fail_memory(err, N_("open the index of a segment"));
	pb_buf_done(&aad);
	return status;
}

enum pb_status
pb_unit_seal(const struct pb_unit_seal *seal, uint64_t number, const void *plain, size_t len,
    struct pb_buf *out, struct pb_error *err)
{
	struct pb_aead *aead = NULL;
	size_t before = out->len;
	enum pb_status status;

	if (pb_buf_reserve(out, len + PB_AEAD_TAG_LEN) != PB_OK)
		return pb_fail_memory(err, N_("seal an index"));
	status = pb_aead_new(&aead, err);
	if (status == PB_OK)
		status = start(seal, number, aead, err);
	if (status != PB_OK)
		goto out;
	if (len > 0)
		memcpy(out->data + before, plain, len);
	status = pb_aead_encrypt(aead, out->data + before, len, err);
	if (status == PB_OK)
		status = pb_aead_tag(aead, out->data + before + len, err);
	if (status == PB_OK)
		out->len = before + len + PB_AEAD_TAG_LEN;
out:
	pb_aead_free(aead);
	return status;
}

enum pb_status
pb_unit_unseal(const struct pb_unit_seal *seal, uint64_t number, uint8_t *data, size_t len,
    struct pb_error *err)
{
	struct pb_aead *aead = NULL;
	enum pb_status status;
	bool right = false;

	if (len < PB_AEAD_TAG_LEN)
		return pb_unit_damaged(seal->stem, err);
	status = pb_aead_new(&aead, err);
	if (status == PB_OK)
		status = start(seal, number, aead, err);
	if (status == PB_OK)
		status = pb_aead_decrypt(aead, data, len - PB_AEAD_TAG_LEN, err);
	if (status == PB_OK)
		status = pb_aead_check(aead, data + len - PB_AEAD_TAG_LEN, &right, err);
	if (status == PB_OK && !right)
		status = pb_unit_damaged(seal->stem, err);
	pb_aead_free(aead);
	return status;
}

enum pb_status
pb_unit_close(const struct pb_unit_seal *seal, uint64_t number, const void *plain, size_t len,
    struct pb_buf *out, struct pb_error *err)
{
	size_t room = ZSTD_compressBound(len), size;
	uint8_t *frame = malloc(room);
	enum pb_status status;

	if (frame == NULL)
		return pb_fail_memory(err, N_("seal an index"));
	size = ZSTD_compress(frame, room, plain, len, LEVEL);
	if (ZSTD_isError(size)) /* the room is large enough, so nothing else is left */
		status = pb_fail_memory(err, N_("seal an index"));
	else
		status = pb_unit_seal(seal, number, frame, size, out, err);
	free(frame);
	return status;
}

enum pb_status
pb_unit_open(const struct pb_unit_seal *seal, uint64_t number, uint8_t *data, size_t len,
    struct pb_buf *out, struct pb_error *err)
{
	enum pb_status status = pb_unit_unseal(seal, number, data, len, err);
	unsigned long long plain;
	size_t size;

	if (status != PB_OK)
		return status;
	len -= PB_AEAD_TAG_LEN;
	plain = ZSTD_getFrameContentSize(data, len);
	if (plain > PB_LIMIT_INDEX_UNIT) /* not known and no frame are larger still */
		return pb_unit_damaged(seal->stem, err);
	/* An octet more, so that an empty frame has somewhere to go. */
	if (pb_buf_reserve(out, (size_t)plain + 1) != PB_OK)
		return pb_fail_memory(err, N_("read the index of a segment"));
	size = ZSTD_decompress(out->data + out->len, (size_t)plain, data, len);
	if (ZSTD_isError(size) && ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation)
		return pb_fail_memory(err, N_("read the index of a segment"));
	if (ZSTD_isError(size) || size != plain)
		return pb_unit_damaged(seal->stem, err);
	out->len += size;
	return PB_OK;
}

static unsigned
log2_of(uint64_t value)
{
	unsigned log = 0;

	while (value >>= 1)
		log++;
	return log;
}

/* Padmé (Nikitin et al., PoPETs 2019, section 4.1), but in steps of GRAIN at least. */
uint64_t
pb_unit_padded(uint64_t used)
{
	uint64_t len = used + PB_AEAD_TAG_LEN, step;
	unsigned exponent = log2_of(len);

	step = (uint64_t)1 << (exponent - (log2_of(exponent) + 1));
	if (step < GRAIN)
		step = GRAIN;
	return (len + step - 1) / step * step;
}
