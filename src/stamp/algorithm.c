#include "stamp/algorithm.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <string.h>

#define RSA_BITS_MIN 2048
/* Real ones are 17 bits long; a check takes time in proportion to it. */
#define RSA_EXPONENT_BITS_MAX 64
#define RSA_BITS_MAX 16384 /* OpenSSL verifies with none that is longer */
#define EC_BITS_MIN 256

/* Parameters absent, or NULL if that may be. */
static bool
bare(const X509_ALGOR *algorithm, bool null_allowed)
{
	int type;

	X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	return type == V_ASN1_UNDEF || (null_allowed && type == V_ASN1_NULL);
}

int
pb_algorithm_hash(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *oid;
	int nid;

	if (algorithm == NULL)
		return 0;
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(oid);
	if (nid != NID_sha256 && nid != NID_sha384 && nid != NID_sha512)
		return 0;
	return bare(algorithm, true) ? nid : 0;
}

/* The parameters' DER; NULL if they are no SEQUENCE. */
static const ASN1_STRING *
sequence(const X509_ALGOR *algorithm)
{
	const void *value;
	int type;

	X509_ALGOR_get0(NULL, &type, &value, algorithm);
	return type == V_ASN1_SEQUENCE ? value : NULL;
}

/* RFC 4055 3.1: MGF1, whose parameters are its hash, in the one encoding there is for it. */
static bool
mask_strong(const X509_ALGOR *mask)
{
	const ASN1_OBJECT *oid;
	const ASN1_STRING *der = mask == NULL ? NULL : sequence(mask);
	const unsigned char *at;
	unsigned char *again = NULL;
	X509_ALGOR *hash;
	bool strong;
	int len;

	if (der == NULL)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL, mask);
	at = ASN1_STRING_get0_data(der);
	hash = d2i_X509_ALGOR(NULL, &at, ASN1_STRING_length(der));
	len = hash == NULL ? -1 : i2d_X509_ALGOR(hash, &again);
	strong = OBJ_obj2nid(oid) == NID_mgf1 && len == ASN1_STRING_length(der) &&
		 memcmp(again, ASN1_STRING_get0_data(der), (size_t)len) == 0 &&
		 pb_algorithm_hash(hash) != 0;
	OPENSSL_free(again);
	X509_ALGOR_free(hash);
	return strong;
}

/* RFC 4055 3.1: what is absent stands for SHA-1, which is too weak. */
static bool
pss_strong(const X509_ALGOR *algorithm, int *ret_hash)
{
	const ASN1_STRING *der = sequence(algorithm);
	RSA_PSS_PARAMS *params = NULL;
	unsigned char *again = NULL;
	const unsigned char *at;
	bool strong = false;
	int len = -1;

	if (der == NULL)
		return false;
	at = ASN1_STRING_get0_data(der);
	params = d2i_RSA_PSS_PARAMS(NULL, &at, ASN1_STRING_length(der));
	if (params != NULL)
		len = i2d_RSA_PSS_PARAMS(params, &again);
	if (len == ASN1_STRING_length(der) &&
	    memcmp(again, ASN1_STRING_get0_data(der), (size_t)len) == 0) {
		*ret_hash = pb_algorithm_hash(params->hashAlgorithm);
		strong = *ret_hash != 0 && mask_strong(params->maskGenAlgorithm);
	}
	OPENSSL_free(again);
	RSA_PSS_PARAMS_free(params);
	return strong;
}

bool
pb_algorithm_signature(const X509_ALGOR *algorithm, int *ret_hash)
{
	static const struct {
		int signature, hash;
		bool rsa;
	} known[] = {
		{ NID_rsaEncryption, 0, true },
		{ NID_sha256WithRSAEncryption, NID_sha256, true },
		{ NID_sha384WithRSAEncryption, NID_sha384, true },
		{ NID_sha512WithRSAEncryption, NID_sha512, true },
		{ NID_ecdsa_with_SHA256, NID_sha256, false },
		{ NID_ecdsa_with_SHA384, NID_sha384, false },
		{ NID_ecdsa_with_SHA512, NID_sha512, false },
	};
	const ASN1_OBJECT *oid;
	int nid;

	if (algorithm == NULL)
		return false;
	X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	nid = OBJ_obj2nid(oid);
	if (nid == NID_rsassaPss)
		return pss_strong(algorithm, ret_hash);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (nid == known[i].signature) {
			*ret_hash = known[i].hash;
			return bare(algorithm, true);
		}
	return false;
}

bool
pb_algorithm_affordable(EVP_PKEY *key)
{
	BIGNUM *exponent = NULL;
	bool affordable;

	if (key == NULL || !EVP_PKEY_is_a(key, "RSA"))
		return key != NULL;
	affordable = EVP_PKEY_get_bits(key) <= RSA_BITS_MAX &&
		     EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
		     BN_num_bits(exponent) <= RSA_EXPONENT_BITS_MAX;
	BN_free(exponent);
	return affordable;
}

bool
pb_algorithm_key(EVP_PKEY *key)
{
	int explicit_curve = 1; /* RFC 5480 2.1.1 forbids these in certificates */

	if (key == NULL)
		return false;
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN && pb_algorithm_affordable(key);
	case EVP_PKEY_EC:
		(void)EVP_PKEY_get_int_param(
		    key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &explicit_curve);
		return !explicit_curve && EVP_PKEY_get_bits(key) >= EC_BITS_MIN;
	default:
		return false;
	}
}

bool
pb_algorithm_certificate_signature(const X509 *certificate)
{
	const X509_ALGOR *algorithm;
	int hash = 0;

	X509_get0_signature(NULL, &algorithm, certificate);
	return pb_algorithm_signature(algorithm, &hash) && hash != 0;
}

bool
pb_algorithm_certificate_key(const X509 *certificate)
{
	return pb_algorithm_key(X509_get0_pubkey(certificate));
}

void
pb_algorithm_name(const X509_ALGOR *algorithm, char *out, size_t size)
{
	const ASN1_OBJECT *oid = NULL;

	out[0] = '\0';
	if (algorithm != NULL)
		X509_ALGOR_get0(&oid, NULL, NULL, algorithm);
	if (oid != NULL && OBJ_obj2txt(out, (int)size, oid, 0) < 0)
		out[0] = '\0';
}

void
pb_algorithm_key_name(EVP_PKEY *key, char *out, size_t size)
{
	const char *type = key == NULL ? NULL : EVP_PKEY_get0_type_name(key);

	out[0] = '\0';
	if (type != NULL)
		(void)snprintf(out, size, "%s %d", type, EVP_PKEY_get_bits(key));
}
