/* Readers as OpenSSL sees them.  For this room's files alone. */
#ifndef PB_CRYPTO_READER_OPENSSL_H
#define PB_CRYPTO_READER_OPENSSL_H

#include <openssl/x509.h>

#include "crypto/reader.h"

/* Borrowed.  Not const, as OpenSSL's own calls count references in it. */
X509 *pb_reader_x509(const struct pb_reader *reader);
EVP_PKEY *pb_reader_key_pkey(const struct pb_reader_key *key);

#endif
