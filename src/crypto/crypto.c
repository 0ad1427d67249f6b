#include "crypto/crypto.h"

#include <gcrypt.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/lanes.h"

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

static enum pb_status
wrong_digest(struct pb_error *err, const char *which)
{
	return pb_fail(err, PB_ECRYPTO, N_("test the cryptographic libraries"),
	    N_("a digest came out wrong"), "%s", which);
}

/*
 * Of "abc" and of none, and of 200 octets 0xa3, which are several blocks (FIPS 202 has it as an
 * example): in turn, more than there are lanes, so that each lane ends one and begins another.
 */
static enum pb_status
check_lanes(struct pb_error *err)
{
	static const char *const right[3][2] = {
		{ "79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787",
		    "8edfea24cad8f0e6da7fb5ebde442300fdf913be8a3bdfce06557e34d8f4efa3" },
		{ "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a",
		    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
		    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	};
	uint8_t message[200], out[20][PB_DIGEST_LEN];
	const struct pb_lanes_input three[3] = { { message, sizeof(message), NULL },
		{ NULL, 0, NULL }, { (const uint8_t *)"abc", 3, NULL } };
	char hex[2 * PB_DIGEST_LEN + 1];
	struct pb_lanes_input input[20];
	struct pb_lanes lanes;

	memset(message, 0xa3, sizeof(message));
	pb_lanes_init(&lanes);
	for (size_t kind = 0; kind < 2; kind++) {
		for (size_t i = 0; i < 20; i++) {
			input[i] = three[i % 3];
			input[i].out = out[i];
		}
		if (kind == 0)
			pb_lanes_sha3_256(&lanes, input, 20);
		else
			pb_lanes_sha256(&lanes, input, 20);
		for (size_t i = 0; i < 20; i++) {
			pb_hex_encode(out[i], PB_DIGEST_LEN, hex);
			if (strcmp(hex, right[i % 3][kind]) != 0)
				return wrong_digest(err, kind == 0 ? "SHA3-256" : "SHA-256");
		}
	}
	return PB_OK;
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
		return wrong_digest(err, "SHA-256, SHA3-256");
	return check_lanes(err);
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
