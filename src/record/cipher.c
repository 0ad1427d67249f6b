#include "record/cipher.h"

#include <string.h>

#include "core/buf.h"

enum pb_status
pb_cipher_init(struct pb_cipher *cipher, const char *origin, struct pb_error *err)
{
	/* The text's NUL is the 0x00 of FORMAT 3.4. */
	static const char label[] = "probant/v1 payload";
	enum pb_status status;

	_Static_assert(sizeof(label) + PB_DIGEST_LEN == PB_CIPHER_AAD_LEN, "the AAD of FORMAT");
	memcpy(cipher->aad, label, sizeof(label));
	pb_digest_sha256(origin, strlen(origin), cipher->aad + sizeof(label));
	if ((status = pb_secret_new(PB_AEAD_KEY_LEN, &cipher->key, err)) != PB_OK)
		return status;
	if ((status = pb_expander_new(&cipher->expander, err)) != PB_OK)
		return status;
	return pb_aead_new(&cipher->aead, err);
}

void
pb_cipher_done(struct pb_cipher *cipher)
{
	pb_aead_free(cipher->aead);
	pb_secret_free(cipher->key);
	pb_expander_free(cipher->expander);
	*cipher = PB_CIPHER_EMPTY;
}

enum pb_status
pb_cipher_start(struct pb_cipher *cipher, struct pb_secret *r, struct pb_error *err)
{
	static const char info[] = "probant/v1 data";
	/* Zero is safe: r, and so the key, is drawn anew for each attempt to seal. */
	static const uint8_t nonce[PB_AEAD_NONCE_LEN] = { 0 };
	uint8_t *key = pb_secret_bytes(cipher->key);
	enum pb_status status;

	_Static_assert(PB_EXPAND_LEN == PB_AEAD_KEY_LEN, "a data key is one block of Expand");
	status = pb_expander_derive(cipher->expander, r, info, sizeof(info) - 1, key, err);
	if (status == PB_OK)
		status =
		    pb_aead_start(cipher->aead, key, nonce, cipher->aad, sizeof(cipher->aad), err);
	pb_wipe(key, PB_AEAD_KEY_LEN);
	return status;
}
