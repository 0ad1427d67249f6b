/*
 * A reader's private key on a PKCS#11 token (OASIS PKCS #11 v2.40), through p11-kit.  The key
 * stays there: the token computes one key agreement, or decrypts one key, for each segment.
 */
#ifndef PB_TOKEN_TOKEN_H
#define PB_TOKEN_TOKEN_H

#include <stdbool.h>

#include "crypto/reader.h"

/* Does this name a key on a token ("pkcs11:...", RFC 7512) and not a file? */
bool pb_token_is_uri(const char *text);

/*
 * The one private key that the URI names, with its token logged in.  The modules are those that
 * the system registers with p11-kit, or the URI's module-path alone.
 *
 * PB_EINVAL: no such URI, it has a PIN in it (which everybody can read), or names more than one
 * token or key.  PB_ENOENT: no such token, or no such key on it.  PB_EACCESS: wrong PIN, or it is
 * locked.  PB_EUNAVAIL: no module, or the token does not answer.
 */
enum pb_status pb_token_open(const char *uri, const char *pin, size_t pin_len,
    struct pb_reader_device *ret_device, struct pb_error *err) PB_MUST_CHECK;

#endif
