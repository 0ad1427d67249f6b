#include "stamp/authority.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/library.h"
#include "stamp/build.h"
#include "stamp/request_read.h"
#include "stamp/token_openssl.h"

#define SERIAL_LEN 16
#define ACCURACY_S 1

struct pb_authority {
	EVP_PKEY *pkey;
	X509 *certificate;
	char policy[PB_STAMP_OID_MAX]; /* the one that the certificate states */
};

static const char *const what_open = N_("open the local timestamping authority");
static const char *const what_answer = N_("answer a timestamp request");

/* ---- opened ---- */

/* A pem_password_cb that has none; OpenSSL's own asks on the terminal. */
static int
no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

/* Timestamping alone, critical; a certificate is judged as OpenSSL's own verifier does. */
static bool
fits(X509 *certificate, EVP_PKEY *pkey)
{
	return X509_check_private_key(certificate, pkey) == 1 &&
	       X509_check_purpose(certificate, X509_PURPOSE_TIMESTAMP_SIGN, 0) == 1;
}

/* The one policy under which it serves: the certificate's, if it states one. */
static bool
read_policy(const X509 *certificate, char oid[PB_STAMP_OID_MAX])
{
	CERTIFICATEPOLICIES *policies =
	    X509_get_ext_d2i(certificate, NID_certificate_policies, NULL, NULL);
	int len = 0;

	if (policies == NULL)
		len = snprintf(oid, PB_STAMP_OID_MAX, "%s", PB_STAMP_SERVED_POLICY);
	else if (sk_POLICYINFO_num(policies) == 1)
		len = OBJ_obj2txt(
		    oid, PB_STAMP_OID_MAX, sk_POLICYINFO_value(policies, 0)->policyid, 1);
	CERTIFICATEPOLICIES_free(policies);
	return len > 0 && len < PB_STAMP_OID_MAX;
}

enum pb_status
pb_authority_open(const void *key_pem, size_t key_len, const void *chain_pem, size_t chain_len,
    struct pb_authority **ret_authority, struct pb_error *err)
{
	struct pb_authority *authority = NULL;
	BIO *key = NULL, *chain = NULL;
	enum pb_status status = PB_OK;

	if (key_len == 0 || key_len > PB_LIMIT_PEM || chain_len == 0 || chain_len > PB_LIMIT_PEM)
		return pb_fail(err, PB_EDATA, what_open,
		    N_("a key or a certificate is missing or too long"), "%s", "PEM");
	authority = calloc(1, sizeof(*authority));
	if (authority == NULL)
		return pb_fail_memory(err, what_open);
	ERR_clear_error();
	key = BIO_new_mem_buf(key_pem, (int)key_len);
	chain = BIO_new_mem_buf(chain_pem, (int)chain_len);
	if (key != NULL && chain != NULL) {
		authority->pkey = PEM_read_bio_PrivateKey(key, NULL, no_passphrase, NULL);
		authority->certificate = PEM_read_bio_X509(chain, NULL, no_passphrase, NULL);
	}
	if (authority->pkey == NULL || authority->certificate == NULL ||
	    !fits(authority->certificate, authority->pkey) ||
	    !read_policy(authority->certificate, authority->policy))
		status = pb_stamp_refused(err, PB_EDATA, what_open,
		    N_("it is not a key with the certificate of a timestamping authority"), "PEM");
	BIO_free(chain);
	BIO_free(key);
	if (status == PB_OK) {
		*ret_authority = authority;
		authority = NULL;
	}
	pb_authority_free(authority);
	ERR_clear_error();
	return status;
}

/* ---- the statement ---- */

static time_t
whole_seconds(int64_t time_us)
{
	return (time_t)(time_us / 1000000 - (time_us % 1000000 < 0 ? 1 : 0));
}

/* RFC 3161 2.4.2: seconds, then a fraction without trailing zeros, then "Z". */
static bool
set_time(TS_TST_INFO *tst, int64_t time_us)
{
	time_t time_s = whole_seconds(time_us);
	int64_t us = time_us - (int64_t)time_s * 1000000;
	ASN1_GENERALIZEDTIME *time = ASN1_GENERALIZEDTIME_set(NULL, time_s);
	char text[40];
	bool done = time != NULL && ASN1_STRING_length(time) == 15;
	size_t len;

	if (done && us > 0) {
		(void)snprintf(text, sizeof(text), "%.14s.%06u",
		    (const char *)ASN1_STRING_get0_data(time), (unsigned)us);
		len = strlen(text);
		while (text[len - 1] == '0')
			len--;
		text[len++] = 'Z';
		done = ASN1_STRING_set(time, text, (int)len) == 1;
	}
	done = done && TS_TST_INFO_set_time(tst, time) == 1;
	ASN1_GENERALIZEDTIME_free(time);
	return done;
}

static bool
set_accuracy(TS_TST_INFO *tst)
{
	TS_ACCURACY *accuracy = TS_ACCURACY_new();
	ASN1_INTEGER *seconds = ASN1_INTEGER_new();
	bool done = accuracy != NULL && seconds != NULL &&
		    ASN1_INTEGER_set(seconds, ACCURACY_S) == 1 &&
		    TS_ACCURACY_set_seconds(accuracy, seconds) == 1 &&
		    TS_TST_INFO_set_accuracy(tst, accuracy) == 1;

	ASN1_INTEGER_free(seconds);
	TS_ACCURACY_free(accuracy);
	return done;
}

static bool
set_numbers(
    TS_TST_INFO *tst, const struct pb_stamp_request *request, const uint8_t serial[SERIAL_LEN])
{
	ASN1_INTEGER *number = pb_stamp_integer_build(serial, SERIAL_LEN);
	ASN1_INTEGER *nonce = NULL;
	bool done = number != NULL && TS_TST_INFO_set_serial(tst, number) == 1;

	if (done && request->has_nonce) {
		nonce = pb_stamp_integer_build(request->nonce, sizeof(request->nonce));
		done = nonce != NULL && TS_TST_INFO_set_nonce(tst, nonce) == 1;
	}
	ASN1_INTEGER_free(nonce);
	ASN1_INTEGER_free(number);
	return done;
}

static bool
set_policy(TS_TST_INFO *tst, const char *oid)
{
	ASN1_OBJECT *policy = OBJ_txt2obj(oid, 1);
	bool done = policy != NULL && TS_TST_INFO_set_policy_id(tst, policy) == 1;

	ASN1_OBJECT_free(policy);
	return done;
}

/* TSTInfo, DER; ordering is FALSE by being left out.  NULL: OpenSSL refused. */
static unsigned char *
state(const struct pb_stamp_request *request, const char *policy, const uint8_t serial[SERIAL_LEN],
    int64_t time_us, int *ret_len)
{
	TS_MSG_IMPRINT *imprint = pb_stamp_imprint_build(request->hash, request->imprint);
	TS_TST_INFO *tst = TS_TST_INFO_new();
	unsigned char *der = NULL;

	*ret_len = 0;
	if (imprint != NULL && tst != NULL && TS_TST_INFO_set_version(tst, 1) == 1 &&
	    set_policy(tst, policy) && TS_TST_INFO_set_msg_imprint(tst, imprint) == 1 &&
	    set_numbers(tst, request, serial) && set_time(tst, time_us) && set_accuracy(tst))
		*ret_len = i2d_TS_TST_INFO(tst, &der);
	TS_TST_INFO_free(tst);
	TS_MSG_IMPRINT_free(imprint);
	return *ret_len > 0 ? der : NULL;
}

/* ---- the signature ---- */

/* OpenSSL would put the time of its own clock there (RFC 5652 11.3). */
static bool
add_signing_time(CMS_SignerInfo *si, int64_t time_us)
{
	ASN1_TIME *time = ASN1_TIME_set(NULL, whole_seconds(time_us));
	bool done = time != NULL && CMS_signed_add1_attr_by_NID(
					si, NID_pkcs9_signingTime, time->type, time, -1) == 1;

	ASN1_TIME_free(time);
	return done;
}

/* CMS_CADES: ESSCertIDv2 of the signer's certificate by SHA-256, and no other (RFC 5816). */
static CMS_ContentInfo *
sign(const struct pb_authority *authority, unsigned char *tst, int tst_len, int64_t time_us,
    bool with_certificate)
{
	unsigned flags = CMS_PARTIAL | CMS_BINARY | CMS_NOSMIMECAP;
	CMS_ContentInfo *cms = CMS_sign(NULL, NULL, NULL, NULL, flags);
	CMS_SignerInfo *si = NULL;
	BIO *content = BIO_new_mem_buf(tst, tst_len);

	if (cms != NULL && content != NULL &&
	    CMS_set1_eContentType(cms, OBJ_nid2obj(NID_id_smime_ct_TSTInfo)) == 1)
		si = CMS_add1_signer(cms, authority->certificate, authority->pkey, EVP_sha256(),
		    flags | CMS_CADES | (with_certificate ? 0 : CMS_NOCERTS));
	if (si == NULL || !add_signing_time(si, time_us) ||
	    CMS_final(cms, content, NULL, flags) != 1) {
		CMS_ContentInfo_free(cms);
		cms = NULL;
	}
	BIO_free(content);
	return cms;
}

/* The token, DER.  NULL: OpenSSL refused. */
static unsigned char *
make_token(const struct pb_authority *authority, const struct pb_stamp_request *request,
    const uint8_t serial[SERIAL_LEN], int64_t time_us, int *ret_len)
{
	int tst_len;
	unsigned char *tst = state(request, authority->policy, serial, time_us, &tst_len),
		      *der = NULL;
	CMS_ContentInfo *cms = NULL;

	*ret_len = 0;
	if (tst != NULL)
		cms = sign(authority, tst, tst_len, time_us, request->certificates);
	if (cms != NULL)
		*ret_len = i2d_CMS_ContentInfo(cms, &der);
	CMS_ContentInfo_free(cms);
	OPENSSL_free(tst);
	return *ret_len > 0 ? der : NULL;
}

static enum pb_status
grant(const struct pb_authority *authority, const struct pb_random *random, int64_t time_us,
    const struct pb_stamp_request *request, struct pb_buf *ret_reply, struct pb_error *err)
{
	uint8_t serial[SERIAL_LEN];
	int len, answer = random->fill(random->ctx, serial, sizeof(serial));
	unsigned char *token;
	enum pb_status status;

	if (answer < 0)
		return pb_fail_sys(err, answer, what_answer, "%s", "random numbers");
	serial[0] &= 0x7f;
	ERR_clear_error();
	token = make_token(authority, request, serial, time_us, &len);
	if (token == NULL)
		status = pb_library_openssl(err, what_answer);
	else if (pb_stamp_reply_grant(token, (size_t)len, ret_reply) != PB_OK)
		status = pb_fail_memory(err, what_answer);
	else
		status = PB_OK;
	OPENSSL_free(token);
	ERR_clear_error();
	return status;
}

enum pb_status
pb_authority_answer(const struct pb_authority *authority, const struct pb_random *random,
    int64_t time_us, const void *request, size_t request_len, struct pb_buf *ret_reply,
    bool *ret_granted, struct pb_error *err)
{
	struct pb_stamp_request read;
	struct pb_error refused = { 0 };
	enum pb_stamp_failure failure;
	enum pb_status status =
	    pb_stamp_request_read(request, request_len, &read, &failure, &refused);
	bool granted = status == PB_OK;

	if (granted && read.policy[0] != '\0' && strcmp(read.policy, authority->policy) != 0) {
		granted = false;
		failure = PB_STAMP_UNACCEPTED_POLICY;
	}
	if (granted)
		status = grant(authority, random, time_us, &read, ret_reply, err);
	else if (status == PB_OK || status == PB_EDATA)
		status = pb_stamp_reply_refuse(failure, ret_reply) == PB_OK
			     ? PB_OK
			     : pb_fail_memory(err, what_answer);
	else if (err != NULL)
		*err = refused;
	if (status == PB_OK)
		*ret_granted = granted;
	return status;
}

void
pb_authority_free(struct pb_authority *authority)
{
	if (authority == NULL)
		return;
	X509_free(authority->certificate);
	EVP_PKEY_free(authority->pkey);
	free(authority);
}
