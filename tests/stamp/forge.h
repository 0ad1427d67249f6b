/*
 * An authority that makes tokens of every kind, good and bad, with OpenSSL and nothing of ours:
 * what the checks are tested on, here and by other programs (write_forged.c).
 */
#ifndef PB_TEST_STAMP_FORGE_H
#define PB_TEST_STAMP_FORGE_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"
#include "stamp/check.h"

#define FORGE_UNREADABLE PB_STAMP_FAULT_COUNT /* refused where it is parsed */

/* A token with what stands beside it. */
struct forged {
	struct pb_buf data;
	struct pb_buf token;
	struct pb_buf chain; /* PEM */
	struct pb_buf root;  /* PEM; empty: the verifier chose nobody */
	struct pb_buf request;
	struct {
		struct pb_buf der;
		bool ocsp;
	} revocation[4];
	size_t revocation_count;
};
void forged_free(struct forged *forged);

struct forge_case {
	const char *slug;
	const char *title; /* a sentence, with _ for spaces */
	enum pb_stamp_fault expected;
	enum pb_stamp_fault exact; /* with `exact` */
	void (*make)(struct forged *forged);
	int known; /* revocation_known: 0, 1; -1: not looked at */
};
extern const struct forge_case forge_cases[];
extern const size_t forge_cases_count;

/* Keys and certificates that the cases share; made once. */
int forge_start(void **state);
int forge_stop(void **state);

/* ---- the tools, for cases of other tests ---- */

#define FORGE_GEN_S INT64_C(1772366400) /* 2026-03-01T12:00:00Z */
#define FORGE_DAY 86400

struct forge_identity {
	X509 *certificate;
	EVP_PKEY *key;
};
struct forge_world {
	struct forge_identity root, middle, tsa, rsa, other_root;
	EVP_PKEY *rsa1024, *p384;
};
extern struct forge_world forge_world;

struct forge_spec {
	const char *name;
	const struct forge_identity *issuer; /* NULL: self-signed */
	EVP_PKEY *key;
	const EVP_MD *md;
	long serial;
	int64_t from_s, to_s;
	const char *usage; /* NULL: none; as openssl.cnf has it */
	const char *purpose;
	const char *constraints;
	bool pss;
};
struct forge_spec forge_tsa_spec(EVP_PKEY *key); /* of a good one, under middle */
X509 *forge_certificate(const struct forge_spec *spec);

struct forge_plan {
	const char *data;  /* what is stamped */
	const char *shown; /* what the verifier is given; NULL: the same */
	X509 *signer;
	EVP_PKEY *key;
	struct forge_identity second; /* a second SignerInfo */
	X509 *embedded[8];
	X509 *chain[8];
	X509 *root[4];
	const EVP_MD *imprint;
	const EVP_MD *digest;
	const EVP_MD *pss; /* NULL: no PSS; else MGF1's */
	int64_t gen_s;
	int signers;
	bool ess1, ess2;
	X509 *named; /* by the ESSCertID; NULL: the signer */
	bool by_key;
	bool unsigned_attribute;
	bool bare;
	bool request;
	const EVP_MD *request_md; /* NULL: as the token's */
	const char *request_data; /* NULL: data */
	const char *request_policy;
	long nonce, request_nonce; /* 0: none */
	const char *trailing;
	void (*meddle)(struct pb_buf *token); /* before it is wrapped */
};
struct forge_plan forge_plan(void); /* a good token */
void forge(const struct forge_plan *plan, struct forged *forged);

void forge_add_crl(struct forged *forged, const struct forge_identity *by, X509 *revoked,
    int64_t since_s, int reason, int64_t made_s);
void forge_add_ocsp(struct forged *forged, const struct forge_identity *issuer,
    const struct forge_identity *responder, X509 *about, int64_t since_s, int reason,
    int64_t made_s);

/* What pb_stamp_check says of it; FORGE_UNREADABLE if it can't be parsed.  exact as there. */
enum pb_stamp_fault forged_check(
    const struct forged *forged, bool exact, struct pb_stamp_verdict *ret_verdict);

#endif
