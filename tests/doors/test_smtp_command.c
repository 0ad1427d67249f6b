#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/limits.h"
#include "doors/smtp_command.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pb_smtp_text
text(const char *octets)
{
	return (struct pb_smtp_text){ octets, strlen(octets) };
}

static void
assert_text(struct pb_smtp_text actual, const char *expected)
{
	assert_int_equal(actual.len, strlen(expected));
	assert_memory_equal(actual.at, expected, actual.len);
}

static bool
command(const char *line, size_t len, struct pb_smtp_command *ret_command)
{
	return pb_smtp_command((const uint8_t *)line, len, ret_command);
}

static void
a_command_is_a_verb_and_its_argument(void **state)
{
	static const struct {
		const char *line;
		enum pb_smtp_verb verb;
		const char *argument;
	} rows[] = {
		{ "LHLO mx.example\r\n", PB_SMTP_LHLO, "mx.example" },
		{ "mail FROM:<a@b.example> SIZE=1\r\n", PB_SMTP_MAIL, "FROM:<a@b.example> SIZE=1" },
		{ "Data\r\n", PB_SMTP_DATA, "" },
		{ "RSET  \r\n", PB_SMTP_RSET, "" },
		{ "BDAT  12  LAST \r\n", PB_SMTP_BDAT, "12  LAST" },
		{ "XFORWARD NAME=x\r\n", PB_SMTP_XFORWARD, "NAME=x" },
		{ "STARTTLS\r\n", PB_SMTP_STARTTLS, "" },
		{ "DATAX\r\n", PB_SMTP_UNKNOWN, "" },
		{ "DAT\r\n", PB_SMTP_UNKNOWN, "" },
		{ "\r\n", PB_SMTP_UNKNOWN, "" },
		{ " QUIT\r\n", PB_SMTP_UNKNOWN, "QUIT" },
		{ "NOOP \xc3\xa9\r\n", PB_SMTP_NOOP, "\xc3\xa9" },
	};
	struct pb_smtp_command c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(command(rows[i].line, strlen(rows[i].line), &c));
		assert_int_equal(c.verb, rows[i].verb);
		assert_text(c.argument, rows[i].argument);
	}
}

static void
a_line_ends_with_cr_lf_and_has_no_control(void **state)
{
	static const struct {
		const char *line;
		size_t len;
	} rows[] = {
		{ "", 0 },
		{ "\n", 1 },
		{ "\r", 1 },
		{ "NOOP", 4 },
		{ "NOOP\n", 5 },
		{ "NOOP\r", 5 },
		{ "NOOP\r\r\n", 7 },
		{ "NO\rOP\r\n", 7 },
		{ "NOOP\n\r\n", 7 },
		{ "NOOP\tx\r\n", 8 },
		{ "NOOP\0\r\n", 7 },
		{ "NOOP \x7f\r\n", 8 },
	};
	struct pb_smtp_command c = { PB_SMTP_QUIT, { NULL, 7 } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_false(command(rows[i].line, rows[i].len, &c));
	assert_true(c.verb == PB_SMTP_QUIT && c.argument.len == 7);
}

static void
a_path_is_an_address_and_its_parameters(void **state)
{
	static const struct {
		const char *argument, *keyword, *address, *parameters;
	} rows[] = {
		{ "FROM:<a@b.example>", "FROM:", "a@b.example", "" },
		{ "from: <a@b.example>", "FROM:", "a@b.example", "" },
		{ "FROM:<>", "FROM:", "", "" },
		{ "FROM:<> RET=HDRS", "FROM:", "", "RET=HDRS" },
		{ "TO:<a@b.example> NOTIFY=NEVER ORCPT=rfc822;a@b.example", "TO:", "a@b.example",
		    "NOTIFY=NEVER ORCPT=rfc822;a@b.example" },
		{ "TO:<Postmaster>", "TO:", "Postmaster", "" },
		{ "TO:<@c.example,@d.example:a@b.example>", "TO:", "a@b.example", "" },
		{ "TO:<\"a > b \\\" c\"@b.example>", "TO:", "\"a > b \\\" c\"@b.example", "" },
		{ "TO:<\"@:\"@b.example>", "TO:", "\"@:\"@b.example", "" },
		{ "TO:<a@[IPv6:2001:db8::1]>", "TO:", "a@[IPv6:2001:db8::1]", "" },
		{ "TO:<\xc3\xa9@b.example>", "TO:", "\xc3\xa9@b.example", "" },
	};
	struct pb_smtp_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(pb_smtp_path(text(rows[i].argument), rows[i].keyword, &path));
		assert_text(path.address, rows[i].address);
		assert_text(path.parameters, rows[i].parameters);
	}
}

static void
what_is_no_path_is_refused(void **state)
{
	static const char *const rows[] = { "", "TO", "TO:", "FROM:<a@b.example>", "TO:a@b.example",
		"TO:<a@b.example", "TO:<a@b.example>NOTIFY=NEVER", "TO:<a b@b.example>",
		"TO:<a<c@b.example>", "TO:<\"a@b.example>", "TO:<@c.example>", "TO:<\"a\\\">" };
	struct pb_smtp_path path;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_false(pb_smtp_path(text(rows[i]), "TO:", &path));
}

static void
an_address_has_a_limit(void **state)
{
	char line[PB_LIMIT_ADDRESS + 16] = "TO:<";
	struct pb_smtp_path path;

	(void)state;
	memset(line + 4, 'a', PB_LIMIT_ADDRESS);
	line[4 + PB_LIMIT_ADDRESS] = '>';
	assert_true(pb_smtp_path(text(line), "TO:", &path));
	assert_int_equal(path.address.len, PB_LIMIT_ADDRESS);
	memcpy(line + 4 + PB_LIMIT_ADDRESS, "a>", 3);
	assert_false(pb_smtp_path(text(line), "TO:", &path));
}

static void
parameters_come_one_after_the_other(void **state)
{
	struct pb_smtp_text left = text("SIZE=10 SMTPUTF8  ENVID=a=b"), keyword, value;

	(void)state;
	assert_true(pb_smtp_parameter(&left, &keyword, &value));
	assert_true(pb_smtp_is(keyword, "SIZE"));
	assert_text(value, "10");
	assert_true(pb_smtp_parameter(&left, &keyword, &value));
	assert_true(pb_smtp_is(keyword, "SMTPUTF8"));
	assert_null(value.at);
	assert_true(pb_smtp_parameter(&left, &keyword, &value));
	assert_true(pb_smtp_is(keyword, "ENVID"));
	assert_text(value, "a=b");
	assert_int_equal(left.len, 0);
	assert_false(pb_smtp_parameter(&left, &keyword, &value));
}

static void
what_is_no_parameter_stays(void **state)
{
	static const char *const rows[] = { "=", "=1", "SIZE=", "SIZE= 1" };
	struct pb_smtp_text keyword, value;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pb_smtp_text left = text(rows[i]);

		assert_false(pb_smtp_parameter(&left, &keyword, &value));
		assert_text(left, rows[i]);
	}
}

static void
bdat_has_a_size_and_perhaps_an_end(void **state)
{
	static const char *const refused[] = { "", "LAST", "-1", "1 LAS", "1 LAST LAST", "01",
		"18446744073709551616", "1LAST" };
	uint64_t size = 7;
	bool last = true;

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(pb_smtp_bdat(text(refused[i]), &size, &last));
	assert_int_equal(size, 7);
	assert_true(pb_smtp_bdat(text("1000"), &size, &last));
	assert_int_equal(size, 1000);
	assert_false(last);
	assert_true(pb_smtp_bdat(text("0 last"), &size, &last));
	assert_int_equal(size, 0);
	assert_true(last);
}

static void
xtext_is_decoded(void **state)
{
	static const char *const refused[] = { "+", "+2", "+2b", "+G0", "+00", "+0A", "+0D", "+7F",
		"a\x01", "eight---" };
	char to[8] = "as was";

	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(pb_smtp_xtext(text(refused[i]), to, sizeof(to)));
	assert_string_equal(to, "as was");
	assert_true(pb_smtp_xtext(text("a+2Bb+3D"), to, sizeof(to)));
	assert_string_equal(to, "a+b=");
	assert_true(pb_smtp_xtext(text("+C3+A9"), to, sizeof(to)));
	assert_string_equal(to, "\xc3\xa9");
	assert_true(pb_smtp_xtext(text("seven--"), to, sizeof(to)));
	assert_string_equal(to, "seven--");
	assert_true(pb_smtp_xtext(text(""), to, sizeof(to)));
	assert_string_equal(to, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_is_a_verb_and_its_argument),
		cmocka_unit_test(a_line_ends_with_cr_lf_and_has_no_control),
		cmocka_unit_test(a_path_is_an_address_and_its_parameters),
		cmocka_unit_test(what_is_no_path_is_refused),
		cmocka_unit_test(an_address_has_a_limit),
		cmocka_unit_test(parameters_come_one_after_the_other),
		cmocka_unit_test(what_is_no_parameter_stays),
		cmocka_unit_test(bdat_has_a_size_and_perhaps_an_end),
		cmocka_unit_test(xtext_is_decoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
