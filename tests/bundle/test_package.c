#include "bundle/fixture.h"

#include "bundle/package.h"

/* One of each kind and more, in the order of FORMAT 5.3. */
static const char *const in_order[] = { "LISEZMOI.txt", "README.txt", "VERIFIER.txt",
	"VERIFIER-Windows.txt", "records/0/leaf.bin", "records/0/opening.json",
	"records/0/leaf.tlog-proof", "records/9/message.eml", "records/9/part-0.bin",
	"records/9/part-9.bin", "records/9/part-10.bin", "records/9/part-254.bin",
	"records/9/leaf.bin", "records/10/message.eml", "records/10/leaf.bin",
	"records/18446744073709551615/leaf.tlog-proof", "log/leaves.bin", "log/range-proof",
	"log/closed.json", "log/checkpoint", "log/verifier-key", "log/consistency/9-12",
	"log/consistency/10-12", "log/consistency/10-13", "stamps/9-20/checkpoint",
	"stamps/9-20/request.tsq", "stamps/9-20/reply.tsr", "stamps/9-20/token.tst",
	"stamps/9-20/node.checkpoint", "stamps/9-20/node.salt", "stamps/9-20/node.tlog-proof",
	"stamps/9-20/chain.pem", "stamps/9-20/1.crl", "stamps/9-20/1.ocsp", "stamps/9-20/2.crl",
	"stamps/9-20/10.ocsp", "stamps/9-100/checkpoint", "stamps/10-3/checkpoint",
	"stamps/10-3/255.crl", "rapport.html", "manifest.json", "SHA256SUMS", "SHA256SUMS.note" };

static void
names_that_are_not_of_a_package_are_refused(void **state)
{
	static const char *const bad[] = { "", "/", "lisezmoi.txt", "README.TXT", "README.txt ",
		"README.txt/", "./README.txt", "mimetype", "META-INF/timestamp.tst", "records/",
		"records/0", "records//leaf.bin", "records/00/leaf.bin", "records/01/leaf.bin",
		"records/-1/leaf.bin", "records/+1/leaf.bin", "records/ 1/leaf.bin",
		"records/0x1/leaf.bin", "records/18446744073709551616/leaf.bin",
		"records/1/leaf.binx", "records/1/part-.bin", "records/1/part-255.bin",
		"records/1/part-01.bin", "records/1/part-4294967296.bin", "log/consistency/1-1",
		"log/consistency/2-1", "log/consistency/1", "stamps/1-2/", "stamps/1/checkpoint",
		"stamps/1-2/0.crl", "stamps/1-2/01.crl", "stamps/1-2/256.ocsp", "stamps/1-2/1.CRL",
		"stamps/1-2-3/checkpoint", "sha256sums", "records/1/../1/leaf.bin",
		"records/1/leaf.bin\n" };
	struct pb_package_name name = { .seq = 77 };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++)
		if (pb_package_parse(bad[i], &name))
			fail_msg("taken: %s", bad[i]);
	assert_int_equal(name.seq, 77);
}

static void
every_name_comes_back_as_it_was_written(void **state)
{
	struct pb_package_name name;
	char text[201];

	(void)state;
	for (size_t i = 0; i < CASES(in_order); i++) {
		if (!pb_package_parse(in_order[i], &name))
			fail_msg("refused: %s", in_order[i]);
		pb_package_format(&name, text);
		assert_string_equal(text, in_order[i]);
		assert_true(pb_zip_name_valid(text, strlen(text)));
	}
}

static void
numbers_of_a_name_are_read(void **state)
{
	struct pb_package_name name;

	(void)state;
	assert_true(pb_package_parse("stamps/12-34/5.ocsp", &name));
	assert_int_equal(name.kind, PB_PACKAGE_STAMP_REVOCATION);
	assert_int_equal(name.size, 12);
	assert_int_equal(name.seq, 34);
	assert_int_equal(name.index, 5);
	assert_true(name.ocsp);
	assert_true(pb_package_parse("log/consistency/12-34", &name));
	assert_int_equal(name.size, 12);
	assert_int_equal(name.to, 34);
	assert_false(name.ocsp);
	assert_true(pb_package_parse("records/7/part-3.bin", &name));
	assert_int_equal(name.seq, 7);
	assert_int_equal(name.index, 3);
}

/* A walk that asks for < 0 each time meets no name twice. */
static void
order_is_that_of_format_and_strict(void **state)
{
	struct pb_package_name a, b;

	(void)state;
	for (size_t i = 0; i < CASES(in_order); i++)
		for (size_t j = 0; j < CASES(in_order); j++) {
			int order;

			assert_true(pb_package_parse(in_order[i], &a));
			assert_true(pb_package_parse(in_order[j], &b));
			order = pb_package_compare(&a, &b);
			if ((order < 0) != (i < j) || (order == 0) != (i == j))
				fail_msg("%s and %s: %d", in_order[i], in_order[j], order);
		}
}

static void
fields_that_a_kind_does_not_have_do_not_count(void **state)
{
	struct pb_package_name a = { .kind = PB_PACKAGE_LEAF, .seq = 4 };
	struct pb_package_name b = {
		.kind = PB_PACKAGE_LEAF, .seq = 4, .size = 9, .to = 9, .index = 9, .ocsp = true
	};

	(void)state;
	assert_int_equal(pb_package_compare(&a, &b), 0);
}

/* FORMAT 5.2 */
static void
cases_are_names_that_any_machine_can_hold(void **state)
{
	static const char long_one[] =
	    "a123456789012345678901234567890123456789012345678901234567890123";
	static const char *const good[] = { "a", "A-1_b.c", "2026-0042", "dossier.fictif",
		"console", "com", "com10", "com0", "lpt", "auxiliaire", "nul0", long_one };
	static const char *const bad[] = { "", ".", "..", ".a", "a.", "a/b", "a b", "a\\b",
		"\xc3\xa9", "a:b", "a\n", "con", "CON", "Con.x", "aux", "nul", "PRN.zip", "com1",
		"COM9.a", "lpt1", "-a", "_a",
		"a1234567890123456789012345678901234567890123456789012345678901234" };

	(void)state;
	assert_int_equal(strlen(long_one), 64);
	for (size_t i = 0; i < CASES(good); i++)
		if (!pb_package_case_valid(good[i]))
			fail_msg("refused: %s", good[i]);
	for (size_t i = 0; i < CASES(bad); i++)
		if (pb_package_case_valid(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_are_not_of_a_package_are_refused),
		cmocka_unit_test(every_name_comes_back_as_it_was_written),
		cmocka_unit_test(numbers_of_a_name_are_read),
		cmocka_unit_test(order_is_that_of_format_and_strict),
		cmocka_unit_test(fields_that_a_kind_does_not_have_do_not_count),
		cmocka_unit_test(cases_are_names_that_any_machine_can_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
