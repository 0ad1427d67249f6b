#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "core/error.h"
#include "core/limits.h"
#include "stamp/algorithm.h"
#include "stamp/revocation.h"

/* The basic response in it; NULL: it cannot be read, or answers nothing. */
static OCSP_BASICRESP *
read_basic(const void *der, size_t len)
{
	const unsigned char *at = der;
	OCSP_BASICRESP *basic = NULL;
	OCSP_RESPONSE *response;

	if (len == 0 || len > PB_LIMIT_REVOCATION)
		return NULL;
	response = d2i_OCSP_RESPONSE(NULL, &at, (long)len);
	if (response != NULL && at == (const unsigned char *)der + len &&
	    OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL)
		basic = OCSP_response_get1_basic(response);
	OCSP_RESPONSE_free(response);
	return basic;
}

/* RFC 6960 4.2.2.2: the issuer's own key signed this certificate for signing responses. */
static bool
delegated(X509 *responder, X509 *issuer, int64_t produced_s)
{
	EVP_PKEY *key = X509_get0_pubkey(issuer);

	return key != NULL && X509_check_issued(issuer, responder) == X509_V_OK &&
	       (X509_get_extension_flags(responder) & EXFLAG_XKUSAGE) != 0 &&
	       (X509_get_extended_key_usage(responder) & XKU_OCSP_SIGN) != 0 &&
	       (X509_get_key_usage(responder) & KU_DIGITAL_SIGNATURE) != 0 &&
	       produced_s >= pb_chain_time_s(X509_get0_notBefore(responder)) &&
	       produced_s <= pb_chain_time_s(X509_get0_notAfter(responder)) &&
	       pb_algorithm_certificate_signature(responder) &&
	       pb_algorithm_certificate_key(responder) && X509_verify(responder, key) == 1;
}

/* The response's responder id and signature are this certificate's. */
static bool
signed_by(OCSP_BASICRESP *basic, X509 *responder)
{
	STACK_OF(X509) *one = sk_X509_new_null();
	bool holds = one != NULL && sk_X509_push(one, responder) > 0 &&
		     OCSP_basic_verify(basic, one, NULL, OCSP_NOINTERN | OCSP_NOVERIFY) == 1;

	sk_X509_free(one);
	return holds;
}

static bool
authentic(OCSP_BASICRESP *basic, X509 *issuer)
{
	const STACK_OF(X509) *embedded = OCSP_resp_get0_certs(basic);
	int64_t produced_s = pb_chain_time_s(OCSP_resp_get0_produced_at(basic));
	bool good;
	int hash = 0;

	if (!pb_algorithm_signature(OCSP_resp_get0_tbs_sigalg(basic), &hash) || hash == 0)
		return false;
	good = signed_by(basic, issuer);
	for (int i = 0; !good && i < sk_X509_num(embedded) && i < PB_PATH_MAX; i++) {
		X509 *responder = sk_X509_value(embedded, i);

		good = delegated(responder, issuer, produced_s) && signed_by(basic, responder);
	}
	return good;
}

/* RFC 6960 4.1.1: CertID, by whatever hash: it finds a certificate and proves nothing. */
static bool
is_about(OCSP_SINGLERESP *single, X509 *certificate, X509 *issuer)
{
	OCSP_CERTID *stated = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
	ASN1_OBJECT *oid = NULL;
	const EVP_MD *md;
	OCSP_CERTID *own;
	bool same;

	if (OCSP_id_get0_info(NULL, &oid, NULL, NULL, stated) != 1)
		return false;
	md = EVP_get_digestbyobj(oid);
	own = md == NULL ? NULL : OCSP_cert_to_id(md, certificate, issuer);
	same = own != NULL && OCSP_id_cmp(own, stated) == 0;
	OCSP_CERTID_free(own);
	return same;
}

static void
note(OCSP_SINGLERESP *single, const X509 *certificate, int64_t gen_time_us,
    struct pb_revocation *revocation)
{
	ASN1_GENERALIZEDTIME *since = NULL, *made = NULL, *next = NULL;
	int reason = OCSP_REVOKED_STATUS_NOSTATUS;
	int status = OCSP_single_get0_status(single, &reason, &since, &made, &next);
	int64_t gen_s = gen_time_us / 1000000, made_s = pb_chain_time_s(made);

	if (status != V_OCSP_CERTSTATUS_GOOD && status != V_OCSP_CERTSTATUS_REVOKED)
		return;
	if (status == V_OCSP_CERTSTATUS_REVOKED &&
	    pb_revocation_counts(certificate, pb_chain_time_s(since), reason, gen_time_us)) {
		revocation->revoked = true;
		revocation->since_s = pb_chain_time_s(since);
	}
	/* As for a list (crl.c). */
	if (made_s != INT64_MIN && (made_s >= gen_s || pb_chain_time_s(next) >= gen_s) &&
	    made_s <= pb_chain_time_s(X509_get0_notAfter(certificate)))
		revocation->known = true;
}

enum pb_status
pb_revocation_ocsp(const void *der, size_t len, X509 *certificate, X509 *issuer,
    int64_t gen_time_us, struct pb_revocation *revocation, struct pb_error *err)
{
	struct pb_revocation seen = *revocation;
	OCSP_BASICRESP *basic;

	ERR_clear_error();
	basic = read_basic(der, len);
	if (basic != NULL && authentic(basic, issuer))
		for (int i = 0; i < OCSP_resp_count(basic); i++) {
			OCSP_SINGLERESP *single = OCSP_resp_get0(basic, i);

			if (is_about(single, certificate, issuer))
				note(single, certificate, gen_time_us, &seen);
		}
	OCSP_BASICRESP_free(basic);
	if (pb_chain_memory())
		return pb_fail_memory(err, N_("read revocation data"));
	*revocation = seen;
	return PB_OK;
}
