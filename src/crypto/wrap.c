#include "crypto/wrap.h"

#include <gcrypt.h>

#include "core/error.h"
#include "crypto/library.h"

static gcry_error_t
open_cipher(gcry_cipher_hd_t *cipher, struct pb_secret *kek)
{
	gcry_error_t answer;

	pb_assert(pb_secret_len(kek) == PB_WRAP_KEY_LEN);
	answer = gcry_cipher_open(
	    cipher, GCRY_CIPHER_AES256, GCRY_CIPHER_MODE_AESWRAP, GCRY_CIPHER_SECURE);
	if (answer == 0)
		answer = gcry_cipher_setkey(*cipher, pb_secret_bytes(kek), PB_WRAP_KEY_LEN);
	return answer;
}

enum pb_status
pb_wrap(struct pb_secret *kek, struct pb_secret *secret, uint8_t out[PB_WRAPPED_LEN],
    struct pb_error *err)
{
	gcry_cipher_hd_t cipher = NULL;
	gcry_error_t answer;

	pb_assert(pb_secret_len(secret) == PB_WRAP_KEY_LEN);
	answer = open_cipher(&cipher, kek);
	if (answer == 0)
		answer = gcry_cipher_encrypt(
		    cipher, out, PB_WRAPPED_LEN, pb_secret_bytes(secret), PB_WRAP_KEY_LEN);
	gcry_cipher_close(cipher);
	return answer == 0 ? PB_OK : pb_library_gcrypt(err, answer, N_("wrap a record's secret"));
}

enum pb_status
pb_unwrap(struct pb_secret *kek, const uint8_t wrapped[PB_WRAPPED_LEN],
    struct pb_secret **ret_secret, struct pb_error *err)
{
	gcry_cipher_hd_t cipher = NULL;
	struct pb_secret *secret = NULL;
	gcry_error_t answer;
	enum pb_status status = pb_secret_new(PB_WRAP_KEY_LEN, &secret, err);

	if (status != PB_OK)
		return status;
	answer = open_cipher(&cipher, kek);
	if (answer == 0)
		answer = gcry_cipher_decrypt(
		    cipher, pb_secret_bytes(secret), PB_WRAP_KEY_LEN, wrapped, PB_WRAPPED_LEN);
	gcry_cipher_close(cipher);
	if (gcry_err_code(answer) == GPG_ERR_CHECKSUM)
		status = pb_fail(err, PB_ECORRUPT, N_("unwrap a record's secret"),
		    N_("the key does not fit, or it was changed"), "%s", "");
	else if (answer != 0)
		status = pb_library_gcrypt(err, answer, N_("unwrap a record's secret"));
	if (status == PB_OK)
		*ret_secret = secret;
	else
		pb_secret_free(secret);
	return status;
}
