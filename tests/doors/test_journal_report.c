/* Journal reports, as Exchange and Exchange Online write them, and what looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doors/journal_report.h"
#include "lib/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define HEADER                                                                                     \
	"From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@tilleuls.example\r\n"             \
	"To: journal@archive.example\r\nMIME-Version: 1.0\r\nSubject: Bilan\r\n"                   \
	"X-MS-Journal-Report:\r\n"
#define MULTIPART "Content-Type: multipart/mixed;\r\n\tboundary=\"_b=1_\"\r\n"
#define PART "\r\n--_b=1_\r\nContent-Type: text/plain; charset=\"us-ascii\"\r\n"
#define ORIGINAL                                                                                   \
	"\r\n--_b=1_\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@else.example\r\n\r\n"          \
	"To: not.this@else.example\r\n--_b=1_--\r\n"

#define TOLD 256

/* "sender>recipient,recipient" of a report; "none" of what is not one. */
static void
told(const char *octets, size_t step, char out[TOLD])
{
	struct pb_journal_report report;
	struct pb_transit transit = { .mail_from = "own" };
	enum pb_journal_is is = PB_JOURNAL_UNKNOWN;
	size_t len = strlen(octets);

	pb_journal_report_init(&report);
	for (size_t at = 0; is == PB_JOURNAL_UNKNOWN; at += step)
		assert_int_equal(pb_journal_report_read(&report, (const uint8_t *)octets,
				     at < len ? at : len, at >= len, &is, NULL),
		    PB_OK);
	(void)snprintf(out, TOLD, "none");
	if (is == PB_JOURNAL_REPORT) {
		assert_int_equal(pb_journal_report_state(&report, &transit, NULL), PB_OK);
		(void)snprintf(out, TOLD, "%s", transit.mail_from);
		for (size_t i = 0; i < transit.recipient_count; i++) {
			test_append(out, TOLD, i == 0 ? ">" : ",");
			test_append(out, TOLD, transit.recipient[i].address);
			assert_null(transit.recipient[i].parameters);
		}
		assert_string_equal(transit.journal, "exchange");
	}
	pb_journal_report_done(&report);
}

static void
a_report_names_sender_and_recipients(void **state)
{
	static const struct {
		const char *octets, *told;
	} rows[] = {
		{ HEADER MULTIPART PART "\r\nSender: camille@tilleuls.example\r\n"
					"Subject: To: nobody@else.example\r\n"
					"Message-Id: <1@tilleuls.example>\r\n"
					"To: sacha@hopital.example\r\n"
					"Cc: robin@hopital.example\r\n"
					"Bcc: dominique@hopital.example\r\n"
					"Recipient: lou@labo.example\r\n" ORIGINAL,
		    "camille@tilleuls.example>sacha@hopital.example,robin@hopital.example,"
		    "dominique@hopital.example,lou@labo.example" },
		/* A group that was expanded; a mailbox that is forwarded. */
		{ HEADER MULTIPART PART
		    "\r\nSender: a@b.example\r\nTo: c@b.example, Expanded: group@b.example\r\n"
		    "Bcc: d@b.example, Forwarded: e@b.example\r\n" ORIGINAL,
		    "a@b.example>c@b.example,group@b.example,d@b.example,e@b.example" },
		{ HEADER MULTIPART PART "\r\nSender: <>\r\nRecipient: c@b.example" ORIGINAL,
		    ">c@b.example" },
		{ HEADER MULTIPART PART "Content-Transfer-Encoding: base64\r\n\r\n"
					"U2VuZGVyOiBhQGIuZXhhbXBsZQ0KU3ViamVjdDogw6kN\r\nClRvOiBjQG"
					"IuZXhhbXBsZQ0K\r\n" ORIGINAL,
		    "a@b.example>c@b.example" },
		{ HEADER MULTIPART PART "Content-Transfer-Encoding: Quoted-Printable\r\n\r\n"
					"Sender: a=40b.exa=\r\nmple\r\nSubject: =C3=A9 = =ZZ\r\n"
					"To: c@b.example\r\n" ORIGINAL,
		    "a@b.example>c@b.example" },
		/* Bare LF; no Content-Type of the part; a part before it; text before the parts. */
		{ "X-MS-Journal-Report:\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
		  "Sender: a@b.example\nTo: c@b.example\n--b\n",
		    "a@b.example>c@b.example" },
		{ HEADER MULTIPART "\r\nTo: no@b.example\r\n--_b=1_\r\nContent-Type: text/html\r\n"
				   "\r\nTo: no@b.example\r\n" PART
				   "\r\nSender: a@b.example\r\nTo: c@b.example\r\n" ORIGINAL,
		    "a@b.example>c@b.example" },
	};
	char out[TOLD];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t step = 1; step < 2000; step = step * 3 + 1) {
			told(rows[i].octets, step, out);
			assert_string_equal(out, rows[i].told);
		}
}

static void
what_is_not_understood_names_nobody(void **state)
{
	static const char *const rows[] = {
		/* no multipart; no text; a text without end; not base64 */
		HEADER "\r\nSender: a@b.example\r\nTo: c@b.example\r\n",
		HEADER MULTIPART ORIGINAL,
		HEADER MULTIPART "\r\n--_b=1_--\r\nSender: a@b.example\r\n",
		HEADER MULTIPART PART "\r\nSender: a@b.example\r\nTo: c@b.example\r\n",
		HEADER MULTIPART PART "Content-Transfer-Encoding: base64\r\n\r\n"
				      "Sender: a@b.example\r\n" ORIGINAL,
		/* what is no address */
		HEADER MULTIPART PART "\r\nSender: /o=x/cn=y\r\nTo: nobody, (a@b.example)\r\n"
				      "Cc: \r\nBcc\r\nTo : \"a b\"@\r\n" ORIGINAL,
	};
	char out[TOLD];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		told(rows[i], 4096, out);
		assert_string_equal(out, "own");
	}
}

static void
a_message_as_any_other_is_none(void **state)
{
	static const char *const rows[] = { "", "\r\n", "X-MS-Journal-Report:",
		"X-MS-Journal-Report-Not:\r\n" MULTIPART PART
		"\r\nSender: a@b.example\r\n" ORIGINAL,
		MULTIPART "\r\nX-MS-Journal-Report:\r\n" ORIGINAL,
		"Subject:\r\n X-MS-Journal-Report:\r\n" MULTIPART PART "\r\n" ORIGINAL };
	char out[TOLD];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		told(rows[i], 1, out);
		assert_string_equal(out, "none");
	}
}

static void
what_exchange_online_took_through_is_known(void **state)
{
	static const char octets[] =
	    "X-MS-Exchange-CrossTenant-Id: 0\r\nX-MS-Journal-Report:\r\n\r\n";
	struct pb_journal_report report;
	struct pb_transit transit = { .mail_from = "x" };
	enum pb_journal_is is = PB_JOURNAL_UNKNOWN;

	(void)state;
	pb_journal_report_init(&report);
	assert_int_equal(pb_journal_report_read(&report, (const uint8_t *)octets,
			     sizeof(octets) - 1, false, &is, NULL),
	    PB_OK);
	assert_int_equal(is, PB_JOURNAL_REPORT);
	assert_int_equal(pb_journal_report_state(&report, &transit, NULL), PB_OK);
	assert_string_equal(transit.journal, "microsoft365");
	pb_journal_report_done(&report);
}

/* The transaction's sender gives way, its recipients stay. */
static void
a_report_concerns_its_transaction_too(void **state)
{
	static const char octets[] =
	    HEADER MULTIPART PART "\r\nSender: <>\r\nTo: c@b.example\r\n" ORIGINAL;
	const struct pb_transit_recipient own = { "journal@b.example", "NOTIFY=NEVER" };
	struct pb_transit transit = { .mail_from = "own",
		.mail_parameters = "SIZE=1",
		.recipient = &own,
		.recipient_count = 1 };
	struct pb_journal_report report;
	enum pb_journal_is is = PB_JOURNAL_UNKNOWN;

	(void)state;
	pb_journal_report_init(&report);
	assert_int_equal(pb_journal_report_read(&report, (const uint8_t *)octets,
			     sizeof(octets) - 1, false, &is, NULL),
	    PB_OK);
	assert_int_equal(pb_journal_report_state(&report, &transit, NULL), PB_OK);
	assert_string_equal(transit.mail_from, "");
	assert_null(transit.mail_parameters);
	assert_int_equal(transit.recipient_count, 2);
	assert_string_equal(transit.recipient[0].address, "c@b.example");
	assert_null(transit.recipient[0].parameters);
	assert_string_equal(transit.recipient[1].address, "journal@b.example");
	assert_string_equal(transit.recipient[1].parameters, "NOTIFY=NEVER");
	pb_journal_report_done(&report);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_names_sender_and_recipients),
		cmocka_unit_test(what_is_not_understood_names_nobody),
		cmocka_unit_test(a_message_as_any_other_is_none),
		cmocka_unit_test(a_report_concerns_its_transaction_too),
		cmocka_unit_test(what_exchange_online_took_through_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
