/*
 * OpenSSL's SHA256_* calls are deprecated in its version 3, but they alone
 * allocate nothing and so cannot fail, and a Merkle tree of short inputs takes
 * a quarter of the time.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/digest.h"

#include <gcrypt.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "crypto/library.h"

/* sha256 counts if `proves`, sha3 is not NULL if it counts. */
struct pb_digest {
	bool proves;
	SHA256_CTX sha256;
	gcry_md_hd_t sha3;
};

void
pb_digest_sha256(const void *data, size_t len, uint8_t out[PB_DIGEST_LEN])
{
	SHA256_CTX state;

	pb_assert(SHA256_Init(&state));
	pb_assert(SHA256_Update(&state, data, len));
	pb_assert(SHA256_Final(out, &state));
}

void
pb_digest_sha3_256(const void *data, size_t len, uint8_t out[PB_DIGEST_LEN])
{
	gcry_md_hash_buffer(GCRY_MD_SHA3_256, out, data, len);
}

void
pb_digest_h2(const void *data, size_t len, uint8_t out[PB_H2_LEN])
{
	pb_digest_sha256(data, len, out);
	pb_digest_sha3_256(data, len, out + PB_DIGEST_LEN);
}

enum pb_status
pb_digest_new(enum pb_digest_kind kind, struct pb_digest **ret_digest, struct pb_error *err)
{
	struct pb_digest *digest = calloc(1, sizeof(*digest));
	gcry_error_t answer = 0;

	if (digest == NULL)
		return pb_fail_memory(err, N_("start a digest"));
	digest->proves = kind != PB_DIGEST_SHA3_256;
	pb_assert(SHA256_Init(&digest->sha256));
	if (kind != PB_DIGEST_SHA256)
		answer = gcry_md_open(&digest->sha3, GCRY_MD_SHA3_256, 0);
	if (answer != 0) {
		pb_digest_free(digest);
		return pb_library_gcrypt(err, answer, N_("start a digest"));
	}
	*ret_digest = digest;
	return PB_OK;
}

void
pb_digest_update(struct pb_digest *digest, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (digest->proves)
		pb_assert(SHA256_Update(&digest->sha256, data, len));
	if (digest->sha3 != NULL)
		gcry_md_write(digest->sha3, data, len);
}

void
pb_digest_final(struct pb_digest *digest, uint8_t *out)
{
	const uint8_t *sha3;

	if (digest->proves) {
		pb_assert(SHA256_Final(out, &digest->sha256));
		pb_assert(SHA256_Init(&digest->sha256));
		out += PB_DIGEST_LEN;
	}
	if (digest->sha3 != NULL) {
		sha3 = gcry_md_read(digest->sha3, GCRY_MD_SHA3_256);
		pb_assert(sha3 != NULL);
		memcpy(out, sha3, PB_DIGEST_LEN);
		gcry_md_reset(digest->sha3);
	}
}

enum pb_status
pb_digest_peek(const struct pb_digest *digest, uint8_t *out, struct pb_error *err)
{
	struct pb_digest copy = *digest;
	gcry_error_t answer = 0;

	if (digest->sha3 != NULL)
		answer = gcry_md_copy(&copy.sha3, digest->sha3);
	if (answer != 0)
		return pb_library_gcrypt(err, answer, N_("look at a digest"));
	pb_digest_final(&copy, out);
	gcry_md_close(copy.sha3);
	return PB_OK;
}

void
pb_digest_free(struct pb_digest *digest)
{
	if (digest == NULL)
		return;
	gcry_md_close(digest->sha3);
	free(digest);
}
