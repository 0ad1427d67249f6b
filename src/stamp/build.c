#include "stamp/build.h"

#include <openssl/bn.h>

/* RFC 5754 2 wants no parameters; RFC 3161's own NULL is what authorities expect. */
static bool
set_algorithm(TS_MSG_IMPRINT *made, enum pb_stamp_hash hash)
{
	static const int nids[] = {
		[PB_STAMP_SHA256] = NID_sha256,
		[PB_STAMP_SHA384] = NID_sha384,
		[PB_STAMP_SHA512] = NID_sha512,
	};
	X509_ALGOR *algorithm = X509_ALGOR_new();
	bool done = algorithm != NULL &&
		    X509_ALGOR_set0(algorithm, OBJ_nid2obj(nids[hash]), V_ASN1_NULL, NULL) == 1 &&
		    TS_MSG_IMPRINT_set_algo(made, algorithm) == 1;

	X509_ALGOR_free(algorithm);
	return done;
}

TS_MSG_IMPRINT *
pb_stamp_imprint_build(enum pb_stamp_hash hash, const uint8_t *imprint)
{
	TS_MSG_IMPRINT *made = TS_MSG_IMPRINT_new();
	unsigned char octets[PB_STAMP_HASH_MAX];
	size_t len = pb_stamp_hash_len(hash);

	for (size_t i = 0; i < len; i++)
		octets[i] = imprint[i];
	if (made != NULL && set_algorithm(made, hash) &&
	    TS_MSG_IMPRINT_set_msg(made, octets, (int)len) == 1)
		return made;
	TS_MSG_IMPRINT_free(made);
	return NULL;
}

ASN1_INTEGER *
pb_stamp_integer_build(const uint8_t *octets, size_t len)
{
	BIGNUM *number = BN_bin2bn(octets, (int)len, NULL);
	ASN1_INTEGER *made = number == NULL ? NULL : BN_to_ASN1_INTEGER(number, NULL);

	BN_free(number);
	return made;
}
