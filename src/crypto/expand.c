#include "crypto/expand.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/library.h"

#define BLOCK 64 /* octets of a step of SHA-256 */

/* RFC 2104 section 2: what the two hashes begin with, a block each, and what the inner one gives.
 */
struct pb_expander {
	gcry_md_hd_t sha256;
	struct pb_secret *pads; /* r ^ ipad, r ^ opad, and room for a hash */
	bool keyed;
};

enum pb_status
pb_expander_new(struct pb_expander **ret_expander, struct pb_error *err)
{
	struct pb_expander *expander = calloc(1, sizeof(*expander));
	enum pb_status status;
	gcry_error_t answer;

	if (expander == NULL)
		return pb_fail_memory(err, N_("derive a key"));
	status = pb_secret_new(2 * BLOCK + PB_EXPAND_LEN, &expander->pads, err);
	if (status == PB_OK) {
		answer = gcry_md_open(&expander->sha256, GCRY_MD_SHA256, GCRY_MD_FLAG_SECURE);
		if (answer != 0)
			status = pb_library_gcrypt(err, answer, N_("derive a key"));
	}
	if (status != PB_OK) {
		pb_expander_free(expander);
		return status;
	}
	*ret_expander = expander;
	return PB_OK;
}

enum pb_status
pb_expander_key(struct pb_expander *expander, struct pb_secret *r, struct pb_error *err)
{
	uint8_t *pads = pb_secret_bytes(expander->pads);

	(void)err;
	pb_assert(pb_secret_len(r) == PB_EXPAND_LEN);
	memset(pads, 0x36, BLOCK);
	memset(pads + BLOCK, 0x5c, BLOCK);
	for (size_t i = 0; i < PB_EXPAND_LEN; i++) {
		pads[i] ^= pb_secret_bytes(r)[i];
		pads[BLOCK + i] ^= pb_secret_bytes(r)[i];
	}
	expander->keyed = true;
	return PB_OK;
}

/* What was written since the reset; borrowed. */
static const uint8_t *
hashed(struct pb_expander *expander)
{
	return gcry_md_read(expander->sha256, GCRY_MD_SHA256);
}

enum pb_status
pb_expander_next(struct pb_expander *expander, const void *info, size_t info_len,
    uint8_t out[PB_EXPAND_LEN], struct pb_error *err)
{
	uint8_t *pads = pb_secret_bytes(expander->pads), *inner = pads + (size_t)2 * BLOCK;
	const uint8_t *hash;

	pb_assert(expander->keyed);
	/* RFC 5869 2.3: T(1) = HMAC-Hash(PRK, T(0) | info | 0x01), T(0) empty. */
	gcry_md_reset(expander->sha256);
	gcry_md_write(expander->sha256, pads, BLOCK);
	gcry_md_write(expander->sha256, info, info_len);
	gcry_md_putc(expander->sha256, 1);
	if ((hash = hashed(expander)) != NULL) {
		memcpy(inner, hash, PB_EXPAND_LEN);
		gcry_md_reset(expander->sha256);
		gcry_md_write(expander->sha256, pads + BLOCK, BLOCK + PB_EXPAND_LEN);
		hash = hashed(expander);
	}
	if (hash == NULL)
		return pb_library_gcrypt(err, gcry_error(GPG_ERR_DIGEST_ALGO), N_("derive a key"));
	memcpy(out, hash, PB_EXPAND_LEN);
	return PB_OK;
}

enum pb_status
pb_expander_derive(struct pb_expander *expander, struct pb_secret *r, const void *info,
    size_t info_len, uint8_t out[PB_EXPAND_LEN], struct pb_error *err)
{
	enum pb_status status = pb_expander_key(expander, r, err);

	return status == PB_OK ? pb_expander_next(expander, info, info_len, out, err) : status;
}

void
pb_expander_free(struct pb_expander *expander)
{
	if (expander == NULL)
		return;
	gcry_md_close(expander->sha256);
	pb_secret_free(expander->pads);
	free(expander);
}

enum pb_status
pb_expand(struct pb_secret *r, const void *info, size_t info_len, uint8_t out[PB_EXPAND_LEN],
    struct pb_error *err)
{
	struct pb_expander *expander = NULL;
	enum pb_status status = pb_expander_new(&expander, err);

	if (status == PB_OK)
		status = pb_expander_derive(expander, r, info, info_len, out, err);
	pb_expander_free(expander);
	return status;
}
