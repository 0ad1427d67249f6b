/* What is read of a message: header, parts, reports, packages, class; and what the limits cut. */
#include "mime/fixture.h"

#include <stdio.h>

static void
assert_address(
    struct fixture *f, const char *field, size_t index, const char *name, const char *addr)
{
	assert_string_equal(text_at(item_at(f->root, field, index), "name"), name);
	assert_string_equal(text_at(item_at(f->root, field, index), "addr"), addr);
}

static void
empty_message_is_a_letter_without_anything(void **state)
{
	struct fixture *f = *state;

	see(f, "");
	assert_int_equal(pb_json_count(f->root), 3);
	assert_int_equal(number_at(f->root, "v"), 1);
	assert_int_equal(number_at(f->root, "text_len"), 0);
	assert_string_equal(text_at(pb_json_get(f->root, "class"), "kind"), "letter");
}

static void
addresses_are_read_in_all_their_forms(void **state)
{
	struct fixture *f = *state;

	see(f, "From: =?utf-8?Q?Ana=C3=AFs?= FICTIVE <a@b.test>\n"
	       "Sender: b@c.test (Beno\xc3\xaet)\nReply-To: \"X, Y\" <x@y.test>\n"
	       "To: a@b.test, groupe: c@d.test, Dr D <d@e.test>;\nTo: e@f.test\n"
	       "Cc: undisclosed-recipients:;\nBcc: pas une adresse du tout <\n\n");
	assert_address(f, "from", 0, "Anaïs FICTIVE", "a@b.test");
	assert_string_equal(text_at(item_at(f->root, "sender", 0), "addr"), "b@c.test");
	assert_address(f, "reply_to", 0, "X, Y", "x@y.test");
	assert_int_equal(count_at(f->root, "to"), 4);
	assert_address(f, "to", 1, "(none)", "c@d.test");
	assert_address(f, "to", 2, "Dr D", "d@e.test");
	assert_address(f, "to", 3, "(none)", "e@f.test");
	assert_null(pb_json_get(f->root, "cc"));
	assert_int_equal(count_at(f->root, "bcc"), 1);
}

static void
subject_is_decoded_and_stays_one_line(void **state)
{
	struct fixture *f = *state;

	see(f, "Subject: =?iso-8859-1?q?R=E9sultat?= =?utf-8?b?IMOpdMOp?=\r\n =?utf-8?q?!?=\n\n");
	assert_string_equal(text_at(f->root, "subject"), "Résultat été!");
	assert_false(found(f, "header_8bit"));
	see(f, "Subject: r\xe9sultat\n\n");
	assert_string_equal(text_at(f->root, "subject"), "résultat");
	assert_true(found(f, "header_8bit"));
	see(f, "Subject: =?utf-8?q?a=0D=0AX:=00b=1B=5B31m?=\n\n");
	assert_string_equal(text_at(f->root, "subject"), "a  X: b [31m");
	see(f, "Subject: =?nobody?q?=E9?= =?utf-8?q?broken\n\n");
	assert_string_equal(text_at(f->root, "subject"), "é =?utf-8?q?broken");
	see(f, "Subject:  \n\n");
	assert_null(pb_json_get(f->root, "subject"));
}

static void
dates_and_identifiers_are_read(void **state)
{
	struct fixture *f = *state;

	see(f, "Date: Wed, 6 May 2026 17:42:00 +0200\nMessage-ID: <a@b>\nIn-Reply-To: <c@d> x\n"
	       "References: <e@f>\n <g@h>\n\n");
	assert_string_equal(text_at(f->root, "date"), "Wed, 6 May 2026 17:42:00 +0200");
	assert_int_equal(number_at(f->root, "date_s"), 1778082120);
	assert_string_equal(text_at(f->root, "message_id"), "a@b");
	assert_int_equal(count_at(f->root, "in_reply_to"), 1);
	assert_int_equal(count_at(f->root, "references"), 2);
	assert_string_equal(pb_json_string(item_at(f->root, "references", 1)), "g@h");
	see(f, "Date: demain\nMessage-ID: sans-crochets\nReferences: a b\n\n");
	assert_string_equal(text_at(f->root, "date"), "demain");
	assert_null(pb_json_get(f->root, "date_s"));
	assert_string_equal(text_at(f->root, "message_id"), "sans-crochets");
	assert_int_equal(count_at(f->root, "references"), 2);
	see(f, "Date: Thu, 1 Jan 1960 00:00:00 +0000\n\n");
	assert_null(pb_json_get(f->root, "date_s"));
}

static void
text_is_decoded_and_parts_are_separated(void **state)
{
	struct fixture *f = *state;

	see(f, "Content-Type: multipart/alternative; boundary=b\n\nno part\n"
	       "--b\nContent-Type: text/plain; charset=iso-8859-1\n"
	       "Content-Transfer-Encoding: quoted-printable\n\nr=E9sultat\n"
	       "--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
	       "PHA+YSZlYWN1dGU7PC9wPg==\n--b--\nno part\n");
	assert_text(f, "no part\n\frésultat\faé\n\fno part\n");
	assert_null(pb_json_get(f->root, "attachments"));
	assert_null(pb_json_get(f->root, "text_cut"));
	see(f, "\na\r\nb\rc\fd\te\x01"
	       "f\n");
	assert_text(f, "a\nb\nc\nd\te f\n");
	see_octets(f, "\n\0a\0", 4);
	assert_text(f, " a ");
}

static void
boundaries_are_whole_lines(void **state)
{
	struct fixture *f = *state;

	see(f, "Content-Type: multipart/mixed; boundary=\"a b\"\n\n--a b  \t\n\nun\n--a bc\n--a "
	       "b\r\n\r\n"
	       "deux\r\n--a b--   ");
	assert_text(f, "un\n--a bc\fdeux");
	/* The outer boundary ends what the inner one left open. */
	see(f, "Content-Type: multipart/mixed; boundary=o\n\n--o\n"
	       "Content-Type: multipart/mixed; boundary=i\n\n--i\n\nun\n--o\n\ndeux\n--o--\n");
	assert_text(f, "un\fdeux");
	/* Never closed, and never begun: what is there is read. */
	see(f, "Content-Type: multipart/mixed; boundary=o\n\n--o\n\nun");
	assert_text(f, "un");
	see(f, "Content-Type: multipart/mixed; boundary=o\n\nun");
	assert_text(f, "un");
	see(f, "Content-Type: multipart/mixed\n\nun");
	assert_text(f, "un");
	see(f, "Content-Type: multipart/mixed; boundary=\"\"\n\n--\nun");
	assert_text(f, "--\nun");
}

#define ATTACHED                                                                                   \
	"Content-Type: application/pdf; name=\"a.pdf\"\nContent-Transfer-Encoding: base64\n"

static void
attachments_have_names_types_and_sizes(void **state)
{
	struct fixture *f = *state;
	const struct pb_json *item;

	see(f, ATTACHED "\nYWJj\nZA==\n");
	assert_int_equal(count_at(f->root, "attachments"), 1);
	item = item_at(f->root, "attachments", 0);
	assert_string_equal(text_at(item, "name"), "a.pdf");
	assert_string_equal(text_at(item, "type"), "application/pdf");
	assert_int_equal(number_at(item, "size"), 4);
	assert_int_equal(f->text.len, 0);
	see(f, "Content-Type: IMAGE/PNG\nContent-Disposition: attachment;\n"
	       " filename*0*=UTF-8''t%C3%A9l%C3%A9;\n filename*1*=.png\n\nabc");
	item = item_at(f->root, "attachments", 0);
	assert_string_equal(text_at(item, "name"), "télé.png");
	assert_string_equal(text_at(item, "type"), "image/png");
	assert_int_equal(number_at(item, "size"), 3);
	see(f, "Content-Disposition: attachment; filename==?utf-8?q?=C3=A9.txt?=\n\nun mot");
	assert_string_equal(text_at(item_at(f->root, "attachments", 0), "name"), "é.txt");
	assert_text(f, "un mot");
	see(f, "Content-Type: image/gif\n\nx");
	assert_null(pb_json_get(item_at(f->root, "attachments", 0), "name"));
	see(f, "Content-Type: text/calendar\n\nBEGIN");
	assert_null(pb_json_get(f->root, "attachments"));
	assert_text(f, "BEGIN");
}

static void
type_that_is_none_is_the_usual_one(void **state)
{
	struct fixture *f = *state;

	see(f, "Content-Type: ;\n\nun");
	assert_text(f, "un");
	see(f, "Content-Type: text; charset=iso-8859-1\n\n\xe9");
	assert_text(f, "é");
	see(f, "Content-Type: <html>\n\nun");
	assert_text(f, "un");
	assert_null(pb_json_get(f->root, "attachments"));
}

static void
messages_inside_are_counted_and_read(void **state)
{
	struct fixture *f = *state;

	see(f, "Subject: dehors\nContent-Type: multipart/digest; boundary=b\n\n"
	       "--b\n\nSubject: dedans\n\nun\n--b\n\n" ATTACHED "\nYQ==\n--b--\n");
	assert_string_equal(text_at(f->root, "subject"), "dehors");
	assert_int_equal(number_at(f->root, "messages"), 2);
	assert_int_equal(count_at(f->root, "attachments"), 1);
	assert_text(f, "Subject: dedans\n\fun");
	see(f, "Content-Type: message/rfc822\nContent-Transfer-Encoding: "
	       "base64\n\nU3ViamVjdDogYQoKdW4=\n");
	assert_int_equal(number_at(f->root, "messages"), 1);
	assert_text(f, "Subject: a\n\fun");
}

static void
tnef_is_named(void **state)
{
	struct fixture *f = *state;

	see(f, "Content-Type: application/ms-tnef\n\nx");
	assert_true(found(f, "tnef"));
	see(f, "Content-Disposition: attachment; filename=WINMAIL.DAT\n\nx");
	assert_true(found(f, "tnef"));
	see(f, ATTACHED "\nYQ==");
	assert_false(found(f, "tnef"));
}

#define REPORT "Content-Type: multipart/report; boundary=b\n"

static void
receipts_are_read(void **state)
{
	struct fixture *f = *state;
	const struct pb_json *mdn, *class;

	see(f, "Subject: =?utf-8?q?[KO_Int=C3=A9gration_syst=C3=A8me_!][E-1042]?=\n" REPORT
	       "\n--b\n\nAccus\xc3\xa9\n--b\nContent-Type: message/disposition-notification\n\n"
	       "Final-Recipient: rfc822; a@b.test\nOriginal-Message-ID: <m@n>\n"
	       "Disposition: automatic-action/MDN-sent-automatically;\n Processed/Error\n--b--\n");
	mdn = pb_json_get(f->root, "mdn");
	class = pb_json_get(f->root, "class");
	assert_string_equal(text_at(mdn, "disposition"), "processed/error");
	assert_string_equal(text_at(mdn, "original_message_id"), "m@n");
	assert_string_equal(text_at(mdn, "recipient"), "a@b.test");
	assert_string_equal(text_at(mdn, "code"), "E-1042");
	assert_string_equal(text_at(class, "kind"), "mdn");
	assert_string_equal(text_at(class, "mdn"), "processed");
	assert_string_equal(text_at(class, "mdn_code"), "E-1042");
	assert_int_equal(number_at(class, "attachments"), 0);
	/* A code is a word of the closed vocabulary, or it is none. */
	see(f, "Subject: [KO Int][un nom de personne]\n" REPORT
	       "\n--b\n\n[KO Int\xc3\xa9gration syst\xc3\xa8me !][K7]\n"
	       "--b\nContent-Type: message/disposition-notification\n\nDisposition: x; "
	       "autre\n--b--\n");
	class = pb_json_get(f->root, "class");
	assert_string_equal(text_at(class, "mdn"), "other");
	assert_string_equal(text_at(class, "mdn_code"), "K7");
	see(f, "Subject: [KO Int][E-1]\n\n");
	assert_null(pb_json_get(pb_json_get(f->root, "class"), "mdn_code"));
}

static void
delivery_reports_are_read(void **state)
{
	struct fixture *f = *state;
	const struct pb_json *dsn;

	see(f, REPORT "\n--b\n\nNon remis\n--b\nContent-Type: message/delivery-status\n\n"
		      "Reporting-MTA: dns; mx.test\nOriginal-Envelope-Id: QQ314159\n"
		      "X-Postfix-Queue-ID: 4F9D195432C\nX-Postfix-Sender: rfc822; c@d.test\n"
		      "Arrival-Date: Mon, 5 Feb 2007 13:00:06 -0500 (EST)\n\n"
		      "Final-Recipient: rfc822; a@b.test\n"
		      "Action: Failed\nStatus: 5.1.1 (no such mailbox)\n"
		      "Diagnostic-Code: smtp; 550 5.1.1 no\n such mailbox\n\n"
		      "Final-Recipient: rfc822;c@d.test\nAction: delayed\nStatus: 4.4.1\n\n"
		      "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m@n>\n--b--\n");
	dsn = pb_json_get(f->root, "dsn");
	assert_string_equal(text_at(dsn, "reporting_mta"), "mx.test");
	assert_string_equal(text_at(dsn, "original_message_id"), "m@n");
	assert_string_equal(text_at(dsn, "envelope_id"), "QQ314159");
	assert_string_equal(text_at(dsn, "queue_id"), "4F9D195432C");
	assert_string_equal(text_at(dsn, "arrival"), "Mon, 5 Feb 2007 13:00:06 -0500 (EST)");
	assert_int_equal(count_at(dsn, "recipients"), 2);
	assert_string_equal(text_at(item_at(dsn, "recipients", 0), "final"), "a@b.test");
	assert_string_equal(text_at(item_at(dsn, "recipients", 0), "action"), "failed");
	assert_string_equal(text_at(item_at(dsn, "recipients", 0), "status"), "5.1.1");
	assert_string_equal(
	    text_at(item_at(dsn, "recipients", 0), "diagnostic"), "550 5.1.1 no such mailbox");
	assert_string_equal(text_at(item_at(dsn, "recipients", 1), "status"), "4.4.1");
	assert_string_equal(text_at(pb_json_get(f->root, "class"), "kind"), "dsn");
	see(f, REPORT "\n--b\n\na\n--b--\n");
	assert_string_equal(text_at(pb_json_get(f->root, "class"), "kind"), "report");
	/* RFC 6522 section 3: the message that it is about may be there whole; but not one in that.
	 */
	see(f,
	    REPORT "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n"
		   "--b\nContent-Type: message/rfc822\n\nMessage-ID: <whole@n>\n\nx\n--b--\n");
	assert_string_equal(text_at(pb_json_get(f->root, "dsn"), "original_message_id"), "whole@n");
	see(f,
	    REPORT "\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.test\n"
		   "--b\nContent-Type: message/rfc822\n\nContent-Type: message/rfc822\n\n"
		   "Message-ID: <inner@n>\n\nx\n--b--\n");
	assert_null(pb_json_get(pb_json_get(f->root, "dsn"), "original_message_id"));
	/* A report inside a message is that message's. */
	see(f, "Content-Type: message/rfc822\n\n" REPORT
	       "\n--b\nContent-Type: message/delivery-status\n\nAction: failed\n--b--\n");
	assert_string_equal(text_at(pb_json_get(f->root, "class"), "kind"), "letter");
	assert_null(pb_json_get(f->root, "dsn"));
}

static void
assert_urgent(struct fixture *f, const char *message, const char *by)
{
	const struct pb_json *class;
	bool urgent = false;

	see(f, message);
	class = pb_json_get(f->root, "class");
	(void)pb_json_as_bool(pb_json_get(class, "urgent"), &urgent);
	assert_int_equal(urgent, by != NULL);
	assert_string_equal(text_at(class, "urgent_by"), by != NULL ? by : "(none)");
}

static void
urgency_says_which_field_states_it(void **state)
{
	struct fixture *f = *state;

	assert_urgent(f, "Subject: URGENT\n\n", NULL);
	assert_urgent(f, "Importance: normal\nPriority: normal\nX-Priority: 3\n\n", NULL);
	assert_urgent(f, "X-Priority: 10\n\n", NULL);
	assert_urgent(f, "X-Priority: 2\n\n", "x-priority");
	assert_urgent(f, "X-Priority: 1 (Highest)\nPriority: Urgent\n\n", "priority");
	assert_urgent(f, "X-Priority: 1\nPriority: urgent\nImportance: High\n\n", "importance");
}

static void
class_has_no_word_of_the_message(void **state)
{
	struct fixture *f = *state;
	const struct pb_json *class;

	see(f, "X-MSS-CODECDA: 34133-9, Jean-1, 11502-2;x 12345678-9 1-2-3\n"
	       "Content-Type: application/x-jean-exemple; name=jean.pdf\n\nx");
	class = pb_json_get(f->root, "class");
	assert_int_equal(count_at(class, "types"), 1);
	assert_string_equal(pb_json_string(item_at(class, "types", 0)), "other");
	assert_int_equal(count_at(class, "documents"), 2);
	assert_string_equal(pb_json_string(item_at(class, "documents", 0)), "34133-9");
	assert_string_equal(pb_json_string(item_at(class, "documents", 1)), "11502-2");
}

/* `count` times `text` behind `head`. */
static void
see_many(struct fixture *f, const char *head, const char *text, size_t count)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_append_text(&buf, head), PB_OK);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pb_buf_append_text(&buf, text), PB_OK);
	see_octets(f, buf.data, buf.len);
	pb_buf_done(&buf);
}

static void
lists_that_are_too_long_are_cut_and_that_is_said(void **state)
{
	struct fixture *f = *state;

	see_many(f, "To: ", "a@b.test, ", PB_LIMIT_VIEW_LIST);
	assert_int_equal(count_at(f->root, "to"), PB_LIMIT_VIEW_LIST);
	assert_false(found(f, "cut"));
	see_many(f, "To: ", "a@b.test, ", PB_LIMIT_VIEW_LIST + 1);
	assert_int_equal(count_at(f->root, "to"), PB_LIMIT_VIEW_LIST);
	assert_true(found(f, "cut"));
	see_many(f, "", "X: y\n", PB_LIMIT_VIEW_FIELDS + 1);
	assert_true(found(f, "cut"));
	see_many(f, "Subject: ", "\xc3\xa9", PB_LIMIT_VIEW_STRING / 2);
	assert_false(found(f, "cut"));
	see_many(f, "Subject: ", "\xc3\xa9", PB_LIMIT_VIEW_STRING / 2 + 1);
	assert_true(found(f, "cut"));
	assert_int_equal(strlen(text_at(f->root, "subject")), PB_LIMIT_VIEW_STRING);
}

static void
view_that_is_too_long_is_written_shorter(void **state)
{
	struct fixture *f = *state;
	char *name = calloc(1, PB_LIMIT_VIEW_STRING);

	assert_non_null(name);
	memset(name, '"', 1500);
	for (size_t i = 0; i < 1500; i += 2)
		name[i] = '\\';
	memcpy(name + 1500, "\" <a@b.test>, \"", 15);
	see_many(f, "To: \"", name, 400);
	free(name);
	assert_true(found(f, "cut"));
	assert_true(f->view.len > PB_LIMIT_VIEW / 8);
}

static void
text_that_is_too_long_is_cut_between_characters(void **state)
{
	struct fixture *f = *state;

	see_many(f, "\n", "\xe2\x82\xac", PB_LIMIT_VIEW_TEXT / 3);
	assert_null(pb_json_get(f->root, "text_cut"));
	assert_int_equal(f->text.len, PB_LIMIT_VIEW_TEXT / 3 * 3);
	see_many(f, "\n", "\xe2\x82\xac", PB_LIMIT_VIEW_TEXT / 3 + 1);
	assert_non_null(pb_json_get(f->root, "text_cut"));
	assert_int_equal(f->text.len, PB_LIMIT_VIEW_TEXT / 3 * 3);
	see_many(f, "\n", "0123456789abcdef", PB_LIMIT_VIEW_DECODED / 16 + 1);
	assert_int_equal(f->text.len, PB_LIMIT_VIEW_TEXT);
}

static void
depth_and_parts_have_limits(void **state)
{
	struct fixture *f = *state;
	const char *nested = "Content-Type: message/rfc822\n\n";

	see_many(f, "", nested, PB_LIMIT_VIEW_DEPTH);
	assert_false(found(f, "depth"));
	assert_int_equal(number_at(f->root, "messages"), PB_LIMIT_VIEW_DEPTH);
	see_many(f, "", nested, PB_LIMIT_VIEW_DEPTH + 1);
	see_many(f, "", nested, PB_LIMIT_VIEW_DEPTH + 2);
	assert_true(found(f, "depth"));
	see_many(f, "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\na\n",
	    PB_LIMIT_VIEW_PARTS - 1);
	assert_false(found(f, "parts"));
	see_many(
	    f, "Content-Type: multipart/mixed; boundary=b\n\n", "--b\n\na\n", PB_LIMIT_VIEW_PARTS);
	assert_true(found(f, "parts"));
}

static void
field_that_stands_twice_is_found_and_all_of_it_kept(void **state)
{
	struct fixture *f = *state;

	see(f, "From: a@b.test\nFrom: c@d.test\nSubject: one\nSubject: two\n\n");
	assert_true(found(f, "repeated") && !found(f, "cut"));
	assert_int_equal(count_at(f->root, "from"), 2);
	assert_string_equal(text_at(f->root, "subject"), "one | two");
	see(f, "Message-ID: <a@b>\nMessage-ID: <c@d>\n\n");
	assert_true(found(f, "repeated") && found(f, "cut"));
	see(f, "From: a@b.test\nSubject: one\n\n");
	assert_false(found(f, "repeated") || found(f, "cut"));
}

static void
header_that_can_be_read_otherwise_says_cut(void **state)
{
	static const char *const doubtful[] = {
		"Content-Type: application/pdf\nContent-Type: text/plain\n\na",
		"Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\na",
		"Content-Type: multipart/mixed; boundary=a;\n boundary=b\n\n--a\n\nx\n--a--\n",
		"Subject: a\nno field\nContent-Transfer-Encoding: base64\n\nYQ==",
		"Subject: a\rTo: b@c.test\r\rtext\r",
		"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\r--a\n\ny\n--a--\n",
		("Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		 "Content-Type: text/plain\nContent-Type: image/png\n\nx\n--a--\n"),
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(doubtful) / sizeof(doubtful[0]); i++) {
		see(f, doubtful[i]);
		if (!found(f, "cut"))
			fail_msg("%s", doubtful[i]);
	}
	see(f,
	    "Content-Type: text/html\n\n<script><!--<script></script><style>--></script>a</style>");
	assert_non_null(pb_json_get(f->root, "text_cut"));
	see(f, "Content-Type: text/html\n\n<script>a</script>b");
	assert_null(pb_json_get(f->root, "text_cut"));
	see(f, "Subject: a\r\nContent-Type: text/plain\r\n\r\nx\ry");
	assert_false(found(f, "cut"));
}

static void
what_stands_beside_parts_or_in_a_partial_message_is_text(void **state)
{
	struct fixture *f = *state;

	see(f, "Content-Type: multipart/mixed; boundary=b\n\n \n--b\n\nin\n--b--\n\nbehind");
	assert_text(f, "in\fbehind");
	see(f, "Content-Type: message/partial; id=a; number=1; total=2\n\npiece");
	assert_text(f, "piece");
	see(f, "Content-Type: message/rfc822\n\nSubject: inner\nX: y\n\ntext");
	assert_text(f, "Subject: inner\n\ftext");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_message_is_a_letter_without_anything),
		cmocka_unit_test(depth_and_parts_have_limits),
		cmocka_unit_test(lists_that_are_too_long_are_cut_and_that_is_said),
		cmocka_unit_test(view_that_is_too_long_is_written_shorter),
		cmocka_unit_test(text_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(addresses_are_read_in_all_their_forms),
		cmocka_unit_test(subject_is_decoded_and_stays_one_line),
		cmocka_unit_test(dates_and_identifiers_are_read),
		cmocka_unit_test(text_is_decoded_and_parts_are_separated),
		cmocka_unit_test(boundaries_are_whole_lines),
		cmocka_unit_test(attachments_have_names_types_and_sizes),
		cmocka_unit_test(type_that_is_none_is_the_usual_one),
		cmocka_unit_test(messages_inside_are_counted_and_read),
		cmocka_unit_test(tnef_is_named),
		cmocka_unit_test(receipts_are_read),
		cmocka_unit_test(delivery_reports_are_read),
		cmocka_unit_test(urgency_says_which_field_states_it),
		cmocka_unit_test(class_has_no_word_of_the_message),
		cmocka_unit_test(field_that_stands_twice_is_found_and_all_of_it_kept),
		cmocka_unit_test(header_that_can_be_read_otherwise_says_cut),
		cmocka_unit_test(what_stands_beside_parts_or_in_a_partial_message_is_text),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
