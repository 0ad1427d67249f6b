#include "crypto/expand.h"

#include <gcrypt.h>
#include <string.h>

#include "core/error.h"
#include "crypto/library.h"

enum pb_status
pb_expand(struct pb_secret *r, const void *info, size_t info_len, uint8_t out[PB_EXPAND_LEN],
    struct pb_error *err)
{
	gcry_md_hd_t hmac = NULL;
	const uint8_t *block = NULL;
	gcry_error_t answer;

	pb_assert(pb_secret_len(r) == PB_EXPAND_LEN);
	answer = gcry_md_open(&hmac, GCRY_MD_SHA256, GCRY_MD_FLAG_HMAC | GCRY_MD_FLAG_SECURE);
	if (answer == 0)
		answer = gcry_md_setkey(hmac, pb_secret_bytes(r), pb_secret_len(r));
	if (answer == 0) {
		/* RFC 5869 2.3: T(1) = HMAC-Hash(PRK, T(0) | info | 0x01), T(0) empty. */
		gcry_md_write(hmac, info, info_len);
		gcry_md_putc(hmac, 1);
		block = gcry_md_read(hmac, GCRY_MD_SHA256);
		if (block == NULL)
			answer = gcry_error(GPG_ERR_DIGEST_ALGO);
	}
	if (answer == 0)
		memcpy(out, block, PB_EXPAND_LEN);
	gcry_md_close(hmac);
	return answer == 0 ? PB_OK : pb_library_gcrypt(err, answer, N_("derive a key"));
}
