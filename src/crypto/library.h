/* What the two libraries answer, as a status.  For this room and stamp. */
#ifndef PB_CRYPTO_LIBRARY_H
#define PB_CRYPTO_LIBRARY_H

#include <gcrypt.h>

#include "probant/status.h"

/*
 * OpenSSL failed, and says why in this thread's error queue, which is emptied.
 * PB_ENOMEM if memory ran out, else PB_ECRYPTO.  what: a literal.  A public
 * call that uses OpenSSL empties the queue where it begins, so that the reason
 * is its own, and where it ends, so that none is left to mislead the next.
 */
enum pb_status pb_library_openssl(struct pb_error *err, const char *what) PB_MUST_CHECK;

/*
 * OpenSSL failed, and what it was given is to blame, unless memory ran out:
 * PB_ENOMEM, or pb_fail with these.  The queue is emptied.
 */
enum pb_status pb_library_refused(struct pb_error *err, enum pb_status status, const char *what,
    const char *why, const char *object) PB_MUST_CHECK;

/* The same for libgcrypt's answer, which is not 0. */
enum pb_status pb_library_gcrypt(
    struct pb_error *err, gcry_error_t answer, const char *what) PB_MUST_CHECK;

#endif
