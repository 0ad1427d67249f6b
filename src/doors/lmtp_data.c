/* A message's octets, by DATA (RFC 5321 4.1.1.4) and by BDAT (RFC 3030). */
#include "doors/dot.h"
#include "doors/lmtp.h"

#define BLOCK ((size_t)64 * 1024)

static const char *const told[] = {
	[PB_LMTP_GOOD] = "250 2.0.0 Taken\r\n",
	[PB_LMTP_NOT_KEPT] = "451 4.3.0 The message cannot be archived now, try again later\r\n",
	[PB_LMTP_TOO_LARGE] = "552 5.3.4 The message is too large\r\n",
};

static const char no_recipient[] = "503 5.5.1 RCPT is expected\r\n";

/*
 * Whoever speaks LMTP to us is an MTA, by its own name; its client is known if it says so.  What
 * comes so is a copy: the MTA may have rewritten it.
 */
static void
begin(struct pb_lmtp *p)
{
	struct pb_transit transit = { .source = "lmtp",
		.door = p->door->name,
		.fidelity = "copy",
		.mta = p->hello,
		.client_address = pb_stream_peer(p->client) };
	bool stated = pb_smtp_envelope_state(&p->envelope, &transit, NULL) == PB_OK;

	pb_lmtp_message_begin(&p->message, stated ? &transit : NULL);
}

/* RFC 2033 4.2: an answer for each recipient that was accepted, in their order. */
static void
settle(struct pb_lmtp *p)
{
	enum pb_lmtp_fate fate = pb_lmtp_message_end(&p->message);

	for (size_t i = 0; i < p->envelope.recipients; i++)
		pb_lmtp_say(p, told[fate]);
	pb_lmtp_forget(p);
}

/* ---- DATA ----------------------------------------------------------------------------------- */

/* What of these octets belongs to the message; answers how many do. */
static size_t
take_block(struct pb_lmtp_message *message, struct pb_dot *dot, const uint8_t *data, size_t len)
{
	const uint8_t *run;
	size_t at = 0, run_len;

	while (at < len && dot->at != PB_DOT_END) {
		at += pb_dot_next(dot, data + at, len - at, &run, &run_len);
		pb_lmtp_message_write(message, run, run_len);
	}
	return at;
}

/* Through CR LF . CR LF; false: the client is gone. */
static bool
take_data(struct pb_lmtp *p)
{
	const uint8_t *data;
	struct pb_dot dot;
	size_t len;

	pb_dot_init(&dot);
	while (dot.at != PB_DOT_END) {
		if (pb_stream_some(p->client, BLOCK, &data, &len, NULL) != PB_OK)
			return false;
		pb_stream_back(p->client, len - take_block(&p->message, &dot, data, len));
	}
	return true;
}

void
pb_lmtp_data(struct pb_lmtp *p)
{
	if (p->envelope.recipients == 0 || p->message.open) {
		pb_lmtp_refuse(
		    p, p->message.open ? "503 5.5.1 BDAT is expected\r\n" : no_recipient);
		return;
	}
	begin(p);
	pb_lmtp_say(p, "354 End with a line of a dot alone\r\n");
	if (pb_stream_flush(p->client, NULL) == PB_OK && take_data(p))
		settle(p);
	else
		p->over = true;
}

/* ---- BDAT ----------------------------------------------------------------------------------- */

/* So many octets, into the message or thrown away; false: the client is gone. */
static bool
take_chunk(struct pb_lmtp *p, uint64_t size)
{
	const uint8_t *data;
	size_t len;

	for (; size > 0; size -= len) {
		if (pb_stream_waiting(p->client) == 0 && pb_stream_flush(p->client, NULL) != PB_OK)
			return false;
		if (pb_stream_some(
			p->client, size < BLOCK ? (size_t)size : BLOCK, &data, &len, NULL) != PB_OK)
			return false;
		if (p->message.open)
			pb_lmtp_message_write(&p->message, data, len);
	}
	return true;
}

/* RFC 3030 2: octets follow whatever the answer will be. */
void
pb_lmtp_bdat(struct pb_lmtp *p, struct pb_smtp_text argument)
{
	uint64_t size;
	bool last;

	if (!pb_smtp_bdat(argument, &size, &last)) {
		/* How much of what comes is no command cannot be known. */
		pb_lmtp_say(p, "501 5.5.4 BDAT size [LAST] is expected\r\n");
		p->over = true;
		return;
	}
	if (!p->message.open && p->envelope.recipients > 0)
		begin(p);
	if (!take_chunk(p, size))
		p->over = true;
	else if (!p->message.open)
		pb_lmtp_refuse(p, no_recipient);
	else if (last)
		settle(p);
	else
		pb_lmtp_say(p, told[PB_LMTP_GOOD]);
}
