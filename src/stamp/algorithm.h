/* FORMAT 2.2, clause 2: which algorithms and keys are strong enough.  For this room's files. */
#ifndef PB_STAMP_ALGORITHM_H
#define PB_STAMP_ALGORITHM_H

#include <openssl/x509.h>
#include <stdbool.h>

/* NID_sha256, NID_sha384 or NID_sha512, without parameters or with NULL (RFC 5754 2); else 0. */
int pb_algorithm_hash(const X509_ALGOR *algorithm);

/*
 * A signature algorithm that is accepted.  *ret_hash: its hash's NID; 0 for rsaEncryption, which
 * CMS uses without saying (RFC 3370 3.2).
 */
bool pb_algorithm_signature(const X509_ALGOR *algorithm, int *ret_hash);

/* RSA of 2048 bits or more, or an elliptic curve that is named, of 256 bits or more. */
/* Checking a signature by it takes no more time than by a real one. */
bool pb_algorithm_affordable(EVP_PKEY *key);
bool pb_algorithm_key(EVP_PKEY *key);

/* The signature on the certificate, and the key in it. */
bool pb_algorithm_certificate_signature(const X509 *certificate);
bool pb_algorithm_certificate_key(const X509 *certificate);

/* "sha1WithRSAEncryption", "RSA 1024": terminal-safe. */
void pb_algorithm_name(const X509_ALGOR *algorithm, char *out, size_t size);
void pb_algorithm_key_name(EVP_PKEY *key, char *out, size_t size);

#endif
