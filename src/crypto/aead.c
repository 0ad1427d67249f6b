#include "crypto/aead.h"

#include <gcrypt.h>
#include <stdlib.h>

#include "core/error.h"
#include "crypto/library.h"

/* libgcrypt would take data before a nonce, or after the tag, and mean something by it. */
struct pb_aead {
	gcry_cipher_hd_t gcm;
	bool running; /* between start and the tag */
};

enum pb_status
pb_aead_new(struct pb_aead **ret_aead, struct pb_error *err)
{
	struct pb_aead *aead = calloc(1, sizeof(*aead));
	gcry_error_t answer;

	if (aead == NULL)
		return pb_fail_memory(err, N_("start the cipher"));
	answer = gcry_cipher_open(
	    &aead->gcm, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_GCM, GCRY_CIPHER_SECURE);
	if (answer != 0) {
		free(aead);
		return pb_library_gcrypt(err, answer, N_("start the cipher"));
	}
	*ret_aead = aead;
	return PB_OK;
}

enum pb_status
pb_aead_start(struct pb_aead *aead, const uint8_t key[PB_AEAD_KEY_LEN],
    const uint8_t nonce[PB_AEAD_NONCE_LEN], const void *aad, size_t aad_len, struct pb_error *err)
{
	gcry_error_t answer;

	aead->running = false;
	/* A new key and nonce do not make libgcrypt forget a stream that was broken off. */
	answer = gcry_cipher_reset(aead->gcm);
	if (answer == 0)
		answer = gcry_cipher_setkey(aead->gcm, key, PB_AEAD_KEY_LEN);
	if (answer == 0)
		answer = gcry_cipher_setiv(aead->gcm, nonce, PB_AEAD_NONCE_LEN);
	if (answer == 0 && aad_len > 0)
		answer = gcry_cipher_authenticate(aead->gcm, aad, aad_len);
	if (answer != 0)
		return pb_library_gcrypt(err, answer, N_("start the cipher"));
	aead->running = true;
	return PB_OK;
}

enum pb_status
pb_aead_encrypt(struct pb_aead *aead, uint8_t *data, size_t len, struct pb_error *err)
{
	gcry_error_t answer = 0;

	pb_assert(aead->running);
	if (len > 0)
		answer = gcry_cipher_encrypt(aead->gcm, data, len, NULL, 0);
	return answer == 0 ? PB_OK : pb_library_gcrypt(err, answer, N_("encrypt"));
}

enum pb_status
pb_aead_decrypt(struct pb_aead *aead, uint8_t *data, size_t len, struct pb_error *err)
{
	gcry_error_t answer = 0;

	pb_assert(aead->running);
	if (len > 0)
		answer = gcry_cipher_decrypt(aead->gcm, data, len, NULL, 0);
	return answer == 0 ? PB_OK : pb_library_gcrypt(err, answer, N_("decrypt"));
}

enum pb_status
pb_aead_tag(struct pb_aead *aead, uint8_t tag[PB_AEAD_TAG_LEN], struct pb_error *err)
{
	gcry_error_t answer;

	pb_assert(aead->running);
	aead->running = false;
	answer = gcry_cipher_gettag(aead->gcm, tag, PB_AEAD_TAG_LEN);
	return answer == 0 ? PB_OK : pb_library_gcrypt(err, answer, N_("encrypt"));
}

enum pb_status
pb_aead_check(
    struct pb_aead *aead, const uint8_t tag[PB_AEAD_TAG_LEN], bool *ret_right, struct pb_error *err)
{
	gcry_error_t answer;

	pb_assert(aead->running);
	aead->running = false;
	answer = gcry_cipher_checktag(aead->gcm, tag, PB_AEAD_TAG_LEN);
	if (answer != 0 && gcry_err_code(answer) != GPG_ERR_CHECKSUM)
		return pb_library_gcrypt(err, answer, N_("decrypt"));
	*ret_right = answer == 0;
	return PB_OK;
}

void
pb_aead_free(struct pb_aead *aead)
{
	if (aead == NULL)
		return;
	gcry_cipher_close(aead->gcm);
	free(aead);
}
