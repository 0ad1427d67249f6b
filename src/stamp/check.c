#include "stamp/check.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "stamp/algorithm.h"
#include "stamp/attributes.h"
#include "stamp/authority.h"
#include "stamp/chain.h"
#include "stamp/exact.h"
#include "stamp/request.h"
#include "stamp/revocation.h"
#include "stamp/signature.h"
#include "stamp/usage.h"

#define WHAT N_("check a timestamp token")

/* One check, under way. */
struct check {
	const struct pb_token *token;
	const struct pb_stamp_evidence *evidence;
	struct pb_stamp_verdict *verdict;
	STACK_OF(X509) * pool;
	X509 *signer; /* NULL: not at hand */
	struct pb_path path;
};

/* The worst is kept: the first in the order of the enum. */
static void
blame(struct check *c, enum pb_stamp_fault fault, const char *text)
{
	if (c->verdict->fault != PB_STAMP_GOOD && c->verdict->fault <= fault)
		return;
	c->verdict->fault = fault;
	c->verdict->text = text;
	c->verdict->detail[0] = '\0';
}

static void
blame_detail(struct check *c, enum pb_stamp_fault fault, const char *text, const char *detail)
{
	blame(c, fault, text);
	if (c->verdict->fault == fault && c->verdict->text == text)
		pb_text_safe_copy(c->verdict->detail, sizeof(c->verdict->detail),
		    (const uint8_t *)detail, strlen(detail));
}

/* Names are for people: one that can't be written is left out. */
static enum pb_status
blame_certificate(struct check *c, enum pb_stamp_fault fault, const char *text,
    const X509 *certificate, struct pb_error *err)
{
	char name[sizeof(c->verdict->detail)] = "";

	if (certificate != NULL &&
	    pb_stamp_x509_name(certificate, false, name, sizeof(name), NULL) == PB_ENOMEM)
		return pb_fail_memory(err, WHAT);
	blame_detail(c, fault, text, name);
	return PB_OK;
}

/* FORMAT 2.2, clause 3: the request. */
static enum pb_status
check_request(struct check *c, struct pb_error *err)
{
	const struct pb_token_info *info = &c->token->info;
	struct pb_stamp_request request;
	enum pb_status status;

	if (c->evidence->request == NULL)
		return PB_OK;
	status =
	    pb_stamp_request_parse(c->evidence->request, c->evidence->request_len, &request, NULL);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, WHAT);
	if (status != PB_OK) {
		blame(c, PB_STAMP_REQUEST, N_("the request cannot be read"));
		return PB_OK;
	}
	if (request.hash != info->hash ||
	    memcmp(request.imprint, info->imprint, pb_stamp_hash_len(info->hash)) != 0)
		blame(c, PB_STAMP_REQUEST, N_("the request is not of this data"));
	if (request.has_nonce != info->has_nonce ||
	    (info->has_nonce && memcmp(request.nonce, info->nonce, sizeof(info->nonce)) != 0))
		blame(c, PB_STAMP_NONCE, N_("the token does not repeat the request's number"));
	if (request.policy[0] != '\0' && strcmp(request.policy, info->policy) != 0)
		blame_detail(c, PB_STAMP_POLICY,
		    N_("the token is under another policy than was asked for"), info->policy);
	return PB_OK;
}

/* FORMAT 2.2, clause 3: the data. */
static void
check_imprint(struct check *c)
{
	const struct pb_token_info *info = &c->token->info;

	if (c->evidence->imprint == NULL ||
	    memcmp(c->evidence->imprint, info->imprint, pb_stamp_hash_len(info->hash)) != 0)
		blame(c, PB_STAMP_IMPRINT, N_("the token is not of this data"));
}

/* FORMAT 2.2, clause 2: "throughout", so the digest of the content is the signature's. */
static void
check_algorithms(struct check *c)
{
	X509_ALGOR *digest = NULL, *signature = NULL;
	char name[80];
	int hash, used = 0;

	CMS_SignerInfo_get0_algs(c->token->si, NULL, NULL, &digest, &signature);
	hash = pb_algorithm_hash(digest);
	if (hash == 0) {
		pb_algorithm_name(digest, name, sizeof(name));
		blame_detail(c, PB_STAMP_ALGORITHM,
		    N_("its digest algorithm is too weak, or unknown"), name);
	} else if (!pb_algorithm_signature(signature, &used) || (used != 0 && used != hash)) {
		pb_algorithm_name(signature, name, sizeof(name));
		blame_detail(c, PB_STAMP_ALGORITHM,
		    N_("its signature algorithm is too weak, or unknown"), name);
	}
}

static enum pb_status
check_usage(struct check *c, struct pb_error *err)
{
	const char *why = pb_usage_fault(c->signer);

	if (pb_chain_memory())
		return pb_fail_memory(err, WHAT);
	if (why != NULL)
		blame(c, PB_STAMP_USAGE, why);
	return PB_OK;
}

/* FORMAT 2.2, clause 2, with the signer's certificate and no path yet. */
static enum pb_status
check_signature(struct check *c, struct pb_error *err)
{
	const char *attributes = pb_attributes_fault(c->token->si);
	EVP_PKEY *key = X509_get0_pubkey(c->signer);
	char name[80];
	bool holds = false, named = false;
	enum pb_status status = PB_OK;

	if (pb_algorithm_affordable(key))
		status = pb_signature_holds(c->token, c->signer, &holds, err);
	if (status == PB_OK)
		status = pb_attributes_name(c->token->si, c->signer, &named, err);
	if (status != PB_OK)
		return status;
	if (!pb_algorithm_key(key)) {
		pb_algorithm_key_name(key, name, sizeof(name));
		blame_detail(c, PB_STAMP_ALGORITHM,
		    N_("the signer's key is too short, or of an unknown kind"), name);
	}
	if (!holds)
		blame(c, PB_STAMP_SIGNATURE, N_("its signature does not hold"));
	if (attributes != NULL)
		blame(c, PB_STAMP_ATTRIBUTES, attributes);
	else if (!named)
		blame(c, PB_STAMP_ATTRIBUTES,
		    N_("what it signed names another certificate than the signer's"));
	return check_usage(c, err);
}

/* FORMAT 2.2, clause 5. */
static enum pb_status
check_path(struct check *c, struct pb_error *err)
{
	const struct pb_path *path = &c->path;

	switch (path->fault) {
	case PB_STAMP_GOOD:
		return PB_OK;
	case PB_STAMP_ALGORITHM:
		return blame_certificate(c, PB_STAMP_ALGORITHM,
		    N_("a certificate has a key or a signature that is too weak, or unknown"),
		    path->culprit, err);
	case PB_STAMP_NOT_IN_TIME:
		return blame_certificate(c, PB_STAMP_NOT_IN_TIME,
		    N_("a certificate was not valid at the time that the token states"),
		    path->culprit, err);
	default:
		if (path->why == NULL)
			return blame_certificate(c, PB_STAMP_UNKNOWN_ROOT,
			    N_("no path of certificates leads to an authority that was chosen"),
			    path->culprit, err);
		blame_detail(c, PB_STAMP_UNKNOWN_ROOT,
		    N_("the path of certificates to the authority is not sound"), path->why);
		return PB_OK;
	}
}

/* FORMAT 2.2, clause 6. */
static enum pb_status
check_revocation(struct check *c, struct pb_error *err)
{
	struct pb_revocation_verdict verdict = { .known = false };
	enum pb_status status = pb_revocation_path(c->token, &c->path, c->evidence, &verdict, err);

	if (status != PB_OK)
		return status;
	c->verdict->revocation_known = verdict.known;
	if (verdict.revoked == NULL)
		return PB_OK;
	return blame_certificate(
	    c, PB_STAMP_REVOKED, N_("a certificate was revoked"), verdict.revoked, err);
}

/* FORMAT 5.2. */
static enum pb_status
check_exact(struct check *c, struct pb_error *err)
{
	bool exact = false;
	enum pb_status status = PB_OK;

	if (c->evidence->exact)
		status = pb_exact_is(c->token, &c->path, &exact, err);
	if (status == PB_OK && c->evidence->exact && !exact)
		blame(c, PB_STAMP_FREE_OCTETS,
		    N_("it holds more than a token and the path of its certificates, or in another "
		       "form than is prescribed"));
	return status;
}

/* The whole once more as OpenSSL sees it: what it refuses, we don't let pass. */
static enum pb_status
confirm(struct check *c, struct pb_error *err)
{
	enum pb_status status;
	bool holds = false;

	if (!c->path.rooted || c->path.fault != PB_STAMP_GOOD ||
	    (c->verdict->fault != PB_STAMP_GOOD && c->verdict->fault <= PB_STAMP_ATTRIBUTES))
		return PB_OK;
	status =
	    pb_signature_holds_on_path(c->token, &c->path, pb_chain_gen_s(c->token), &holds, err);
	if (status == PB_OK && !holds)
		blame(c, PB_STAMP_ATTRIBUTES,
		    N_("what it signed names certificates that are not those of its path"));
	return status;
}

/*
 * A certificate under the policy of local authorities, or one of which that can't be told: what
 * is called local proves less.
 */
static bool
states_local(X509 *certificate)
{
	int critical = -1;
	CERTIFICATEPOLICIES *policies =
	    X509_get_ext_d2i(certificate, NID_certificate_policies, &critical, NULL);
	bool found = policies == NULL && critical != -1;
	char oid[PB_STAMP_OID_MAX];

	for (int i = 0; !found && i < sk_POLICYINFO_num(policies); i++)
		found = OBJ_obj2txt(
			    oid, sizeof(oid), sk_POLICYINFO_value(policies, i)->policyid, 1) > 0 &&
			strcmp(oid, PB_STAMP_LOCAL_POLICY) == 0;
	CERTIFICATEPOLICIES_free(policies);
	return found;
}

/* Any of them is enough. */
static bool
is_local(const struct check *c)
{
	bool local = strcmp(c->token->info.policy, PB_STAMP_LOCAL_POLICY) == 0;

	for (size_t i = 0; !local && i < c->path.count; i++)
		local = states_local(c->path.certificate[i]);
	return local;
}

/* Who it was, whether or not it is good. */
static enum pb_status
describe(struct check *c, struct pb_error *err)
{
	struct pb_stamp_verdict *v = c->verdict;
	enum pb_status status = pb_stamp_x509_key(c->signer, v->key, err);

	if (status == PB_OK &&
	    pb_stamp_x509_name(c->signer, true, v->tsa, sizeof(v->tsa), err) == PB_ENOMEM)
		status = PB_ENOMEM;
	v->ends_s = pb_chain_time_s(X509_get0_notAfter(c->signer));
	v->self_issued_local = is_local(c);
	if (status == PB_OK && c->path.rooted) {
		X509 *ignored;

		v->sustained = c->evidence->now_s != 0 &&
			       pb_chain_in_time(&c->path, c->evidence->now_s, &ignored);
		status = pb_chain_fingerprint(c->path.certificate[c->path.count - 1], v->root, err);
	}
	return status == PB_OK && pb_chain_memory() ? pb_fail_memory(err, WHAT) : status;
}

/* With the signer's certificate at hand; the calls in any order, since the worst is kept. */
static enum pb_status
check_signed(struct check *c, struct pb_error *err)
{
	enum pb_status status = check_signature(c, err);

	if (status == PB_OK)
		status = pb_chain_path(c->signer, c->pool, c->evidence->roots,
		    pb_chain_gen_s(c->token), &c->path, err);
	if (status == PB_OK)
		status = check_path(c, err);
	if (status == PB_OK)
		status = check_revocation(c, err);
	if (status == PB_OK)
		status = check_exact(c, err);
	if (status == PB_OK)
		status = confirm(c, err);
	return status == PB_OK ? describe(c, err) : status;
}

static enum pb_status
look(const struct pb_token *token, const struct pb_stamp_evidence *evidence,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_stamp_verdict verdict = { .fault = PB_STAMP_GOOD, .text = N_("it is good") };
	struct check c = { .token = token, .evidence = evidence, .verdict = &verdict };
	enum pb_status status;

	ERR_clear_error();
	status = pb_chain_pool(token, evidence->chain, evidence->chain_len, &c.pool, err);
	if (status == PB_OK)
		status = pb_chain_signer(token, c.pool, evidence->roots, &c.signer, err);
	if (status == PB_OK)
		status = check_request(&c, err);
	if (status != PB_OK)
		goto out;
	check_imprint(&c);
	check_algorithms(&c);
	if (c.signer != NULL)
		status = check_signed(&c, err);
	else
		blame(&c, PB_STAMP_NO_SIGNER, N_("the signer's certificate is not at hand"));
	if (status == PB_OK)
		*ret_verdict = verdict;
out:
	pb_chain_pool_free(c.pool);
	ERR_clear_error();
	return status;
}

/*
 * OpenSSL 3.0 does not always say that memory ran out.  So before a token is accused, or
 * revocation data is found to say nothing, there is a second look, which must see the same.
 */
enum pb_status
pb_stamp_check(const struct pb_token *token, const struct pb_stamp_evidence *evidence,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_stamp_verdict first, second;
	enum pb_status status = look(token, evidence, &first, err);

	if (status == PB_OK && (first.fault != PB_STAMP_GOOD || evidence->revocation_count > 0)) {
		status = look(token, evidence, &second, err);
		if (status == PB_OK && (first.fault != second.fault ||
					   first.revocation_known != second.revocation_known))
			status = pb_fail_memory(err, WHAT);
	}
	if (status == PB_OK)
		*ret_verdict = first;
	return status;
}
