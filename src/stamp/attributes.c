#include "stamp/attributes.h"

#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "crypto/der.h"
#include "stamp/algorithm.h"
#include "stamp/chain.h"

/* The only attribute of this type, with its only value of this tag; NULL otherwise. */
static const void *
only_value(const CMS_SignerInfo *si, int nid, int tag)
{
	int at = CMS_signed_get_attr_by_NID(si, nid, -1);
	X509_ATTRIBUTE *attribute = at < 0 ? NULL : CMS_signed_get_attr(si, at);

	if (attribute == NULL || CMS_signed_get_attr_by_NID(si, nid, at) >= 0 ||
	    X509_ATTRIBUTE_count(attribute) != 1)
		return NULL;
	return X509_ATTRIBUTE_get0_data(attribute, 0, tag, NULL);
}

static bool
present(const CMS_SignerInfo *si, int nid)
{
	return CMS_signed_get_attr_by_NID(si, nid, -1) >= 0;
}

const char *
pb_attributes_fault(const CMS_SignerInfo *si)
{
	const ASN1_OBJECT *type = only_value(si, NID_pkcs9_contentType, V_ASN1_OBJECT);
	bool v1 = present(si, NID_id_smime_aa_signingCertificate);
	bool v2 = present(si, NID_id_smime_aa_signingCertificateV2);

	if (type == NULL || OBJ_obj2nid(type) != NID_id_smime_ct_TSTInfo)
		return N_("it has not exactly one signed content type, which is TSTInfo");
	if (only_value(si, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING) == NULL)
		return N_("it has not exactly one signed message digest");
	if (!v1 && !v2)
		return N_("no signed attribute names the signer's certificate");
	if ((v1 && only_value(si, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE) == NULL) ||
	    (v2 && only_value(si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE) == NULL))
		return N_("a signed attribute that names the signer's certificate stands there "
			  "twice, or is malformed");
	return NULL;
}

/* RFC 5035 4: IssuerSerial ::= SEQUENCE { issuer GeneralNames, serialNumber INTEGER } */
static bool
issuer_serial_is(struct pb_cursor *c, const X509 *certificate)
{
	const uint8_t *issuer = c->at;
	struct pb_cursor inner, names, name, serial;
	unsigned char *der = NULL;
	bool same = false;
	int len;

	pb_der_enter(c, PB_DER_SEQUENCE, &inner);
	pb_der_enter(&inner, PB_DER_SEQUENCE, &names);
	pb_der_enter(&names, PB_DER_CONTEXT | 4 /* directoryName */, &name);
	pb_der_leave(&inner, &names);
	issuer = inner.at;
	pb_der_enter(&inner, PB_DER_INTEGER, &serial);
	pb_der_leave(c, &inner);
	if (c->failed)
		return false;
	len = i2d_ASN1_INTEGER(X509_get0_serialNumber(certificate), &der);
	same = len == (int)(inner.end - issuer) && memcmp(der, issuer, (size_t)len) == 0;
	OPENSSL_free(der);
	if (same) {
		const unsigned char *at = name.at;
		X509_NAME *stated = d2i_X509_NAME(NULL, &at, (long)pb_cursor_left(&name));

		same =
		    stated != NULL && X509_NAME_cmp(stated, X509_get_issuer_name(certificate)) == 0;
		X509_NAME_free(stated);
	}
	return same;
}

/* ESSCertIDv2's hashAlgorithm, DEFAULT SHA-256; NULL: one that is not accepted. */
static const EVP_MD *
named_hash(struct pb_cursor *c)
{
	const unsigned char *at = c->at;
	struct pb_cursor ignored;
	X509_ALGOR *algorithm;
	int nid;

	if (!pb_der_is_next(c, PB_DER_SEQUENCE))
		return EVP_sha256();
	pb_der_enter(c, PB_DER_SEQUENCE, &ignored);
	if (c->failed)
		return NULL;
	algorithm = d2i_X509_ALGOR(NULL, &at, (long)(c->at - at));
	nid = pb_algorithm_hash(algorithm);
	X509_ALGOR_free(algorithm);
	return nid == 0 ? NULL : EVP_get_digestbynid(nid);
}

/*
 * RFC 5035 3: SigningCertificate(V2) ::= SEQUENCE { certs SEQUENCE OF ESSCertID(v2), ... }; the
 * first is the signer's.
 */
static bool
names(const ASN1_STRING *value, bool v2, const X509 *certificate)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	const EVP_MD *md = EVP_sha1();
	struct pb_cursor c, outer, certs, id, hash;
	unsigned len = 0;

	pb_cursor_init(&c, ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
	pb_der_enter(&c, PB_DER_SEQUENCE, &outer);
	pb_der_enter(&outer, PB_DER_SEQUENCE, &certs);
	pb_der_enter(&certs, PB_DER_SEQUENCE, &id);
	if (v2)
		md = named_hash(&id);
	pb_der_enter(&id, PB_DER_OCTET_STRING, &hash);
	if (id.failed || md == NULL || X509_digest(certificate, md, digest, &len) != 1)
		return false;
	if (pb_cursor_left(&hash) != len || memcmp(hash.at, digest, len) != 0)
		return false;
	return pb_cursor_left(&id) == 0 || (issuer_serial_is(&id, certificate) && !id.failed);
}

enum pb_status
pb_attributes_name(
    const CMS_SignerInfo *si, const X509 *certificate, bool *ret_named, struct pb_error *err)
{
	const ASN1_STRING *v1 = only_value(si, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE);
	const ASN1_STRING *v2 =
	    only_value(si, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
	bool named = v1 != NULL || v2 != NULL;

	if (v1 != NULL)
		named = names(v1, false, certificate);
	if (named && v2 != NULL)
		named = names(v2, true, certificate);
	if (!named && pb_chain_memory())
		return pb_fail_memory(err, N_("check a timestamp token"));
	*ret_named = named;
	return PB_OK;
}
