#include "crypto/crypto.h"

#include <gcrypt.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "core/error.h"
#include "crypto/digest.h"

#define GCRYPT_NEEDED "1.10.0" /* GCM as it is used here */

/*
 * A GCM handle takes 1 KiB and a record secret 64 bytes: the secrets of one
 * commit of PB_LIMIT_GROUP_RECORDS records fit many times.
 */
#define GCRYPT_POOL (2 * 1024 * 1024)

/* Private keys of readers and of the log: 3 KiB for the largest. */
#define OPENSSL_POOL (1024 * 1024)
#define OPENSSL_POOL_MIN 32

/*
 * Where memory may not be locked the pool still serves and is still wiped;
 * libgcrypt would say so on stderr, which is not a library's place.
 */
static enum pb_status
start_gcrypt(struct pb_error *err)
{
	if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
		return PB_OK;
	if (gcry_check_version(GCRYPT_NEEDED) == NULL)
		return pb_fail(err, PB_ECRYPTO, N_("start libgcrypt"), N_("the library is too old"),
		    "%s < %s", gcry_check_version(NULL), GCRYPT_NEEDED);
	(void)gcry_control(GCRYCTL_DISABLE_SECMEM_WARN);
	(void)gcry_control(GCRYCTL_INIT_SECMEM, GCRYPT_POOL, 0);
	(void)gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
	return PB_OK;
}

/* OpenSSL starts itself at its first call; its pool must be there before its first key. */
static enum pb_status
start_openssl(struct pb_error *err)
{
	int ready = CRYPTO_secure_malloc_initialized();

	if (!ready)
		ready = CRYPTO_secure_malloc_init(OPENSSL_POOL, OPENSSL_POOL_MIN);
	ERR_clear_error();
	return ready ? PB_OK : pb_fail_memory(err, N_("start OpenSSL"));
}

/* FIPS 180-4 and FIPS 202: the digests of "abc".  libgcrypt tests AES at its first key. */
static enum pb_status
check_digests(struct pb_error *err)
{
	static const uint8_t h2[PB_H2_LEN] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41,
		0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a,
		0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad, 0x3a, 0x98, 0x5d, 0xa7, 0x4f,
		0xe2, 0x25, 0xb2, 0x04, 0x5c, 0x17, 0x2d, 0x6b, 0xd3, 0x90, 0xbd, 0x85, 0x5f, 0x08,
		0x6e, 0x3e, 0x9d, 0x52, 0x5b, 0x46, 0xbf, 0xe2, 0x45, 0x11, 0x43, 0x15, 0x32 };
	uint8_t out[PB_H2_LEN];

	pb_digest_h2("abc", 3, out);
	if (memcmp(out, h2, sizeof(h2)) != 0)
		return pb_fail(err, PB_ECRYPTO, N_("test the cryptographic libraries"),
		    N_("a digest came out wrong"), "%s", "SHA-256, SHA3-256");
	return PB_OK;
}

enum pb_status
pb_crypto_init(struct pb_error *err)
{
	enum pb_status status = start_gcrypt(err);

	if (status == PB_OK)
		status = start_openssl(err);
	if (status == PB_OK)
		status = check_digests(err);
	return status;
}
