#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "lib/world.h"
#include "stamp/authority.h"
#include "stamp/forge.h"
#include "stamp/request.h"

#define W forge_world

/* FORMAT 5.2: no octet of a container's token is free. */

/* In place of the token, its exact form. */
static enum pb_status
make_exact(struct forged *forged)
{
	struct pb_stamp_roots *roots = NULL;
	struct pb_token *token = NULL;
	struct pb_buf der = PB_BUF_EMPTY;
	enum pb_status status;

	assert_int_equal(
	    pb_token_parse(forged->token.data, forged->token.len, &token, NULL), PB_OK);
	if (forged->root.len > 0)
		assert_int_equal(
		    pb_stamp_roots_parse(forged->root.data, forged->root.len, &roots, NULL), PB_OK);
	status = pb_stamp_exact(token, forged->chain.data, forged->chain.len, roots, &der, NULL);
	if (status == PB_OK) {
		pb_buf_done(&forged->token);
		forged->token = der;
	} else {
		assert_int_equal(der.len, 0);
	}
	pb_token_free(token);
	pb_stamp_roots_free(roots);
	return status;
}

static void
assert_exact(const struct forged *forged)
{
	struct pb_stamp_verdict verdict;

	assert_int_equal(forged_check(forged, false, &verdict), PB_STAMP_GOOD);
	assert_int_equal(forged_check(forged, true, &verdict), PB_STAMP_GOOD);
}

/* Where the token holds this certificate. */
static bool
within(const struct forged *forged, size_t at, const X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509(certificate, &der);
	const uint8_t *found = memmem(forged->token.data, forged->token.len, der, (size_t)len);
	size_t from = found == NULL ? SIZE_MAX : (size_t)(found - forged->token.data);

	OPENSSL_free(der);
	return found != NULL && at >= from && at < from + (size_t)len;
}

/* Given an argument, the program tries every octet by every change; else, fewer of them. */
static bool every;

/* Steps from octet to octet: outside certificates, and in them (0: none). */
struct stride {
	size_t outside, inside;
};

static void
assert_change_is_seen(struct forged *forged, size_t at, uint8_t change)
{
	struct pb_stamp_verdict verdict;

	forged->token.data[at] ^= change;
	if (forged_check(forged, true, &verdict) == PB_STAMP_GOOD)
		fail_msg(
		    "octet %zu of %zu may be changed by 0x%02x", at, forged->token.len, change);
	forged->token.data[at] ^= change;
}

static void
assert_no_octet_is_free(struct forged *forged, struct stride stride)
{
	bool *certified = calloc(forged->token.len, sizeof(*certified));

	assert_non_null(certified);
	assert_exact(forged);
	for (size_t i = 0; i < forged->token.len; i++)
		certified[i] = within(forged, i, W.tsa.certificate) ||
			       within(forged, i, W.rsa.certificate) ||
			       within(forged, i, W.middle.certificate);
	for (size_t i = 0; i < forged->token.len; i++) {
		size_t step = certified[i] ? stride.inside : stride.outside;

		if (!every && (step == 0 || i % step != 0))
			continue;
		if (every || i / step % 2 == 0)
			assert_change_is_seen(forged, i, 0x01);
		if (every || i / step % 2 == 1)
			assert_change_is_seen(forged, i, 0xff);
	}
	assert_exact(forged);
	free(certified);
}

static void
no_octet_of(const struct forge_plan *plan, struct stride stride)
{
	struct forged forged = { .revocation_count = 0 };

	forge(plan, &forged);
	assert_int_equal(make_exact(&forged), PB_OK);
	assert_no_octet_is_free(&forged, stride);
	forged_free(&forged);
}

static void
no_octet_is_free_under_ecdsa(void **state)
{
	struct forge_plan plan = forge_plan();

	(void)state;
	no_octet_of(&plan, (struct stride){ 3, 29 });
}

static void
no_octet_is_free_with_a_key_identifier(void **state)
{
	struct forge_plan plan = forge_plan();

	(void)state;
	plan.by_key = true;
	plan.ess1 = true;
	no_octet_of(&plan, (struct stride){ 11, 0 });
}

static void
no_octet_is_free_under_rsa(void **state)
{
	struct forge_plan plan = forge_plan();

	(void)state;
	plan.signer = plan.embedded[0] = W.rsa.certificate;
	plan.key = W.rsa.key;
	no_octet_of(&plan, (struct stride){ 11, 0 });
}

static void
no_octet_is_free_under_rsassa_pss(void **state)
{
	struct forge_plan plan = forge_plan();

	(void)state;
	plan.signer = plan.embedded[0] = W.rsa.certificate;
	plan.key = W.rsa.key;
	plan.pss = EVP_sha256();
	no_octet_of(&plan, (struct stride){ 11, 0 });
}

/* What the programs make themselves. */
static void
local_token(struct forged *forged, bool rsa)
{
	struct pb_buf key = PB_BUF_EMPTY, request = PB_BUF_EMPTY;
	struct pb_authority *authority = NULL;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct test_random random;
	const char *root;
	bool granted = false;

	test_random_init(&random, 7);
	assert_int_equal(pb_buf_append_text(&forged->data, "a checkpoint\n"), PB_OK);
	pb_stamp_imprint(PB_STAMP_SHA256, forged->data.data, forged->data.len, imprint);
	assert_int_equal(
	    pb_stamp_request_make(&random.table, PB_STAMP_SHA256, imprint, NULL, &request, NULL),
	    PB_OK);
	assert_int_equal(pb_authority_generate("local timestamps of fictitious.example/00000001",
			     FORGE_GEN_S, rsa, NULL, &key, &forged->chain, NULL),
	    PB_OK);
	assert_int_equal(pb_authority_open(key.data, key.len, forged->chain.data, forged->chain.len,
			     &authority, NULL),
	    PB_OK);
	assert_int_equal(pb_authority_answer(authority, &random.table, FORGE_GEN_S * 1000000,
			     request.data, request.len, &forged->token, &granted, NULL),
	    PB_OK);
	assert_true(granted);
	root = strstr(strstr(pb_buf_text(&forged->chain), "BEGIN") + 5, "-----BEGIN");
	assert_int_equal(pb_buf_append_text(&forged->root, root), PB_OK);
	pb_buf_clear(&forged->chain);
	pb_authority_free(authority);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&request);
}

static void
no_octet_of_a_local_token_is_free(void **state)
{
	struct forged forged = { .revocation_count = 0 };
	struct pb_stamp_verdict verdict;

	(void)state;
	local_token(&forged, false);
	assert_int_equal(make_exact(&forged), PB_OK);
	assert_int_equal(forged_check(&forged, true, &verdict), PB_STAMP_GOOD);
	assert_true(verdict.self_issued_local);
	assert_no_octet_is_free(&forged, (struct stride){ 13, 29 });
	forged_free(&forged);
}

static void
local_token_by_rsa_is_exact(void **state)
{
	struct forged forged = { .revocation_count = 0 };

	(void)state;
	local_token(&forged, true);
	assert_int_equal(make_exact(&forged), PB_OK);
	assert_exact(&forged);
	forged_free(&forged);
}

/* ---- what comes in in another form ---- */

static void
exact_form_takes_certificates_away_and_adds_them(void **state)
{
	static const char *const slugs[] = { "good_beside", "root_embedded_too",
		"look_alike_beside", "unsigned_attribute", "good_request", "good_self_signed",
		"good_pss_certificate" };

	(void)state;
	for (size_t i = 0; i < forge_cases_count; i++)
		for (size_t j = 0; j < sizeof(slugs) / sizeof(slugs[0]); j++) {
			struct forged forged = { .revocation_count = 0 };
			struct pb_buf first = PB_BUF_EMPTY;

			if (strcmp(forge_cases[i].slug, slugs[j]) != 0)
				continue;
			forge_cases[i].make(&forged);
			assert_int_equal(make_exact(&forged), PB_OK);
			pb_buf_clear(&forged.chain); /* it needs nothing beside it */
			assert_exact(&forged);
			/* And it is its own exact form. */
			assert_int_equal(
			    pb_buf_append(&first, forged.token.data, forged.token.len), PB_OK);
			assert_int_equal(make_exact(&forged), PB_OK);
			assert_int_equal(first.len, forged.token.len);
			assert_memory_equal(first.data, forged.token.data, first.len);
			pb_buf_done(&first);
			forged_free(&forged);
		}
}

static void
exact_form_needs_a_path_to_a_chosen_root(void **state)
{
	struct forge_plan plan = forge_plan();
	struct forged unknown = { .revocation_count = 0 }, nobody = { .revocation_count = 0 };

	(void)state;
	plan.root[0] = W.other_root.certificate;
	forge(&plan, &unknown);
	assert_int_equal(make_exact(&unknown), PB_EDATA);
	plan.root[0] = NULL;
	forge(&plan, &nobody);
	assert_int_equal(make_exact(&nobody), PB_EDATA);
	forged_free(&unknown);
	forged_free(&nobody);
}

/* RFC 3370 3.2: the other name of the same algorithm is one octet away. */
static void
exact_form_has_one_name_for_rsa(void **state)
{
	static const uint8_t name[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x01, 0x05, 0x00, 0x04 /* the signature behind it */ };
	struct forge_plan plan = forge_plan();
	struct forged forged = { .revocation_count = 0 };
	struct pb_stamp_verdict verdict;
	uint8_t *at;

	(void)state;
	plan.signer = plan.embedded[0] = W.rsa.certificate;
	plan.key = W.rsa.key;
	forge(&plan, &forged);
	at = memmem(forged.token.data, forged.token.len, name, sizeof(name));
	assert_non_null(at);
	at[12] = 0x0b; /* sha256WithRSAEncryption */
	assert_int_equal(forged_check(&forged, false, &verdict), PB_STAMP_GOOD);
	assert_int_equal(forged_check(&forged, true, &verdict), PB_STAMP_FREE_OCTETS);
	assert_int_equal(make_exact(&forged), PB_OK);
	assert_exact(&forged);
	forged_free(&forged);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_form_needs_a_path_to_a_chosen_root),
		cmocka_unit_test(exact_form_takes_certificates_away_and_adds_them),
		cmocka_unit_test(exact_form_has_one_name_for_rsa),
		cmocka_unit_test(local_token_by_rsa_is_exact),
		cmocka_unit_test(no_octet_is_free_under_ecdsa),
		cmocka_unit_test(no_octet_is_free_with_a_key_identifier),
		cmocka_unit_test(no_octet_is_free_under_rsa),
		cmocka_unit_test(no_octet_is_free_under_rsassa_pss),
		cmocka_unit_test(no_octet_of_a_local_token_is_free),
	};

	(void)argv;
	every = argc > 1;
	return cmocka_run_group_tests(tests, forge_start, forge_stop);
}
