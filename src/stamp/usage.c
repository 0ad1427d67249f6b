#include "stamp/usage.h"

#include <openssl/x509v3.h>
#include <stdbool.h>

#include "core/error.h"

/* RFC 3161 2.3: critical, and this purpose alone. */
static bool
purpose_is_timestamping(X509 *certificate)
{
	int critical = -1;
	EXTENDED_KEY_USAGE *usage =
	    X509_get_ext_d2i(certificate, NID_ext_key_usage, &critical, NULL);
	bool only = usage != NULL && critical == 1 && sk_ASN1_OBJECT_num(usage) == 1 &&
		    OBJ_obj2nid(sk_ASN1_OBJECT_value(usage, 0)) == NID_time_stamp;

	EXTENDED_KEY_USAGE_free(usage);
	return only;
}

static bool
key_usage_is_signing(X509 *certificate)
{
	const uint32_t signing = KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION;

	if ((X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) == 0)
		return X509_get_ext_by_NID(certificate, NID_key_usage, -1) < 0;
	return (X509_get_key_usage(certificate) & signing) != 0 &&
	       (X509_get_key_usage(certificate) & ~signing) == 0;
}

const char *
pb_usage_fault(X509 *certificate)
{
	if (!purpose_is_timestamping(certificate))
		return N_("the signer's certificate is not for timestamps alone");
	if (!key_usage_is_signing(certificate))
		return N_("the signer's certificate has a key usage that is not for timestamps");
	return NULL;
}
