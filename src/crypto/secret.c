#include "crypto/secret.h"

#include <gcrypt.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/error.h"

#define SECRET_MAX (64 * 1024)

/* Only the bytes are in secure memory: the pool is small, and a length is no secret. */
struct pb_secret {
	size_t len;
	uint8_t *bytes;
};

enum pb_status
pb_secret_new(size_t len, struct pb_secret **ret_secret, struct pb_error *err)
{
	struct pb_secret *secret;

	if (len == 0 || len > SECRET_MAX)
		return pb_fail(err, PB_EINVAL, N_("keep a secret"), N_("its length is not allowed"),
		    "%zu", len);
	secret = malloc(sizeof(*secret));
	if (secret == NULL)
		return pb_fail_memory(err, N_("keep a secret"));
	secret->len = len;
	secret->bytes = gcry_calloc_secure(1, len);
	if (secret->bytes == NULL) {
		free(secret);
		return pb_fail_memory(err, N_("keep a secret"));
	}
	*ret_secret = secret;
	return PB_OK;
}

enum pb_status
pb_secret_random(
    const struct pb_random *random, size_t len, struct pb_secret **ret_secret, struct pb_error *err)
{
	struct pb_secret *secret;
	enum pb_status status = pb_secret_new(len, &secret, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = random->fill(random->ctx, secret->bytes, len);
	if (answer < 0) {
		pb_secret_free(secret);
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "");
	}
	*ret_secret = secret;
	return PB_OK;
}

uint8_t *
pb_secret_bytes(struct pb_secret *secret)
{
	return secret->bytes;
}

size_t
pb_secret_len(const struct pb_secret *secret)
{
	return secret->len;
}

void
pb_secret_free(struct pb_secret *secret)
{
	if (secret == NULL)
		return;
	/* libgcrypt wipes what it frees, but not where a host program switched its pool off. */
	pb_wipe(secret->bytes, secret->len);
	gcry_free(secret->bytes);
	free(secret);
}
