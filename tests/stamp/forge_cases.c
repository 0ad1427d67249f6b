#include <openssl/cms.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "stamp/forge.h"

/* What each token is: one change of a good one.  FORMAT 2.2, clause by clause. */

#define W forge_world

/* A token by a TSA certificate that differs, under the same CA. */
static void
forge_with(struct forge_plan *plan, const struct forge_spec *spec, struct forged *forged)
{
	X509 *certificate = forge_certificate(spec);

	plan->signer = certificate;
	plan->embedded[0] = certificate;
	plan->key = spec->key;
	forge(plan, forged);
	X509_free(certificate);
}

/* ---- good ---- */

static void
good_ec(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	forge(&plan, forged);
}

static void
good_bare(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.bare = true;
	forge(&plan, forged);
}

static void
good_request(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.request = true;
	plan.nonce = plan.request_nonce = 0x1234567;
	plan.request_policy = "1.3.6.1.4.1.99999.1";
	forge(&plan, forged);
}

static void
good_key_id(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.by_key = true;
	forge(&plan, forged);
}

static void
good_p384(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.p384);

	plan.digest = EVP_sha384();
	plan.imprint = EVP_sha384();
	forge_with(&plan, &spec, forged);
}

static struct forge_plan
rsa_plan(void)
{
	struct forge_plan plan = forge_plan();

	plan.signer = plan.embedded[0] = W.rsa.certificate;
	plan.key = W.rsa.key;
	return plan;
}

static void
good_rsa(struct forged *forged)
{
	struct forge_plan plan = rsa_plan();

	plan.digest = EVP_sha512();
	forge(&plan, forged);
}

static void
good_pss(struct forged *forged)
{
	struct forge_plan plan = rsa_plan();

	plan.pss = EVP_sha256();
	forge(&plan, forged);
}

static void
good_pss_certificate(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_identity issuer = { .key = W.rsa.key };
	struct forge_spec ca = { .name = "RSA CA (fictitious)",
		.issuer = &W.root,
		.key = W.rsa.key,
		.md = EVP_sha256(),
		.serial = 12,
		.from_s = FORGE_GEN_S - FORGE_DAY,
		.to_s = FORGE_GEN_S + FORGE_DAY,
		.usage = "critical,keyCertSign",
		.constraints = "critical,CA:TRUE,pathlen:0" };
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	issuer.certificate = plan.embedded[1] = forge_certificate(&ca);
	spec.issuer = &issuer;
	spec.pss = true;
	forge_with(&plan, &spec, forged);
	X509_free(issuer.certificate);
}

static void
good_ess1(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.ess1 = true;
	plan.ess2 = false;
	forge(&plan, forged);
}

static void
good_ess_both(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.ess1 = true;
	forge(&plan, forged);
}

static void
good_beside(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[0] = NULL;
	plan.chain[0] = W.tsa.certificate;
	plan.chain[1] = W.middle.certificate;
	forge(&plan, forged);
}

static void
good_non_repudiation(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	spec.usage = "critical,digitalSignature,nonRepudiation";
	forge_with(&plan, &spec, forged);
}

static void
good_no_key_usage(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	spec.usage = NULL;
	forge_with(&plan, &spec, forged);
}

static void
good_chosen_middle(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[1] = NULL;
	plan.root[0] = W.middle.certificate;
	forge(&plan, forged);
}

static void
self_signed(struct forged *forged, bool chosen)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);
	X509 *certificate;

	spec.issuer = NULL;
	certificate = forge_certificate(&spec);
	plan.signer = certificate;
	plan.embedded[0] = chosen ? NULL : certificate;
	plan.embedded[1] = NULL;
	plan.root[0] = chosen ? certificate : W.root.certificate;
	forge(&plan, forged);
	X509_free(certificate);
}

static void
good_self_signed(struct forged *forged)
{
	self_signed(forged, true);
}

static void
unsigned_attribute(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.unsigned_attribute = true;
	forge(&plan, forged);
}

static void
root_embedded_too(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[2] = W.root.certificate;
	forge(&plan, forged);
}

/* The same subject, issuer and serial, and a stranger's key. */
static X509 *
look_alike(const struct forge_identity *issuer)
{
	struct forge_spec spec = forge_tsa_spec(W.p384);

	spec.issuer = issuer;
	return forge_certificate(&spec);
}

/* The middle CA's name, another key. */
static struct forge_identity
false_middle(void)
{
	struct forge_spec spec = { .name = "Middle (fictitious)",
		.issuer = &W.other_root,
		.key = W.p384,
		.md = EVP_sha256(),
		.serial = 11,
		.from_s = FORGE_GEN_S - 100 * FORGE_DAY,
		.to_s = FORGE_GEN_S + 500 * FORGE_DAY,
		.usage = "critical,keyCertSign,cRLSign",
		.constraints = "critical,CA:TRUE" };

	return (struct forge_identity){ forge_certificate(&spec), W.p384 };
}

static void
look_alike_beside(struct forged *forged)
{
	struct forge_identity middle = false_middle();
	struct forge_plan plan = forge_plan();

	plan.embedded[2] = look_alike(&middle);
	plan.embedded[3] = middle.certificate;
	forge(&plan, forged);
	X509_free(plan.embedded[2]);
	X509_free(middle.certificate);
}

/* ---- the data and the request ---- */

static void
other_data(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.shown = "something else\n";
	forge(&plan, forged);
}

static void
request_of_other_data(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.request = true;
	plan.request_data = "something else\n";
	forge(&plan, forged);
}

static void
request_of_other_hash(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.request = true;
	plan.request_md = EVP_sha512();
	forge(&plan, forged);
}

static void
nonce(struct forged *forged, long stated, long asked)
{
	struct forge_plan plan = forge_plan();

	plan.request = true;
	plan.nonce = stated;
	plan.request_nonce = asked;
	forge(&plan, forged);
}

static void
other_nonce(struct forged *forged)
{
	nonce(forged, 7, 8);
}

static void
nonce_missing(struct forged *forged)
{
	nonce(forged, 0, 8);
}

static void
nonce_unasked(struct forged *forged)
{
	nonce(forged, 7, 0);
}

static void
other_policy(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.request = true;
	plan.request_policy = "1.3.6.1.4.1.99999.7";
	forge(&plan, forged);
}

/* ---- algorithms ---- */

static void
sha1_imprint(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.imprint = EVP_sha1();
	forge(&plan, forged);
}

static void
sha1_signature(struct forged *forged)
{
	struct forge_plan plan = rsa_plan();

	plan.digest = EVP_sha1();
	forge(&plan, forged);
}

static void
sha1_mask(struct forged *forged)
{
	struct forge_plan plan = rsa_plan();

	plan.pss = EVP_sha1();
	forge(&plan, forged);
}

static void
short_rsa(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.rsa1024);

	forge_with(&plan, &spec, forged);
}

static void
sha1_certificate(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	spec.md = EVP_sha1();
	forge_with(&plan, &spec, forged);
}

/* ---- signature and attributes ---- */

static void
flip_last(struct pb_buf *token)
{
	token->data[token->len - 1] ^= 1;
}

static void
bad_signature(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.meddle = flip_last;
	forge(&plan, forged);
}

static void
bad_signature_no_root(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.meddle = flip_last;
	plan.root[0] = NULL;
	forge(&plan, forged);
}

/* genTime is what a forger wants to change. */
static void
move_time(struct pb_buf *token)
{
	static const char time[] = "20260301120000Z";
	uint8_t *at = memmem(token->data, token->len, time, sizeof(time) - 1);

	if (at == NULL)
		abort();
	at[3] = '5';
}

static void
time_moved(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.meddle = move_time;
	forge(&plan, forged);
}

static void
look_alike_instead(struct forged *forged)
{
	struct forge_identity middle = false_middle();
	struct forge_plan plan = forge_plan();

	plan.embedded[0] = look_alike(&middle);
	plan.embedded[1] = NULL;
	forge(&plan, forged);
	X509_free(plan.embedded[0]);
	X509_free(middle.certificate);
}

/* Signed by the stranger, who names his own certificate and brings a whole chain. */
static void
look_alike_signs(struct forged *forged)
{
	struct forge_identity middle = false_middle();
	struct forge_plan plan = forge_plan();

	plan.signer = plan.embedded[0] = look_alike(&middle);
	plan.key = W.p384;
	plan.embedded[1] = middle.certificate;
	plan.embedded[2] = W.other_root.certificate;
	forge(&plan, forged);
	X509_free(plan.embedded[0]);
	X509_free(middle.certificate);
}

/* The stranger signs, and names the certificate that he would like to have. */
static void
look_alike_borrows(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[2] = look_alike(&W.middle);
	plan.signer = plan.embedded[2];
	plan.key = W.p384;
	plan.named = W.tsa.certificate;
	forge(&plan, forged);
	X509_free(plan.embedded[2]);
}

static void
no_ess(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.ess2 = false;
	forge(&plan, forged);
}

static void
other_ess2(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.named = W.middle.certificate;
	forge(&plan, forged);
}

static void
other_ess1(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.ess1 = true;
	plan.ess2 = false;
	plan.named = W.rsa.certificate;
	forge(&plan, forged);
}

static void
two_signers(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.signers = 2;
	plan.second = W.rsa;
	plan.embedded[2] = W.rsa.certificate;
	forge(&plan, forged);
}

static void
no_signer_info(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.signers = 0;
	forge(&plan, forged);
}

static void
trailing(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.trailing = "x";
	forge(&plan, forged);
}

static void
trailing_bare(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.bare = true;
	plan.trailing = "x";
	forge(&plan, forged);
}

/* ---- usage ---- */

static void
purpose(struct forged *forged, const char *value, const char *usage)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	spec.purpose = value;
	spec.usage = usage;
	forge_with(&plan, &spec, forged);
}

#define GOOD_USAGE "critical,digitalSignature"
#define GOOD_PURPOSE "critical,timeStamping"

static void
no_purpose(struct forged *forged)
{
	purpose(forged, NULL, GOOD_USAGE);
}

static void
purpose_not_critical(struct forged *forged)
{
	purpose(forged, "timeStamping", GOOD_USAGE);
}

static void
purpose_and_another(struct forged *forged)
{
	purpose(forged, "critical,timeStamping,codeSigning", GOOD_USAGE);
}

static void
purpose_and_unknown(struct forged *forged)
{
	purpose(forged, "critical,timeStamping,1.3.6.1.4.1.99999.3", GOOD_USAGE);
}

static void
other_purpose(struct forged *forged)
{
	purpose(forged, "critical,serverAuth", GOOD_USAGE);
}

static void
key_usage_wrong(struct forged *forged)
{
	purpose(forged, GOOD_PURPOSE, "critical,keyEncipherment");
}

static void
key_usage_more(struct forged *forged)
{
	purpose(forged, GOOD_PURPOSE, "critical,digitalSignature,keyEncipherment");
}

static void
purpose_no_root(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	plan.root[0] = NULL;
	spec.purpose = "timeStamping";
	forge_with(&plan, &spec, forged);
}

/* ---- path ---- */

static void
lifetime(struct forged *forged, int64_t from_s, int64_t to_s)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);

	spec.from_s = from_s;
	spec.to_s = to_s;
	forge_with(&plan, &spec, forged);
}

static void
expired(struct forged *forged)
{
	lifetime(forged, FORGE_GEN_S - 100 * FORGE_DAY, FORGE_GEN_S - 1);
}

static void
not_yet(struct forged *forged)
{
	lifetime(forged, FORGE_GEN_S + 1, FORGE_GEN_S + 100 * FORGE_DAY);
}

static void
expired_since(struct forged *forged)
{
	lifetime(forged, FORGE_GEN_S, FORGE_GEN_S + FORGE_DAY);
}

static void
middle_expired(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec spec = { .name = "Middle (fictitious)",
		.issuer = &W.root,
		.key = W.middle.key,
		.md = EVP_sha256(),
		.serial = 13,
		.from_s = FORGE_GEN_S - 100 * FORGE_DAY,
		.to_s = FORGE_GEN_S - 1,
		.usage = "critical,keyCertSign,cRLSign",
		.constraints = "critical,CA:TRUE" };

	plan.embedded[1] = forge_certificate(&spec);
	forge(&plan, forged);
	X509_free(plan.embedded[1]);
}

static void
unknown_root(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.root[0] = W.other_root.certificate;
	forge(&plan, forged);
}

static void
embedded_root_only(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[2] = W.root.certificate;
	plan.root[0] = NULL;
	forge(&plan, forged);
}

static void
chain_root_only(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.chain[0] = W.root.certificate;
	plan.root[0] = NULL;
	forge(&plan, forged);
}

static void
self_signed_unknown(struct forged *forged)
{
	self_signed(forged, false);
}

static void
no_certificate(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[0] = NULL;
	forge(&plan, forged);
}

static void
middle_missing(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.embedded[1] = NULL;
	forge(&plan, forged);
}

/* A TSA's certificate is no CA's: it may not issue another. */
static void
issued_by_leaf(struct forged *forged)
{
	struct forge_plan plan = forge_plan();
	struct forge_spec leaf = forge_tsa_spec(W.rsa.key);
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);
	struct forge_identity issuer = { .key = W.rsa.key };

	leaf.name = "No CA (fictitious)";
	leaf.usage = NULL;
	leaf.purpose = NULL;
	issuer.certificate = forge_certificate(&leaf);
	spec.issuer = &issuer;
	plan.embedded[1] = issuer.certificate;
	plan.embedded[2] = W.middle.certificate;
	forge_with(&plan, &spec, forged);
	X509_free(issuer.certificate);
}

/* ---- revocation ---- */

#define BEFORE (FORGE_GEN_S - FORGE_DAY)
#define AFTER (FORGE_GEN_S + FORGE_DAY)
#define LATER (FORGE_GEN_S + 2 * FORGE_DAY)
#define SUPERSEDED 4
#define KEY_COMPROMISE 1
#define NO_REASON (-1)

static void
nobody_revoked(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.root.certificate, BEFORE, SUPERSEDED, AFTER);
	forge_add_crl(forged, &W.root, NULL, 0, 0, AFTER);
}

static void
list_too_old(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, NULL, 0, 0, FORGE_GEN_S - 30 * FORGE_DAY);
	forge_add_crl(forged, &W.root, NULL, 0, 0, AFTER);
}

static void
one_list_only(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, NULL, 0, 0, AFTER);
}

static void
revoked_before(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
}

static void
revoked_that_second(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, FORGE_GEN_S, SUPERSEDED, AFTER);
}

static void
revoked_after(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, AFTER, SUPERSEDED, LATER);
	forge_add_crl(forged, &W.root, NULL, 0, 0, AFTER);
}

static void
revoked_after_for_no_reason(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, AFTER, NO_REASON, LATER);
}

static void
middle_revoked_after_for_no_reason(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, NULL, 0, 0, LATER);
	forge_add_crl(forged, &W.root, W.middle.certificate, AFTER, NO_REASON, LATER);
}

static void
key_lost_after(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, AFTER, KEY_COMPROMISE, LATER);
}

static void
middle_revoked(struct forged *forged)
{
	good_ec(forged);
	forge_add_crl(forged, &W.root, W.middle.certificate, BEFORE, SUPERSEDED, AFTER);
}

static void
revoked_no_root(struct forged *forged)
{
	struct forge_plan plan = forge_plan();

	plan.root[0] = NULL;
	forge(&plan, forged);
	forge_add_crl(forged, &W.middle, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
}

/* Signed by somebody who bears the CA's name. */
static void
list_by_another(struct forged *forged)
{
	struct forge_identity middle = false_middle();

	good_ec(forged);
	forge_add_crl(forged, &middle, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
	forge_add_crl(forged, &W.other_root, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
	X509_free(middle.certificate);
}

static void
list_damaged(struct forged *forged)
{
	revoked_before(forged);
	forged->revocation[0].der.data[forged->revocation[0].der.len - 1] ^= 1;
}

static void
ocsp_good(struct forged *forged)
{
	good_ec(forged);
	forge_add_ocsp(forged, &W.middle, &W.middle, W.tsa.certificate, 0, 0, AFTER);
	forge_add_ocsp(forged, &W.root, &W.root, W.middle.certificate, 0, 0, AFTER);
}

static void
ocsp_revoked_before(struct forged *forged)
{
	good_ec(forged);
	forge_add_ocsp(forged, &W.middle, &W.middle, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
}

static void
ocsp_revoked_after(struct forged *forged)
{
	good_ec(forged);
	forge_add_ocsp(forged, &W.middle, &W.middle, W.tsa.certificate, AFTER, SUPERSEDED, LATER);
}

static void
ocsp_key_lost_after(struct forged *forged)
{
	good_ec(forged);
	forge_add_ocsp(
	    forged, &W.middle, &W.middle, W.tsa.certificate, AFTER, KEY_COMPROMISE, LATER);
}

static void
by_responder(struct forged *forged, const struct forge_identity *issuer, const char *value)
{
	struct forge_spec spec = forge_tsa_spec(W.p384);
	struct forge_identity responder = { .key = W.p384 };

	spec.name = "Responder (fictitious)";
	spec.serial = 2001;
	spec.issuer = issuer;
	spec.purpose = value;
	responder.certificate = forge_certificate(&spec);
	good_ec(forged);
	forge_add_ocsp(forged, &W.middle, &responder, W.tsa.certificate, BEFORE, SUPERSEDED, AFTER);
	X509_free(responder.certificate);
}

static void
ocsp_delegated(struct forged *forged)
{
	by_responder(forged, &W.middle, "OCSPSigning");
}

static void
ocsp_not_delegated(struct forged *forged)
{
	by_responder(forged, &W.middle, "clientAuth");
}

static void
ocsp_by_another(struct forged *forged)
{
	by_responder(forged, &W.other_root, "OCSPSigning");
}

static void
ocsp_about_another(struct forged *forged)
{
	struct forge_spec spec = forge_tsa_spec(W.tsa.key);
	X509 *other;

	spec.serial = 3001;
	other = forge_certificate(&spec);
	good_ec(forged);
	forge_add_ocsp(forged, &W.middle, &W.middle, other, BEFORE, SUPERSEDED, AFTER);
	X509_free(other);
}

#define CASE(name, title, fault, with_exact, known)                                                \
	{                                                                                          \
#name, title, PB_STAMP_##fault, PB_STAMP_##with_exact, name, known                 \
	}
#define UNREADABLE(name, title)                                                                    \
	{                                                                                          \
#name, title, FORGE_UNREADABLE, FORGE_UNREADABLE, name, -1                         \
	}

const struct forge_case forge_cases[] = {
	CASE(good_ec, "good_token_by_ecdsa", GOOD, GOOD, 0),
	CASE(good_bare, "good_bare_token", GOOD, GOOD, 0),
	CASE(good_request, "good_token_for_its_request", GOOD, GOOD, 0),
	CASE(good_key_id, "good_token_that_names_its_signer_by_key_identifier", GOOD, GOOD, 0),
	CASE(good_p384, "good_token_by_ecdsa_p384", GOOD, GOOD, 0),
	CASE(good_rsa, "good_token_by_rsa", GOOD, GOOD, 0),
	CASE(good_pss, "good_token_by_rsassa_pss", GOOD, GOOD, 0),
	CASE(good_pss_certificate, "good_certificate_signed_by_rsassa_pss", GOOD, GOOD, 0),
	CASE(good_ess1, "good_token_with_esscertid_of_the_first_kind_alone", GOOD, GOOD, 0),
	CASE(good_ess_both, "good_token_with_esscertid_of_both_kinds", GOOD, GOOD, 0),
	CASE(good_beside, "good_token_with_its_certificates_beside_it", GOOD, FREE_OCTETS, 0),
	CASE(good_non_repudiation, "good_key_usage_with_nonrepudiation", GOOD, GOOD, 0),
	CASE(good_no_key_usage, "good_certificate_without_key_usage", GOOD, GOOD, 0),
	CASE(good_chosen_middle, "good_path_to_an_intermediate_that_was_chosen", GOOD, GOOD, 0),
	CASE(good_self_signed, "good_self_signed_authority_that_was_chosen", GOOD, GOOD, 1),
	CASE(unsigned_attribute, "unsigned_attribute_is_free_octets", GOOD, FREE_OCTETS, 0),
	CASE(root_embedded_too, "embedded_root_is_free_octets", GOOD, FREE_OCTETS, 0),
	CASE(look_alike_beside, "look_alike_beside_the_signer_is_never_used", GOOD, FREE_OCTETS, 0),
	CASE(expired_since, "certificate_that_expired_since_then", GOOD, GOOD, 0),

	CASE(other_data, "token_of_other_data_is_refused", IMPRINT, IMPRINT, -1),
	CASE(request_of_other_data, "request_of_other_data_is_refused", REQUEST, REQUEST, -1),
	CASE(request_of_other_hash, "request_by_another_hash_is_refused", REQUEST, REQUEST, -1),
	CASE(other_nonce, "another_nonce_is_refused", NONCE, NONCE, -1),
	CASE(nonce_missing, "missing_nonce_is_refused", NONCE, NONCE, -1),
	CASE(nonce_unasked, "nonce_that_nobody_asked_for_is_refused", NONCE, NONCE, -1),
	CASE(other_policy, "another_policy_than_was_asked_for_is_refused", POLICY, POLICY, -1),

	UNREADABLE(sha1_imprint, "imprint_by_sha1_is_refused"),
	CASE(sha1_signature, "signature_by_sha1_is_refused", ALGORITHM, ALGORITHM, -1),
	CASE(sha1_mask, "rsassa_pss_with_a_mask_of_sha1_is_refused", ALGORITHM, ALGORITHM, -1),
	CASE(short_rsa, "rsa_of_1024_bits_is_refused", ALGORITHM, ALGORITHM, -1),
	CASE(sha1_certificate, "certificate_signed_by_sha1_is_refused", ALGORITHM, ALGORITHM, -1),

	CASE(bad_signature, "signature_that_was_changed_is_refused", SIGNATURE, SIGNATURE, -1),
	CASE(
	    bad_signature_no_root, "missing_root_hides_no_bad_signature", SIGNATURE, SIGNATURE, -1),
	CASE(time_moved, "time_that_was_changed_is_refused", SIGNATURE, SIGNATURE, -1),
	CASE(look_alike_instead, "look_alike_in_place_of_the_signer_is_refused", SIGNATURE,
	    SIGNATURE, -1),
	CASE(look_alike_signs, "look_alike_that_signs_is_unknown", UNKNOWN_ROOT, FREE_OCTETS, -1),
	CASE(look_alike_borrows, "look_alike_that_borrows_a_certificate_is_refused", SIGNATURE,
	    SIGNATURE, -1),
	CASE(no_ess, "token_without_esscertid_is_refused", ATTRIBUTES, ATTRIBUTES, -1),
	CASE(other_ess2, "esscertidv2_of_another_certificate_is_refused", ATTRIBUTES, ATTRIBUTES,
	    -1),
	CASE(other_ess1, "esscertid_of_another_certificate_is_refused", ATTRIBUTES, ATTRIBUTES, -1),
	UNREADABLE(two_signers, "two_signers_are_refused"),
	UNREADABLE(no_signer_info, "token_without_signer_is_refused"),
	UNREADABLE(trailing, "octets_behind_a_response_are_refused"),
	UNREADABLE(trailing_bare, "octets_behind_a_bare_token_are_refused"),

	CASE(no_purpose, "certificate_without_extended_key_usage_is_refused", USAGE, USAGE, -1),
	CASE(purpose_not_critical, "extended_key_usage_not_critical_is_refused", USAGE, USAGE, -1),
	CASE(purpose_and_another, "extended_key_usage_with_another_is_refused", USAGE, USAGE, -1),
	CASE(purpose_and_unknown, "extended_key_usage_with_an_unknown_one_is_refused", USAGE, USAGE,
	    -1),
	CASE(other_purpose, "another_extended_key_usage_is_refused", USAGE, USAGE, -1),
	CASE(key_usage_wrong, "key_usage_of_encryption_is_refused", USAGE, USAGE, -1),
	CASE(key_usage_more, "key_usage_with_encryption_is_refused", USAGE, USAGE, -1),
	CASE(purpose_no_root, "missing_root_hides_no_bad_usage", USAGE, USAGE, -1),

	CASE(expired, "certificate_that_had_expired_is_refused", NOT_IN_TIME, NOT_IN_TIME, -1),
	CASE(not_yet, "certificate_not_yet_valid_is_refused", NOT_IN_TIME, NOT_IN_TIME, -1),
	CASE(middle_expired, "intermediate_that_had_expired_is_refused", NOT_IN_TIME, NOT_IN_TIME,
	    -1),
	CASE(unknown_root, "unknown_root_is_told", UNKNOWN_ROOT, UNKNOWN_ROOT, 0),
	CASE(embedded_root_only, "embedded_root_is_none", UNKNOWN_ROOT, FREE_OCTETS, 0),
	CASE(chain_root_only, "root_that_came_along_is_none", UNKNOWN_ROOT, UNKNOWN_ROOT, 0),
	CASE(self_signed_unknown, "self_signed_authority_is_unknown", UNKNOWN_ROOT, FREE_OCTETS, 0),
	CASE(no_certificate, "signer_that_is_not_at_hand_is_told", NO_SIGNER, NO_SIGNER, 0),
	CASE(middle_missing, "missing_intermediate_is_told", UNKNOWN_ROOT, UNKNOWN_ROOT, 0),
	CASE(issued_by_leaf, "certificate_issued_by_no_ca_leads_nowhere", UNKNOWN_ROOT,
	    UNKNOWN_ROOT, 0),

	CASE(nobody_revoked, "lists_without_the_certificates_cover_them", GOOD, GOOD, 1),
	CASE(list_too_old, "list_that_ended_before_covers_nothing", GOOD, GOOD, 0),
	CASE(one_list_only, "list_of_one_issuer_covers_half", GOOD, GOOD, 0),
	CASE(revoked_before, "revoked_before_is_refused", REVOKED, REVOKED, -1),
	CASE(revoked_that_second, "revoked_in_that_second_is_refused", REVOKED, REVOKED, -1),
	CASE(revoked_after, "revoked_after_is_good", GOOD, GOOD, 1),
	CASE(key_lost_after, "key_compromised_after_is_refused", REVOKED, REVOKED, -1),
	/* RFC 3161 4, 1 */
	CASE(revoked_after_for_no_reason, "revoked_after_without_a_reason_is_refused", REVOKED,
	    REVOKED, -1),
	CASE(middle_revoked_after_for_no_reason,
	    "intermediate_revoked_after_without_a_reason_is_good", GOOD, GOOD, 1),
	CASE(middle_revoked, "revoked_intermediate_is_refused", REVOKED, REVOKED, -1),
	CASE(revoked_no_root, "missing_root_hides_no_revocation", REVOKED, REVOKED, 0),
	CASE(list_by_another, "list_by_somebody_else_is_ignored", GOOD, GOOD, 0),
	CASE(list_damaged, "list_whose_signature_does_not_hold_is_ignored", GOOD, GOOD, 0),
	CASE(ocsp_good, "ocsp_good_covers", GOOD, GOOD, 1),
	CASE(ocsp_revoked_before, "ocsp_revoked_before_is_refused", REVOKED, REVOKED, -1),
	CASE(ocsp_revoked_after, "ocsp_revoked_after_is_good", GOOD, GOOD, 0),
	CASE(ocsp_key_lost_after, "ocsp_key_compromised_after_is_refused", REVOKED, REVOKED, -1),
	CASE(ocsp_delegated, "ocsp_by_a_delegated_responder_is_heard", REVOKED, REVOKED, -1),
	CASE(ocsp_not_delegated, "ocsp_by_a_responder_not_delegated_is_ignored", GOOD, GOOD, 0),
	CASE(ocsp_by_another, "ocsp_by_another_authority_is_ignored", GOOD, GOOD, 0),
	CASE(ocsp_about_another, "ocsp_about_another_certificate_is_ignored", GOOD, GOOD, 0),
};
const size_t forge_cases_count = sizeof(forge_cases) / sizeof(forge_cases[0]);
