/* Sessions of LMTP as a client sees them, over a transaction that remembers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doors/fake_doorway.h"
#include "doors/lmtp.h"
#include "lib/memory.h"
#include "sys/clock.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- dialogues ------------------------------------------------------------------------------ */

/* What the client says, so many octets at a time; then it waits for the end. */
struct saying {
	int fd;
	const char *octets;
	size_t len, step;
};

static void *
say(void *arg)
{
	const struct saying *saying = arg;
	size_t n;

	for (size_t at = 0; at < saying->len; at += n) {
		n = saying->len - at < saying->step ? saying->len - at : saying->step;
		if (send(saying->fd, saying->octets + at, n, MSG_NOSIGNAL) != (ssize_t)n)
			break;
	}
	(void)shutdown(saying->fd, SHUT_WR);
	return NULL;
}

struct told {
	char answers[4096];
	char log[2048];
	struct pb_buf message;
};

static void
hear(int fd, char *to, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, to + len, size - len - 1, 0)) > 0)
		len += (size_t)n;
	to[len] = '\0';
}

/* fail_at: the number of the allocation that fails; 0: none.  ret_failed: whether there was one. */
static struct told
speak_without_memory(struct pb_doorway *doorway, const char *octets, size_t len, size_t step,
    uint64_t fail_at, bool *ret_failed)
{
	struct told told = { .answers = "" };
	struct saying saying = { .octets = octets, .len = len, .step = step };
	struct pb_stream *stream;
	pthread_t client;
	int pair[2];

	doorway->door.name = strdup("copies");
	pb_buf_clear(&doorway->log);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	saying.fd = pair[1];
	assert_int_equal(pb_stream_new(pair[0], pb_sys_clock(), 30000, &stream, NULL), PB_OK);
	assert_int_equal(pthread_create(&client, NULL, say, &saying), 0);
	assert_int_equal(pb_buf_reserve(&doorway->log, 1024), PB_OK);
	assert_int_equal(pb_buf_reserve(&doorway->message, 1024), PB_OK);
	if (fail_at > 0)
		test_memory_fail_own(fail_at, false);
	pb_lmtp_session(doorway, stream);
	*ret_failed = test_memory_restore() > 0;
	assert_int_equal(pthread_join(client, NULL), 0);
	hear(pair[1], told.answers, sizeof(told.answers));
	assert_int_equal(close(pair[1]), 0);
	assert_true(doorway->log.len < sizeof(told.log));
	memcpy(told.log, pb_buf_text(&doorway->log), doorway->log.len + 1);
	if (doorway->message.len > 0)
		told.message = doorway->message;
	else
		pb_buf_done(&doorway->message);
	doorway->message = PB_BUF_EMPTY;
	pb_buf_done(&doorway->log);
	free(doorway->door.name);
	return told;
}

static struct told
speak(struct pb_doorway *doorway, const char *octets, size_t len, size_t step)
{
	bool failed;

	return speak_without_memory(doorway, octets, len, step, 0, &failed);
}

#define GREETING "220 copies LMTP\r\n"
#define HELLO                                                                                      \
	"250-copies\r\n250-PIPELINING\r\n250-SIZE 100000\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"      \
	"250-DSN\r\n250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n"                                   \
	"250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE\r\n"
#define OK "250 2.0.0 OK\r\n"
#define SENDER "250 2.1.0 OK\r\n"
#define TO "250 2.1.5 OK\r\n"
#define GO "354 End with a line of a dot alone\r\n"
#define TAKEN "250 2.0.0 Taken\r\n"
#define LARGE "552 5.3.4 The message is too large\r\n"
#define LATER "451 4.3.0 The message cannot be archived now, try again later\r\n"
#define BYE "221 2.0.0 Bye\r\n"
#define GONE "421 4.3.2 The door is closing\r\n"
#define NO_COMMAND "500 5.5.2 The line is no command, or does not end in CR LF\r\n"
#define NO_RCPT "503 5.5.1 RCPT is expected\r\n"

#define MAIL_RCPT "LHLO mx.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
#define MAIL_RCPT_OK GREETING HELLO SENDER TO
#define KNOWN " mta=mx.example client=unix|"

struct dialogue {
	const char *says;
	size_t len;
	const char *answers, *log, *message;
};
#define DIALOGUE(says, answers, log, message)                                                      \
	{                                                                                          \
		says, sizeof(says) - 1, answers, log, message                                      \
	}

static struct pb_doorway
doorway(enum pb_outcome outcome, bool journal)
{
	return (struct pb_doorway){ .door = { .max_message = 100000, .journal = journal },
		.outcome = outcome };
}

static void
hold(const struct dialogue *rows, size_t count, enum pb_outcome outcome, bool journal)
{
	static const size_t steps[] = { 4096, 1, 7 };
	struct pb_doorway d = doorway(outcome, journal);

	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < COUNT(steps); j++) {
			struct told told = speak(&d, rows[i].says, rows[i].len, steps[j]);

			assert_string_equal(told.answers, rows[i].answers);
			assert_string_equal(told.log, rows[i].log);
			assert_int_equal(told.message.len, strlen(rows[i].message));
			if (told.message.len > 0)
				assert_memory_equal(
				    told.message.data, rows[i].message, told.message.len);
			pb_buf_done(&told.message);
		}
}

static void
a_copy_is_taken_for_each_recipient(void **state)
{
	static const struct dialogue rows[] = {
		DIALOGUE("QUIT\r\n", GREETING BYE, "", ""),
		DIALOGUE("", GREETING, "", ""),
		DIALOGUE(MAIL_RCPT "RCPT TO:<e@d.example> NOTIFY=NEVER\r\nDATA\r\n"
				   "a: b\r\n\r\n..c\r\n.\r\nQUIT\r\n",
		    MAIL_RCPT_OK TO GO TAKEN TAKEN BYE,
		    "a@b.example>c@d.example,e@d.example with=NOTIFY=NEVER" KNOWN "end|",
		    "a: b\r\n\r\n.c\r\n"),
		/* Two of them; the second by BDAT, empty sender, all that the MTA tells. */
		DIALOGUE(MAIL_RCPT
		    "DATA\r\nx\r\n.\r\nXFORWARD NAME=n.example ADDR=192.0.2.1 HELO=h.example\r\n"
		    "XFORWARD IDENT=4Q+41 SOURCE=REMOTE\r\n"
		    "MAIL FROM:<> SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=1\r\n"
		    "RCPT TO:<f@d.example> ORCPT=rfc822;f@d.example\r\n"
		    "BDAT 4\r\ny\r\n.BDAT 6 LAST\r\n\r\n.\r\n\nQUIT\r\n",
		    MAIL_RCPT_OK GO TAKEN OK OK SENDER TO TAKEN TAKEN BYE,
		    "a@b.example>c@d.example" KNOWN "end|"
		    ">f@d.example with=ORCPT=rfc822;f@d.example"
		    " mail=SIZE=9 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=1"
		    " mta=mx.example client=192.0.2.1 name=n.example helo=h.example queue=4QA|end|",
		    "x\r\ny\r\n.\r\n.\r\n\n"),
		DIALOGUE(MAIL_RCPT "BDAT 0 LAST\r\nRSET\r\nNOOP\r\n", MAIL_RCPT_OK TAKEN OK OK,
		    "a@b.example>c@d.example" KNOWN "end|", ""),
	};

	(void)state;
	hold(rows, COUNT(rows), PB_OUTCOME_KEPT, false);
	hold(rows, COUNT(rows), PB_OUTCOME_NOT_OURS, false);
	hold(rows, COUNT(rows), PB_OUTCOME_PASS, false);
}

static void
what_is_not_kept_is_to_come_again(void **state)
{
	static const struct dialogue rows[] = {
		DIALOGUE(MAIL_RCPT "RCPT TO:<e@d.example>\r\nDATA\r\nx\r\n.\r\nRSET\r\n",
		    MAIL_RCPT_OK TO GO LATER LATER OK,
		    "a@b.example>c@d.example,e@d.example" KNOWN "end|", "x\r\n"),
		DIALOGUE(MAIL_RCPT "BDAT 1\r\nxBDAT 1 LAST\r\ny", MAIL_RCPT_OK TAKEN LATER,
		    "a@b.example>c@d.example" KNOWN "end|", "xy"),
	};

	(void)state;
	hold(rows, COUNT(rows), PB_OUTCOME_DEFER, false);
}

/* Nothing but CR LF . CR LF ends a message, and nothing but CR LF a command. */
static void
nothing_is_smuggled(void **state)
{
	static const struct dialogue rows[] = {
		DIALOGUE(MAIL_RCPT "DATA\r\nx\n.\nMAIL FROM:<y@z.example>\r\n.\nDATA\n\n.\r\n"
				   "\r.\r\r\n.\r\nQUIT\r\n",
		    MAIL_RCPT_OK GO TAKEN BYE, "a@b.example>c@d.example" KNOWN "end|",
		    "x\n.\nMAIL FROM:<y@z.example>\r\n\nDATA\n\n.\r\n\r.\r\r\n"),
		DIALOGUE("LHLO mx.example\nNOOP\rQUIT\r\nNO\tOP\r\nQUIT\r\n",
		    GREETING NO_COMMAND NO_COMMAND NO_COMMAND BYE, "", ""),
		/* The octets of a chunk are none, whatever they say. */
		DIALOGUE(MAIL_RCPT "BDAT 9 LAST\r\nQUIT\r\n.\r\nNOOP\r\n", MAIL_RCPT_OK TAKEN OK,
		    "a@b.example>c@d.example" KNOWN "end|", "QUIT\r\n.\r\n"),
		DIALOGUE("LHLO mx.example\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
		    GREETING HELLO NO_RCPT OK, "", ""),
		DIALOGUE(MAIL_RCPT "BDAT x\r\nQUIT\r\n",
		    MAIL_RCPT_OK "501 5.5.4 BDAT size [LAST] is expected\r\n", "", ""),
	};

	(void)state;
	hold(rows, COUNT(rows), PB_OUTCOME_KEPT, false);
}

static void
commands_have_their_order_and_form(void **state)
{
	static const struct dialogue rows[] = {
		DIALOGUE("MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n",
		    GREETING "503 5.5.1 LHLO is expected\r\n503 5.5.1 MAIL is expected\r\n" NO_RCPT,
		    "", ""),
		DIALOGUE("LHLO\r\nEHLO x\r\nHELO x\r\nVRFY a\r\nAUTH PLAIN\r\nSTARTTLS\r\n",
		    GREETING "501 5.5.4 LHLO name is expected\r\n"
			     "502 5.5.1 The command is not served\r\n"
			     "502 5.5.1 The command is not served\r\n"
			     "502 5.5.1 The command is not served\r\n"
			     "502 5.5.1 The command is not served\r\n"
			     "502 5.5.1 STARTTLS is not offered\r\n",
		    "", ""),
		DIALOGUE(MAIL_RCPT "MAIL FROM:<a@b.example>\r\nXFORWARD NAME=x\r\nRCPT TO:<>\r\n"
				   "RCPT TO:<x> SIZE=1\r\nRCPT TO:<x> NOTIFY\r\nRSET\r\nDATA\r\n",
		    MAIL_RCPT_OK "503 5.5.1 A mail has begun\r\n503 5.5.1 A mail has begun\r\n"
				 "501 5.1.3 RCPT TO:<address> is expected\r\n"
				 "555 5.5.4 A parameter is not known\r\n"
				 "501 5.5.4 A parameter has no such value\r\n" OK NO_RCPT,
		    "", ""),
		DIALOGUE("LHLO x\r\nMAIL a\r\nMAIL FROM:<a> SIZE=100001\r\nMAIL FROM:<a> SIZE=x\r\n"
			 "MAIL FROM:<a> BODY=BINARYMIME\r\nMAIL FROM:<a> AUTH=<>\r\n"
			 "MAIL FROM:<a> =\r\nXFORWARD LOGIN=x\r\nMAIL FROM:<a> SIZE=100000\r\n",
		    GREETING HELLO "501 5.1.7 MAIL FROM:<address> is expected\r\n" LARGE
				   "501 5.5.4 A parameter has no such value\r\n"
				   "501 5.5.4 A parameter has no such value\r\n"
				   "555 5.5.4 A parameter is not known\r\n"
				   "501 5.5.4 A parameter is expected\r\n"
				   "501 5.5.4 XFORWARD attribute=value is expected\r\n" SENDER,
		    "", ""),
		/* Between chunks there is no other way than on, or back. */
		DIALOGUE(MAIL_RCPT
		    "BDAT 1\r\nxDATA\r\nRCPT TO:<e@d.example>\r\nRSET\r\nBDAT 1\r\ny",
		    MAIL_RCPT_OK TAKEN "503 5.5.1 BDAT is expected\r\n"
				       "503 5.5.1 MAIL is expected\r\n" OK NO_RCPT,
		    "a@b.example>c@d.example" KNOWN "drop|", "x"),
		/* The client leaves in the middle of a message. */
		DIALOGUE(MAIL_RCPT "DATA\r\nx\r\n.\r", MAIL_RCPT_OK GO,
		    "a@b.example>c@d.example" KNOWN "drop|", "x\r\n"),
		DIALOGUE(MAIL_RCPT "BDAT 2 LAST\r\nx", MAIL_RCPT_OK,
		    "a@b.example>c@d.example" KNOWN "drop|", "x"),
	};

	(void)state;
	hold(rows, COUNT(rows), PB_OUTCOME_KEPT, false);
}

static void
a_client_that_only_errs_is_sent_away(void **state)
{
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, false);
	struct pb_buf says = PB_BUF_EMPTY;
	struct told told;
	char *at;

	(void)state;
	for (int i = 0; i < PB_LIMIT_SMTP_ERRORS; i++)
		assert_int_equal(pb_buf_append_text(&says, "HACK\r\n"), PB_OK);
	assert_int_equal(pb_buf_append_text(&says, "NOOP\r\n"), PB_OK);
	told = speak(&d, (const char *)says.data, says.len, 4096);
	at = strstr(told.answers, "421");
	assert_non_null(at);
	assert_string_equal(at, "421 4.7.0 Too many errors\r\n");
	pb_buf_done(&says);
}

static void
a_line_that_is_too_long_is_refused_once(void **state)
{
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, false);
	char says[3 * PB_LIMIT_SMTP_LINE + 16];
	struct told told;

	(void)state;
	memset(says, 'x', sizeof(says));
	memcpy(says, "NOOP ", 5);
	memcpy(says + sizeof(says) - 8, "\r\nQUIT\r\n", 8);
	told = speak(&d, says, sizeof(says), 4096);
	assert_string_equal(told.answers, GREETING "500 5.5.2 The line is too long\r\n" BYE);
}

/* A mail of so many lines, and no other line in between. */
static struct told
send_lines(struct pb_doorway *d, const char *header, size_t lines, const char *behind)
{
	struct pb_buf says = PB_BUF_EMPTY;
	struct told told;

	assert_int_equal(pb_buf_append_text(&says, MAIL_RCPT "DATA\r\n"), PB_OK);
	assert_int_equal(pb_buf_append_text(&says, header), PB_OK);
	for (size_t i = 0; i < lines; i++)
		assert_int_equal(pb_buf_append_text(&says, "0123456789abcd\r\n"), PB_OK);
	assert_int_equal(pb_buf_append_text(&says, behind), PB_OK);
	assert_int_equal(pb_buf_append_text(&says, ".\r\nNOOP\r\n"), PB_OK);
	told = speak(d, (const char *)says.data, says.len, 4096);
	pb_buf_done(&says);
	return told;
}

/* What becomes of it the transaction says; where it is not to pass, it need not come again. */
static void
a_message_that_is_too_large_is_read_and_refused(void **state)
{
	static const struct {
		enum pb_outcome outcome;
		const char *behind, *answer;
	} rows[] = {
		{ PB_OUTCOME_DEFER, "", LATER },
		{ PB_OUTCOME_DEFER, "x\r\n", LARGE },
		{ PB_OUTCOME_PASS, "x\r\n", TAKEN },
		{ PB_OUTCOME_NOT_OURS, "x\r\n", TAKEN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct pb_doorway d = doorway(rows[i].outcome, false);
		struct told told = send_lines(&d, "", 6250, rows[i].behind);
		char expected[1024];

		snprintf(expected, sizeof(expected), "%s%s%s", MAIL_RCPT_OK GO, rows[i].answer, OK);
		assert_string_equal(told.answers, expected);
		assert_string_equal(told.log, "a@b.example>c@d.example" KNOWN "end|");
		assert_int_equal(told.message.len, 100000 + strlen(rows[i].behind));
		pb_buf_done(&told.message);
	}
}

static void
a_door_that_lets_pass_announces_no_limit(void **state)
{
	static const char says[] = "LHLO x\r\nMAIL FROM:<a> SIZE=100001\r\n";
	struct pb_doorway d = doorway(PB_OUTCOME_PASS, false);
	struct told told;

	(void)state;
	d.door.on_failure = PB_FAILURE_DELIVER;
	told = speak(&d, says, sizeof(says) - 1, 4096);
	assert_non_null(strstr(told.answers, "250-SIZE\r\n"));
	assert_non_null(strstr(told.answers, SENDER));
}

static void
tls_is_offered_where_there_is_a_certificate(void **state)
{
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, false);
	struct told told;

	(void)state;
	d.tls = (struct pb_tls *)&d; /* never looked into */
	told = speak(&d, "LHLO x\r\n", 8, 4096);
	assert_non_null(strstr(told.answers, "250-STARTTLS\r\n"));
}

static void
a_door_that_stops_says_so_behind_the_message(void **state)
{
	static const char says[] = MAIL_RCPT "DATA\r\nx\r\n.\r\nNOOP\r\n";
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, false);
	struct told told;

	(void)state;
	d.stops = true;
	told = speak(&d, says, sizeof(says) - 1, 4096);
	assert_string_equal(told.answers, MAIL_RCPT_OK GO TAKEN GONE);
	pb_buf_done(&told.message);
	told = speak(&d, says, sizeof(says) - 1, 4096);
	assert_string_equal(told.answers, GREETING GONE);
}

/* ---- journal reports ------------------------------------------------------------------------ */

#define REPORT                                                                                     \
	"X-MS-Journal-Report:\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"     \
	"Sender: s@t.example\r\nTo: u@t.example\r\nBcc: v@t.example\r\n--b\r\n"                    \
	"Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz\r\n--b--\r\n"

static void
a_journal_report_is_for_those_whom_it_names(void **state)
{
	static const struct dialogue rows[] = {
		DIALOGUE(MAIL_RCPT "DATA\r\n" REPORT ".\r\n", MAIL_RCPT_OK GO TAKEN,
		    "s@t.example>u@t.example,v@t.example,c@d.example mta=mx.example client=unix"
		    " journal=exchange|end|",
		    REPORT),
		DIALOGUE(MAIL_RCPT "DATA\r\nSubject: z\r\n\r\nno report\r\n.\r\n",
		    MAIL_RCPT_OK GO TAKEN, "a@b.example>c@d.example" KNOWN "end|",
		    "Subject: z\r\n\r\nno report\r\n"),
		DIALOGUE(MAIL_RCPT "DATA\r\n.\r\n", MAIL_RCPT_OK GO TAKEN,
		    "a@b.example>c@d.example" KNOWN "end|", ""),
		/* The client leaves before it is known. */
		DIALOGUE(MAIL_RCPT "BDAT 999 LAST\r\nSubject: z\r\n", MAIL_RCPT_OK, "", ""),
	};

	(void)state;
	hold(rows, COUNT(rows), PB_OUTCOME_KEPT, true);
}

static void
a_report_whose_text_does_not_end_concerns_its_transaction(void **state)
{
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, true);
	const char *head = "X-MS-Journal-Report:\r\nContent-Type: multipart/mixed; boundary=b\r\n"
			   "\r\n--b\r\n\r\nSender: s@t.example\r\nTo: u@t.example\r\n";
	struct told told = send_lines(&d, head, 10, "");

	(void)state;
	assert_string_equal(told.answers, MAIL_RCPT_OK GO TAKEN OK);
	assert_string_equal(
	    told.log, "a@b.example>c@d.example mta=mx.example client=unix journal=exchange|end|");
	pb_buf_done(&told.message);
	/* Longer than what is held of it. */
	d.door.max_message = 4 * PB_LIMIT_JOURNAL_HEAD;
	told = send_lines(&d, head, PB_LIMIT_JOURNAL_HEAD / 16, "--b\r\n");
	assert_string_equal(
	    told.log, "a@b.example>c@d.example mta=mx.example client=unix journal=exchange|end|");
	assert_int_equal(told.message.len, strlen(head) + PB_LIMIT_JOURNAL_HEAD + 5);
	pb_buf_done(&told.message);
}

static size_t
count_of(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

static void
without_memory_nothing_counts_as_taken(void **state)
{
	static const char says[] = MAIL_RCPT "DATA\r\n" REPORT ".\r\nXFORWARD NAME=x\r\n"
					     "MAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\nx\r\n.\r\n";
	struct pb_doorway d = doorway(PB_OUTCOME_KEPT, true);
	bool failed = true;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1; failed; nth++) {
		struct told told =
		    speak_without_memory(&d, says, sizeof(says) - 1, 4096, nth, &failed);

		assert_int_equal(count_of(told.answers, TAKEN), count_of(told.log, "end|"));
		assert_int_equal(count_of(told.log, "end|") < 2, failed);
		assert_int_equal(count_of(told.answers, " 4.3.0 ") > 0, failed);
		pb_buf_done(&told.message);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_is_taken_for_each_recipient),
		cmocka_unit_test(what_is_not_kept_is_to_come_again),
		cmocka_unit_test(nothing_is_smuggled),
		cmocka_unit_test(commands_have_their_order_and_form),
		cmocka_unit_test(a_client_that_only_errs_is_sent_away),
		cmocka_unit_test(a_line_that_is_too_long_is_refused_once),
		cmocka_unit_test(a_message_that_is_too_large_is_read_and_refused),
		cmocka_unit_test(a_door_that_lets_pass_announces_no_limit),
		cmocka_unit_test(tls_is_offered_where_there_is_a_certificate),
		cmocka_unit_test(a_door_that_stops_says_so_behind_the_message),
		cmocka_unit_test(a_journal_report_is_for_those_whom_it_names),
		cmocka_unit_test(a_report_whose_text_does_not_end_concerns_its_transaction),
		cmocka_unit_test(without_memory_nothing_counts_as_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
