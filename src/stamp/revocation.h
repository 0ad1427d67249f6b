/* FORMAT 2.2, clause 6.  For this room's files alone. */
#ifndef PB_STAMP_REVOCATION_H
#define PB_STAMP_REVOCATION_H

#include "stamp/chain.h"

/* What revocation data says of one certificate, together. */
struct pb_revocation {
	bool revoked; /* for a token of this genTime */
	bool known;   /* there is data that covers it, at genTime or later */
	int64_t since_s;
};

/*
 * One CRL or OCSP response about a certificate and its issuer, added to what is known.  What
 * cannot be read, is of another issuer, or whose signature doesn't hold adds nothing.
 */
enum pb_status pb_revocation_crl(X509_CRL *crl, X509 *certificate, X509 *issuer,
    int64_t gen_time_us, struct pb_revocation *revocation, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_revocation_ocsp(const void *der, size_t len, X509 *certificate, X509 *issuer,
    int64_t gen_time_us, struct pb_revocation *revocation, struct pb_error *err) PB_MUST_CHECK;

/* All of a token's path. */
struct pb_revocation_verdict {
	X509 *revoked; /* the first of the path that was; borrowed; NULL: none */
	int64_t since_s;
	bool known; /* every certificate below the root is covered */
};
enum pb_status pb_revocation_path(const struct pb_token *token, const struct pb_path *path,
    const struct pb_stamp_evidence *evidence, struct pb_revocation_verdict *ret_verdict,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * FORMAT 2.2, 6: revoked at genTime or before, or at any time because the key was lost; of a TSA
 * it was if no reason is stated (RFC 3161 4, 1).
 */
bool pb_revocation_counts(
    const X509 *certificate, int64_t since_s, int reason, int64_t gen_time_us);

#endif
