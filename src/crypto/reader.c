#include "crypto/reader.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/library.h"
#include "crypto/pem.h"
#include "crypto/reader_openssl.h"

#define RSA_BITS_MIN 3072
#define RSA_BITS_MAX 16384 /* OpenSSL encrypts to none that is longer */

struct pb_reader {
	X509 *certificate;
	uint8_t fingerprint[PB_DIGEST_LEN];
	char id[2 * PB_READER_ID_MAX + 1];
	char algorithm[16];
};

static enum pb_status
unfit(struct pb_error *err, const char *why)
{
	return pb_library_refused(err, PB_EDATA, N_("use a certificate as a reader's"), why, "");
}

/*
 * RFC 5652 6.2.1 and 6.2.2: a keyUsage, if there is one, must allow what is
 * done to the key.
 */
static bool
usage_allows(X509 *certificate, uint32_t usage)
{
	return (X509_get_extension_flags(certificate) & EXFLAG_INVALID) == 0 &&
	       (X509_get_key_usage(certificate) & usage) != 0;
}

static enum pb_status
check_rsa(struct pb_reader *reader, EVP_PKEY *pkey, struct pb_error *err)
{
	int bits = EVP_PKEY_get_bits(pkey);

	if (bits < RSA_BITS_MIN)
		return unfit(err, N_("its RSA key has less than 3072 bits"));
	if (bits > RSA_BITS_MAX)
		return unfit(err, N_("its RSA key has more than 16384 bits"));
	if (!usage_allows(reader->certificate, KU_KEY_ENCIPHERMENT))
		return unfit(err, N_("its key usage does not allow key encipherment"));
	(void)snprintf(reader->algorithm, sizeof(reader->algorithm), "RSA-%d", bits);
	return PB_OK;
}

static enum pb_status
check_ec(struct pb_reader *reader, EVP_PKEY *pkey, struct pb_error *err)
{
	char group[32] = "";
	int explicit_curve = 1; /* RFC 5480 2.1.1 forbids these in certificates */

	(void)EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL);
	(void)EVP_PKEY_get_int_param(
	    pkey, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve);
	if (explicit_curve)
		return unfit(err, N_("its curve is not named"));
	if (strcmp(group, SN_X9_62_prime256v1) == 0)
		(void)snprintf(reader->algorithm, sizeof(reader->algorithm), "P-256");
	else if (strcmp(group, SN_secp384r1) == 0)
		(void)snprintf(reader->algorithm, sizeof(reader->algorithm), "P-384");
	else
		return unfit(err, N_("its curve is neither P-256 nor P-384"));
	if (!usage_allows(reader->certificate, KU_KEY_AGREEMENT))
		return unfit(err, N_("its key usage does not allow key agreement"));
	return PB_OK;
}

static enum pb_status
check_key(struct pb_reader *reader, struct pb_error *err)
{
	EVP_PKEY *pkey = X509_get0_pubkey(reader->certificate);
	EVP_PKEY_CTX *ctx;
	enum pb_status status;
	int sound;

	if (pkey == NULL)
		return unfit(err, N_("its key cannot be read"));
	if (EVP_PKEY_get_id(pkey) == EVP_PKEY_RSA)
		status = check_rsa(reader, pkey, err);
	else if (EVP_PKEY_get_id(pkey) == EVP_PKEY_EC)
		status = check_ec(reader, pkey, err);
	else
		status = unfit(err, N_("its key is neither RSA nor of an elliptic curve"));
	if (status != PB_OK)
		return status;
	ctx = EVP_PKEY_CTX_new(pkey, NULL);
	if (ctx == NULL)
		return pb_library_openssl(err, N_("use a certificate as a reader's"));
	sound = EVP_PKEY_public_check(ctx);
	EVP_PKEY_CTX_free(ctx);
	return sound == 1 ? PB_OK : unfit(err, N_("its key is not sound"));
}

static enum pb_status
check_id(struct pb_reader *reader, struct pb_error *err)
{
	const ASN1_OCTET_STRING *id = X509_get0_subject_key_id(reader->certificate);
	int len = id == NULL ? 0 : ASN1_STRING_length(id);

	if (len == 0)
		return unfit(err, N_("it has no subjectKeyIdentifier"));
	if (len > PB_READER_ID_MAX)
		return unfit(err, N_("its subjectKeyIdentifier is too long"));
	pb_hex_encode(ASN1_STRING_get0_data(id), (size_t)len, reader->id);
	return PB_OK;
}

enum pb_status
pb_reader_from_pem(const void *pem, size_t len, struct pb_reader **ret_reader, struct pb_error *err)
{
	struct pb_reader *reader = calloc(1, sizeof(*reader));
	enum pb_status status;
	BIO *bio;

	if (reader == NULL)
		return pb_fail_memory(err, N_("use a certificate as a reader's"));
	ERR_clear_error();
	bio = pb_pem_reader(pem, len);
	if (bio != NULL)
		reader->certificate = PEM_read_bio_X509(bio, NULL, pb_pem_no_passphrase, NULL);
	if (reader->certificate == NULL)
		status = unfit(err, N_("it is no certificate in PEM"));
	else if (X509_digest(reader->certificate, EVP_sha256(), reader->fingerprint, NULL) != 1)
		status = pb_library_openssl(err, N_("use a certificate as a reader's"));
	else
		status = check_key(reader, err);
	if (status == PB_OK)
		status = check_id(reader, err);
	if (status == PB_OK)
		*ret_reader = reader;
	else
		pb_reader_free(reader);
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

const char *
pb_reader_id(const struct pb_reader *reader)
{
	return reader->id;
}

void
pb_reader_fingerprint(const struct pb_reader *reader, uint8_t out[32])
{
	memcpy(out, reader->fingerprint, sizeof(reader->fingerprint));
}

const char *
pb_reader_algorithm(const struct pb_reader *reader)
{
	return reader->algorithm;
}

X509 *
pb_reader_x509(const struct pb_reader *reader)
{
	return reader->certificate;
}

void
pb_reader_subject(const struct pb_reader *reader, char out[PB_READER_SUBJECT_SIZE])
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len = 0;

	/* In UTF-8, as it is: what a terminal must not be shown is taken out below. */
	if (bio != NULL && X509_NAME_print_ex(bio, X509_get_subject_name(reader->certificate), 0,
			       XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0)
		len = BIO_get_mem_data(bio, &text);
	pb_text_safe_copy(
	    out, PB_READER_SUBJECT_SIZE, (const uint8_t *)text, len > 0 ? (size_t)len : 0);
	BIO_free(bio);
	ERR_clear_error();
}

bool
pb_reader_until(const struct pb_reader *reader, int64_t *ret_until_s)
{
	static const char endless[] = "99991231235959Z";
	const ASN1_TIME *until = X509_get0_notAfter(reader->certificate);
	ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
	int days, seconds;
	bool ends;

	ends = epoch != NULL && ASN1_TIME_diff(&days, &seconds, epoch, until) == 1 &&
	       (ASN1_STRING_length(until) != (int)strlen(endless) ||
		   memcmp(ASN1_STRING_get0_data(until), endless, strlen(endless)) != 0);
	if (ends)
		*ret_until_s = (int64_t)days * 86400 + seconds;
	ASN1_TIME_free(epoch);
	ERR_clear_error();
	return ends;
}

enum pb_status
pb_reader_to_pem(const struct pb_reader *reader, struct pb_buf *buf, struct pb_error *err)
{
	const char *what = N_("write a reader's certificate");
	enum pb_status status;
	BIO *bio;

	ERR_clear_error();
	bio = BIO_new(BIO_s_mem());
	if (bio == NULL || PEM_write_bio_X509(bio, reader->certificate) != 1)
		status = pb_library_openssl(err, what);
	else if (pb_pem_append(bio, buf) != PB_OK)
		status = pb_fail_memory(err, what);
	else
		status = PB_OK;
	BIO_free(bio);
	ERR_clear_error();
	return status;
}

void
pb_reader_free(struct pb_reader *reader)
{
	if (reader == NULL)
		return;
	X509_free(reader->certificate);
	free(reader);
}
