/* What an MTA says over the milter protocol, octet by octet, and what becomes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/limits.h"
#include "doors/fake_door.h"
#include "doors/milter.h"
#include "lib/memory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_MESSAGE 100000

struct talk {
	struct pb_doorway doorway;
	struct pb_milter *milter;
	struct pb_buf replies;
};

static int
begin_talk(void **state)
{
	static char name[] = "in";
	struct talk *talk = calloc(1, sizeof(*talk));

	talk->doorway.door.name = name;
	talk->doorway.door.max_message = MAX_MESSAGE;
	talk->doorway.outcome = PB_OUTCOME_KEPT;
	*state = talk;
	return (int)pb_milter_new(&talk->doorway, &talk->milter, NULL);
}

static int
end_talk(void **state)
{
	struct talk *talk = *state;

	pb_milter_free(talk->milter);
	pb_buf_done(&talk->replies);
	fake_door_done(&talk->doorway);
	free(talk);
	return 0;
}

static enum pb_status
feed(struct talk *talk, const void *data, size_t len)
{
	return pb_milter_feed(talk->milter, data, len, &talk->replies, NULL);
}

static enum pb_status
say_octets(struct talk *talk, char command, const void *data, size_t len)
{
	struct pb_buf packet = PB_BUF_EMPTY;
	enum pb_status status;

	assert_int_equal(pb_buf_append_u32(&packet, (uint32_t)len + 1), PB_OK);
	assert_int_equal(pb_buf_append_u8(&packet, (uint8_t)command), PB_OK);
	assert_int_equal(pb_buf_append(&packet, data, len), PB_OK);
	status = feed(talk, packet.data, packet.len);
	pb_buf_done(&packet);
	return status;
}

/* A literal, with its last NUL and without. */
#define SAY(talk, command, text)                                                                   \
	assert_int_equal(say_octets(talk, command, text, sizeof(text)), PB_OK)
#define SAY_BARE(talk, command, text)                                                              \
	assert_int_equal(say_octets(talk, command, text, sizeof(text) - 1), PB_OK)
#define SAY_WRONG(talk, command, text)                                                             \
	assert_int_equal(say_octets(talk, command, text, sizeof(text) - 1), PB_EDATA)

static void
offer(struct talk *talk, uint32_t version, uint32_t actions, uint32_t protocol)
{
	uint8_t data[12];

	pb_put_u32(data, version);
	pb_put_u32(data + 4, actions);
	pb_put_u32(data + 8, protocol);
	assert_int_equal(say_octets(talk, 'O', data, sizeof(data)), PB_OK);
}

/* What was answered since, by the letters of its packets; a refusal with its text. */
static void
assert_heard(struct talk *talk, const char *expected)
{
	struct pb_buf heard = PB_BUF_EMPTY;

	for (size_t at = 0; at < talk->replies.len;) {
		const uint8_t *packet = talk->replies.data + at;
		uint32_t len = pb_get_u32(packet);

		assert_true(len > 0 && len <= talk->replies.len - at - 4);
		assert_int_equal(pb_buf_append_u8(&heard, packet[4]), PB_OK);
		if (packet[4] == 'y') {
			assert_int_equal(packet[3 + len], '\0');
			assert_int_equal(
			    pb_buf_append_text(&heard, (const char *)packet + 5), PB_OK);
		}
		at += 4 + len;
	}
	assert_string_equal(pb_buf_text(&heard), expected);
	pb_buf_clear(&talk->replies);
	pb_buf_done(&heard);
}

static void
assert_story(struct talk *talk, const char *expected)
{
	assert_string_equal(pb_buf_text(&talk->doorway.story), expected);
	pb_buf_clear(&talk->doorway.story);
}

static void
assert_octets(const struct talk *talk, const char *expected)
{
	assert_int_equal(talk->doorway.octets.len, strlen(expected));
	assert_memory_equal(talk->doorway.octets.data, expected, strlen(expected));
}

/* As Postfix 3.7 offers: all steps, all that it may be asked to leave out. */
static void
meet(struct talk *talk)
{
	offer(talk, 6, 0x1ff, 0x1fffff);
	assert_heard(talk, "O");
}

static void
envelope(struct talk *talk)
{
	SAY(talk, 'M', "<a@un.example>");
	SAY(talk, 'R', "<b@deux.example>");
	assert_heard(talk, "c");
}

/* ---- agreeing ------------------------------------------------------------------------------- */

static void
nothing_is_answered_to_nothing(void **state)
{
	struct talk *talk = *state;

	assert_int_equal(feed(talk, "", 0), PB_OK);
	assert_heard(talk, "");
	assert_story(talk, "");
}

static void
version_6_is_agreed_on_without_actions(void **state)
{
	static const char symbols[] =
	    "\0\0\0\0j\0"
	    "\0\0\0\2i {auth_authen} {tls_version} {cipher} {cert_subject}\0"
	    "\0\0\0\3i {rcpt_addr}\0"
	    "\0\0\0\5i";
	struct talk *talk = *state;
	const uint8_t *answer;

	offer(talk, 6, 0x1ff, 0x1fffff);
	answer = talk->replies.data;
	assert_int_equal(talk->replies.len, 5 + 12 + sizeof(symbols));
	assert_int_equal(answer[4], 'O');
	assert_int_equal(pb_get_u32(answer + 5), 6);
	assert_int_equal(pb_get_u32(answer + 9), 0x100); /* SMFIF_SETSYMLIST alone */
	/* No step left out but unknown commands, SMFIP_HDR_LEADSPC, not SMFIP_RCPT_REJ. */
	assert_int_equal(pb_get_u32(answer + 13), 0x1f7180);
	assert_memory_equal(answer + 17, symbols, sizeof(symbols));
}

static void
only_what_is_offered_is_asked_for(void **state)
{
	static const uint8_t expected[] = { 0, 0, 0, 13, 'O', 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0 };
	struct talk *talk = *state;

	offer(talk, 2, 0x3f, 0x7f);
	assert_int_equal(talk->replies.len, sizeof(expected));
	assert_memory_equal(talk->replies.data, expected, sizeof(expected));
}

static void
a_newer_version_is_answered_with_6(void **state)
{
	struct talk *talk = *state;

	offer(talk, 7, 0, 0);
	assert_int_equal(pb_get_u32(talk->replies.data + 5), 6);
}

static void
version_1_is_refused(void **state)
{
	SAY_WRONG(*state, 'O', "\0\0\0\1\0\0\0\0\0\0\0\0");
}

static void
half_an_offer_is_refused(void **state)
{
	SAY_WRONG(*state, 'O', "\0\0\0\6\0\0\0\0\0\0\0");
}

static void
an_offer_comes_once_and_first(void **state)
{
	struct talk *talk = *state;

	SAY_WRONG(talk, 'H', "x.example\0");
	meet(talk);
	SAY_WRONG(talk, 'O', "\0\0\0\6\0\0\0\0\0\0\0\0");
}

/* ---- packets -------------------------------------------------------------------------------- */

static void
an_empty_packet_is_refused(void **state)
{
	assert_int_equal(feed(*state, "\0\0\0", 3), PB_OK);
	assert_int_equal(feed(*state, "\0Q", 2), PB_EDATA);
}

static void
a_packet_beyond_the_limit_is_refused_before_it_is_read(void **state)
{
	uint8_t packet[5];

	pb_put_u32(packet, PB_LIMIT_MILTER_PACKET + 1);
	packet[4] = 'O';
	assert_int_equal(feed(*state, packet, sizeof(packet)), PB_ELIMIT);
}

static void
an_unknown_letter_is_refused(void **state)
{
	meet(*state);
	SAY_WRONG(*state, 'Z', "");
}

static void
commands_come_in_their_order(void **state)
{
	static const struct {
		char letter;
		const char *data;
		size_t len;
	} rows[] = {
		{ 'R', "<a@b.example>", 14 },
		{ 'T', "", 0 },
		{ 'L', "A\0b", 4 },
		{ 'N', "", 0 },
		{ 'B', "a", 1 },
		{ 'E', "", 0 },
	};
	struct talk *talk = *state;

	meet(talk);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    say_octets(talk, rows[i].letter, rows[i].data, rows[i].len), PB_EDATA);
	assert_heard(talk, "");
	assert_story(talk, "");
}

static void
data_that_is_not_of_its_form_is_refused(void **state)
{
	static const struct {
		char letter;
		const char *data;
		size_t len;
	} rows[] = {
		{ 'D', "", 0 },
		{ 'D', "Mi", 2 },
		{ 'D', "Mi\0", 3 },
		{ 'D', "Mi\0a", 4 },
		{ 'C', "", 0 },
		{ 'C', "x.example", 9 },
		{ 'C', "x.example\0", 10 },
		{ 'C',
		    "x.example\0"
		    "4\0",
		    12 },
		{ 'C',
		    "x.example\0"
		    "4\0\31"
		    "192.0.2.1",
		    22 },
		{ 'C',
		    "x.example\0"
		    "X\0\31"
		    "192.0.2.1\0",
		    23 },
		{ 'C',
		    "x.example\0"
		    "\0\0\31"
		    "192.0.2.1\0",
		    23 },
		{ 'C',
		    "x.example\0"
		    "U\0",
		    12 },
		{ 'H', "", 0 },
		{ 'H', "x.example", 9 },
		{ 'H', "x.example\0y\0", 12 },
		{ 'M', "", 0 },
		{ 'M', "<a@un.example>", 14 },
		{ 'M', "<a@un.example>\0SIZE=1", 21 },
		{ 'R', "", 0 },
		{ 'R', "<a@un.example>", 14 },
		{ 'L', "", 0 },
		{ 'L', "A", 1 },
		{ 'L', "\0b", 3 },
		{ 'L', "A\nB\0b", 6 },
		{ 'L', "A:\0b", 5 },
		{ 'L', "A\0", 2 },
		{ 'L', "A\0b", 3 },
		{ 'L', "A\0b\0c", 5 },
		{ 'L', "A\0b\0c\0", 6 },
	};
	struct talk *talk = *state;

	meet(talk);
	envelope(talk);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
		    say_octets(talk, rows[i].letter, rows[i].data, rows[i].len), PB_EDATA);
}

static void
a_text_beyond_its_limit_is_refused(void **state)
{
	static char text[PB_LIMIT_MILTER_TEXT + 2];
	struct talk *talk = *state;

	meet(talk);
	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(say_octets(talk, 'H', text + 1, sizeof(text) - 1), PB_OK);
	assert_int_equal(say_octets(talk, 'H', text, sizeof(text)), PB_EDATA);
	memcpy(text, "<a@b.example>", 14);
	text[PB_LIMIT_SMTP_LINE - 1] = '\0';
	assert_int_equal(say_octets(talk, 'M', text, PB_LIMIT_SMTP_LINE), PB_OK);
	text[PB_LIMIT_SMTP_LINE - 1] = 'a';
	text[PB_LIMIT_SMTP_LINE] = '\0';
	assert_int_equal(say_octets(talk, 'M', text, PB_LIMIT_SMTP_LINE + 1), PB_EDATA);
}

static void
steps_without_leave_to_go_on_are_answered(void **state)
{
	struct talk *talk = *state;

	offer(talk, 2, 0, 0);
	SAY_BARE(talk, 'C', "x.example\0U");
	SAY(talk, 'H', "x.example");
	SAY(talk, 'M', "<a@un.example>");
	SAY(talk, 'R', "<b@deux.example>");
	SAY(talk, 'L', "Subject\0x");
	SAY_BARE(talk, 'N', "");
	SAY_BARE(talk, 'B', "y");
	SAY_BARE(talk, 'E', "");
	assert_heard(talk, "Occcccccc");
	assert_octets(talk, "Subject: x\r\n\r\ny");
	assert_story(talk, "begin from=a@un.example to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from=a@un.example "
			   "to=b@deux.example name=x.example helo=x.example rebuilt=spaces\n");
}

/* ---- messages ------------------------------------------------------------------------------- */

static void
a_message_is_kept_with_all_that_is_told_of_it(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'D', "Cj\0mx.test\0{daemon_name}\0mx.test");
	SAY(talk, 'C',
	    "client.example\0"
	    "4\x30\x39"
	    "192.0.2.7");
	SAY(talk, 'D',
	    "H{tls_version}\0TLSv1.3\0{cipher}\0TLS_AES_256_GCM_SHA384\0"
	    "{cipher_bits}\0"
	    "256\0{cert_subject}\0mssante.example");
	SAY(talk, 'H', "client.example");
	SAY(talk, 'D', "M{auth_authen}\0durand");
	SAY(talk, 'M', "<a@un.example>\0SIZE=200\0BODY=8BITMIME");
	SAY(talk, 'R', "<b@deux.example>\0NOTIFY=NEVER\0ORCPT=rfc822;b@deux.example");
	SAY(talk, 'R', "<@relay.example,@x.example:c@deux.example>");
	SAY(talk, 'R', "d@deux.example");
	SAY_BARE(talk, 'T', "");
	SAY_BARE(talk, 'D', "L");
	SAY(talk, 'L', "From\0 a@un.example");
	SAY(talk, 'L', "Subject\0 one\n\ttwo");
	SAY(talk, 'L', "X\0no space");
	SAY_BARE(talk, 'N', "");
	SAY_BARE(talk, 'B', "first\r\n.\r\n");
	SAY_BARE(talk, 'B', "\0\xff\r\n");
	SAY(talk, 'D',
	    "Ei\0"
	    "4Nabcdef");
	SAY_BARE(talk, 'E', "last\r\n");
	assert_heard(talk, "cccc");
	assert_story(talk,
	    "begin from=a@un.example parameters=SIZE=200 BODY=8BITMIME "
	    "to=b@deux.example parameters=NOTIFY=NEVER ORCPT=rfc822;b@deux.example "
	    "to=c@deux.example to=d@deux.example\n"
	    "end source=milter door=in fidelity=rebuilt "
	    "from=a@un.example parameters=SIZE=200 BODY=8BITMIME "
	    "to=b@deux.example parameters=NOTIFY=NEVER ORCPT=rfc822;b@deux.example "
	    "to=c@deux.example to=d@deux.example "
	    "name=client.example address=192.0.2.7 helo=client.example login=durand tls=TLSv1.3 "
	    "cipher=TLS_AES_256_GCM_SHA384 subject=mssante.example id=4Nabcdef mta=mx.test "
	    "rebuilt=folds\n");
#define MESSAGE                                                                                    \
	"From: a@un.example\r\nSubject: one\r\n\ttwo\r\nX:no space\r\n\r\n"                        \
	"first\r\n.\r\n\0\xff\r\nlast\r\n"
	assert_int_equal(talk->doorway.octets.len, sizeof(MESSAGE) - 1);
	assert_memory_equal(talk->doorway.octets.data, MESSAGE, sizeof(MESSAGE) - 1);
}

static void
what_the_mta_understands_by_a_recipient_is_told_with_it(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	for (int again = 0; again < 2; again++) {
		SAY(talk, 'M', "<a@un.example>");
		SAY(talk, 'D', "R{rcpt_addr}\0b@deux.example");
		SAY(talk, 'R', "<b@deux.example>");
		SAY(talk, 'D', "R{rcpt_addr}\0c@deux.example");
		SAY(talk, 'R', "<c(x)>\0NOTIFY=NEVER");
		SAY(talk, 'R', "<d>");
		SAY(talk, 'D', "R{rcpt_addr}\0e@deux.example");
		SAY_BARE(talk, 'D', "R");
		SAY(talk, 'R', "<e>");
		SAY_BARE(talk, 'E', "d");
#define TOLD                                                                                       \
	"from=a@un.example to=b@deux.example to=c(x) parameters=NOTIFY=NEVER to=d to=e "           \
	"as=c@deux.example\n"
		assert_story(
		    talk, "begin " TOLD "end source=milter door=in fidelity=rebuilt " TOLD);
	}
}

static void
it_does_not_matter_where_the_octets_are_cut(void **state)
{
	static const char octets[] = "\0\0\0\xdO\0\0\0\6\0\0\0\0\0\x1f\xff\xff"
				     "\0\0\0\x10M<a@un.example>\0"
				     "\0\0\0\x12R<b@deux.example>\0"
				     "\0\0\0\5LA\0b\0"
				     "\0\0\0\2E.";
	struct talk *talk = *state;

	for (size_t i = 0; i < sizeof(octets) - 1; i++)
		assert_int_equal(feed(talk, octets + i, 1), PB_OK);
	assert_heard(talk, "Occ");
	assert_octets(talk, "A:b\r\n\r\n.");
}

static void
addresses_of_ipv6_come_without_their_tag(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'C',
	    "[IPv6:2001:db8::7]\0"
	    "6\0\0"
	    "IPv6:2001:db8::7");
	envelope(talk);
	SAY_BARE(talk, 'E', "d");
	assert_story(talk, "begin from=a@un.example to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from=a@un.example "
			   "to=b@deux.example name=[IPv6:2001:db8::7] address=2001:db8::7\n");
}

static void
an_empty_reverse_path_and_no_message_at_all(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'M', "<>");
	SAY(talk, 'R', "<b@deux.example>");
	SAY_BARE(talk, 'E', "");
	assert_heard(talk, "cc");
	assert_octets(talk, "\r\n");
	assert_story(talk, "begin from= to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from= to=b@deux.example "
			   "rebuilt=empty_line\n");
}

static void
one_message_comes_behind_the_other(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'H', "x.example");
	for (unsigned i = 0; i < 3; i++) {
		SAY(talk, 'D',
		    "M{auth_authen}\0durand\0i\0"
		    "1A");
		envelope(talk);
		SAY(talk, 'L', "A\0b\n c");
		SAY_BARE(talk, 'E', "d");
		assert_heard(talk, "c");
		assert_story(talk,
		    "begin from=a@un.example to=b@deux.example\n"
		    "end source=milter door=in fidelity=rebuilt from=a@un.example "
		    "to=b@deux.example helo=x.example login=durand id=1A rebuilt=folds\n");
		SAY_BARE(talk, 'A', ""); /* as Postfix does behind each */
	}
	/* What belonged to a message is not said of the next one. */
	envelope(talk);
	SAY_BARE(talk, 'E', "d");
	assert_story(talk, "begin from=a@un.example to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from=a@un.example "
			   "to=b@deux.example helo=x.example\n");
}

static void
macros_before_mail_replace_those_of_a_message_without_an_end(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'D',
	    "M{auth_authen}\0durand\0i\0"
	    "1A");
	envelope(talk);
	SAY(talk, 'D',
	    "Mi\0"
	    "2B");
	envelope(talk);
	SAY_BARE(talk, 'E', "d");
	assert_story(talk, "begin from=a@un.example to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from=a@un.example "
			   "to=b@deux.example id=2B\n");
}

static void
another_client_comes_over_the_same_connection(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	SAY(talk, 'D', "Cj\0mx.test");
	SAY(talk, 'C',
	    "one.example\0"
	    "4\0\0"
	    "192.0.2.1");
	SAY(talk, 'D', "H{tls_version}\0TLSv1.3");
	SAY(talk, 'H', "one.example");
	SAY_BARE(talk, 'K', "");
	SAY(talk, 'D', "Cj\0mx.test");
	SAY(talk, 'C',
	    "two.example\0"
	    "4\0\0"
	    "192.0.2.2");
	envelope(talk);
	SAY_BARE(talk, 'E', "d");
	assert_story(talk, "begin from=a@un.example to=b@deux.example\n"
			   "end source=milter door=in fidelity=rebuilt from=a@un.example "
			   "to=b@deux.example name=two.example address=192.0.2.2 mta=mx.test\n");
}

static void
a_field_behind_the_header_is_refused(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	envelope(talk);
	SAY_BARE(talk, 'N', "");
	SAY_WRONG(talk, 'L', "A\0b\0");
}

/* ---- what becomes of it --------------------------------------------------------------------- */

static void
only_what_is_not_to_be_passed_is_refused(void **state)
{
	static const struct {
		enum pb_outcome outcome;
		const char *answer;
	} rows[] = {
		{ PB_OUTCOME_KEPT, "c" },
		{ PB_OUTCOME_NOT_OURS, "c" },
		{ PB_OUTCOME_PASS, "c" },
		{ PB_OUTCOME_DEFER,
		    "y451 4.3.0 The message cannot be archived now, try again later" },
	};
	struct talk *talk = *state;

	meet(talk);
	for (size_t i = 0; i < COUNT(rows); i++) {
		talk->doorway.outcome = rows[i].outcome;
		envelope(talk);
		SAY_BARE(talk, 'E', "a");
		assert_heard(talk, rows[i].answer);
	}
}

static void
a_message_over_the_doors_limit_is_refused_for_good_unless_it_may_pass(void **state)
{
	static char piece[MAX_MESSAGE - 2];
	struct talk *talk = *state;

	memset(piece, 'a', sizeof(piece));
	meet(talk);
	for (unsigned i = 0; i < 2; i++) {
		talk->doorway.outcome = i == 0 ? PB_OUTCOME_DEFER : PB_OUTCOME_PASS;
		envelope(talk);
		assert_int_equal(say_octets(talk, 'B', piece, sizeof(piece)), PB_OK);
		SAY_BARE(talk, 'E', "a");
		assert_heard(talk, i == 0 ? "y552 5.3.4 The message is too large" : "c");
	}
	/* One of just that size is as any other. */
	talk->doorway.outcome = PB_OUTCOME_DEFER;
	envelope(talk);
	assert_int_equal(say_octets(talk, 'E', piece, sizeof(piece)), PB_OK);
	assert_int_equal(talk->doorway.octets.len, MAX_MESSAGE);
	assert_heard(talk, "y451 4.3.0 The message cannot be archived now, try again later");
}

static void
a_recipient_too_many_waits_for_another_transaction(void **state)
{
	struct talk *talk = *state;
	char path[32];

	meet(talk);
	SAY(talk, 'M', "<a@un.example>");
	for (unsigned i = 0; i < PB_LIMIT_SMTP_RECIPIENTS; i++) {
		int len = snprintf(path, sizeof(path), "<b%u@deux.example>", i);

		assert_int_equal(say_octets(talk, 'R', path, (size_t)len + 1), PB_OK);
		assert_heard(talk, "c");
	}
	SAY(talk, 'R', "<late@deux.example>");
	assert_heard(talk, "y452 4.5.3 Too many recipients");
	SAY_BARE(talk, 'E', "");
	assert_heard(talk, "c");
	assert_null(strstr(pb_buf_text(&talk->doorway.story), "late"));
	assert_non_null(strstr(pb_buf_text(&talk->doorway.story), "to=b999@"));
}

static void
what_the_mta_breaks_off_is_dropped(void **state)
{
	static const struct {
		char letter;
		const char *data;
		size_t len;
	} rows[] = {
		{ 'A', "", 0 },
		{ 'K', "", 0 },
		{ 'M', "<a@un.example>", 15 },
		{ 'H', "x.example", 10 },
		{ 'C', "x.example\0U", 11 },
	};
	struct talk *talk = *state;

	meet(talk);
	for (size_t i = 0; i < COUNT(rows); i++) {
		envelope(talk);
		SAY(talk, 'L', "A\0b");
		assert_int_equal(
		    say_octets(talk, rows[i].letter, rows[i].data, rows[i].len), PB_OK);
		assert_heard(talk, "");
		assert_story(talk, "begin from=a@un.example to=b@deux.example\ndrop\n");
	}
}

static void
an_mta_that_leaves_within_a_message_leaves_nothing(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	envelope(talk);
	SAY_BARE(talk, 'B', "a");
	assert_true(pb_milter_within(talk->milter));
	assert_int_equal(say_octets(talk, 'Q', "", 0), PB_EEND);
	assert_false(pb_milter_within(talk->milter));
	assert_story(talk, "begin from=a@un.example to=b@deux.example\ndrop\n");
}

static void
a_connection_that_breaks_within_a_message_leaves_nothing(void **state)
{
	struct talk *talk = *state;

	meet(talk);
	envelope(talk);
	SAY_BARE(talk, 'B', "a");
	pb_milter_free(talk->milter);
	talk->milter = NULL;
	assert_story(talk, "begin from=a@un.example to=b@deux.example\ndrop\n");
}

static void
quitting_ends_it_at_any_time(void **state)
{
	assert_int_equal(say_octets(*state, 'Q', "", 0), PB_EEND);
}

static void
no_message_is_taken_when_memory_runs_out(void **state)
{
	static const char octets[] = "\0\0\0\xdO\0\0\0\6\0\0\1\xff\0\x1f\xff\xff"
				     "\0\0\0\x10M<a@un.example>\0"
				     "\0\0\0\x12R<b@deux.example>\0"
				     "\0\0\0\5LA\0b\0"
				     "\0\0\0\2E.";
	struct talk *talk = *state;
	enum pb_status status = PB_ENOMEM;

	if (!test_memory_can_fail())
		skip();
	/* The fake's own memory does not count. */
	assert_int_equal(pb_buf_reserve(&talk->doorway.story, 4096), PB_OK);
	assert_int_equal(pb_buf_reserve(&talk->doorway.octets, 4096), PB_OK);
	for (uint64_t nth = 1; status == PB_ENOMEM; nth++) {
		pb_milter_free(talk->milter);
		talk->milter = NULL;
		pb_buf_done(&talk->replies);
		test_memory_fail(nth, false);
		status = pb_milter_new(&talk->doorway, &talk->milter, NULL);
		if (status == PB_OK)
			status = feed(talk, octets, sizeof(octets) - 1);
		if (test_memory_restore() > 0)
			assert_int_equal(status, PB_ENOMEM);
		assert_true(nth < 100);
	}
	assert_int_equal(status, PB_OK);
	assert_heard(talk, "Occ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_talk, end_talk)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_answered_to_nothing),
		TEST(version_6_is_agreed_on_without_actions),
		TEST(only_what_is_offered_is_asked_for),
		TEST(a_newer_version_is_answered_with_6),
		TEST(version_1_is_refused),
		TEST(half_an_offer_is_refused),
		TEST(an_offer_comes_once_and_first),
		TEST(an_empty_packet_is_refused),
		TEST(a_packet_beyond_the_limit_is_refused_before_it_is_read),
		TEST(an_unknown_letter_is_refused),
		TEST(commands_come_in_their_order),
		TEST(data_that_is_not_of_its_form_is_refused),
		TEST(a_text_beyond_its_limit_is_refused),
		TEST(steps_without_leave_to_go_on_are_answered),
		TEST(a_message_is_kept_with_all_that_is_told_of_it),
		TEST(what_the_mta_understands_by_a_recipient_is_told_with_it),
		TEST(it_does_not_matter_where_the_octets_are_cut),
		TEST(addresses_of_ipv6_come_without_their_tag),
		TEST(an_empty_reverse_path_and_no_message_at_all),
		TEST(one_message_comes_behind_the_other),
		TEST(macros_before_mail_replace_those_of_a_message_without_an_end),
		TEST(another_client_comes_over_the_same_connection),
		TEST(a_field_behind_the_header_is_refused),
		TEST(only_what_is_not_to_be_passed_is_refused),
		TEST(a_message_over_the_doors_limit_is_refused_for_good_unless_it_may_pass),
		TEST(a_recipient_too_many_waits_for_another_transaction),
		TEST(what_the_mta_breaks_off_is_dropped),
		TEST(an_mta_that_leaves_within_a_message_leaves_nothing),
		TEST(a_connection_that_breaks_within_a_message_leaves_nothing),
		TEST(quitting_ends_it_at_any_time),
		TEST(no_message_is_taken_when_memory_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
