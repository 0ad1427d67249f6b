#include "doors/proxy.h"

#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "doors/mailbox.h"

#define NO_MEMORY "421 4.3.0 Out of memory, closing\r\n"
#define NO_HOP "421 4.3.2 The next hop takes no mail now, closing\r\n"
#define CLOSING "421 4.3.2 The door is closing\r\n"
#define GIVEN_UP "421 4.4.2 The connection is given up\r\n"
#define HOP_LOST "421 4.4.2 The connection to the next hop is lost, closing\r\n"

/* ---- speaking ------------------------------------------------------------------------------- */

static void
say(struct pb_proxy *p, const void *reply, size_t len)
{
	if (pb_stream_write(p->client, reply, len, NULL) != PB_OK)
		p->over = true;
}

void
pb_proxy_say(struct pb_proxy *p, const char *reply)
{
	say(p, reply, strlen(reply));
}

void
pb_proxy_relay(struct pb_proxy *p)
{
	say(p, p->hop.reply.text.data, p->hop.reply.text.len);
	/* RFC 5321 3.8: it closes its connection then, which may be said at any time. */
	if (p->hop.reply.code == 421)
		p->over = true;
}

static void
close_with(struct pb_proxy *p, const char *reply)
{
	pb_proxy_say(p, reply);
	p->over = true;
}

static void
refuse(struct pb_proxy *p, const char *reply)
{
	if (++p->errors >= PB_LIMIT_SMTP_ERRORS)
		close_with(p, "421 4.7.0 Too many errors, closing\r\n");
	else
		pb_proxy_say(p, reply);
}

bool
pb_proxy_ask(struct pb_proxy *p, const void *line, size_t len)
{
	if (p->hop.stream == NULL && pb_proxy_hop_call(&p->hop, NULL) != PB_OK) {
		close_with(p, NO_HOP);
		return false;
	}
	if (pb_proxy_hop_write(&p->hop, line, len, NULL) != PB_OK ||
	    pb_proxy_hop_answer(&p->hop, NULL) != PB_OK) {
		close_with(p, HOP_LOST);
		return false;
	}
	return true;
}

static bool
accepted(const struct pb_proxy *p)
{
	return p->hop.reply.code / 100 == 2;
}

void
pb_proxy_forget(struct pb_proxy *p)
{
	if (p->begun)
		pb_transaction_drop(p->transaction);
	p->begun = false;
	pb_smtp_envelope_reset(&p->envelope);
}

/* ---- commands ------------------------------------------------------------------------------- */

struct line {
	const uint8_t *data;
	size_t len;
	struct pb_smtp_command command;
};

static enum pb_status
remember_hello(struct pb_proxy *p, const struct line *line)
{
	const struct pb_smtp_text name = line->command.argument;
	const size_t len = name.len < sizeof(p->hello) ? name.len : 0;

	memcpy(p->hello, name.at, len);
	p->hello[len] = '\0';
	pb_buf_clear(&p->hop.hello);
	return pb_buf_append(&p->hop.hello, line->data, line->len);
}

/* RFC 5321 4.1.4: it ends a mail as RSET does. */
static void
say_hello(struct pb_proxy *p, const struct line *line)
{
	enum pb_status status = PB_OK;

	if (!pb_proxy_ask(p, line->data, line->len))
		return;
	if (accepted(p)) {
		pb_proxy_forget(p);
		status = remember_hello(p, line);
		p->chunks = line->command.verb == PB_SMTP_EHLO &&
			    pb_proxy_reply_offers(&p->hop.reply, "CHUNKING");
		if (status == PB_OK && line->command.verb == PB_SMTP_EHLO)
			status = pb_proxy_reply_filter(&p->hop.reply, p->door->max_message, NULL);
	}
	if (status == PB_OK)
		pb_proxy_relay(p);
	else
		close_with(p, NO_MEMORY);
}

static size_t
spaces(const char *at, size_t len)
{
	size_t count = 0;

	while (count < len && at[count] == ' ')
		count++;
	return count;
}

/*
 * Postfix passes on what its client wrote, and takes an address without angle brackets too
 * (strict_rfc821_envelopes = no): there are devices that write such.
 */
static bool
read_path(struct pb_smtp_text argument, const char *keyword, struct pb_smtp_path *ret_path)
{
	struct pb_smtp_path path;
	size_t at = strlen(keyword), end;

	if (pb_smtp_path(argument, keyword, ret_path))
		return true;
	if (argument.len < at || strncasecmp(argument.at, keyword, at) != 0)
		return false;
	at += spaces(argument.at + at, argument.len - at);
	for (end = at; end < argument.len && argument.at[end] != ' '; end++)
		if (strchr("<>\"", argument.at[end]) != NULL)
			return false;
	if (end == at || end - at > PB_LIMIT_ADDRESS)
		return false;
	path.address = (struct pb_smtp_text){ argument.at + at, end - at };
	end += spaces(argument.at + end, argument.len - end);
	path.parameters = (struct pb_smtp_text){ argument.at + end, argument.len - end };
	*ret_path = path;
	return true;
}

/* RFC 1870 section 6.1: a size that is declared may be refused at once. */
static bool
is_too_large(const struct pb_proxy *p, struct pb_smtp_text parameters)
{
	struct pb_smtp_text keyword, value;
	uint64_t size;

	while (pb_smtp_parameter(&parameters, &keyword, &value))
		if (pb_smtp_is(keyword, "SIZE") && pb_decimal_parse(value.at, value.len, &size) &&
		    size > p->door->max_message)
			return true;
	return false;
}

static void
begin_mail(struct pb_proxy *p, const struct line *line)
{
	struct pb_smtp_path path;
	enum pb_status status = PB_OK;

	if (p->envelope.begun)
		refuse(p, "503 5.5.1 A mail has begun\r\n");
	else if (!read_path(line->command.argument, "FROM:", &path))
		refuse(p, "501 5.5.4 MAIL FROM:<address> is expected\r\n");
	else if (is_too_large(p, path.parameters))
		pb_proxy_say(p, "552 5.3.4 The message is too large\r\n");
	else if (pb_proxy_ask(p, line->data, line->len)) {
		if (accepted(p))
			status = pb_smtp_envelope_mail(&p->envelope, &path, NULL);
		if (status == PB_OK)
			pb_proxy_relay(p);
		else
			close_with(p, NO_MEMORY);
	}
}

static void
add_recipient(struct pb_proxy *p, const struct line *line)
{
	struct pb_smtp_path path;
	enum pb_status status = PB_OK;

	if (!p->envelope.begun || p->begun)
		refuse(p, "503 5.5.1 MAIL is expected\r\n");
	else if (!read_path(line->command.argument, "TO:", &path))
		refuse(p, "501 5.5.4 RCPT TO:<address> is expected\r\n");
	else if (!pb_mailbox_is_strict(path.address))
		refuse(p, "501 5.1.3 RCPT TO:<local-part@domain> is expected\r\n");
	else if (p->envelope.recipients == PB_LIMIT_SMTP_RECIPIENTS)
		pb_proxy_say(p, "452 4.5.3 Too many recipients\r\n");
	else if (pb_proxy_ask(p, line->data, line->len)) {
		if (accepted(p))
			status = pb_smtp_envelope_recipient(&p->envelope, &path, NULL);
		if (status == PB_OK)
			pb_proxy_relay(p);
		else
			close_with(p, NO_MEMORY);
	}
}

static void
forward(struct pb_proxy *p, const struct line *line)
{
	if (p->envelope.begun) {
		refuse(p, "503 5.5.1 A mail has begun\r\n");
		return;
	}
	if (!pb_proxy_ask(p, line->data, line->len))
		return;
	/* What cannot be read of it is not known. */
	if (accepted(p))
		(void)pb_smtp_envelope_forward(&p->envelope, line->command.argument);
	pb_proxy_relay(p);
}

static void
reset(struct pb_proxy *p, const struct line *line)
{
	if (!pb_proxy_ask(p, line->data, line->len))
		return;
	if (accepted(p))
		pb_proxy_forget(p);
	pb_proxy_relay(p);
}

static void
quit(struct pb_proxy *p, const struct line *line)
{
	if (p->hop.stream == NULL)
		pb_proxy_say(p, "221 2.0.0 Bye\r\n");
	else if (pb_proxy_ask(p, line->data, line->len))
		pb_proxy_relay(p);
	p->over = true;
}

static void
obey(struct pb_proxy *p, const struct line *line)
{
	switch (line->command.verb) {
	case PB_SMTP_EHLO:
	case PB_SMTP_HELO:
		say_hello(p, line);
		break;
	case PB_SMTP_XFORWARD:
		forward(p, line);
		break;
	case PB_SMTP_MAIL:
		begin_mail(p, line);
		break;
	case PB_SMTP_RCPT:
		add_recipient(p, line);
		break;
	case PB_SMTP_DATA:
		if (p->begun || p->envelope.recipients == 0)
			refuse(p, "503 5.5.1 RCPT is expected\r\n");
		else
			pb_proxy_data(p, line->data, line->len);
		break;
	case PB_SMTP_BDAT:
		pb_proxy_bdat(p, &line->command);
		break;
	case PB_SMTP_RSET:
		reset(p, line);
		break;
	case PB_SMTP_NOOP:
	case PB_SMTP_HELP:
	case PB_SMTP_VRFY:
		if (pb_proxy_ask(p, line->data, line->len))
			pb_proxy_relay(p);
		break;
	case PB_SMTP_QUIT:
		quit(p, line);
		break;
	/* What would hide the mail from us, or do what we don't understand. */
	case PB_SMTP_AUTH:
	case PB_SMTP_EXPN:
	case PB_SMTP_LHLO:
	case PB_SMTP_STARTTLS:
	case PB_SMTP_UNKNOWN:
		refuse(p, "502 5.5.1 The command is not understood\r\n");
		break;
	}
}

/* ---- session -------------------------------------------------------------------------------- */

/* A line that is too long is read to its end, and refused once. */
static void
serve_line(struct pb_proxy *p)
{
	enum pb_status status;
	struct line line;
	bool too_long = false;

	while ((status = pb_stream_line(
		    p->client, PB_LIMIT_SMTP_LINE, &line.data, &line.len, NULL)) == PB_ELIMIT)
		too_long = true;
	if (status != PB_OK)
		close_with(p, pb_doorway_stopping(p->doorway) ? CLOSING : GIVEN_UP);
	else if (too_long)
		refuse(p, "500 5.5.2 The line is too long\r\n");
	else if (!pb_smtp_command(line.data, line.len, &line.command))
		refuse(p, "500 5.5.2 The line is no command, or does not end in CR LF\r\n");
	else
		obey(p, &line);
}

/* The next hop's own greeting; whom it does not welcome it does not serve. */
static void
greet(struct pb_proxy *p)
{
	if (pb_proxy_hop_call(&p->hop, NULL) != PB_OK)
		p->over = true;
	if (p->hop.reply.code != 0)
		pb_proxy_relay(p);
	else
		pb_proxy_say(p, NO_HOP);
}

static void
serve(struct pb_proxy *p)
{
	if (pb_transaction_new(p->doorway, &p->transaction, NULL) == PB_OK)
		greet(p);
	else
		close_with(p, NO_MEMORY);
	while (!p->over) {
		/* RFC 2920 3.2: replies may wait as long as commands do. */
		if (pb_stream_waiting(p->client) == 0 && pb_stream_flush(p->client, NULL) != PB_OK)
			break;
		if (pb_doorway_stopping(p->doorway) && !p->envelope.begun)
			close_with(p, CLOSING);
		else
			serve_line(p);
	}
	/* Its last words; whether they arrive is all the same now. */
	p->over = pb_stream_flush(p->client, NULL) != PB_OK || p->over;
}

void
pb_proxy_session(struct pb_doorway *doorway, struct pb_stream *take_stream)
{
	struct pb_proxy p = {
		.doorway = doorway, .door = pb_doorway_door(doorway), .client = take_stream
	};

	p.hop.address = &p.door->next_hop;
	p.hop.clock = pb_doorway_world(doorway)->clock;
	serve(&p);
	pb_proxy_forget(&p);
	pb_proxy_hop_done(&p.hop);
	pb_smtp_envelope_done(&p.envelope);
	pb_transaction_free(p.transaction);
	pb_stream_free(take_stream);
}

enum pb_status
pb_proxy_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, struct pb_error *err)
{
	return pb_sessions_serve(doorway, listen_fd, stop_fd, pb_proxy_session, err);
}
