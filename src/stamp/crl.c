#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "core/error.h"
#include "stamp/algorithm.h"
#include "stamp/revocation.h"

/* RFC 5280 5.2: a list with a critical extension that isn't understood tells nothing. */
static bool
extensions_known(const X509_CRL *crl)
{
	for (int i = X509_CRL_get_ext_by_critical(crl, 1, -1); i >= 0;
	     i = X509_CRL_get_ext_by_critical(crl, 1, i)) {
		int nid = OBJ_obj2nid(X509_EXTENSION_get_object(X509_CRL_get_ext(crl, i)));

		if (nid != NID_issuing_distribution_point && nid != NID_delta_crl)
			return false;
	}
	return true;
}

/* RFC 5280 5.3: the same of its entries. */
static bool
entries_known(X509_CRL *crl)
{
	STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);

	for (int i = 0; i < sk_X509_REVOKED_num(entries); i++) {
		const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);

		for (int j = X509_REVOKED_get_ext_by_critical(entry, 1, -1); j >= 0;
		     j = X509_REVOKED_get_ext_by_critical(entry, 1, j)) {
			X509_EXTENSION *extension = X509_REVOKED_get_ext(entry, j);

			if (OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_crl_reason)
				return false;
		}
	}
	return true;
}

/* The list is this issuer's, and says so with his key. */
static bool
signed_by(X509_CRL *crl, X509 *issuer)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);
	const X509_ALGOR *algorithm;
	int hash = 0;

	X509_CRL_get0_signature(crl, NULL, &algorithm);
	return key != NULL &&
	       X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_subject_name(issuer)) == 0 &&
	       (X509_get_key_usage(issuer) & KU_CRL_SIGN) != 0 &&
	       pb_algorithm_signature(algorithm, &hash) && hash != 0 &&
	       X509_CRL_verify(crl, key) == 1;
}

static bool
same_name(const GENERAL_NAMES *a, const GENERAL_NAMES *b)
{
	for (int i = 0; i < sk_GENERAL_NAME_num(a); i++)
		for (int j = 0; j < sk_GENERAL_NAME_num(b); j++)
			if (GENERAL_NAME_cmp(
				sk_GENERAL_NAME_value(a, i), sk_GENERAL_NAME_value(b, j)) == 0)
				return true;
	return false;
}

/* RFC 5280 6.3.3 (b)(2)(i): one of the places that the certificate points to. */
static bool
points_to(X509 *certificate, const DIST_POINT_NAME *place)
{
	CRL_DIST_POINTS *points;
	bool found = false;

	if (place == NULL)
		return true;
	if (place->type != 0)
		return false;
	points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
	for (int i = 0; !found && i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		found = point->distpoint != NULL && point->distpoint->type == 0 &&
			same_name(point->distpoint->name.fullname, place->name.fullname);
	}
	CRL_DIST_POINTS_free(points);
	return found;
}

enum scope { SCOPE_NONE, SCOPE_PART, SCOPE_ALL };

/*
 * RFC 5280 5.2.5: lists for somebody else's certificates tell nothing here.  One for
 * some reasons or another place, or a delta, may revoke, but being absent from it means
 * nothing.
 */
static enum scope
scope_of(const X509_CRL *crl, X509 *certificate)
{
	bool ca = (X509_get_extension_flags(certificate) & EXFLAG_CA) != 0;
	enum scope scope = SCOPE_ALL;
	int critical = -1;
	ISSUING_DIST_POINT *idp =
	    X509_CRL_get_ext_d2i(crl, NID_issuing_distribution_point, &critical, NULL);

	if (idp == NULL)
		scope = critical == -1 ? SCOPE_ALL : SCOPE_NONE;
	else if (idp->indirectCRL > 0 || idp->onlyattr > 0)
		scope = SCOPE_NONE;
	else if ((idp->onlyuser > 0 && ca) || (idp->onlyCA > 0 && !ca) ||
		 idp->onlysomereasons != NULL || !points_to(certificate, idp->distpoint))
		scope = SCOPE_PART;
	ISSUING_DIST_POINT_free(idp);
	if (scope == SCOPE_ALL && X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0)
		scope = SCOPE_PART;
	return scope;
}

/* Fresh enough for genTime, and of when the certificate was not yet dropped from lists. */
static bool
covers(const X509_CRL *crl, const X509 *certificate, int64_t gen_time_us)
{
	int64_t made = pb_chain_time_s(X509_CRL_get0_lastUpdate(crl));
	int64_t next = pb_chain_time_s(X509_CRL_get0_nextUpdate(crl));
	int64_t gen_s = gen_time_us / 1000000;

	return made != INT64_MIN && (made >= gen_s || next >= gen_s) &&
	       made <= pb_chain_time_s(X509_get0_notAfter(certificate));
}

static int
reason_of(const X509_REVOKED *entry)
{
	ASN1_ENUMERATED *stated = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
	int reason = stated == NULL ? CRL_REASON_NONE : (int)ASN1_ENUMERATED_get(stated);

	ASN1_ENUMERATED_free(stated);
	return reason;
}

static void
note(X509_CRL *crl, X509 *certificate, int64_t gen_time_us, struct pb_revocation *revocation)
{
	enum scope scope = scope_of(crl, certificate);
	X509_REVOKED *entry = NULL;
	int reason;

	if (scope == SCOPE_NONE)
		return;
	if (X509_CRL_get0_by_cert(crl, &entry, certificate) == 1) {
		int64_t since = pb_chain_time_s(X509_REVOKED_get0_revocationDate(entry));

		reason = reason_of(entry);
		if (pb_revocation_counts(certificate, since, reason, gen_time_us)) {
			revocation->revoked = true;
			revocation->since_s = since;
		}
	}
	if (scope == SCOPE_ALL && covers(crl, certificate, gen_time_us))
		revocation->known = true;
}

enum pb_status
pb_revocation_crl(X509_CRL *crl, X509 *certificate, X509 *issuer, int64_t gen_time_us,
    struct pb_revocation *revocation, struct pb_error *err)
{
	struct pb_revocation seen = *revocation;

	ERR_clear_error();
	if (signed_by(crl, issuer) && extensions_known(crl) && entries_known(crl))
		note(crl, certificate, gen_time_us, &seen);
	if (pb_chain_memory())
		return pb_fail_memory(err, N_("read revocation data"));
	*revocation = seen;
	return PB_OK;
}
