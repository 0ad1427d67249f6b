#include "crypto/certificate.h"

#include <openssl/rand.h>
#include <stdint.h>

#define SERIAL_LEN 16
#define ID_LEN 20

bool
pb_certificate_set_serial(X509 *certificate)
{
	uint8_t octets[SERIAL_LEN];
	BIGNUM *number = NULL;
	bool done = false;

	if (RAND_bytes(octets, sizeof(octets)) == 1) {
		octets[0] = (octets[0] & 0x7f) | 0x40;
		number = BN_bin2bn(octets, sizeof(octets), NULL);
	}
	if (number != NULL)
		done = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;
	BN_free(number);
	return done;
}

ASN1_OCTET_STRING *
pb_certificate_key_id(const X509 *certificate)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();

	if (id != NULL && X509_pubkey_digest(certificate, EVP_sha256(), digest, NULL) == 1 &&
	    ASN1_OCTET_STRING_set(id, digest, ID_LEN) == 1)
		return id;
	ASN1_OCTET_STRING_free(id);
	return NULL;
}
