/* What the tests of this room share: vectors in hex, numbers that are not random. */
#ifndef PB_TEST_CRYPTO_FIXTURE_H
#define PB_TEST_CRYPTO_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <openssl/err.h>

#include "core/text.h"
#include "core/world.h"
#include "crypto/crypto.h"
#include "crypto/secret.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))

static inline int
start_crypto(void **state)
{
	(void)state;
	return pb_crypto_init(NULL) == PB_OK ? 0 : -1;
}

/* No test may leave a reason behind for the next call of OpenSSL to find. */
static inline int
no_errors_are_left(void **state)
{
	(void)state;
	return ERR_peek_error() == 0 ? 0 : -1;
}

/* The length of what the hex says. */
static inline size_t
from_hex(const char *hex, uint8_t *out, size_t max)
{
	size_t len = strlen(hex) / 2;

	assert_true(len <= max);
	assert_true(pb_hex_decode(hex, strlen(hex), out, len));
	return len;
}

static inline void
assert_hex(const uint8_t *data, size_t len, const char *hex)
{
	uint8_t expected[256];

	assert_int_equal(from_hex(hex, expected, sizeof(expected)), len);
	assert_memory_equal(data, expected, len);
}

static inline struct pb_secret *
secret_from_hex(const char *hex)
{
	struct pb_secret *secret = NULL;
	size_t len = strlen(hex) / 2;

	assert_int_equal(pb_secret_new(len, &secret, NULL), PB_OK);
	(void)from_hex(hex, pb_secret_bytes(secret), len);
	return secret;
}

/* A table that gives these bytes, from the front at each call. */
static inline int
fill_from(void *ctx, void *to, size_t len)
{
	memcpy(to, ctx, len);
	return 0;
}

/* A table that fails. */
static inline int
fill_fails(void *ctx, void *to, size_t len)
{
	const int *negative_errno = ctx;

	(void)to, (void)len;
	return *negative_errno;
}

#endif
