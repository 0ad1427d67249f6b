/* What --seq, --range and --disclose open, and what they leave closed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "cli/disclosure.h"

static struct pb_disclosure_rules rules;
static struct pb_export_options wanted;

static bool
parse(const char *range, const char *seq, const char *disclose)
{
	struct pb_options options = { .operand_count = 0 };

	options.value[PB_OPTION_RANGE] = range;
	options.value[PB_OPTION_SEQ] = seq;
	options.value[PB_OPTION_DISCLOSE] = disclose;
	wanted = (struct pb_export_options){ .case_name = "fictif" };
	return pb_disclosure_parse(&options, &wanted, &rules);
}

/* As the export decides: the last rule that holds the record; closed if none does. */
static enum pb_export_what
decided(uint64_t seq)
{
	enum pb_export_what what = PB_EXPORT_NONE;

	for (size_t i = 0; i < rules.count; i++)
		if (rules.rule[i].first <= seq && seq <= rules.rule[i].last)
			what = rules.rule[i].what;
	return what;
}

static void
a_range_opens_nothing_that_was_not_asked_for(void **state)
{
	(void)state;
	assert_true(parse("66..70", NULL, "all"));
	assert_int_equal(decided(65), PB_EXPORT_NONE);
	assert_int_equal(decided(66), PB_EXPORT_ALL);
	assert_int_equal(decided(70), PB_EXPORT_ALL);
	assert_int_equal(decided(71), PB_EXPORT_NONE);
	assert_true(parse("66..70", NULL, "facts,66=all"));
	assert_int_equal(decided(0), PB_EXPORT_NONE);
	assert_int_equal(decided(66), PB_EXPORT_ALL);
	assert_int_equal(decided(67), PB_EXPORT_FACTS);
}

static void
a_record_that_is_named_is_opened_beside_the_range_too(void **state)
{
	(void)state;
	assert_true(parse("66..70", NULL, "closed,80=facts"));
	assert_int_equal(decided(66), PB_EXPORT_NONE);
	assert_int_equal(decided(80), PB_EXPORT_FACTS);
}

static void
seq_closes_all_but_what_it_names(void **state)
{
	(void)state;
	assert_true(parse(NULL, "5,7..8", NULL));
	assert_int_equal(decided(4), PB_EXPORT_NONE);
	assert_int_equal(decided(5), PB_EXPORT_ALL);
	assert_int_equal(decided(6), PB_EXPORT_NONE);
	assert_int_equal(decided(8), PB_EXPORT_ALL);
	assert_true(parse(NULL, "5", "7=headers"));
	assert_int_equal(decided(7), PB_EXPORT_HEADERS);
	assert_int_equal(decided(9), PB_EXPORT_NONE);
}

static void
later_rules_override(void **state)
{
	(void)state;
	assert_true(parse(NULL, NULL, "facts,3..9=all,5=closed"));
	assert_int_equal(decided(2), PB_EXPORT_FACTS);
	assert_int_equal(decided(4), PB_EXPORT_ALL);
	assert_int_equal(decided(5), PB_EXPORT_NONE);
}

static void
parts_are_named_one_by_one(void **state)
{
	(void)state;
	assert_true(parse(NULL, NULL, "closed,80=parts:0+3+254"));
	assert_int_equal(decided(80), PB_EXPORT_PARTS);
	assert_int_equal(rules.rule[1].parts[0], 0x09);
	assert_int_equal(rules.rule[1].parts[31], 0x40);
}

/* Why is said on stderr, where nothing unexpected is to stand. */
static void
what_cannot_be_meant_is_refused(void **state)
{
	static const char *const bad[] = { "", "all,", "everything", "5", "=all", "5=", "9..5=all",
		"5=parts:", "5=parts:255", "5=parts:1+", "5..=all", "-1=all" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (parse(NULL, NULL, bad[i]))
			fail_msg("taken: %s", bad[i]);
	assert_false(parse("70..66", NULL, NULL));
	assert_false(parse(NULL, "5,", NULL));
}

static int
silence_stderr(void **state)
{
	static int kept;
	int nowhere = open("/dev/null", O_WRONLY);

	kept = dup(2);
	*state = &kept;
	return nowhere >= 0 && kept >= 0 && dup2(nowhere, 2) == 2 && close(nowhere) == 0 ? 0 : -1;
}

static int
restore_stderr(void **state)
{
	const int *kept = *state;

	return dup2(*kept, 2) == 2 && close(*kept) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_opens_nothing_that_was_not_asked_for),
		cmocka_unit_test(a_record_that_is_named_is_opened_beside_the_range_too),
		cmocka_unit_test(seq_closes_all_but_what_it_names),
		cmocka_unit_test(later_rules_override),
		cmocka_unit_test(parts_are_named_one_by_one),
		cmocka_unit_test_setup_teardown(
		    what_cannot_be_meant_is_refused, silence_stderr, restore_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
