/*
 * The LMTP door (RFC 2033): an MTA hands in copies of mail, or journal reports.  It answers for a
 * message when all archives that it concerns have committed.
 */
#include "doors/lmtp.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define CLOSING "421 4.3.2 The door is closing\r\n"
#define NO_MEMORY "451 4.3.0 Out of memory, try again later\r\n"

/* What can no longer be said shows when something is read. */
void
pb_lmtp_say(struct pb_lmtp *p, const char *line)
{
	if (pb_stream_write(p->client, line, strlen(line), NULL) != PB_OK)
		p->over = true;
}

void
pb_lmtp_refuse(struct pb_lmtp *p, const char *line)
{
	pb_lmtp_say(p, line);
	if (++p->refused < PB_LIMIT_SMTP_ERRORS)
		return;
	pb_lmtp_say(p, "421 4.7.0 Too many errors\r\n");
	p->over = true;
}

void
pb_lmtp_forget(struct pb_lmtp *p)
{
	pb_lmtp_message_drop(&p->message);
	pb_smtp_envelope_reset(&p->envelope);
}

/* ---- commands ------------------------------------------------------------------------------- */

/* Where the policy may let pass what is not kept, only its end tells what becomes of a message. */
static bool
has_limit(const struct pb_lmtp *p)
{
	return p->door->on_failure == PB_FAILURE_DEFER;
}

static void
say_hello(struct pb_lmtp *p, struct pb_smtp_text name)
{
	const bool tls =
	    pb_doorway_tls(p->doorway) != NULL && pb_stream_tls_version(p->client) == NULL;
	char text[512], size[22] = " "; /* and a number */

	if (name.len == 0 || name.len >= sizeof(p->hello)) {
		pb_lmtp_refuse(p, "501 5.5.4 LHLO name is expected\r\n");
		return;
	}
	memcpy(p->hello, name.at, name.len);
	p->hello[name.len] = '\0';
	pb_lmtp_forget(p);
	(void)pb_decimal_format(p->door->max_message, size + 1);
	(void)snprintf(text, sizeof(text),
	    "250-%s\r\n250-PIPELINING\r\n250-SIZE%s\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n"
	    "250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n%s250 XFORWARD " PB_SMTP_FORWARDED "\r\n",
	    p->door->name, has_limit(p) ? size : "", tls ? "250-STARTTLS\r\n" : "");
	pb_lmtp_say(p, text);
}

/* RFC 3207: what was said before it is forgotten. */
static void
start_tls(struct pb_lmtp *p)
{
	struct pb_tls *tls = pb_doorway_tls(p->doorway);

	if (tls == NULL || pb_stream_tls_version(p->client) != NULL) {
		pb_lmtp_refuse(p, "502 5.5.1 STARTTLS is not offered\r\n");
		return;
	}
	pb_lmtp_say(p, "220 2.0.0 Begin\r\n");
	if (pb_stream_flush(p->client, NULL) != PB_OK ||
	    pb_stream_starttls(p->client, tls, NULL) != PB_OK)
		p->over = true;
	pb_lmtp_forget(p);
	p->hello[0] = '\0';
}

/* Why a parameter of MAIL is not taken; NULL: it is. */
static const char *
mail_fault(const struct pb_lmtp *p, struct pb_smtp_text keyword, struct pb_smtp_text value)
{
	static const char unfit[] = "501 5.5.4 A parameter has no such value\r\n";
	uint64_t size;

	if (pb_smtp_is(keyword, "SIZE")) { /* RFC 1870 */
		if (!pb_decimal_parse(value.at, value.len, &size))
			return unfit;
		if (size > p->door->max_message && has_limit(p))
			return "552 5.3.4 The message is too large\r\n";
		return NULL;
	}
	if (pb_smtp_is(keyword, "BODY")) /* RFC 6152 */
		return pb_smtp_is(value, "7BIT") || pb_smtp_is(value, "8BITMIME") ? NULL : unfit;
	if (pb_smtp_is(keyword, "SMTPUTF8")) /* RFC 6531 */
		return value.at == NULL ? NULL : unfit;
	if (pb_smtp_is(keyword, "RET")) /* RFC 3461 */
		return pb_smtp_is(value, "FULL") || pb_smtp_is(value, "HDRS") ? NULL : unfit;
	if (pb_smtp_is(keyword, "ENVID"))
		return value.at != NULL ? NULL : unfit;
	return "555 5.5.4 A parameter is not known\r\n";
}

/* RFC 3461; they are kept as they stand. */
static const char *
recipient_fault(struct pb_smtp_text keyword, struct pb_smtp_text value)
{
	if (!pb_smtp_is(keyword, "NOTIFY") && !pb_smtp_is(keyword, "ORCPT"))
		return "555 5.5.4 A parameter is not known\r\n";
	return value.at != NULL ? NULL : "501 5.5.4 A parameter has no such value\r\n";
}

static const char *
fault_of(const struct pb_lmtp *p, struct pb_smtp_text parameters, bool of_mail)
{
	struct pb_smtp_text keyword, value;
	const char *fault = NULL;

	while (fault == NULL && pb_smtp_parameter(&parameters, &keyword, &value))
		fault = of_mail ? mail_fault(p, keyword, value) : recipient_fault(keyword, value);
	if (fault == NULL && parameters.len > 0)
		fault = "501 5.5.4 A parameter is expected\r\n";
	return fault;
}

static void
begin_mail(struct pb_lmtp *p, struct pb_smtp_text argument)
{
	struct pb_smtp_path path;
	const char *fault;

	if (p->hello[0] == '\0' || p->envelope.begun)
		pb_lmtp_refuse(p, p->envelope.begun ? "503 5.5.1 A mail has begun\r\n"
						    : "503 5.5.1 LHLO is expected\r\n");
	else if (!pb_smtp_path(argument, "FROM:", &path))
		pb_lmtp_refuse(p, "501 5.1.7 MAIL FROM:<address> is expected\r\n");
	else if ((fault = fault_of(p, path.parameters, true)) != NULL)
		pb_lmtp_refuse(p, fault);
	else if (pb_smtp_envelope_mail(&p->envelope, &path, NULL) != PB_OK)
		pb_lmtp_say(p, NO_MEMORY);
	else
		pb_lmtp_say(p, "250 2.1.0 OK\r\n");
}

static void
add_recipient(struct pb_lmtp *p, struct pb_smtp_text argument)
{
	struct pb_smtp_path path;
	enum pb_status status;
	const char *fault;

	if (!p->envelope.begun || p->message.open) {
		pb_lmtp_refuse(p, "503 5.5.1 MAIL is expected\r\n");
	} else if (!pb_smtp_path(argument, "TO:", &path) || path.address.len == 0) {
		pb_lmtp_refuse(p, "501 5.1.3 RCPT TO:<address> is expected\r\n");
	} else if ((fault = fault_of(p, path.parameters, false)) != NULL) {
		pb_lmtp_refuse(p, fault);
	} else {
		status = pb_smtp_envelope_recipient(&p->envelope, &path, NULL);
		pb_lmtp_say(p, status == PB_OK       ? "250 2.1.5 OK\r\n"
			       : status == PB_ELIMIT ? "452 4.5.3 Too many recipients\r\n"
						     : NO_MEMORY);
	}
}

static void
forward(struct pb_lmtp *p, struct pb_smtp_text argument)
{
	if (p->envelope.begun)
		pb_lmtp_refuse(p, "503 5.5.1 A mail has begun\r\n");
	else if (!pb_smtp_envelope_forward(&p->envelope, argument))
		pb_lmtp_refuse(p, "501 5.5.4 XFORWARD attribute=value is expected\r\n");
	else
		pb_lmtp_say(p, "250 2.0.0 OK\r\n");
}

static void
obey(struct pb_lmtp *p, const struct pb_smtp_command *command)
{
	switch (command->verb) {
	case PB_SMTP_LHLO:
		say_hello(p, command->argument);
		break;
	case PB_SMTP_STARTTLS:
		start_tls(p);
		break;
	case PB_SMTP_XFORWARD:
		forward(p, command->argument);
		break;
	case PB_SMTP_MAIL:
		begin_mail(p, command->argument);
		break;
	case PB_SMTP_RCPT:
		add_recipient(p, command->argument);
		break;
	case PB_SMTP_DATA:
		pb_lmtp_data(p);
		break;
	case PB_SMTP_BDAT:
		pb_lmtp_bdat(p, command->argument);
		break;
	case PB_SMTP_RSET:
		pb_lmtp_forget(p);
		pb_lmtp_say(p, "250 2.0.0 OK\r\n");
		break;
	case PB_SMTP_NOOP:
		pb_lmtp_say(p, "250 2.0.0 OK\r\n");
		break;
	case PB_SMTP_QUIT:
		pb_lmtp_say(p, "221 2.0.0 Bye\r\n");
		p->over = true;
		break;
	case PB_SMTP_AUTH:
	case PB_SMTP_EHLO: /* RFC 2033 4.1 */
	case PB_SMTP_EXPN:
	case PB_SMTP_HELO:
	case PB_SMTP_HELP:
	case PB_SMTP_VRFY:
	case PB_SMTP_UNKNOWN:
		pb_lmtp_refuse(p, "502 5.5.1 The command is not served\r\n");
		break;
	}
}

/* ---- session -------------------------------------------------------------------------------- */

/* A line that is too long is read to its end, and refused once. */
static void
serve_line(struct pb_lmtp *p)
{
	struct pb_smtp_command command;
	enum pb_status status;
	const uint8_t *line;
	bool too_long = false;
	size_t len;

	while ((status = pb_stream_line(p->client, PB_LIMIT_SMTP_LINE, &line, &len, NULL)) ==
	       PB_ELIMIT)
		too_long = true;
	if (status != PB_OK) {
		/* Where a door stops, nothing more can be read. */
		if (pb_doorway_stopping(p->doorway))
			pb_lmtp_say(p, CLOSING);
		else if (status != PB_EEND)
			pb_lmtp_say(p, "421 4.4.2 Nothing came for too long\r\n");
		p->over = true;
	} else if (too_long) {
		pb_lmtp_refuse(p, "500 5.5.2 The line is too long\r\n");
	} else if (!pb_smtp_command(line, len, &command)) {
		pb_lmtp_refuse(p, "500 5.5.2 The line is no command, or does not end in CR LF\r\n");
	} else {
		obey(p, &command);
	}
}

static void
serve(struct pb_lmtp *p)
{
	char greeting[64];

	(void)snprintf(greeting, sizeof(greeting), "220 %s LMTP\r\n", p->door->name);
	pb_lmtp_say(p, greeting);
	/* RFC 2920 3.2: answers may wait while commands do. */
	while (!p->over &&
	       (pb_stream_waiting(p->client) > 0 || pb_stream_flush(p->client, NULL) == PB_OK)) {
		if (!pb_doorway_stopping(p->doorway)) {
			serve_line(p);
		} else {
			pb_lmtp_say(p, CLOSING);
			p->over = true;
		}
	}
	pb_lmtp_forget(p);
}

void
pb_lmtp_session(struct pb_doorway *doorway, struct pb_stream *take_stream)
{
	struct pb_lmtp p = {
		.doorway = doorway, .door = pb_doorway_door(doorway), .client = take_stream
	};

	if (pb_transaction_new(doorway, &p.transaction, NULL) == PB_OK) {
		p.message.door = p.door;
		p.message.transaction = p.transaction;
		serve(&p);
	} else {
		pb_lmtp_say(&p, "421 4.3.0 Out of memory\r\n");
	}
	if (pb_stream_flush(p.client, NULL) != PB_OK)
		p.over = true; /* nobody was there to hear it */
	pb_lmtp_message_done(&p.message);
	pb_smtp_envelope_done(&p.envelope);
	pb_transaction_free(p.transaction);
	pb_stream_free(take_stream);
}

enum pb_status
pb_lmtp_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, struct pb_error *err)
{
	return pb_sessions_serve(doorway, listen_fd, stop_fd, pb_lmtp_session, err);
}
