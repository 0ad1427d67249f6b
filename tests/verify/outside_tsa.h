/*
 * A fictitious authority that is not local: OpenSSL alone makes its certificates and its
 * tokens, under a policy of its own.
 */
#ifndef PB_TEST_VERIFY_OUTSIDE_TSA_H
#define PB_TEST_VERIFY_OUTSIDE_TSA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/buf.h"

#define OUTSIDE_POLICY "1.3.6.1.4.1.99999.7"

struct outside_tsa {
	EVP_PKEY *key;
	X509 *certificate;
	X509 *root;
};

static inline void
outside_extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;

	X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(extension);
	assert_int_equal(X509_add_ext(certificate, extension, -1), 1);
	X509_EXTENSION_free(extension);
}

/* issuer NULL: self-signed.  20 years from from_s. */
static inline X509 *
outside_certificate(
    const char *name, EVP_PKEY *key, X509 *issuer, EVP_PKEY *issuer_key, int64_t from_s)
{
	X509 *certificate = X509_new();
	X509_NAME *subject = X509_NAME_new();

	assert_int_equal(X509_set_version(certificate, 2), 1);
	assert_int_equal(
	    ASN1_INTEGER_set(X509_get_serialNumber(certificate), issuer == NULL ? 1 : 2), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(
			     subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0),
	    1);
	assert_int_equal(X509_set_subject_name(certificate, subject), 1);
	assert_int_equal(X509_set_issuer_name(
			     certificate, issuer != NULL ? X509_get_subject_name(issuer) : subject),
	    1);
	assert_non_null(ASN1_TIME_set(X509_getm_notBefore(certificate), from_s));
	assert_non_null(
	    ASN1_TIME_set(X509_getm_notAfter(certificate), from_s + 20 * INT64_C(31536000)));
	assert_int_equal(X509_set_pubkey(certificate, key), 1);
	if (issuer == NULL) {
		outside_extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
		outside_extend(certificate, certificate, NID_key_usage, "critical,keyCertSign");
	} else {
		outside_extend(certificate, issuer, NID_ext_key_usage, "critical,timeStamping");
		outside_extend(certificate, issuer, NID_key_usage, "critical,digitalSignature");
	}
	assert_true(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
	X509_NAME_free(subject);
	return certificate;
}

static inline void
outside_make(struct outside_tsa *tsa, int64_t from_s, struct pb_buf *chain_pem)
{
	EVP_PKEY *root_key = EVP_EC_gen("P-256");
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	long len;

	tsa->key = EVP_EC_gen("P-256");
	assert_non_null(root_key);
	assert_non_null(tsa->key);
	tsa->root = outside_certificate("Racine-Exemple fictive", root_key, NULL, root_key, from_s);
	tsa->certificate =
	    outside_certificate("Horodatage-Exemple fictif", tsa->key, tsa->root, root_key, from_s);
	assert_int_equal(PEM_write_bio_X509(out, tsa->certificate), 1);
	assert_int_equal(PEM_write_bio_X509(out, tsa->root), 1);
	len = BIO_get_mem_data(out, &text);
	assert_int_equal(pb_buf_append(chain_pem, text, (size_t)len), PB_OK);
	BIO_free(out);
	EVP_PKEY_free(root_key);
}

static inline void
outside_done(struct outside_tsa *tsa)
{
	EVP_PKEY_free(tsa->key);
	X509_free(tsa->certificate);
	X509_free(tsa->root);
}

static inline ASN1_INTEGER *
outside_serial(struct TS_resp_ctx *ctx, void *arg)
{
	ASN1_INTEGER *serial = ASN1_INTEGER_new();

	(void)ctx;
	(void)arg;
	assert_int_equal(ASN1_INTEGER_set(serial, 4711), 1);
	return serial;
}

static inline int
outside_time(struct TS_resp_ctx *ctx, void *arg, long *sec, long *usec)
{
	const int64_t *time_us = arg;

	(void)ctx;
	*sec = (long)(*time_us / 1000000);
	*usec = (long)(*time_us % 1000000);
	return 1;
}

/* The TimeStampResp to a request; accuracy: 2 s. */
static inline void
outside_answer(
    struct outside_tsa *tsa, int64_t time_us, const struct pb_buf *request, struct pb_buf *reply)
{
	ASN1_OBJECT *policy = OBJ_txt2obj(OUTSIDE_POLICY, 1);
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	BIO *in = BIO_new_mem_buf(request->data, (int)request->len);
	unsigned char *der = NULL;
	TS_RESP *response;
	int len;

	assert_int_equal(TS_RESP_CTX_set_signer_cert(ctx, tsa->certificate), 1);
	assert_int_equal(TS_RESP_CTX_set_signer_key(ctx, tsa->key), 1);
	assert_int_equal(TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()), 1);
	assert_int_equal(TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()), 1);
	assert_int_equal(TS_RESP_CTX_set_def_policy(ctx, policy), 1);
	assert_int_equal(TS_RESP_CTX_add_md(ctx, EVP_sha256()), 1);
	assert_int_equal(TS_RESP_CTX_set_accuracy(ctx, 2, 0, 0), 1);
	TS_RESP_CTX_set_serial_cb(ctx, outside_serial, NULL);
	TS_RESP_CTX_set_time_cb(ctx, outside_time, &time_us);
	response = TS_RESP_create_response(ctx, in);
	assert_non_null(response);
	len = i2d_TS_RESP(response, &der);
	assert_true(len > 0);
	assert_int_equal(pb_buf_append(reply, der, (size_t)len), PB_OK);
	OPENSSL_free(der);
	TS_RESP_free(response);
	TS_RESP_CTX_free(ctx);
	ASN1_OBJECT_free(policy);
	BIO_free(in);
}

#endif
