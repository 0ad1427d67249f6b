#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/memory.h"
#include "probant/verify.h"
#include "stamp/forge.h"

#define W forge_world

static int
no_errors_are_left(void **state)
{
	(void)state;
	return ERR_peek_error() == 0 ? 0 : -1;
}

/* A file of tests/vectors/tsa; nothing if it is not there. */
static void
read_file(const char *folder, const char *name, struct pb_buf *buf)
{
	char path[512];
	uint8_t octets[4096];
	size_t len;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/tsa/%s/%s", TEST_VECTORS, folder, name);
	file = fopen(path, "rb");
	if (file == NULL)
		return;
	while ((len = fread(octets, 1, sizeof(octets), file)) > 0)
		assert_int_equal(pb_buf_append(buf, octets, len), PB_OK);
	fclose(file);
}

/* The verifier chooses the self-signed ones of a chain. */
static void
choose_roots(const struct pb_buf *chain, struct pb_buf *root)
{
	BIO *from = BIO_new_mem_buf(chain->data, (int)chain->len), *to = BIO_new(BIO_s_mem());
	X509 *certificate;
	char *text;
	long len;

	while ((certificate = PEM_read_bio_X509(from, NULL, NULL, NULL)) != NULL) {
		if (X509_self_signed(certificate, 1) == 1)
			assert_int_equal(PEM_write_bio_X509(to, certificate), 1);
		X509_free(certificate);
	}
	ERR_clear_error();
	len = BIO_get_mem_data(to, &text);
	assert_int_equal(pb_buf_append(root, text, (size_t)len), PB_OK);
	BIO_free(from);
	BIO_free(to);
}

static void
read_real(const char *folder, struct forged *forged)
{
	struct pb_buf embedded = PB_BUF_EMPTY;

	read_file(folder, "data.bin", &forged->data);
	read_file(folder, "token.tsr", &forged->token);
	read_file(folder, "chain.pem", &forged->chain);
	assert_true(forged->token.len > 0);
	choose_roots(&forged->chain, &forged->root);
	pb_buf_done(&embedded);
}

/* ---- real tokens ---- */

static void
real_tokens_get_their_verdicts(void **state)
{
	static const struct {
		const char *folder;
		enum pb_stamp_fault fault;
		bool sustained; /* 30 days after FORGE_GEN_S */
	} cases[] = {
		{ "01-digicert-2024-nocert", PB_STAMP_GOOD, true },
		{ "02-digicert-wrong-data", PB_STAMP_IMPRINT, true },
		{ "03-identrust-2025", PB_STAMP_GOOD, false },
		{ "04-sigstage-sha256", PB_STAMP_GOOD, true },
		{ "06-sigstage-invalid-signature", PB_STAMP_SIGNATURE, true },
		{ "08-sigstore-mock-expired", PB_STAMP_GOOD, false },
		{ "13-rejection", FORGE_UNREADABLE, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct forged real = { .revocation_count = 0 };
		struct pb_stamp_verdict verdict;

		read_real(cases[i].folder, &real);
		if (forged_check(&real, false, &verdict) != cases[i].fault)
			print_error("%s: %s: %s\n", cases[i].folder, verdict.text, verdict.detail);
		assert_int_equal(verdict.fault, cases[i].fault);
		assert_int_equal(verdict.sustained, cases[i].sustained);
		forged_free(&real);
	}
}

static void
real_token_without_its_chain_has_no_signer(void **state)
{
	struct forged real = { .revocation_count = 0 };
	struct pb_stamp_verdict verdict;

	(void)state;
	read_real("01-digicert-2024-nocert", &real);
	pb_buf_clear(&real.chain);
	assert_int_equal(forged_check(&real, false, &verdict), PB_STAMP_NO_SIGNER);
	assert_int_equal(pb_stamp_fault_weight(verdict.fault), PB_INDETERMINATE);
	forged_free(&real);
}

/* Without a root, what can be told of the token itself is told. */
static void
real_token_without_roots_is_unknown_or_forged(void **state)
{
	struct forged real = { .revocation_count = 0 }, forged = { .revocation_count = 0 };

	(void)state;
	read_real("04-sigstage-sha256", &real);
	read_real("06-sigstage-invalid-signature", &forged);
	pb_buf_clear(&real.root);
	pb_buf_clear(&forged.root);
	assert_int_equal(forged_check(&real, false, NULL), PB_STAMP_UNKNOWN_ROOT);
	assert_int_equal(forged_check(&forged, false, NULL), PB_STAMP_SIGNATURE);
	forged_free(&real);
	forged_free(&forged);
}

/* ---- what the verdict says besides ---- */

static void
verdict_names_signer_root_and_end(void **state)
{
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };
	struct pb_stamp_verdict verdict;
	struct pb_stamp_roots *roots = NULL;
	uint8_t fingerprint[32], none[32] = { 0 };

	(void)state;
	forge(&plan, &forged);
	assert_int_equal(forged_check(&forged, false, &verdict), PB_STAMP_GOOD);
	assert_int_equal(
	    pb_stamp_roots_parse(forged.root.data, forged.root.len, &roots, NULL), PB_OK);
	pb_stamp_roots_fingerprint(roots, 0, fingerprint);
	assert_memory_equal(verdict.root, fingerprint, 32);
	assert_memory_not_equal(verdict.key, none, 32);
	assert_string_equal(verdict.tsa, "TSA (fictitious)");
	assert_int_equal(verdict.ends_s, FORGE_GEN_S + 400 * FORGE_DAY);
	assert_true(verdict.sustained);
	assert_false(verdict.self_issued_local);
	assert_string_equal(verdict.detail, "");
	pb_stamp_roots_free(roots);
	forged_free(&forged);
}

static void
faults_have_codes_and_weights(void **state)
{
	(void)state;
	for (int fault = 0; fault < PB_STAMP_FAULT_COUNT; fault++) {
		int weight = fault == PB_STAMP_GOOD        ? PB_VALID
			     : fault >= PB_STAMP_NO_SIGNER ? PB_INDETERMINATE
							   : PB_INVALID;

		assert_int_equal(pb_stamp_fault_weight((enum pb_stamp_fault)fault), weight);
		for (int other = 0; other < fault; other++)
			assert_string_not_equal(pb_stamp_fault_code((enum pb_stamp_fault)fault),
			    pb_stamp_fault_code((enum pb_stamp_fault)other));
	}
}

/* The worst is told, whatever else is wrong. */
static void
worst_fault_comes_first(void **state)
{
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };
	struct pb_stamp_verdict verdict;

	(void)state;
	plan.shown = "other\n";
	plan.ess2 = false;
	plan.root[0] = NULL;
	forge(&plan, &forged);
	forge_add_crl(&forged, &W.middle, W.tsa.certificate, FORGE_GEN_S, 1, FORGE_GEN_S);
	assert_int_equal(forged_check(&forged, true, &verdict), PB_STAMP_IMPRINT);
	assert_string_equal(verdict.detail, "");
	forged_free(&forged);
}

/* ---- roots ---- */

static enum pb_status
parse_roots(const char *pem, size_t len, struct pb_stamp_roots **ret_roots)
{
	return pb_stamp_roots_parse(pem, len, ret_roots, NULL);
}

static void
roots_are_certificates_and_nothing_else(void **state)
{
	struct pb_stamp_roots *untouched = NULL;
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };
	const char *text;

	(void)state;
	assert_int_equal(parse_roots(NULL, 0, &untouched), PB_EDATA);
	assert_int_equal(parse_roots("no certificate", 14, &untouched), PB_EDATA);
	assert_int_equal(parse_roots("", SIZE_MAX / 4, &untouched), PB_ELIMIT);
	forge(&plan, &forged);
	assert_int_equal(pb_buf_append_text(&forged.root,
			     "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"),
	    PB_OK);
	text = pb_buf_text(&forged.root);
	assert_int_equal(parse_roots(text, forged.root.len, &untouched), PB_EDATA);
	assert_null(untouched);
	forged_free(&forged);
}

static void
root_must_be_a_ca_or_self_signed(void **state)
{
	struct pb_stamp_roots *untouched = NULL;
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };

	(void)state;
	plan.root[0] = W.tsa.certificate;
	forge(&plan, &forged);
	assert_int_equal(
	    parse_roots((const char *)forged.root.data, forged.root.len, &untouched), PB_EDATA);
	assert_null(untouched);
	forged_free(&forged);
}

static void
roots_are_described(void **state)
{
	struct pb_stamp_roots *roots = NULL;
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };

	(void)state;
	plan.root[1] = W.other_root.certificate;
	plan.root[2] = W.middle.certificate;
	forge(&plan, &forged);
	assert_int_equal(
	    parse_roots((const char *)forged.root.data, forged.root.len, &roots), PB_OK);
	assert_int_equal(pb_stamp_roots_count(roots), 3);
	assert_string_equal(
	    pb_stamp_roots_name(roots, 1), "CN=Other root (fictitious),O=Fictitious Stamps");
	assert_int_equal(pb_stamp_roots_ends_s(roots, 2), FORGE_GEN_S + 5000 * FORGE_DAY);
	pb_stamp_roots_free(roots);
	pb_stamp_roots_free(NULL);
	forged_free(&forged);
}

/* ---- chain and sources ---- */

static int
certificates_in(struct pb_buf *pem)
{
	const char *text = pb_buf_text(pem);
	int count = 0;

	while ((text = strstr(text, "-----BEGIN CERTIFICATE-----")) != NULL) {
		text++;
		count++;
	}
	return count;
}

static void
assert_chain(const struct forge_plan *plan, int certificates)
{
	struct forged forged = { .revocation_count = 0 };
	struct pb_stamp_roots *roots = NULL;
	struct pb_token *token = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;

	forge(plan, &forged);
	if (forged.root.len > 0)
		assert_int_equal(
		    parse_roots((const char *)forged.root.data, forged.root.len, &roots), PB_OK);
	assert_int_equal(pb_token_parse(forged.token.data, forged.token.len, &token, NULL), PB_OK);
	assert_int_equal(
	    pb_stamp_chain(token, forged.chain.data, forged.chain.len, roots, &pem, NULL), PB_OK);
	assert_int_equal(certificates_in(&pem), certificates);
	pb_token_free(token);
	pb_stamp_roots_free(roots);
	pb_buf_done(&pem);
	forged_free(&forged);
}

static void
chain_goes_as_far_as_certificates_are_at_hand(void **state)
{
	struct forge_plan plan = forge_plan();

	(void)state;
	assert_chain(&plan, 3);
	plan.root[0] = NULL;
	assert_chain(&plan, 2);
	plan.embedded[1] = NULL;
	assert_chain(&plan, 1);
	plan.embedded[0] = NULL;
	assert_chain(&plan, 0);
	plan.chain[0] = W.root.certificate;
	plan.chain[1] = W.middle.certificate;
	plan.chain[2] = W.tsa.certificate;
	assert_chain(&plan, 3);
}

static void
sources_are_those_of_the_certificates(void **state)
{
	struct pb_stamp_sources sources;
	struct pb_buf chain = PB_BUF_EMPTY;

	(void)state;
	read_file("01-digicert-2024-nocert", "chain.pem", &chain);
	assert_int_equal(pb_stamp_sources(chain.data, chain.len, &sources, NULL), PB_OK);
	assert_int_equal(sources.crl_count, 3);
	assert_int_equal(sources.issuer_count, 0);
	assert_memory_equal(sources.crl[0], "http://crl3.digicert.com/", 25);
	/* The signer's alone: where is its issuer? */
	chain.len = (size_t)(strstr(pb_buf_text(&chain), "-----END") + 26 - (char *)chain.data);
	assert_int_equal(pb_stamp_sources(chain.data, chain.len, &sources, NULL), PB_OK);
	assert_int_equal(sources.crl_count, 1);
	assert_int_equal(sources.issuer_count, 1);
	assert_memory_equal(sources.issuer[0], "http://cacerts.digicert.com/", 28);
	assert_int_equal(pb_stamp_sources(NULL, 0, &sources, NULL), PB_OK);
	assert_int_equal(sources.crl_count, 0);
	pb_buf_done(&chain);
}

/* ---- noise ---- */

static void
noise_beside_a_token_is_ignored(void **state)
{
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 2 };
	struct pb_stamp_verdict verdict;

	(void)state;
	forge(&plan, &forged);
	forged.revocation[1].ocsp = true;
	assert_int_equal(pb_buf_append_text(&forged.revocation[0].der, "\x30\x03no"), PB_OK);
	assert_int_equal(pb_buf_append_text(&forged.revocation[1].der, "\x30\x03no"), PB_OK);
	assert_int_equal(
	    pb_buf_append_text(&forged.chain, "-----BEGIN CERTIFICATE-----\nMAA=\n"), PB_OK);
	assert_int_equal(forged_check(&forged, false, &verdict), PB_STAMP_GOOD);
	assert_false(verdict.revocation_known);
	forged_free(&forged);
}

static void
request_that_cannot_be_read_is_refused(void **state)
{
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };

	(void)state;
	forge(&plan, &forged);
	assert_int_equal(pb_buf_append_text(&forged.request, "0"), PB_OK);
	assert_int_equal(forged_check(&forged, false, NULL), PB_STAMP_REQUEST);
	forged_free(&forged);
}

/* ---- faults ---- */

struct call {
	const struct pb_token *token;
	struct pb_stamp_evidence evidence;
	enum pb_stamp_fault expected;
};

/* PB_OK with the expected verdict, or PB_ENOMEM: nothing between. */
static bool
survives(const struct call *call, uint64_t nth, bool forever)
{
	struct pb_stamp_verdict verdict = { .fault = PB_STAMP_FAULT_COUNT };
	struct pb_error err = { .status = PB_OK };
	enum pb_status status;
	uint64_t failed;

	test_memory_fail(nth, forever);
	status = pb_stamp_check(call->token, &call->evidence, &verdict, &err);
	failed = test_memory_restore();
	if (status == PB_OK) {
		if (verdict.fault != call->expected)
			fail_msg("allocation %llu: %s", (unsigned long long)nth,
			    pb_stamp_fault_code(verdict.fault));
	} else if (status != PB_ENOMEM) {
		fail_msg("allocation %llu: %s: %s: %s", (unsigned long long)nth,
		    pb_status_name(status), err.what, err.why);
	}
	assert_int_equal(ERR_peek_error(), 0);
	return failed > 0;
}

static void
assert_survives(const char *slug, bool exact)
{
	struct forged forged = { .revocation_count = 0 };
	struct call call = { .evidence = { .exact = exact, .now_s = FORGE_GEN_S } };
	struct pb_stamp_roots *roots = NULL;
	struct pb_token *token = NULL;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	size_t i;

	for (i = 0; strcmp(forge_cases[i].slug, slug) != 0; i++)
		;
	forge_cases[i].make(&forged);
	call.expected = exact ? forge_cases[i].exact : forge_cases[i].expected;
	assert_int_equal(
	    parse_roots((const char *)forged.root.data, forged.root.len, &roots), PB_OK);
	pb_stamp_imprint(PB_STAMP_SHA256, forged.data.data, forged.data.len, imprint);
	call.evidence.imprint = imprint;
	call.evidence.roots = roots;
	for (i = 0; i < forged.revocation_count; i++) {
		call.evidence.revocation[i].der = forged.revocation[i].der.data;
		call.evidence.revocation[i].len = forged.revocation[i].der.len;
		call.evidence.revocation[i].ocsp = forged.revocation[i].ocsp;
	}
	call.evidence.revocation_count = forged.revocation_count;
	/* One look takes thousands of them, most of which are alike. */
	for (uint64_t nth = 1, more = 1; more; nth += nth < 40 ? 1 : 389) {
		assert_int_equal(
		    pb_token_parse(forged.token.data, forged.token.len, &token, NULL), PB_OK);
		call.token = token;
		more = survives(&call, nth, nth % 2 == 0);
		pb_token_free(token);
	}
	pb_stamp_roots_free(roots);
	forged_free(&forged);
}

static void
no_memory_never_looks_like_a_forgery(void **state)
{
	(void)state;
	if (!test_memory_can_fail())
		skip();
	assert_survives("good_ec", true);
	assert_survives("revoked_after", false);
	assert_survives("ocsp_good", false);
	assert_survives("good_pss", false);
}

static void
no_memory_never_looks_like_innocence(void **state)
{
	(void)state;
	if (!test_memory_can_fail())
		skip();
	assert_survives("revoked_before", false);
	assert_survives("purpose_not_critical", false);
	assert_survives("unsigned_attribute", true);
}

#define TEST(name) cmocka_unit_test_teardown(name, no_errors_are_left)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(roots_are_certificates_and_nothing_else),
		TEST(root_must_be_a_ca_or_self_signed),
		TEST(noise_beside_a_token_is_ignored),
		TEST(request_that_cannot_be_read_is_refused),
		TEST(roots_are_described),
		TEST(real_tokens_get_their_verdicts),
		TEST(verdict_names_signer_root_and_end),
		TEST(faults_have_codes_and_weights),
		TEST(worst_fault_comes_first),
		TEST(real_token_without_its_chain_has_no_signer),
		TEST(real_token_without_roots_is_unknown_or_forged),
		TEST(chain_goes_as_far_as_certificates_are_at_hand),
		TEST(sources_are_those_of_the_certificates),
		TEST(no_memory_never_looks_like_a_forgery),
		TEST(no_memory_never_looks_like_innocence),
	};

	return cmocka_run_group_tests(tests, forge_start, forge_stop);
}
