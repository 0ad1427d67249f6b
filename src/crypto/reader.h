/*
 * Readers: who can open an archive.  A reader is an X.509 certificate whose
 * public key the segment keys are enveloped to, and somewhere its private key.
 * OpenSSL, so that `openssl pkey` and `openssl cms -decrypt` serve as well.
 */
#ifndef PB_CRYPTO_READER_H
#define PB_CRYPTO_READER_H

#include "core/buf.h"
#include "core/world.h"
#include "crypto/secret.h"

#define PB_READER_RSA_MAX 2048 /* bytes of a modulus that we accept */
#define PB_READER_ID_MAX 64    /* bytes of a subjectKeyIdentifier that we accept */

/*
 * A reader's certificate: RSA of 3072 bits or more, P-256 or P-384, with a
 * subjectKeyIdentifier (FORMAT 3).  A keyUsage, if there is one, allows key
 * encipherment (RSA) or key agreement (RFC 5652 6.2).
 */
struct pb_reader;
/* A reader's private key with its certificate. */
struct pb_reader_key;

/* The first certificate of PEM text.  PB_EDATA: none, or not fit to be a reader (err says why). */
enum pb_status pb_reader_from_pem(
    const void *pem, size_t len, struct pb_reader **ret_reader, struct pb_error *err) PB_MUST_CHECK;
/* subjectKeyIdentifier in lower-case hex: the reader's name in the formats.  Borrowed. */
const char *pb_reader_id(const struct pb_reader *reader);
/* SHA-256 of the certificate's DER. */
void pb_reader_fingerprint(const struct pb_reader *reader, uint8_t out[32]);
/* "P-256", "P-384", "RSA-3072"...: for lists.  Borrowed. */
const char *pb_reader_algorithm(const struct pb_reader *reader);
/* Whom the certificate names (RFC 4514), made terminal-safe and cut; "" if it names nobody. */
#define PB_READER_SUBJECT_SIZE 256
void pb_reader_subject(const struct pb_reader *reader, char out[PB_READER_SUBJECT_SIZE]);
/* Its notAfter, seconds since 1970; false: it has no meaningful end (RFC 5280 4.1.2.5), or none
 * that can be read.  It ends nothing: the key opens what was sealed for it. */
bool pb_reader_until(const struct pb_reader *reader, int64_t *ret_until_s);
enum pb_status pb_reader_to_pem(
    const struct pb_reader *reader, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;
void pb_reader_free(struct pb_reader *reader);

/*
 * A new P-256 key with a self-signed certificate, as two PEM texts appended to
 * the buffers.  name: the certificate's common name, a role and never a person
 * ("probant reader", "probant recovery").  The key is PKCS#8 under the
 * passphrase: PBES2, scrypt N=2^14 r=8 p=5, AES-256-CBC (RFC 7914; what the
 * openssl command opens without options).  now_s: the certificate's notBefore;
 * it has no meaningful end (99991231235959Z, RFC 5280 4.1.2.5).  Its identifier
 * is the first 20 octets of the SHA-256 of the public key (RFC 7093 2).  Random
 * numbers are OpenSSL's.  PB_EINVAL: no passphrase, or an empty one.  PB_ELIMIT:
 * longer than PB_LIMIT_PASSPHRASE.
 */
enum pb_status pb_reader_generate(const char *name, int64_t now_s, const char *passphrase,
    size_t passphrase_len, struct pb_buf *ret_key_pem, struct pb_buf *ret_certificate_pem,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Open a private key, in any PEM form that OpenSSL reads.  PB_EACCESS: wrong
 * passphrase, or none given and one needed (nobody is asked).  PB_EDATA: not a
 * key, or not the certificate's.  passphrase may be NULL for a key without one.
 */
enum pb_status pb_reader_key_open(const void *key_pem, size_t key_len, const void *certificate_pem,
    size_t certificate_len, const char *passphrase, size_t passphrase_len,
    struct pb_reader_key **ret_key, struct pb_error *err) PB_MUST_CHECK;
/*
 * The same key as a PEM text under another passphrase, in the form of pb_reader_generate;
 * appended.  PB_EINVAL, PB_ELIMIT: as there.  PB_EUNAVAIL: it does not leave its device.
 */
enum pb_status pb_reader_key_to_pem(const struct pb_reader_key *key, const char *passphrase,
    size_t passphrase_len, struct pb_buf *ret_key_pem, struct pb_error *err) PB_MUST_CHECK;
/*
 * A private key that does not leave its device, and what the device computes with it.  PB_EACCESS,
 * PB_EUNAVAIL: the device refused, or is gone; PB_ECORRUPT: what it was given does not open.
 */
struct pb_reader_device {
	void *ctx;
	/* RSAES-OAEP with SHA-256 for the label, which is empty, and for MGF1 (RFC 8017 7.1):
	 * exactly as many octets as ret_plain has. */
	enum pb_status (*decrypt)(void *ctx, const uint8_t *cipher, size_t len,
	    struct pb_secret *ret_plain, struct pb_error *err);
	/* ECDH with this point, uncompressed (SEC 1 2.3.3): the x coordinate, as many octets as
	 * ret_x has. */
	enum pb_status (*agree)(void *ctx, const uint8_t *point, size_t len,
	    struct pb_secret *ret_x, struct pb_error *err);
	void (*close)(void *ctx);
};

/*
 * A reader's key on a device, with its certificate (PEM).  The caller has made sure that they
 * belong together.  Takes the device on PB_OK alone.
 */
enum pb_status pb_reader_key_on_device(const void *certificate_pem, size_t certificate_len,
    const struct pb_reader_device *take_device, struct pb_reader_key **ret_key,
    struct pb_error *err) PB_MUST_CHECK;
/* NULL: its key is in memory. */
const struct pb_reader_device *pb_reader_key_device(const struct pb_reader_key *key);

const struct pb_reader *pb_reader_key_reader(const struct pb_reader_key *key); /* borrowed */
PB_API void pb_reader_key_free(struct pb_reader_key *key); /* wipes; NULL is fine */

/*
 * A private key that stays under its passphrase (PKCS#8 EncryptedPrivateKeyInfo, RFC 5958):
 * the DER of the first one in PEM text, and the PEM of DER; appended.  PB_EDATA: there is none.
 */
enum pb_status pb_reader_sealed_from_pem(
    const void *pem, size_t len, struct pb_buf *ret_der, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_reader_sealed_to_pem(
    const void *der, size_t len, struct pb_buf *ret_pem, struct pb_error *err) PB_MUST_CHECK;
/* How many of these octets are the DER element with which they begin; 0: they begin with none. */
size_t pb_reader_sealed_len(const void *data, size_t len);

#endif
