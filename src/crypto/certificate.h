/* What every certificate that we make has.  For this room and stamp. */
#ifndef PB_CRYPTO_CERTIFICATE_H
#define PB_CRYPTO_CERTIFICATE_H

#include <openssl/x509.h>
#include <stdbool.h>

/* A random serial of 127 bits, positive and of its full length (RFC 5280 4.1.2.2). */
bool pb_certificate_set_serial(X509 *certificate);

/*
 * The identifier of its public key: the leftmost 160 bits of its SHA-256 (RFC 7093 2, method 1).
 * Owned; NULL: OpenSSL refused.
 */
ASN1_OCTET_STRING *pb_certificate_key_id(const X509 *certificate);

#endif
