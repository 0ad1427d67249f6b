/* When certificates end. */
#ifndef PB_CRYPTO_EXPIRY_H
#define PB_CRYPTO_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

/*
 * The earliest notAfter of the certificates in a PEM text, whatever else stands in it; seconds
 * since 1970.  PB_EDATA: there is none that can be read.
 */
enum pb_status pb_expiry_first(
    const void *pem, size_t len, int64_t *ret_ends_s, struct pb_error *err) PB_MUST_CHECK;

#endif
