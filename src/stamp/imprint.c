/*
 * OpenSSL's SHA256_* and SHA512_* calls are deprecated in its version 3, but they alone
 * allocate nothing and so cannot fail.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "stamp/token.h"

struct pb_stamp_digest {
	enum pb_stamp_hash hash;
	SHA256_CTX sha256;
	SHA512_CTX sha512; /* SHA-384 too: the same with another start, cut */
};

static const struct {
	const char *name;
	size_t len;
} hashes[] = {
	[PB_STAMP_SHA256] = { "sha256", SHA256_DIGEST_LENGTH },
	[PB_STAMP_SHA384] = { "sha384", SHA384_DIGEST_LENGTH },
	[PB_STAMP_SHA512] = { "sha512", SHA512_DIGEST_LENGTH },
};

size_t
pb_stamp_hash_len(enum pb_stamp_hash hash)
{
	return hashes[hash].len;
}

const char *
pb_stamp_hash_name(enum pb_stamp_hash hash)
{
	return hashes[hash].name;
}

bool
pb_stamp_hash_parse(const char *name, enum pb_stamp_hash *ret_hash)
{
	for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
		if (strcmp(name, hashes[i].name) == 0) {
			*ret_hash = (enum pb_stamp_hash)i;
			return true;
		}
	return false;
}

static void
start(struct pb_stamp_digest *digest, enum pb_stamp_hash hash)
{
	digest->hash = hash;
	if (hash == PB_STAMP_SHA256)
		pb_assert(SHA256_Init(&digest->sha256));
	else if (hash == PB_STAMP_SHA384)
		pb_assert(SHA384_Init(&digest->sha512));
	else
		pb_assert(SHA512_Init(&digest->sha512));
}

void
pb_stamp_imprint(
    enum pb_stamp_hash hash, const void *data, size_t len, uint8_t out[PB_STAMP_HASH_MAX])
{
	struct pb_stamp_digest digest;

	start(&digest, hash);
	pb_stamp_digest_update(&digest, data, len);
	pb_stamp_digest_final(&digest, out);
}

enum pb_status
pb_stamp_digest_new(
    enum pb_stamp_hash hash, struct pb_stamp_digest **ret_digest, struct pb_error *err)
{
	struct pb_stamp_digest *digest = calloc(1, sizeof(*digest));

	if (digest == NULL)
		return pb_fail_memory(err, N_("start a digest"));
	start(digest, hash);
	*ret_digest = digest;
	return PB_OK;
}

void
pb_stamp_digest_update(struct pb_stamp_digest *digest, const void *data, size_t len)
{
	if (len == 0)
		return;
	if (digest->hash == PB_STAMP_SHA256)
		pb_assert(SHA256_Update(&digest->sha256, data, len));
	else
		pb_assert(SHA512_Update(&digest->sha512, data, len));
}

/* The length that SHA-384 was started with stands in its state. */
void
pb_stamp_digest_final(struct pb_stamp_digest *digest, uint8_t out[PB_STAMP_HASH_MAX])
{
	if (digest->hash == PB_STAMP_SHA256)
		pb_assert(SHA256_Final(out, &digest->sha256));
	else
		pb_assert(SHA512_Final(out, &digest->sha512));
}

void
pb_stamp_digest_free(struct pb_stamp_digest *digest)
{
	free(digest);
}
