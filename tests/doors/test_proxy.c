#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>

#include "doors/dialogue.h"
#include "lib/memory.h"

#define GREETING "N+", "N> 220 next.example ESMTP", "C< 220 next.example ESMTP"
#define HELLO                                                                                      \
	GREETING, "C> EHLO mta.example", "N< EHLO mta.example", "N> 250 next.example",             \
	    "C< 250 next.example"
#define CHUNKS                                                                                     \
	GREETING, "C> EHLO mta.example", "N< EHLO mta.example", "N> 250-next.example",             \
	    "N> 250 chunking", "C< 250-next.example", "C< 250 chunking"
#define FROM                                                                                       \
	"C> MAIL FROM:<anna@kabinett.example>", "N< MAIL FROM:<anna@kabinett.example>",            \
	    "N> 250 2.1.0 Ok", "C< 250 2.1.0 Ok"
#define TO                                                                                         \
	"C> RCPT TO:<ben@labor.example>", "N< RCPT TO:<ben@labor.example>", "N> 250 2.1.5 Ok",     \
	    "C< 250 2.1.5 Ok"
#define DATA "C> DATA", "N< DATA", "N> 354 Go on", "C< 354 Go on"
#define MAIL FROM, TO
#define BEGUN "anna@kabinett.example>ben@labor.example client=unix helo=mta.example|"

/* ---- a message ------------------------------------------------------------------------------ */

static void
a_message_goes_on_when_it_is_kept(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "C. Subject: x\r\n\r\n..a\r\n.\r\n",
	    "N= Subject: x\r\n\r\n..a\r\n.\r\n", "N> 250 2.0.0 Ok: queued as 4T1",
	    "C< 250 2.0.0 Ok: queued as 4T1", "L " BEGUN "end|", "M Subject: x\r\n\r\n.a\r\n",
	    "C> QUIT", "N< QUIT", "N> 221 2.0.0 Bye", "C< 221 2.0.0 Bye", "C!", "N!");
}

static void
a_message_that_may_pass_goes_on(void **state)
{
	static const char *const outcomes[] = { "T PASS", "T NOT_OURS" };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		PLAY(outcomes[i], HELLO, MAIL, DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok",
		    "C< 250 Ok", "L " BEGUN "end|");
}

/* The next hop sees no end of it, and is called again for the next one. */
static void
a_message_that_is_not_kept_is_not_delivered(void **state)
{
	(void)state;
	PLAY("T DEFER", HELLO, MAIL, DATA, "C. a\r\n.\r\n",
	    "C< 451 4.3.0 The message cannot be archived now, try again later", "N!",
	    "L " BEGUN "end|", "M a\r\n", "T KEPT", "C> MAIL FROM:<>", "N+",
	    "N> 220 next.example ESMTP", "N< EHLO mta.example",
	    "N. 250-next.example\r\n250 STARTTLS\r\n", "N< MAIL FROM:<>", "N> 250 2.1.0 Ok",
	    "C< 250 2.1.0 Ok", TO, DATA, "C. b\r\n.\r\n", "N= b\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "L >ben@labor.example client=unix helo=mta.example|end|", "M b\r\n");
}

static void
a_session_may_end_behind_a_message_that_was_not_kept(void **state)
{
	(void)state;
	PLAY("T DEFER", HELLO, MAIL, DATA, "C. a\r\n.\r\nQUIT\r\n",
	    "C< 451 4.3.0 The message cannot be archived now, try again later", "C< 221 2.0.0 Bye",
	    "C!", "N!");
	PLAY("T DEFER", HELLO, MAIL, DATA, "C. a\r\n.\r\n",
	    "C< 451 4.3.0 The message cannot be archived now, try again later", "N!", "C> NOOP",
	    "N+", "N> 421 4.3.2 Full", "C< 421 4.3.2 The next hop takes no mail now, closing", "C!",
	    "N!");
}

static void
an_empty_message_is_one(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "C. .\r\n", "N= .\r\n", "N> 250 Ok", "C< 250 Ok", "L " BEGUN "end|",
	    "M ");
}

static void
octets_pass_as_they_are(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "C. a\\0b\rc\nd\n.e\r.f\r\n.g\xe9\xff\r\r\n..\r\n.\r\n",
	    "N= a\\0b\rc\nd\n.e\r.f\r\n.g\xe9\xff\r\r\n..\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "M a\\0b\rc\nd\n.e\r.f\r\ng\xe9\xff\r\r\n.\r\n");
}

static void
a_message_may_come_octet_by_octet(void **state)
{
	static const char message[] = "a\r\n..b\r\n.\xc3\xa9\r\n...\r\n.c.\r\n\r\n.\r\n";
	struct dialogue d;
	char octet[] = "C. ?";

	(void)state;
	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(&d, (const char *const[]){ HELLO, MAIL, DATA, NULL });
	for (const char *at = message; *at != '\0'; at++) {
		octet[3] = *at;
		play_step(&d, octet);
		usleep(200); /* so that few come together; whether they do decides nothing */
	}
	dialogue_play(
	    &d, (const char *const[]){ "N= a\r\n..b\r\n.\xc3\xa9\r\n...\r\n.c.\r\n\r\n.\r\n",
		    "N> 250 Ok", "C< 250 Ok", "M a\r\n.b\r\n\xc3\xa9\r\n..\r\nc.\r\n\r\n", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

/* CVE-2023-51764: what ends a message for somebody else would let the rest go by. */
static void
a_dot_that_others_take_for_the_end_is_refused(void **state)
{
	static const char *const messages[] = {
		"C. a\n.\nb\r\n.\r\n",
		"C. a\n.\r\nb\r\n.\r\n",
		"C. a\r\n.\nb\r\n.\r\n",
		"C. a\r.\rb\r\n.\r\n",
		"C. a\r.\r\nb\r\n.\r\n",
		"C. a\r\n.\rb\r\n.\r\n",
		"C. a\r\n\n.\r\nb\r\n.\r\n",
		"C. .\nb\r\n.\r\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++)
		PLAY(HELLO, MAIL, DATA, messages[i],
		    "C< 554 5.6.0 A line of a dot alone must begin and end in CR LF", "N!",
		    "L " BEGUN "drop|");
}

static void
a_message_that_is_too_large_is_refused(void **state)
{
	struct dialogue d;
	char line[804] = "C. ";

	(void)state;
	memset(line + 3, 'x', 800);
	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(
	    &d, (const char *const[]){ HELLO, "C> MAIL FROM:<a@b.example> SIZE=1001",
		    "C< 552 5.3.4 The message is too large", MAIL, DATA, line, "C. \r\n", line,
		    "C. \r\n.\r\nNOOP\r\n", "N+", "L " BEGUN "drop|", "N> 220 next.example",
		    "N< EHLO mta.example", "N> 250 Ok", "N< NOOP", "N> 250 Ok",
		    "C= 552 5.3.4 The message is too large\r\n250 Ok\r\n", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

/* ---- the envelope --------------------------------------------------------------------------- */

static void
what_the_next_hop_refused_is_not_of_the_message(void **state)
{
	(void)state;
	PLAY(HELLO, "C> MAIL FROM:<x@y.example>", "N< MAIL FROM:<x@y.example>", "N> 550 5.7.1 No",
	    "C< 550 5.7.1 No", FROM, "C> RCPT TO:<carl@labor.example>",
	    "N< RCPT TO:<carl@labor.example>", "N> 550 5.1.1 Nobody", "C< 550 5.1.1 Nobody", TO,
	    "C> RCPT TO:<dora@labor.example> NOTIFY=NEVER",
	    "N< RCPT TO:<dora@labor.example> NOTIFY=NEVER", "N. 250-2.1.5 One\r\n250 2.1.5 Ok\r\n",
	    "C< 250-2.1.5 One", "C< 250 2.1.5 Ok", DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n",
	    "N> 250 Ok", "C< 250 Ok",
	    "L anna@kabinett.example>ben@labor.example,dora@labor.example with=NOTIFY=NEVER "
	    "client=unix helo=mta.example|end|");
	PLAY(HELLO, FROM, "C> RCPT TO:<carl@labor.example>", "N< RCPT TO:<carl@labor.example>",
	    "N> 450 4.2.0 Later", "C< 450 4.2.0 Later", "C> DATA", "C< 503 5.5.1 RCPT is expected",
	    "C> RSET", "N< RSET", "N> 250 Ok", "C< 250 Ok", "L ");
}

/* As Postfix does with strict_rfc821_envelopes = no. */
static void
addresses_may_stand_without_brackets(void **state)
{
	(void)state;
	PLAY(HELLO, "C> mail from: anna@kabinett.example  SIZE=5 BODY=8BITMIME",
	    "N< mail from: anna@kabinett.example  SIZE=5 BODY=8BITMIME", "N> 250 Ok", "C< 250 Ok",
	    "C> RCPT TO:ben@labor.example", "N< RCPT TO:ben@labor.example", "N> 250 Ok",
	    "C< 250 Ok", "C> RCPT TO:", "C< 501 5.5.4 RCPT TO:<address> is expected",
	    "C> RCPT TO:<ben", "C< 501 5.5.4 RCPT TO:<address> is expected", DATA, "C. a\r\n.\r\n",
	    "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "L anna@kabinett.example>ben@labor.example mail=SIZE=5 BODY=8BITMIME client=unix "
	    "helo=mta.example|end|");
}

/* The next hop may understand it, and deliver to whom the door does not see. */
static void
an_address_that_may_be_read_in_two_ways_is_refused(void **state)
{
#define ODD(address) "C> RCPT TO:" address, "C< 501 5.1.3 RCPT TO:<local-part@domain> is expected"
	(void)state;
	PLAY(HELLO, FROM, ODD("<ben>"), ODD("ben"), ODD("<ben@labor.example.>"),
	    ODD("<ben(x)@labor.example>"), ODD("<x:ben@labor.example;>"), "C> RCPT TO:<Postmaster>",
	    "N< RCPT TO:<Postmaster>", "N> 250 Ok", "C< 250 Ok", "L ");
#undef ODD
}

static void
the_mta_tells_of_its_client(void **state)
{
	(void)state;
	PLAY(HELLO, "C> XFORWARD NAME=mx.sender.example ADDR=192.0.2.9 PORT=4711",
	    "N< XFORWARD NAME=mx.sender.example ADDR=192.0.2.9 PORT=4711", "N> 250 Ok", "C< 250 Ok",
	    "C> XFORWARD HELO=sender.example IDENT=4T1 PROTO=ESMTP SOURCE=REMOTE",
	    "N< XFORWARD HELO=sender.example IDENT=4T1 PROTO=ESMTP SOURCE=REMOTE", "N> 250 Ok",
	    "C< 250 Ok", MAIL, "C> XFORWARD NAME=[UNAVAILABLE]", "C< 503 5.5.1 A mail has begun",
	    DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "L anna@kabinett.example>ben@labor.example mta=mta.example client=192.0.2.9 "
	    "name=mx.sender.example helo=sender.example queue=4T1|end|",
	    MAIL, DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "L " BEGUN "end|");
}

static void
reset_and_ehlo_end_a_mail(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, "C> RSET", "N< RSET", "N> 250 Ok", "C< 250 Ok", "C> DATA",
	    "C< 503 5.5.1 RCPT is expected", MAIL, "C> HELO other.example", "N< HELO other.example",
	    "N> 250 next.example", "C< 250 next.example", "C> RCPT TO:<ben@labor.example>",
	    "C< 503 5.5.1 MAIL is expected", MAIL, "C> MAIL FROM:<>",
	    "C< 503 5.5.1 A mail has begun", DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok",
	    "C< 250 Ok",
	    "L anna@kabinett.example>ben@labor.example client=unix helo=other.example|end|");
}

static void
recipients_have_a_limit(void **state)
{
	struct dialogue d;

	(void)state;
	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(&d, (const char *const[]){ HELLO, FROM, NULL });
	for (size_t i = 0; i < PB_LIMIT_SMTP_RECIPIENTS; i++)
		dialogue_play(&d, (const char *const[]){ TO, NULL });
	dialogue_play(&d, (const char *const[]){ "C> RCPT TO:<ben@labor.example>",
			      "C< 452 4.5.3 Too many recipients", DATA, "C. a\r\n.\r\n",
			      "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

/* ---- commands ------------------------------------------------------------------------------- */

static void
only_extensions_that_are_understood_are_offered(void **state)
{
	(void)state;
	PLAY(GREETING, "C> EHLO mta.example", "N< EHLO mta.example",
	    "N. 250-next.example\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n"
	    "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-AUTH=LOGIN\r\n250-XCLIENT NAME ADDR\r\n"
	    "250-XFORWARD NAME ADDR\r\n250-8bitmime\r\n250-ETRN\r\n250-SIZEX\r\n250 BURL\r\n",
	    "C= 250-next.example\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-XFORWARD NAME ADDR\r\n"
	    "250 8bitmime\r\n",
	    "C> EHLO mta.example", "N< EHLO mta.example",
	    "N. 250-next.example\r\n250-SIZE 200\r\n250-SIZE\r\n250-SIZE 0\r\n250-DSN\r\n"
	    "250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n",
	    "C= 250-next.example\r\n250-SIZE 200\r\n250-SIZE 1000\r\n250-SIZE 1000\r\n250-DSN\r\n"
	    "250-SMTPUTF8\r\n250-CHUNKING\r\n250 ENHANCEDSTATUSCODES\r\n",
	    "C> EHLO mta.example", "N< EHLO mta.example", "N. 250-next.example\r\n250 STARTTLS\r\n",
	    "C< 250 next.example", "C> EHLO mta.example", "N< EHLO mta.example", "N> 502 No",
	    "C< 502 No");
}

static void
what_would_hide_mail_is_not_passed_on(void **state)
{
	(void)state;
	PLAY(HELLO, "C> STARTTLS", "C< 502 5.5.1 The command is not understood", "C> AUTH PLAIN",
	    "C< 502 5.5.1 The command is not understood", "C> XCLIENT NAME=x",
	    "C< 502 5.5.1 The command is not understood", "C> LHLO x",
	    "C< 502 5.5.1 The command is not understood", "C> ETRN x",
	    "C< 502 5.5.1 The command is not understood", "C> ",
	    "C< 502 5.5.1 The command is not understood", "C> NOOP", "N< NOOP", "N> 250 Ok",
	    "C< 250 Ok", "C> VRFY ben", "N< VRFY ben", "N> 252 Perhaps", "C< 252 Perhaps",
	    "C> HELP", "N< HELP", "N> 214 No", "C< 214 No");
}

static void
what_is_no_command_is_refused(void **state)
{
	static const char *const lines[] = { "C. NOOP\n", "C. NOOP\rMAIL\r\n", "C. NO\\0OP\r\n",
		"C. NOOP\t\r\n" };
	char line[PB_LIMIT_SMTP_LINE * 3 + 6] = "C> ";

	(void)state;
	memset(line + 3, 'x', sizeof(line) - 4);
	for (size_t i = 0; i < 4; i++)
		PLAY(GREETING, lines[i],
		    "C< 500 5.5.2 The line is no command, or does not end in CR LF", "C> QUIT",
		    "N< QUIT", "N> 221 Bye", "C< 221 Bye");
	PLAY(GREETING, line, "C< 500 5.5.2 The line is too long", "C> QUIT", "N< QUIT",
	    "N> 221 Bye", "C< 221 Bye");
	PLAY(HELLO, "C> MAIL <a@b.example>", "C< 501 5.5.4 MAIL FROM:<address> is expected", FROM,
	    "C> RCPT FROM:<a@b.example>", "C< 501 5.5.4 RCPT TO:<address> is expected");
}

static void
a_session_of_mistakes_ends(void **state)
{
	struct dialogue d;

	(void)state;
	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(&d, (const char *const[]){ HELLO, NULL });
	for (size_t i = 1; i < PB_LIMIT_SMTP_ERRORS; i++)
		dialogue_play(
		    &d, (const char *const[]){ "C> DATA", "C< 503 5.5.1 RCPT is expected", NULL });
	dialogue_play(&d, (const char *const[]){ "C> DATA", "C< 421 4.7.0 Too many errors, closing",
			      "C!", "N!", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

/* RFC 2920 */
static void
a_client_need_not_wait(void **state)
{
	(void)state;
	PLAY(HELLO,
	    "C. MAIL FROM:<a@x.example>\r\nRCPT TO:<b@y.example>\r\nRCPT "
	    "TO:<c@y.example>\r\nDATA\r\n",
	    "N< MAIL FROM:<a@x.example>", "N> 250 1", "N< RCPT TO:<b@y.example>", "N> 250 2",
	    "N< RCPT TO:<c@y.example>", "N> 550 3", "N< DATA", "N> 354 4",
	    "C= 250 1\r\n250 2\r\n550 3\r\n354 4\r\n",
	    "C. a\r\n.\r\nMAIL FROM:<b@y.example>\r\nQUIT\r\n", "N= a\r\n.\r\n", "N> 250 5",
	    "N< MAIL FROM:<b@y.example>", "N> 250 6", "N< QUIT", "N> 221 7",
	    "C= 250 5\r\n250 6\r\n221 7\r\n", "C!", "N!",
	    "L a@x.example>b@y.example client=unix helo=mta.example|end|");
}

/* ---- the next hop --------------------------------------------------------------------------- */

static void
a_next_hop_that_takes_no_mail_is_told_of(void **state)
{
	struct dialogue d;

	(void)state;
	PLAY("N+", "N. 554-5.3.2 Not today\r\n554 Bye\r\n", "C= 554-5.3.2 Not today\r\n554 Bye\r\n",
	    "C!", "N!");
	PLAY("N+", "N> SSH-2.0", "C< 421 4.3.2 The next hop takes no mail now, closing", "C!");
	PLAY("N+", "N-", "C< 421 4.3.2 The next hop takes no mail now, closing", "C!");
	dialogue_init(&d);
	shut(&d.listening);
	dialogue_connect(&d);
	dialogue_play(&d, (const char *const[]){
			      "C< 421 4.3.2 The next hop takes no mail now, closing", "C!", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

static void
what_the_next_hop_answers_to_a_message_is_told(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, "C> DATA", "N< DATA", "N> 451 4.3.0 Later", "C< 451 4.3.0 Later", "L ",
	    DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 554 5.7.1 Spam", "C< 554 5.7.1 Spam",
	    "L " BEGUN "end|", MAIL, DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n",
	    "N. 452-4.3.1 Disk\r\n452 4.3.1 full\r\n", "C= 452-4.3.1 Disk\r\n452 4.3.1 full\r\n",
	    "L " BEGUN "end|");
}

static void
a_next_hop_that_is_lost_with_a_message_is_called_again(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N-",
	    "C< 451 4.4.2 The connection to the next hop is lost", "L " BEGUN "end|", "C> NOOP",
	    "N+", "N> 220 next.example", "N< EHLO mta.example", "N> 250 Ok", "N< NOOP", "N> 250 Ok",
	    "C< 250 Ok");
	PLAY(HELLO, MAIL, DATA, "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> What?",
	    "C< 451 4.4.2 The connection to the next hop is lost");
}

static void
a_next_hop_that_is_lost_otherwise_ends_the_session(void **state)
{
	(void)state;
	PLAY(HELLO, "C> NOOP", "N< NOOP", "N-",
	    "C< 421 4.4.2 The connection to the next hop is lost, closing", "C!");
	PLAY(HELLO, MAIL, "C> DATA", "N< DATA", "N> 421 4.3.2 Stopping", "C< 421 4.3.2 Stopping",
	    "C!", "N!");
	PLAY(HELLO, "C> NOOP", "N< NOOP", "N. 250-a\r\n251 b\r\n",
	    "C< 421 4.4.2 The connection to the next hop is lost, closing", "C!", "N!");
}

static void
a_reply_without_end_is_not_taken(void **state)
{
	struct dialogue d;
	char line[1004] = "N> 250-";

	(void)state;
	memset(line + 7, 'x', 996);
	dialogue_init(&d);
	dialogue_connect(&d);
	dialogue_play(&d, (const char *const[]){ HELLO, "C> HELP", "N< HELP", NULL });
	for (size_t len = 0; len <= PB_LIMIT_SMTP_REPLY; len += 1002)
		play_step(&d, line);
	dialogue_play(
	    &d, (const char *const[]){
		    "C< 421 4.4.2 The connection to the next hop is lost, closing", "C!", NULL });
	dialogue_end(&d);
	dialogue_done(&d);
}

/* ---- the client leaves ---------------------------------------------------------------------- */

static void
a_message_without_end_is_dropped(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "C. a\r\n.\r", "C-", "N!", "L " BEGUN "drop|");
	PLAY(CHUNKS, MAIL, "C> BDAT 5", "C. ab", "C-", "N!", "L " BEGUN "drop|");
	PLAY(CHUNKS, MAIL, "C. BDAT 2\r\nab", "N= BDAT 2\r\nab", "N> 250 Ok", "C< 250 Ok", "C-",
	    "N!", "L " BEGUN "drop|");
}

/* ---- the door itself ------------------------------------------------------------------------ */

static void
a_session_ends_behind_its_message(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, DATA, "S", "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok",
	    "C< 421 4.3.2 The door is closing", "C!", "N!", "L " BEGUN "end|");
	PLAY("S", GREETING, "C< 421 4.3.2 The door is closing", "C!", "N!");
}

/* A next hop that answers as it should, without a script; and what the client hears. */
struct obliging {
	int listening, hop, client;
	char line[128], heard[4096];
	size_t line_len, heard_len;
	bool in_data;
	unsigned ended;
};

/* Whether anybody hears it or not. */
static void
tell(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static void
oblige(struct obliging *o)
{
	const bool end = o->in_data && strcmp(o->line, ".\r\n") == 0;
	const bool begin = !o->in_data && strcmp(o->line, "DATA\r\n") == 0;

	o->ended += end;
	if (begin)
		tell(o->hop, "354 Go on\r\n");
	else if (end || !o->in_data)
		tell(o->hop, "250 Ok\r\n");
	o->in_data = begin || (o->in_data && !end);
	o->line_len = 0;
}

static void
hear_hop(struct obliging *o)
{
	char *at = o->line + o->line_len;

	if (recv(o->hop, at, 1, 0) <= 0) {
		shut(&o->hop);
		return;
	}
	at[1] = '\0';
	if (++o->line_len + 1 == sizeof(o->line) || *at == '\n')
		oblige(o);
}

static bool
hear_client(struct obliging *o)
{
	ssize_t n =
	    recv(o->client, o->heard + o->heard_len, sizeof(o->heard) - o->heard_len - 1, 0);

	o->heard_len += n > 0 ? (size_t)n : 0;
	o->heard[o->heard_len] = '\0';
	return n > 0;
}

static void
call_hop(struct obliging *o)
{
	shut(&o->hop);
	o->hop = accept(o->listening, NULL, NULL);
	assert_true(o->hop >= 0);
	o->in_data = false;
	o->line_len = 0;
	tell(o->hop, "220 next.example\r\n");
}

/* Until the proxy closes the client's connection. */
static void
oblige_all(struct obliging *o)
{
	bool open = true;

	while (open) {
		struct pollfd p[3] = { { o->listening, POLLIN, 0 }, { o->hop, POLLIN, 0 },
			{ o->client, POLLIN, 0 } };

		assert_true(poll(p, 3, 20000) > 0);
		if (p[0].revents != 0)
			call_hop(o);
		else if (p[1].revents != 0)
			hear_hop(o);
		else
			open = hear_client(o);
	}
	shut(&o->hop);
}

/* How many messages the client was told are taken. */
static size_t
told_taken(const char *heard)
{
	size_t count = 0;

	for (; (heard = strstr(heard, "354 Go on\r\n250 ")) != NULL; heard += 15)
		count++;
	return count;
}

static void
without_memory_nothing_passes_that_is_not_kept(void **state)
{
	static const char says[] =
	    "EHLO mta.example\r\nXFORWARD NAME=x\r\nMAIL FROM:<a@b.example>\r\n"
	    "RCPT TO:<c@b.example>\r\nRCPT TO:<d@b.example>\r\nDATA\r\na\r\n"
	    ".\r\nMAIL FROM:<>\r\nRCPT TO:<c@b.example>\r\nDATA\r\nb\r\n.\r\n";
	uint64_t failed = 1;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1; failed > 0; nth++) {
		struct obliging o = { .hop = -1 };
		struct dialogue d;

		dialogue_init(&d);
		assert_int_equal(pb_buf_reserve(&d.doorway.log, 1000), PB_OK);
		assert_int_equal(pb_buf_reserve(&d.doorway.message, 1000), PB_OK);
		dialogue_prepare(&d);
		test_memory_fail_own(nth, false);
		dialogue_go(&d);
		tell(d.client, says);
		(void)shutdown(d.client, SHUT_WR);
		o.listening = d.listening;
		o.client = d.client;
		oblige_all(&o);
		pthread_join(d.thread, NULL);
		failed = test_memory_restore();
		assert_int_equal(o.ended, d.doorway.kept);
		assert_int_equal(told_taken(o.heard), d.doorway.kept);
		assert_int_equal(d.doorway.kept < 2, failed);
		shut(&d.client);
		dialogue_done(&d);
	}
}

/* ---- BDAT (RFC 3030) ------------------------------------------------------------------------ */

static void
the_last_chunk_is_held_back_until_all_is_kept(void **state)
{
	(void)state;
	PLAY(CHUNKS, MAIL, "C. BDAT 3\r\n.\r\n", "N= BDAT 3\r\n.\r\n", "N> 250 3 octets",
	    "C< 250 3 octets", "C. BDAT 4 LAST\r\na\nb\\0", "N= BDAT 4\r\na\nb\\0",
	    "N> 250 4 octets", "N< BDAT 0 LAST", "N> 250 2.0.0 Ok", "C< 250 2.0.0 Ok",
	    "L " BEGUN "end|", "M .\r\na\nb\\0");
	PLAY("T DEFER", CHUNKS, MAIL, "C. BDAT 2 last\r\nab", "N= BDAT 2\r\nab", "N> 250 Ok", "N!",
	    "C< 451 4.3.0 The message cannot be archived now, try again later", "L " BEGUN "end|");
	PLAY(CHUNKS, MAIL, "C> BDAT 0 LAST", "N< BDAT 0", "N> 250 Ok", "N< BDAT 0 LAST",
	    "N> 554 5.6.0 Empty", "C< 554 5.6.0 Empty", "L " BEGUN "end|", "M ");
}

static void
a_chunk_that_is_refused_ends_the_message(void **state)
{
	(void)state;
	PLAY(CHUNKS, MAIL, "C. BDAT 2\r\nab", "N= BDAT 2\r\nab", "N> 452 4.3.1 Full",
	    "C< 452 4.3.1 Full", "L " BEGUN "drop|", "C. BDAT 6 LAST\r\nRSET\r\n",
	    "C< 503 5.5.1 RCPT is expected", "C> RSET", "N< RSET", "N> 250 Ok", "C< 250 Ok");
	PLAY(CHUNKS, MAIL, "C. BDAT 2\r\nab", "N= BDAT 2\r\nab", "N-",
	    "C< 451 4.4.2 The connection to the next hop is lost", "L " BEGUN "drop|");
}

static void
chunks_have_their_order(void **state)
{
	(void)state;
	PLAY(CHUNKS, "C. BDAT 6\r\nQUIT\r\n", "C< 503 5.5.1 RCPT is expected", MAIL,
	    "C. BDAT 2\r\nab", "N= BDAT 2\r\nab", "N> 250 Ok", "C< 250 Ok", "C> DATA",
	    "C< 503 5.5.1 RCPT is expected", "C> RCPT TO:<ben@labor.example>",
	    "C< 503 5.5.1 MAIL is expected", "C> MAIL FROM:<>", "C< 503 5.5.1 A mail has begun",
	    "C> RSET", "N< RSET", "N> 250 Ok", "C< 250 Ok", "L " BEGUN "drop|");
	PLAY(CHUNKS, MAIL, "C> BDAT -1", "C< 501 5.5.4 BDAT octets [LAST] is expected, closing",
	    "C!", "N!");
}

static void
chunks_that_are_too_large_are_refused(void **state)
{
	(void)state;
	PLAY(CHUNKS, MAIL, "C. BDAT 2\r\nab", "N= BDAT 2\r\nab", "N> 250 Ok", "C< 250 Ok",
	    "C> BDAT 999 LAST", "N!", "C-", "L " BEGUN "drop|");
}

/* To a next hop that does not know BDAT a chunk would be commands, and mail that was never seen. */
static void
chunks_come_only_where_they_are_offered(void **state)
{
	(void)state;
	PLAY(HELLO, MAIL, "C. BDAT 6 LAST\r\nRSET\r\n", "C< 502 5.5.1 BDAT is not offered", DATA,
	    "C. a\r\n.\r\n", "N= a\r\n.\r\n", "N> 250 Ok", "C< 250 Ok", "L " BEGUN "end|");
	PLAY(CHUNKS, "C> HELO mta.example", "N< HELO mta.example", "N> 250 next.example",
	    "C< 250 next.example", MAIL, "C. BDAT 1\r\na", "C< 502 5.5.1 BDAT is not offered");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_goes_on_when_it_is_kept),
		cmocka_unit_test(a_message_that_may_pass_goes_on),
		cmocka_unit_test(a_message_that_is_not_kept_is_not_delivered),
		cmocka_unit_test(a_session_may_end_behind_a_message_that_was_not_kept),
		cmocka_unit_test(an_empty_message_is_one),
		cmocka_unit_test(octets_pass_as_they_are),
		cmocka_unit_test(a_message_may_come_octet_by_octet),
		cmocka_unit_test(a_dot_that_others_take_for_the_end_is_refused),
		cmocka_unit_test(a_message_that_is_too_large_is_refused),
		cmocka_unit_test(what_the_next_hop_refused_is_not_of_the_message),
		cmocka_unit_test(addresses_may_stand_without_brackets),
		cmocka_unit_test(an_address_that_may_be_read_in_two_ways_is_refused),
		cmocka_unit_test(the_mta_tells_of_its_client),
		cmocka_unit_test(reset_and_ehlo_end_a_mail),
		cmocka_unit_test(recipients_have_a_limit),
		cmocka_unit_test(only_extensions_that_are_understood_are_offered),
		cmocka_unit_test(what_would_hide_mail_is_not_passed_on),
		cmocka_unit_test(what_is_no_command_is_refused),
		cmocka_unit_test(a_session_of_mistakes_ends),
		cmocka_unit_test(a_client_need_not_wait),
		cmocka_unit_test(a_next_hop_that_takes_no_mail_is_told_of),
		cmocka_unit_test(what_the_next_hop_answers_to_a_message_is_told),
		cmocka_unit_test(a_next_hop_that_is_lost_with_a_message_is_called_again),
		cmocka_unit_test(a_next_hop_that_is_lost_otherwise_ends_the_session),
		cmocka_unit_test(a_reply_without_end_is_not_taken),
		cmocka_unit_test(a_message_without_end_is_dropped),
		cmocka_unit_test(a_session_ends_behind_its_message),
		cmocka_unit_test(without_memory_nothing_passes_that_is_not_kept),
		cmocka_unit_test(the_last_chunk_is_held_back_until_all_is_kept),
		cmocka_unit_test(a_chunk_that_is_refused_ends_the_message),
		cmocka_unit_test(chunks_have_their_order),
		cmocka_unit_test(chunks_come_only_where_they_are_offered),
		cmocka_unit_test(chunks_that_are_too_large_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
