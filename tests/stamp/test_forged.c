#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "stamp/forge.h"

/* Every case of forge_cases.c, one test each: FORMAT 2.2 and 5.2. */

static void
judge(void **state)
{
	const struct forge_case *one = *state;
	struct pb_stamp_verdict verdict;
	struct forged forged = { .revocation_count = 0 };

	one->make(&forged);
	ERR_clear_error();
	if (forged_check(&forged, false, &verdict) != one->expected)
		print_error("%s: %s\n", verdict.text, verdict.detail);
	assert_int_equal(verdict.fault, one->expected);
	if (one->known >= 0)
		assert_int_equal(verdict.revocation_known, one->known);
	assert_int_equal(forged_check(&forged, true, &verdict), one->exact);
	assert_int_equal(ERR_peek_error(), 0);
	forged_free(&forged);
}

/* What is refused as it is read is refused for the reason that its name says. */
static void
unreadable_ones_say_why(void **state)
{
	static const struct {
		const char *slug, *word;
	} cases[] = {
		{ "sha1_imprint", "SHA-256" },
		{ "two_signers", "sign" },
		{ "no_signer_info", "sign" },
		{ "trailing", "behind" },
		{ "trailing_bare", "behind" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t j = 0; j < forge_cases_count; j++) {
			struct forged forged = { .revocation_count = 0 };
			struct pb_token *token = NULL;
			struct pb_error err = { .why = "" };

			if (strcmp(forge_cases[j].slug, cases[i].slug) != 0)
				continue;
			forge_cases[j].make(&forged);
			assert_int_equal(
			    pb_token_parse(forged.token.data, forged.token.len, &token, &err),
			    PB_EDATA);
			if (strstr(err.why, cases[i].word) == NULL)
				fail_msg("%s: %s", cases[i].slug, err.why);
			forged_free(&forged);
		}
}

int
main(void)
{
	struct CMUnitTest *tests = calloc(forge_cases_count + 1, sizeof(*tests));
	int failed;

	if (tests == NULL)
		return 1;
	for (size_t i = 0; i < forge_cases_count; i++)
		tests[i] = (struct CMUnitTest){ .name = forge_cases[i].title,
			.test_func = judge,
			.initial_state = (void *)(uintptr_t)&forge_cases[i] };
	tests[forge_cases_count] = (struct CMUnitTest)cmocka_unit_test(unreadable_ones_say_why);
	failed = _cmocka_run_group_tests(
	    "forged", tests, forge_cases_count + 1, forge_start, forge_stop);
	free(tests);
	return failed;
}
