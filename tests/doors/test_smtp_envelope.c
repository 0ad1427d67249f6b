#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/limits.h"
#include "doors/smtp_envelope.h"

static struct pb_smtp_text
text(const char *octets)
{
	return (struct pb_smtp_text){ octets, strlen(octets) };
}

static struct pb_smtp_path
path(const char *address, const char *parameters)
{
	return (struct pb_smtp_path){ text(address), text(parameters) };
}

static void
an_envelope_is_stated(void **state)
{
	struct pb_smtp_path mail = path("", "SIZE=10"), first = path("a@b.example", ""),
			    second = path("c@b.example", "NOTIFY=NEVER");
	struct pb_smtp_envelope envelope = { .begun = false };
	struct pb_transit transit = { .client_address = "unix", .helo = "mx.example" };

	(void)state;
	assert_int_equal(pb_smtp_envelope_mail(&envelope, &mail, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_state(&envelope, &transit, NULL), PB_OK);
	assert_int_equal(transit.recipient_count, 0);
	assert_int_equal(pb_smtp_envelope_recipient(&envelope, &first, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_recipient(&envelope, &second, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_state(&envelope, &transit, NULL), PB_OK);
	assert_string_equal(transit.mail_from, "");
	assert_string_equal(transit.mail_parameters, "SIZE=10");
	assert_int_equal(transit.recipient_count, 2);
	assert_string_equal(transit.recipient[0].address, "a@b.example");
	assert_null(transit.recipient[0].parameters);
	assert_string_equal(transit.recipient[1].address, "c@b.example");
	assert_string_equal(transit.recipient[1].parameters, "NOTIFY=NEVER");
	assert_string_equal(transit.client_address, "unix");
	assert_string_equal(transit.helo, "mx.example");
	assert_null(transit.queue_id);
	pb_smtp_envelope_done(&envelope);
}

static void
what_the_mta_forwards_is_of_one_message(void **state)
{
	struct pb_smtp_path mail = path("a@b.example", "");
	struct pb_smtp_envelope envelope = { .begun = false };
	struct pb_transit transit = { .client_name = NULL };

	(void)state;
	assert_true(pb_smtp_envelope_forward(
	    &envelope, text("NAME=a+2Bb.example ADDR=IPv6:2001:db8::1 PORT=[UNAVAILABLE]")));
	assert_true(pb_smtp_envelope_forward(
	    &envelope, text("helo=c.example IDENT=4Q1 PROTO=ESMTP SOURCE=REMOTE")));
	assert_int_equal(pb_smtp_envelope_mail(&envelope, &mail, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_state(&envelope, &transit, NULL), PB_OK);
	assert_string_equal(transit.client_name, "a+b.example");
	assert_string_equal(transit.client_address, "2001:db8::1");
	assert_string_equal(transit.helo, "c.example");
	assert_string_equal(transit.queue_id, "4Q1");
	assert_string_equal(envelope.forwarded[PB_FORWARDED_PORT], "");
	pb_smtp_envelope_reset(&envelope);
	transit = (struct pb_transit){ .client_name = NULL };
	assert_int_equal(pb_smtp_envelope_mail(&envelope, &mail, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_state(&envelope, &transit, NULL), PB_OK);
	assert_null(transit.client_name);
	assert_null(transit.queue_id);
	pb_smtp_envelope_done(&envelope);
}

static void
what_is_no_xforward_changes_nothing(void **state)
{
	static const char *const refused[] = { "", "NAME", "NAME=", "=x", "LOGIN=x",
		"NAME=y IDENT=+0A", "NAME=y X" };
	struct pb_smtp_envelope envelope = { .begun = false };
	char long_name[PB_LIMIT_FORWARDED + 6];

	(void)state;
	assert_true(pb_smtp_envelope_forward(&envelope, text("NAME=x")));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_false(pb_smtp_envelope_forward(&envelope, text(refused[i])));
	snprintf(long_name, sizeof(long_name), "NAME=%0*d", PB_LIMIT_FORWARDED, 1);
	assert_false(pb_smtp_envelope_forward(&envelope, text(long_name)));
	assert_string_equal(envelope.forwarded[PB_FORWARDED_NAME], "x");
	snprintf(long_name, sizeof(long_name), "NAME=%0*d", PB_LIMIT_FORWARDED - 1, 1);
	assert_true(pb_smtp_envelope_forward(&envelope, text(long_name)));
	pb_smtp_envelope_done(&envelope);
}

static void
recipients_have_a_limit(void **state)
{
	struct pb_smtp_path one = path("a@b.example", "");
	struct pb_smtp_envelope envelope = { .begun = false };
	struct pb_transit transit = { .client_name = NULL };

	(void)state;
	assert_int_equal(pb_smtp_envelope_mail(&envelope, &one, NULL), PB_OK);
	for (size_t i = 0; i < PB_LIMIT_SMTP_RECIPIENTS; i++)
		assert_int_equal(pb_smtp_envelope_recipient(&envelope, &one, NULL), PB_OK);
	assert_int_equal(pb_smtp_envelope_recipient(&envelope, &one, NULL), PB_ELIMIT);
	assert_int_equal(pb_smtp_envelope_state(&envelope, &transit, NULL), PB_OK);
	assert_int_equal(transit.recipient_count, PB_LIMIT_SMTP_RECIPIENTS);
	pb_smtp_envelope_done(&envelope);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_envelope_is_stated),
		cmocka_unit_test(what_the_mta_forwards_is_of_one_message),
		cmocka_unit_test(what_is_no_xforward_changes_nothing),
		cmocka_unit_test(recipients_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
