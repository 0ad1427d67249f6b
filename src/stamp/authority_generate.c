#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "crypto/certificate.h"
#include "crypto/library.h"
#include "stamp/authority.h"

#define VALID_DAYS (20 * 365 + 5) /* 20 years */
#define RSA_BITS 3072
#define NAME_MAX_LEN 256

/* RFC 5280 4.2.1.3 */
#define DIGITAL_SIGNATURE_BIT 0
#define KEY_CERT_SIGN_BIT 5
#define CRL_SIGN_BIT 6

static const char *const what_make = N_("make a local timestamping authority");

/*
 * Given as a string of its own type, and so without the 64 characters that RFC 5280 A.1 allows a
 * common name: an origin may be longer, and its end is what tells two archives apart.
 */
static bool
set_name(X509_NAME *name, const char *common, const char *behind)
{
	char text[NAME_MAX_LEN + 16];

	(void)snprintf(text, sizeof(text), "%s%s", common, behind);
	return X509_NAME_add_entry_by_NID(name, NID_commonName, V_ASN1_UTF8STRING,
		   (const unsigned char *)text, -1, -1, 0) == 1;
}

static bool
add_ids(X509 *certificate, const X509 *issuer)
{
	ASN1_OCTET_STRING *own = pb_certificate_key_id(certificate);
	AUTHORITY_KEYID *from = AUTHORITY_KEYID_new();
	bool done = own != NULL && from != NULL &&
		    (from->keyid = pb_certificate_key_id(issuer)) != NULL &&
		    X509_add1_ext_i2d(certificate, NID_subject_key_identifier, own, 0, 0) == 1 &&
		    X509_add1_ext_i2d(certificate, NID_authority_key_identifier, from, 0, 0) == 1;

	AUTHORITY_KEYID_free(from);
	ASN1_OCTET_STRING_free(own);
	return done;
}

static bool
add_usage(X509 *certificate, int bit, int another)
{
	ASN1_BIT_STRING *usage = ASN1_BIT_STRING_new();
	bool done = usage != NULL && ASN1_BIT_STRING_set_bit(usage, bit, 1) == 1 &&
		    ASN1_BIT_STRING_set_bit(usage, another, 1) == 1 &&
		    X509_add1_ext_i2d(certificate, NID_key_usage, usage, 1, 0) == 1;

	ASN1_BIT_STRING_free(usage);
	return done;
}

/* It issues end entities alone. */
static bool
add_authority(X509 *root)
{
	BASIC_CONSTRAINTS *constraints = BASIC_CONSTRAINTS_new();
	bool done = false;

	if (constraints != NULL && (constraints->pathlen = ASN1_INTEGER_new()) != NULL) {
		constraints->ca = 1;
		done = X509_add1_ext_i2d(root, NID_basic_constraints, constraints, 1, 0) == 1;
	}
	BASIC_CONSTRAINTS_free(constraints);
	return done;
}

/* RFC 3161 2.3: critical, and this purpose alone. */
static bool
add_purpose(X509 *certificate)
{
	EXTENDED_KEY_USAGE *purposes = EXTENDED_KEY_USAGE_new();
	bool done = purposes != NULL &&
		    sk_ASN1_OBJECT_push(purposes, OBJ_nid2obj(NID_time_stamp)) > 0 &&
		    X509_add1_ext_i2d(certificate, NID_ext_key_usage, purposes, 1, 0) == 1;

	EXTENDED_KEY_USAGE_free(purposes);
	return done;
}

/* FORMAT 2.2: by the local one a verifier knows a local authority. */
static bool
add_policy(X509 *certificate, const char *oid)
{
	CERTIFICATEPOLICIES *policies = CERTIFICATEPOLICIES_new();
	POLICYINFO *policy = POLICYINFO_new();
	bool done = false;

	if (policies != NULL && policy != NULL) {
		ASN1_OBJECT_free(policy->policyid);
		policy->policyid = OBJ_txt2obj(oid, 1);
		done = policy->policyid != NULL && sk_POLICYINFO_push(policies, policy) > 0;
	}
	if (done)
		policy = NULL;
	done =
	    done && X509_add1_ext_i2d(certificate, NID_certificate_policies, policies, 0, 0) == 1;
	POLICYINFO_free(policy);
	CERTIFICATEPOLICIES_free(policies);
	return done;
}

static bool
set_common(X509 *certificate, EVP_PKEY *pkey, const char *name, int64_t now_s)
{
	time_t now = (time_t)now_s;

	return X509_set_version(certificate, X509_VERSION_3) == 1 &&
	       pb_certificate_set_serial(certificate) &&
	       set_name(X509_get_issuer_name(certificate), name, " root") &&
	       X509_set_pubkey(certificate, pkey) == 1 &&
	       ASN1_TIME_adj(X509_getm_notBefore(certificate), now, 0, 0) != NULL &&
	       ASN1_TIME_adj(X509_getm_notAfter(certificate), now, VALID_DAYS, 0) != NULL;
}

static bool
fill_root(X509 *root, EVP_PKEY *pkey, const char *name, int64_t now_s)
{
	return set_common(root, pkey, name, now_s) &&
	       set_name(X509_get_subject_name(root), name, " root") && add_ids(root, root) &&
	       add_authority(root) && add_usage(root, KEY_CERT_SIGN_BIT, CRL_SIGN_BIT) &&
	       X509_sign(root, pkey, EVP_sha256()) > 0;
}

static bool
fill_tsa(X509 *tsa, EVP_PKEY *pkey, const X509 *root, EVP_PKEY *root_pkey, const char *name,
    int64_t now_s, const char *policy)
{
	return set_common(tsa, pkey, name, now_s) &&
	       set_name(X509_get_subject_name(tsa), name, "") && add_ids(tsa, root) &&
	       add_usage(tsa, DIGITAL_SIGNATURE_BIT, DIGITAL_SIGNATURE_BIT) && add_purpose(tsa) &&
	       add_policy(tsa, policy) && X509_sign(tsa, root_pkey, EVP_sha256()) > 0;
}

/* Root and TSA certificate, and the TSA's key.  The root's key ends here. */
static bool
write_authority(BIO *key, BIO *chain, const char *name, int64_t now_s, bool rsa, const char *policy)
{
	EVP_PKEY *root_pkey = rsa ? EVP_RSA_gen(RSA_BITS) : EVP_EC_gen("P-256");
	EVP_PKEY *pkey = rsa ? EVP_RSA_gen(RSA_BITS) : EVP_EC_gen("P-256");
	X509 *root = X509_new(), *tsa = X509_new();
	bool done = root_pkey != NULL && pkey != NULL && root != NULL && tsa != NULL &&
		    fill_root(root, root_pkey, name, now_s) &&
		    fill_tsa(tsa, pkey, root, root_pkey, name, now_s, policy) &&
		    PEM_write_bio_X509(chain, tsa) == 1 && PEM_write_bio_X509(chain, root) == 1 &&
		    PEM_write_bio_PKCS8PrivateKey(key, pkey, NULL, NULL, 0, NULL, NULL) == 1;

	X509_free(tsa);
	X509_free(root);
	EVP_PKEY_free(pkey);
	EVP_PKEY_free(root_pkey);
	return done;
}

/* Both or none. */
static enum pb_status
hand_over(BIO *key, BIO *chain, struct pb_buf *ret_key_pem, struct pb_buf *ret_chain_pem)
{
	const uint8_t *key_pem, *chain_pem;
	long key_len = BIO_get_mem_data(key, &key_pem);
	long chain_len = BIO_get_mem_data(chain, &chain_pem);
	enum pb_status status = pb_buf_reserve(ret_key_pem, (size_t)key_len);

	if (status == PB_OK)
		status = pb_buf_append(ret_chain_pem, chain_pem, (size_t)chain_len);
	if (status == PB_OK)
		status = pb_buf_append(ret_key_pem, key_pem, (size_t)key_len);
	return status;
}

enum pb_status
pb_authority_generate(const char *name, int64_t now_s, bool rsa, const char *policy,
    struct pb_buf *ret_key_pem, struct pb_buf *ret_chain_pem, struct pb_error *err)
{
	BIO *key = NULL, *chain = NULL;
	size_t len = strlen(name);
	enum pb_status status = PB_OK;

	if (len == 0 || len > NAME_MAX_LEN || !pb_utf8_plain((const uint8_t *)name, len))
		return pb_fail(err, PB_EINVAL, what_make,
		    N_("its name is empty, too long or not plain text"), "%s", name);
	ERR_clear_error();
	key = BIO_new(BIO_s_mem());
	chain = BIO_new(BIO_s_mem());
	if (key == NULL || chain == NULL ||
	    !write_authority(
		key, chain, name, now_s, rsa, policy != NULL ? policy : PB_STAMP_LOCAL_POLICY))
		status = pb_library_openssl(err, what_make);
	else if (hand_over(key, chain, ret_key_pem, ret_chain_pem) != PB_OK)
		status = pb_fail_memory(err, what_make);
	BIO_free(chain);
	BIO_free(key);
	ERR_clear_error();
	return status;
}
