/* Starting the cryptographic libraries. */
#ifndef PB_CRYPTO_CRYPTO_H
#define PB_CRYPTO_CRYPTO_H

#include "probant/status.h"

/*
 * Ready libgcrypt, with a pool of locked memory large enough for the record
 * secrets of one commit and the handles of the pipeline, and OpenSSL.  Call
 * once per process before anything of this room, from one thread; later calls
 * do nothing.  PB_ECRYPTO: a library is too old or failed its self-test.
 */
PB_API enum pb_status pb_crypto_init(struct pb_error *err) PB_MUST_CHECK;

#endif
