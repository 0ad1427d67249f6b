/* Opening an envelope where the reader's key is on a device.  For this room's files alone. */
#ifndef PB_CRYPTO_ENVELOPE_DEVICE_H
#define PB_CRYPTO_ENVELOPE_DEVICE_H

#include "crypto/envelope.h"

/* As pb_envelope_open, of octets that pb_envelope_recipients took, and that name this reader. */
enum pb_status pb_envelope_open_on_device(const void *cms, size_t cms_len,
    const struct pb_reader_key *key, size_t len, struct pb_secret **ret_secret,
    struct pb_error *err) PB_MUST_CHECK;

#endif
