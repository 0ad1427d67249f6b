/*
 * Octets that must not leave memory: libgcrypt's secure memory, locked
 * against swapping where the machine allows it, wiped on free.
 */
#ifndef PB_CRYPTO_SECRET_H
#define PB_CRYPTO_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "core/world.h"
#include "probant/status.h"

struct pb_secret;

/* len zero bytes, 1 <= len <= 64 KiB (PB_EINVAL).  PB_ENOMEM if the locked pool is used up. */
enum pb_status pb_secret_new(
    size_t len, struct pb_secret **ret_secret, struct pb_error *err) PB_MUST_CHECK;

/* len bytes from `random`. */
enum pb_status pb_secret_random(const struct pb_random *random, size_t len,
    struct pb_secret **ret_secret, struct pb_error *err) PB_MUST_CHECK;

/* Borrowed, for reading and for filling. */
uint8_t *pb_secret_bytes(struct pb_secret *secret);
size_t pb_secret_len(const struct pb_secret *secret);

/* Wipe and release.  NULL is fine. */
void pb_secret_free(struct pb_secret *secret);

#endif
