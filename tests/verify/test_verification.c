#include "fixture.h"

static struct pb_verification *
fresh(void)
{
	struct pb_verification *v = NULL;

	assert_int_equal(pb_verification_new(&v, NULL), PB_OK);
	return v;
}

static void
add(struct pb_verification *v, enum pb_check_id id, enum pb_verdict weight, const char *code)
{
	pb_verification_find(v, id, weight, 5, code, "A sentence.", "%s:%d", "file", 7);
}

static void
verification_of_nothing_is_not_valid(void **state)
{
	struct pb_verification *v = fresh();

	(void)state;
	for (int id = 0; id < PB_CHECK_COUNT; id++)
		assert_int_equal(
		    pb_verification_check(v, (enum pb_check_id)id)->verdict, PB_NOT_APPLICABLE);
	assert_int_equal(pb_verification_verdict(v), PB_INDETERMINATE);
	assert_string_equal(pb_verification_origin(v), "");
	assert_int_equal(pb_verification_records(v), 0);
	assert_int_equal(pb_verification_size(v), 0);
	assert_non_null(pb_verification_unique_view(v));
	assert_null(pb_verification_log_key(v));
	pb_verification_free(v);
	pb_verification_free(NULL);
}

static void
check_takes_the_worst_of_its_findings_and_the_whole_the_worst_of_its_checks(void **state)
{
	struct pb_verification *v = fresh();
	const struct pb_check *check = pb_verification_check(v, PB_CHECK_CHAIN);

	(void)state;
	pb_verification_looked(v, PB_CHECK_CHAIN);
	pb_verification_looked(v, PB_CHECK_CHAIN);
	assert_int_equal(check->verdict, PB_VALID);
	assert_int_equal(check->count, 2);
	add(v, PB_CHECK_CHAIN, PB_VALID, "remark");
	assert_int_equal(pb_verification_verdict(v), PB_VALID);
	add(v, PB_CHECK_CHAIN, PB_INDETERMINATE, "doubt");
	assert_int_equal(pb_verification_verdict(v), PB_INDETERMINATE);
	add(v, PB_CHECK_TREE, PB_INVALID, "wrong");
	pb_verification_looked(v, PB_CHECK_TREE);
	add(v, PB_CHECK_TREE, PB_INDETERMINATE, "doubt");
	assert_int_equal(check->verdict, PB_INDETERMINATE);
	assert_int_equal(pb_verification_check(v, PB_CHECK_TREE)->verdict, PB_INVALID);
	assert_int_equal(pb_verification_verdict(v), PB_INVALID);
	assert_int_equal(check->findings_count, 2);
	assert_int_equal(check->findings_kept, 2);
	assert_string_equal(check->findings[1].code, "doubt");
	assert_string_equal(check->findings[1].text, "A sentence.");
	assert_string_equal(check->findings[1].where, "file:7");
	assert_int_equal(check->findings[1].seq, 5);
	pb_verification_free(v);
}

static void
remarks_beyond_the_limit_are_counted_and_hide_nothing(void **state)
{
	struct pb_verification *v = fresh();
	const struct pb_check *check = pb_verification_check(v, PB_CHECK_CHAIN);

	(void)state;
	for (int i = 0; i < 3 * PB_LIMIT_FINDINGS; i++)
		add(v, PB_CHECK_CHAIN, i == 0 ? PB_INDETERMINATE : PB_VALID, "remark");
	add(v, PB_CHECK_CHAIN, PB_INVALID, "wrong");
	assert_int_equal(check->findings_count, 3 * PB_LIMIT_FINDINGS + 1);
	assert_int_equal(check->findings_kept, PB_LIMIT_FINDINGS);
	assert_string_equal(check->findings[PB_LIMIT_FINDINGS - 1].code, "wrong");
	for (int i = 0; i < 3 * PB_LIMIT_FINDINGS; i++)
		add(v, PB_CHECK_CHAIN, PB_INVALID, "more");
	assert_int_equal(check->findings_kept, PB_LIMIT_FINDINGS);
	assert_string_equal(check->findings[0].code, "wrong");
	for (size_t i = 1; i < PB_LIMIT_FINDINGS; i++)
		assert_string_equal(check->findings[i].code, "more");
	pb_verification_free(v);
}

static void
places_are_safe_for_a_terminal_and_cut_to_fit(void **state)
{
	struct pb_verification *v = fresh();
	const struct pb_finding *findings = pb_verification_check(v, PB_CHECK_FILES)->findings;
	char longer[1000];

	(void)state;
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	pb_verification_find(v, PB_CHECK_FILES, PB_INVALID, 1, "c", "t", "%s", "x\x1b[31m\ny");
	pb_verification_find(v, PB_CHECK_FILES, PB_INVALID, 1, "c", "t", "%s", longer);
	pb_verification_find(v, PB_CHECK_FILES, PB_INVALID, 1, "c", "t", "%s", "");
	assert_null(strchr(findings[0].where, '\x1b'));
	assert_null(strchr(findings[0].where, '\n'));
	assert_int_equal(strlen(findings[1].where), sizeof(findings[1].where) - 1);
	assert_string_equal(findings[2].where, "");
	pb_verification_free(v);
}

static void
names_are_those_of_the_json(void **state)
{
	(void)state;
	assert_string_equal(pb_check_name(PB_CHECK_FILES), "files");
	assert_string_equal(pb_check_name(PB_CHECK_UNIQUE_VIEW), "unique_view");
	assert_string_equal(pb_check_name(PB_CHECK_CONSISTENCY), "consistency");
	assert_string_equal(pb_verdict_name(PB_VALID), "valid");
	assert_string_equal(pb_verdict_name(PB_INVALID), "invalid");
	assert_string_equal(pb_verdict_name(PB_INDETERMINATE), "indeterminate");
	assert_string_equal(pb_verdict_name(PB_NOT_APPLICABLE), "not_applicable");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verification_of_nothing_is_not_valid),
		cmocka_unit_test(
		    check_takes_the_worst_of_its_findings_and_the_whole_the_worst_of_its_checks),
		cmocka_unit_test(remarks_beyond_the_limit_are_counted_and_hide_nothing),
		cmocka_unit_test(places_are_safe_for_a_terminal_and_cut_to_fit),
		cmocka_unit_test(names_are_those_of_the_json),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
