/* PEM texts to and from buffers, through OpenSSL.  For this room's files alone. */
#ifndef PB_CRYPTO_PEM_H
#define PB_CRYPTO_PEM_H

#include <openssl/bio.h>

#include "core/buf.h"

/* To read from; borrows the text.  NULL: no memory, or longer than PB_LIMIT_PEM. */
BIO *pb_pem_reader(const void *pem, size_t len);

/* Append what was written to a memory BIO. */
enum pb_status pb_pem_append(BIO *bio, struct pb_buf *buf) PB_MUST_CHECK;

/*
 * A pem_password_cb that has none.  OpenSSL's own asks on the terminal, and any
 * PEM text may claim to be encrypted.
 */
int pb_pem_no_passphrase(char *to, int size, int writing, void *arg);

#endif
