/* Readers of every kind, and certificates that are not fit to be one, made by OpenSSL. */
#ifndef PB_TEST_CRYPTO_READERS_H
#define PB_TEST_CRYPTO_READERS_H

#include "crypto/fixture.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "core/buf.h"
#include "crypto/reader.h"

#define PASSPHRASE "a passphrase (fictive)"
#define NOW_S 1778089320 /* 2026-05-06T17:42:00Z */

/* How a test certificate differs from a good one. */
struct oddity {
	size_t id_len;     /* of its subjectKeyIdentifier; 0: none */
	const char *usage; /* NULL: no keyUsage */
};

struct test_reader {
	struct pb_buf key, certificate; /* PEM; the key under PASSPHRASE */
	struct pb_reader *reader;
	struct pb_reader_key *opened;
};

static inline void
add_extension(X509 *certificate, int nid, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* The identifier is the first octets of the public key's digest, repeated. */
static inline void
add_identifier(X509 *certificate, size_t len)
{
	uint8_t octets[256], digest[EVP_MAX_MD_SIZE];
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	size_t i;

	assert_true(len <= sizeof(octets));
	assert_int_equal(X509_pubkey_digest(certificate, EVP_sha256(), digest, NULL), 1);
	for (i = 0; i < len; i++)
		octets[i] = digest[i % 32];
	assert_int_equal(ASN1_OCTET_STRING_set(id, octets, (int)len), 1);
	assert_int_equal(X509_add1_ext_i2d(certificate, NID_subject_key_identifier, id, 0, 0), 1);
	ASN1_OCTET_STRING_free(id);
}

static inline X509 *
self_signed(EVP_PKEY *pkey, const struct oddity *oddity)
{
	const EVP_MD *md = EVP_PKEY_get_id(pkey) == EVP_PKEY_ED25519 ? NULL : EVP_sha256();
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);

	assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			     (const unsigned char *)"lecteur (fictif)", -1, -1, 0),
	    1);
	assert_int_equal(X509_set_issuer_name(certificate, name), 1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), NOW_S));
	assert_non_null(ASN1_TIME_set(X509_getm_notAfter(certificate), NOW_S + 86400));
	assert_int_equal(X509_set_pubkey(certificate, pkey), 1);
	if (oddity->id_len > 0)
		add_identifier(certificate, oddity->id_len);
	if (oddity->usage != NULL)
		add_extension(certificate, NID_key_usage, oddity->usage);
	assert_true(X509_sign(certificate, pkey, md) > 0);
	return certificate;
}

static inline void
take_bio(BIO *bio, struct pb_buf *buf)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	assert_int_equal(pb_buf_append(buf, data, (size_t)len), PB_OK);
	BIO_free(bio);
}

static inline void
certificate_pem(X509 *certificate, struct pb_buf *buf)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(PEM_write_bio_X509(bio, certificate), 1);
	take_bio(bio, buf);
}

/* PKCS#8, encrypted (PBKDF2, as `openssl genpkey` does it) if there is a passphrase. */
static inline void
key_pem(EVP_PKEY *pkey, const char *passphrase, struct pb_buf *buf)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int len = passphrase == NULL ? 0 : (int)strlen(passphrase);

	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(bio, pkey, passphrase == NULL ? NULL : EVP_aes_256_cbc(),
		passphrase, len, NULL, NULL),
	    1);
	take_bio(bio, buf);
}

static inline void
test_reader_read(struct test_reader *r)
{
	struct pb_error err = { 0 };

	if (pb_reader_from_pem(r->certificate.data, r->certificate.len, &r->reader, &err) != PB_OK)
		fail_msg("%s: %s", err.what, err.why);
}

static inline void
test_reader_open(struct test_reader *r)
{
	struct pb_error err = { 0 };

	if (pb_reader_key_open(r->key.data, r->key.len, r->certificate.data, r->certificate.len,
		PASSPHRASE, strlen(PASSPHRASE), &r->opened, &err) != PB_OK)
		fail_msg("%s: %s", err.what, err.why);
}

/* One that Probant makes.  Its key stays closed: opening it takes a while, as it must. */
static inline void
test_reader_generate(struct test_reader *r)
{
	memset(r, 0, sizeof(*r));
	assert_int_equal(pb_reader_generate("probant reader", NOW_S, PASSPHRASE, strlen(PASSPHRASE),
			     &r->key, &r->certificate, NULL),
	    PB_OK);
	test_reader_read(r);
}

/* One that somebody else made, opened.  Takes the key. */
static inline void
test_reader_of(struct test_reader *r, EVP_PKEY *take_pkey)
{
	const struct oddity none = { .id_len = 20 };
	X509 *certificate;

	memset(r, 0, sizeof(*r));
	assert_non_null(take_pkey);
	certificate = self_signed(take_pkey, &none);
	certificate_pem(certificate, &r->certificate);
	key_pem(take_pkey, PASSPHRASE, &r->key);
	X509_free(certificate);
	EVP_PKEY_free(take_pkey);
	test_reader_read(r);
	test_reader_open(r);
}

/* His key as PKCS#8 without a passphrase. */
static inline void
open_key(const struct test_reader *r, struct pb_buf *buf)
{
	static char passphrase[] = PASSPHRASE;
	BIO *bio = BIO_new_mem_buf(r->key.data, (int)r->key.len);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, passphrase);

	assert_non_null(pkey);
	key_pem(pkey, NULL, buf);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
}

static inline void
test_reader_done(struct test_reader *r)
{
	pb_reader_key_free(r->opened);
	pb_reader_free(r->reader);
	pb_buf_done(&r->key);
	pb_buf_done(&r->certificate);
}

#endif
