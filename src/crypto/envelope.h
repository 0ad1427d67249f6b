/*
 * CMS AuthEnvelopedData (RFC 5083, RFC 5652): a segment key for its readers.
 *
 * OpenSSL's defaults are not ours: content AES-256-GCM; RSA with OAEP and
 * SHA-256 for both its digests (RFC 4055); EC with dhSinglePass-stdDH-
 * sha256kdf (RFC 5753) and AES-256 wrap; recipients named by
 * subjectKeyIdentifier.
 */
#ifndef PB_CRYPTO_ENVELOPE_H
#define PB_CRYPTO_ENVELOPE_H

#include "crypto/reader.h"
#include "crypto/secret.h"

/*
 * DER appended to ret_cms, after pb_envelope_recipients took it and found every
 * reader in it: PB_ECRYPTO otherwise.  PB_EINVAL: no reader, or two of one
 * identifier.  PB_ELIMIT: more than PB_LIMIT_READERS.
 */
enum pb_status pb_envelope_seal(struct pb_secret *secret, const struct pb_reader *const *readers,
    size_t count, struct pb_buf *ret_cms, struct pb_error *err) PB_MUST_CHECK;

/*
 * PB_EACCESS: this reader is not among the recipients.  PB_ECORRUPT: he is, and
 * it does not open, or does not hold `len` bytes.
 */
enum pb_status pb_envelope_open(const void *cms, size_t cms_len, const struct pb_reader_key *key,
    size_t len, struct pb_secret **ret_secret, struct pb_error *err) PB_MUST_CHECK;

/*
 * The recipients' subjectKeyIdentifiers, each as a line "<hex>\n" appended to
 * ret_ids in the order they stand in.  PB_ECORRUPT: not an AuthEnvelopedData
 * with AES-256-GCM whose recipients are all named so and use the algorithms
 * above, or octets behind it.  Every octet that is not an identifier, a wrapped
 * key, an ephemeral key, the nonce, the ciphertext or the tag is prescribed:
 * strict DER, no optional field, but that SHA-256's parameters may be absent or
 * NULL (RFC 4055 2.1).
 */
enum pb_status pb_envelope_recipients(
    const void *cms, size_t cms_len, struct pb_buf *ret_ids, struct pb_error *err) PB_MUST_CHECK;

#endif
