#include "crypto/expand.h"

#include <gcrypt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/library.h"

struct pb_expander {
	gcry_md_hd_t hmac;
	bool keyed; /* it knows an r; without one libgcrypt would compute something else */
};

enum pb_status
pb_expander_new(struct pb_expander **ret_expander, struct pb_error *err)
{
	struct pb_expander *expander = calloc(1, sizeof(*expander));
	gcry_error_t answer;

	if (expander == NULL)
		return pb_fail_memory(err, N_("derive a key"));
	answer =
	    gcry_md_open(&expander->hmac, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC | GCRY_MD_FLAG_SECURE);
	if (answer != 0) {
		free(expander);
		return pb_library_gcrypt(err, answer, N_("derive a key"));
	}
	*ret_expander = expander;
	return PB_OK;
}

enum pb_status
pb_expander_key(struct pb_expander *expander, struct pb_secret *r, struct pb_error *err)
{
	gcry_error_t answer;

	pb_assert(pb_secret_len(r) == PB_EXPAND_LEN);
	expander->keyed = false;
	gcry_md_reset(expander->hmac);
	answer = gcry_md_setkey(expander->hmac, pb_secret_bytes(r), pb_secret_len(r));
	if (answer != 0)
		return pb_library_gcrypt(err, answer, N_("derive a key"));
	expander->keyed = true;
	return PB_OK;
}

enum pb_status
pb_expander_next(struct pb_expander *expander, const void *info, size_t info_len,
    uint8_t out[PB_EXPAND_LEN], struct pb_error *err)
{
	const uint8_t *block;

	pb_assert(expander->keyed);
	/* The key stays. */
	gcry_md_reset(expander->hmac);
	/* RFC 5869 2.3: T(1) = HMAC-Hash(PRK, T(0) | info | 0x01), T(0) empty. */
	gcry_md_write(expander->hmac, info, info_len);
	gcry_md_putc(expander->hmac, 1);
	block = gcry_md_read(expander->hmac, GCRY_MD_SHA256);
	if (block == NULL)
		return pb_library_gcrypt(err, gcry_error(GPG_ERR_DIGEST_ALGO), N_("derive a key"));
	memcpy(out, block, PB_EXPAND_LEN);
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
	gcry_md_close(expander->hmac);
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
