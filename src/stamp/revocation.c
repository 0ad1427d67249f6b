#include "stamp/revocation.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "core/error.h"
#include "core/limits.h"

/*
 * RFC 5280 5.3.1: cACompromise is what keyCompromise is called of a CA; removeFromCRL takes a
 * hold back.
 */
bool
pb_revocation_counts(const X509 *certificate, int64_t since_s, int reason, int64_t gen_time_us)
{
	bool ca = (X509_get_extension_flags((X509 *)(uintptr_t)certificate) & EXFLAG_CA) != 0;

	if (reason == CRL_REASON_REMOVE_FROM_CRL)
		return false;
	return (reason == CRL_REASON_NONE && !ca) || reason == CRL_REASON_KEY_COMPROMISE ||
	       reason == CRL_REASON_CA_COMPROMISE || since_s == INT64_MIN ||
	       since_s <= INT64_MIN / 1000000 || since_s * 1000000 <= gen_time_us;
}

/* A CRL that was read once for all certificates of the path. */
struct list {
	X509_CRL *crl;
	const void *ocsp; /* or a response */
	size_t len;
};

/* NULL, with PB_OK: it cannot be read. */
static enum pb_status
read_crl(const void *der, size_t len, X509_CRL **ret_crl, struct pb_error *err)
{
	const unsigned char *at = der;
	X509_CRL *crl = NULL;

	if (len > 0 && len <= PB_LIMIT_REVOCATION)
		crl = d2i_X509_CRL(NULL, &at, (long)len);
	if (crl == NULL && pb_chain_memory())
		return pb_fail_memory(err, N_("read revocation data"));
	if (crl != NULL && at != (const unsigned char *)der + len) {
		X509_CRL_free(crl);
		crl = NULL;
	}
	ERR_clear_error();
	*ret_crl = crl;
	return PB_OK;
}

static enum pb_status
look(const struct list *lists, size_t count, X509 *certificate, X509 *issuer, int64_t gen_time_us,
    struct pb_revocation *revocation, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		if (lists[i].crl != NULL)
			status = pb_revocation_crl(
			    lists[i].crl, certificate, issuer, gen_time_us, revocation, err);
		else if (lists[i].ocsp != NULL)
			status = pb_revocation_ocsp(lists[i].ocsp, lists[i].len, certificate,
			    issuer, gen_time_us, revocation, err);
	}
	return status;
}

static enum pb_status
look_at_path(const struct list *lists, size_t count, const struct pb_path *path,
    int64_t gen_time_us, struct pb_revocation_verdict *verdict, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	verdict->known = path->rooted;
	for (size_t i = 0; status == PB_OK && i + 1 < path->count; i++) {
		struct pb_revocation revocation = { .known = false };

		status = look(lists, count, path->certificate[i], path->certificate[i + 1],
		    gen_time_us, &revocation, err);
		verdict->known = verdict->known && revocation.known;
		if (revocation.revoked && verdict->revoked == NULL) {
			verdict->revoked = path->certificate[i];
			verdict->since_s = revocation.since_s;
		}
	}
	return status;
}

#define LISTS_MAX                                                                                  \
	(sizeof(((struct pb_stamp_evidence *)0)->revocation) /                                     \
	    sizeof(((struct pb_stamp_evidence *)0)->revocation[0]))

/* Lists that the token itself brings along are as good as others: their signatures tell. */
enum pb_status
pb_revocation_path(const struct pb_token *token, const struct pb_path *path,
    const struct pb_stamp_evidence *evidence, struct pb_revocation_verdict *ret_verdict,
    struct pb_error *err)
{
	struct pb_revocation_verdict verdict = { .revoked = NULL };
	STACK_OF(X509_CRL) *embedded = CMS_get1_crls(token->cms);
	struct list lists[2 * LISTS_MAX] = { { .crl = NULL } };
	enum pb_status status = PB_OK;
	size_t count = 0, own;

	pb_assert(evidence->revocation_count <= LISTS_MAX);
	if (embedded == NULL && pb_chain_memory())
		status = pb_fail_memory(err, N_("read revocation data"));
	for (; status == PB_OK && count < evidence->revocation_count; count++) {
		if (evidence->revocation[count].ocsp) {
			lists[count].ocsp = evidence->revocation[count].der;
			lists[count].len = evidence->revocation[count].len;
		} else {
			status = read_crl(evidence->revocation[count].der,
			    evidence->revocation[count].len, &lists[count].crl, err);
		}
	}
	own = count;
	for (int i = 0; i < sk_X509_CRL_num(embedded) && count < 2 * LISTS_MAX; i++)
		lists[count++].crl = sk_X509_CRL_value(embedded, i);
	if (status == PB_OK)
		status = look_at_path(lists, count, path, token->info.gen_time_us, &verdict, err);
	for (size_t i = 0; i < own; i++)
		X509_CRL_free(lists[i].crl);
	sk_X509_CRL_pop_free(embedded, X509_CRL_free);
	if (status == PB_OK)
		*ret_verdict = verdict;
	return status;
}
