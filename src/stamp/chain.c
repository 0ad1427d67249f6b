#include "stamp/chain.h"

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "stamp/algorithm.h"

struct search {
	STACK_OF(X509) * pool;
	STACK_OF(X509) * roots; /* NULL: none */
	int64_t gen_s;
	X509 *at[PB_PATH_MAX];
	size_t depth;
	unsigned steps; /* signatures checked */
	struct pb_path best;
	int best_rank;
	bool memory; /* ran out */
};

#define RANK_PERFECT 100

static bool
among(STACK_OF(X509) * certificates, const X509 *certificate)
{
	for (int i = 0; i < sk_X509_num(certificates); i++)
		if (X509_cmp(sk_X509_value(certificates, i), certificate) == 0)
			return true;
	return false;
}

static bool
on_path(const struct search *s, const X509 *certificate)
{
	for (size_t i = 0; i < s->depth; i++)
		if (X509_cmp(s->at[i], certificate) == 0)
			return true;
	return false;
}

/* Names, key identifiers and key usage first, which cost nothing; then the signature. */
static bool
issued(struct search *s, X509 *issuer, X509 *subject)
{
	EVP_PKEY *key;
	int good;

	if (on_path(s, issuer) || X509_check_issued(issuer, subject) != X509_V_OK)
		return false;
	key = X509_get0_pubkey(issuer);
	if (!pb_algorithm_affordable(key) || s->steps++ >= PB_LIMIT_PATH_STEPS) {
		s->memory |= key != NULL && pb_chain_memory();
		return false;
	}
	good = X509_verify(subject, key);
	if (good != 1 && pb_chain_memory())
		s->memory = true;
	return good == 1;
}

bool
pb_chain_in_time(const struct pb_path *path, int64_t at_s, X509 **ret_culprit)
{
	for (size_t i = 0; i < path->count; i++) {
		int64_t from = pb_chain_time_s(X509_get0_notBefore(path->certificate[i]));
		int64_t to = pb_chain_time_s(X509_get0_notAfter(path->certificate[i]));

		if (from == INT64_MIN || at_s < from || at_s > to) {
			*ret_culprit = path->certificate[i];
			return false;
		}
	}
	return true;
}

/*
 * OpenSSL's own judgement of exactly this path: CAs that are some, path lengths, name
 * constraints, critical extensions that it doesn't know.  A chosen certificate counts as a root
 * even if it is not self-signed.
 */
static int
validate(struct search *s, const struct pb_path *path)
{
	STACK_OF(X509) *between = sk_X509_new_null();
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	int error = X509_V_ERR_OUT_OF_MEM;
	bool ready = between != NULL && store != NULL && ctx != NULL;

	for (size_t i = 1; ready && i + 1 < path->count; i++)
		ready = sk_X509_push(between, path->certificate[i]) > 0;
	if (ready && X509_STORE_add_cert(store, path->certificate[path->count - 1]) == 1 &&
	    X509_STORE_CTX_init(ctx, store, path->certificate[0], between) == 1) {
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

		X509_VERIFY_PARAM_set_time(param, (time_t)s->gen_s);
		(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		(void)X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_TIMESTAMP_SIGN);
		error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
		if (error != X509_V_OK && pb_chain_memory())
			error = X509_V_ERR_OUT_OF_MEM;
	}
	X509_STORE_CTX_free(ctx);
	X509_STORE_free(store);
	sk_X509_free(between);
	s->memory = s->memory || error == X509_V_ERR_OUT_OF_MEM;
	return error;
}

/* FORMAT 2.2, clause 2: "throughout".  Nobody relies on the topmost certificate's own signature. */
static bool
strong(struct pb_path *path)
{
	for (size_t i = 0; i < path->count; i++) {
		X509 *certificate = path->certificate[i];

		if (!pb_algorithm_certificate_key(certificate) ||
		    (i + 1 < path->count && !pb_algorithm_certificate_signature(certificate))) {
			path->culprit = certificate;
			return false;
		}
	}
	return true;
}

static void
judge(struct search *s, struct pb_path *path)
{
	int error;

	if (!strong(path)) {
		path->fault = PB_STAMP_ALGORITHM;
	} else if (!pb_chain_in_time(path, s->gen_s, &path->culprit)) {
		path->fault = PB_STAMP_NOT_IN_TIME;
	} else if (!path->rooted) {
		path->fault = PB_STAMP_UNKNOWN_ROOT;
		path->culprit = path->certificate[path->count - 1];
	} else {
		error = validate(s, path);
		path->fault = PB_STAMP_GOOD;
		if (error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID)
			path->fault = PB_STAMP_NOT_IN_TIME;
		else if (error != X509_V_OK)
			path->fault = PB_STAMP_UNKNOWN_ROOT;
		if (error != X509_V_OK)
			path->why = X509_verify_cert_error_string(error);
	}
}

/*
 * A path that is better than the best so far is kept.  Without a root, one that is at fault
 * counts less than any that is not: a certificate that somebody added must not make a token
 * look worse than it is.
 */
static void
offer(struct search *s, bool rooted)
{
	struct pb_path path = { .count = s->depth, .rooted = rooted };
	int rank;

	memcpy(path.certificate, s->at, sizeof(path.certificate));
	judge(s, &path);
	if (rooted)
		rank = path.fault == PB_STAMP_GOOD ? RANK_PERFECT : RANK_PERFECT / 2;
	else
		rank =
		    (path.fault == PB_STAMP_UNKNOWN_ROOT ? 2 * PB_PATH_MAX : 0) + (int)path.count;
	if (rank <= s->best_rank)
		return;
	s->best = path;
	s->best_rank = rank;
}

/* Depth first; true if there was an issuer among these. */
static bool climb(struct search *s);

static bool
climb_to(struct search *s, STACK_OF(X509) * issuers)
{
	X509 *subject = s->at[s->depth - 1];
	bool found = false;

	for (int i = 0; i < sk_X509_num(issuers); i++) {
		X509 *issuer = sk_X509_value(issuers, i);

		if (s->best_rank == RANK_PERFECT || s->memory)
			return true;
		if (!issued(s, issuer, subject))
			continue;
		s->at[s->depth++] = issuer;
		(void)climb(s);
		s->depth--;
		found = true;
	}
	return found;
}

static bool
climb(struct search *s)
{
	bool rooted = s->roots != NULL && among(s->roots, s->at[s->depth - 1]);
	bool further = false;

	if (rooted)
		offer(s, true);
	if (s->depth < PB_PATH_MAX && s->best_rank < RANK_PERFECT) {
		further = s->roots != NULL && climb_to(s, s->roots);
		further = climb_to(s, s->pool) || further;
	}
	if (!rooted && !further)
		offer(s, false);
	return further;
}

enum pb_status
pb_chain_path(X509 *signer, STACK_OF(X509) * pool, const struct pb_stamp_roots *roots,
    int64_t gen_s, struct pb_path *ret_path, struct pb_error *err)
{
	struct search s = { .pool = pool,
		.roots = roots == NULL ? NULL : roots->certificates,
		.gen_s = gen_s,
		.at = { signer },
		.depth = 1 };

	(void)climb(&s);
	if (s.memory)
		return pb_fail_memory(err, N_("find a path of certificates"));
	*ret_path = s.best;
	return PB_OK;
}
