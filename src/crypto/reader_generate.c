#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/certificate.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "crypto/reader_openssl.h"

#define NO_END "99991231235959Z" /* RFC 5280 4.1.2.5 */
#define KEY_AGREEMENT_BIT 4      /* RFC 5280 4.2.1.3 */

/* RFC 7914; 16 MiB of memory, as OpenSSL refuses more than 32 MiB unless told otherwise. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 5
#define SALT_LEN 16

static bool
set_name(X509 *certificate, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		   (const unsigned char *)name, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, subject) == 1;
}

static bool
add_id(X509 *certificate)
{
	ASN1_OCTET_STRING *id = pb_certificate_key_id(certificate);
	bool done =
	    id != NULL && X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0) == 1;

	ASN1_OCTET_STRING_free(id);
	return done;
}

static bool
add_usage(X509 *certificate)
{
	BASIC_CONSTRAINTS *no_authority = BASIC_CONSTRAINTS_new();
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	bool done =
	    no_authority != NULL && usage != NULL &&
	    ASN1_BIT_STRING_set_bit(usage, KEY_AGREEMENT_BIT, 1) == 1 &&
	    X509_add1_ext_i2d(certificate, NID_basic_constraints, no_authority, 1, 0) == 1 &&
	    X509_add1_ext_i2d(certificate, NID_key_usage, usage, 1, 0) == 1;

	ASN1_BIT_STRING_free(usage);
	BASIC_CONSTRAINTS_free(no_authority);
	return done;
}

static bool
fill_certificate(X509 *certificate, EVP_PKEY *pkey, const char *name, int64_t now_s)
{
	return X509_set_version(certificate, X509_VERSION_3) == 1 &&
	       pb_certificate_set_serial(certificate) && set_name(certificate, name) &&
	       X509_set_pubkey(certificate, pkey) == 1 &&
	       ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)now_s) != NULL &&
	       ASN1_TIME_set_string(X509_getm_notAfter(certificate), NO_END) == 1 &&
	       add_id(certificate) && add_usage(certificate) &&
	       X509_sign(certificate, pkey, EVP_sha256()) > 0;
}

static bool
write_certificate(BIO *bio, EVP_PKEY *pkey, const char *name, int64_t now_s)
{
	X509 *certificate = X509_new();
	bool done = certificate != NULL && fill_certificate(certificate, pkey, name, now_s) &&
		    PEM_write_bio_X509(bio, certificate) == 1;

	X509_free(certificate);
	return done;
}

static bool
write_key(BIO *bio, EVP_PKEY *pkey, const char *passphrase, size_t passphrase_len)
{
	PKCS8_PRIV_KEY_INFO *info = EVP_PKEY2PKCS8(pkey);
	X509_ALGOR *scheme = NULL;
	X509_SIG *sealed = NULL;
	unsigned char salt[SALT_LEN];
	bool done;

	if (info != NULL && RAND_bytes(salt, sizeof(salt)) == 1)
		scheme = PKCS5_pbe2_set_scrypt(
		    EVP_aes_256_cbc(), salt, sizeof(salt), NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
	if (scheme != NULL)
		sealed = PKCS8_set0_pbe(passphrase, (int)passphrase_len, info, scheme);
	if (sealed == NULL)
		X509_ALGOR_free(scheme); /* taken otherwise */
	done = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
	X509_SIG_free(sealed);
	PKCS8_PRIV_KEY_INFO_free(info);
	return done;
}

/* Both or none. */
static enum pb_status
hand_over(
    BIO *key, BIO *certificate, struct pb_buf *ret_key_pem, struct pb_buf *ret_certificate_pem)
{
	enum pb_status status = pb_buf_reserve(ret_key_pem, BIO_pending(key));

	if (status == PB_OK)
		status = pb_pem_append(certificate, ret_certificate_pem);
	if (status == PB_OK)
		status = pb_pem_append(key, ret_key_pem);
	return status;
}

static enum pb_status
check_passphrase(const char *passphrase, size_t len, const char *name, struct pb_error *err)
{
	const char *what = N_("make a reader's key");

	if (passphrase == NULL || len == 0)
		return pb_fail(err, PB_EINVAL, what, N_("it needs a passphrase"), "%s", name);
	if (len > PB_LIMIT_PASSPHRASE)
		return pb_fail(err, PB_ELIMIT, what, N_("the passphrase is too long"), "%s", name);
	return PB_OK;
}

enum pb_status
pb_reader_key_to_pem(const struct pb_reader_key *key, const char *passphrase, size_t passphrase_len,
    struct pb_buf *ret_key_pem, struct pb_error *err)
{
	const char *what = N_("write a reader's key");
	const char *id = pb_reader_id(pb_reader_key_reader(key));
	enum pb_status status = check_passphrase(passphrase, passphrase_len, id, err);
	BIO *bio;

	if (status != PB_OK)
		return status;
	if (pb_reader_key_device(key) != NULL)
		return pb_fail(
		    err, PB_EUNAVAIL, what, N_("it does not leave its device"), "%s", id);
	ERR_clear_error();
	bio = BIO_new(BIO_s_mem());
	if (bio == NULL || !write_key(bio, pb_reader_key_pkey(key), passphrase, passphrase_len))
		status = pb_library_openssl(err, what);
	else if (pb_pem_append(bio, ret_key_pem) != PB_OK)
		status = pb_fail_memory(err, what);
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

enum pb_status
pb_reader_generate(const char *name, int64_t now_s, const char *passphrase, size_t passphrase_len,
    struct pb_buf *ret_key_pem, struct pb_buf *ret_certificate_pem, struct pb_error *err)
{
	const char *what = N_("make a reader's key");
	EVP_PKEY *pkey = NULL;
	BIO *key = NULL, *certificate = NULL;
	enum pb_status status = check_passphrase(passphrase, passphrase_len, name, err);

	if (status != PB_OK)
		return status;
	ERR_clear_error();
	pkey = EVP_EC_gen("P-256");
	key = BIO_new(BIO_s_mem());
	certificate = BIO_new(BIO_s_mem());
	if (pkey == NULL || key == NULL || certificate == NULL ||
	    !write_certificate(certificate, pkey, name, now_s) ||
	    !write_key(key, pkey, passphrase, passphrase_len))
		status = pb_library_openssl(err, what);
	else if (hand_over(key, certificate, ret_key_pem, ret_certificate_pem) != PB_OK)
		status = pb_fail_memory(err, what);
	BIO_free(certificate);
	BIO_free(key);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return status;
}
