/*
 * A message's octets, by DATA and by BDAT.  They go to the next hop as they come, and into the
 * transaction without SMTP's dots; what ends the message goes when it is kept.
 */
#include <stdio.h>
#include <string.h>

#include "doors/dot.h"
#include "doors/lone_dot.h"
#include "doors/proxy.h"

#define BLOCK (64 * 1024)

/* Why a message can't go on; what the client still sends of it is read and thrown away. */
enum fate {
	FATE_GOOD,
	FATE_TOO_LARGE,
	FATE_LONE_DOT,
	FATE_HOP_LOST,
	FATE_NOT_KEPT,
	FATE_NO_RECIPIENT,
	FATE_NOT_OFFERED
};

static const char *const told[] = {
	[FATE_TOO_LARGE] = "552 5.3.4 The message is too large\r\n",
	[FATE_LONE_DOT] = "554 5.6.0 A line of a dot alone must begin and end in CR LF\r\n",
	[FATE_HOP_LOST] = "451 4.4.2 The connection to the next hop is lost\r\n",
	[FATE_NOT_KEPT] = "451 4.3.0 The message cannot be archived now, try again later\r\n",
	[FATE_NO_RECIPIENT] = "503 5.5.1 RCPT is expected\r\n",
	[FATE_NOT_OFFERED] = "502 5.5.1 BDAT is not offered\r\n",
};

/* ---- beginning and end ---------------------------------------------------------------------- */

/* Nothing is delivered of what has not ended, if the connection does. */
static void
hang_up(struct pb_proxy *p)
{
	pb_proxy_forget(p);
	pb_proxy_hop_hang_up(&p->hop);
}

static void
stop(struct pb_proxy *p, enum fate *fate, enum fate why)
{
	*fate = why;
	hang_up(p);
}

/*
 * An MTA that forwards its client's name or address speaks of that one, and the name that it gave
 * in EHLO is its own.
 */
static enum pb_status
state_transit(struct pb_proxy *p)
{
	const char *hello = p->hello[0] != '\0' ? p->hello : NULL;
	const bool forwarded = p->envelope.forwarded[PB_FORWARDED_NAME][0] != '\0' ||
			       p->envelope.forwarded[PB_FORWARDED_ADDR][0] != '\0';

	p->transit = (struct pb_transit){ .source = "proxy",
		.door = p->door->name,
		.fidelity = "octets",
		.mta = forwarded ? hello : NULL,
		.helo = forwarded ? NULL : hello,
		.client_address = forwarded ? NULL : pb_stream_peer(p->client) };
	return pb_smtp_envelope_state(&p->envelope, &p->transit, NULL);
}

static void
begin(struct pb_proxy *p)
{
	pb_transaction_begin(p->transaction, &p->transit);
	p->begun = true;
	p->size = 0;
}

/* All octets have come: `end` is what ends the message for the next hop. */
static void
settle(struct pb_proxy *p, const char *end)
{
	enum pb_outcome outcome = pb_transaction_end(p->transaction, &p->transit, NULL);

	p->begun = false;
	if (outcome == PB_OUTCOME_DEFER) {
		hang_up(p);
		pb_proxy_say(p, told[FATE_NOT_KEPT]);
		return;
	}
	pb_proxy_forget(p);
	if (pb_proxy_hop_write(&p->hop, end, strlen(end), NULL) == PB_OK &&
	    pb_proxy_hop_answer(&p->hop, NULL) == PB_OK)
		pb_proxy_relay(p);
	else
		pb_proxy_say(p, told[FATE_HOP_LOST]);
}

/* ---- octets --------------------------------------------------------------------------------- */

static void
pass(struct pb_proxy *p, enum fate *fate, const void *data, size_t len)
{
	if (*fate == FATE_GOOD && len > 0 && pb_proxy_hop_write(&p->hop, data, len, NULL) != PB_OK)
		stop(p, fate, FATE_HOP_LOST);
}

static void
keep(struct pb_proxy *p, enum fate *fate, const void *data, size_t len)
{
	if (*fate != FATE_GOOD || len == 0)
		return;
	if (len > p->door->max_message - p->size) {
		stop(p, fate, FATE_TOO_LARGE);
		return;
	}
	p->size += len;
	pb_transaction_write(p->transaction, data, len);
}

/* ---- DATA ----------------------------------------------------------------------------------- */

struct content {
	enum fate fate;
	enum pb_lone_dot_at lone;
	struct pb_dot dot;
};

/* How many octets before here may belong to the end: they have not been passed on. */
static size_t
held_back(const struct pb_dot *dot)
{
	switch (dot->at) {
	case PB_DOT_STUFFED:
		return 1;
	case PB_DOT_STUFFED_CR:
		return 2;
	case PB_DOT_END:
		return 3;
	default:
		return 0;
	}
}

/*
 * Of these octets, those up to the end of the message; answers how many they are.  They are judged
 * before any of them is passed on.
 */
static size_t
take_block(struct pb_proxy *p, struct content *c, const uint8_t *data, size_t len)
{
	const size_t before = held_back(&c->dot);
	size_t at = 0, run_len, passed, early;
	const uint8_t *run;

	while (at < len && c->dot.at != PB_DOT_END) {
		at += pb_dot_next(&c->dot, data + at, len - at, &run, &run_len);
		keep(p, &c->fate, run, run_len);
	}
	c->lone = pb_lone_dot(c->lone, data, at);
	if (c->fate == FATE_GOOD && c->lone == PB_LONE_DOT_FOUND)
		stop(p, &c->fate, FATE_LONE_DOT);
	/* What was held back turns out to be of the message, or still may be of its end. */
	passed = before + at - held_back(&c->dot);
	early = passed < before ? passed : before;
	pass(p, &c->fate, ".\r", early);
	pass(p, &c->fate, data, passed - early);
	return at;
}

/* To CR LF . CR LF (RFC 5321 4.1.1.4).  false: the client is gone. */
static bool
take_data(struct pb_proxy *p, enum fate *ret_fate)
{
	struct content c = { .fate = FATE_GOOD, .lone = PB_LONE_DOT_LINE };
	const uint8_t *data;
	size_t len, used;

	pb_dot_init(&c.dot);
	while (c.dot.at != PB_DOT_END) {
		if (pb_stream_some(p->client, BLOCK, &data, &len, NULL) != PB_OK)
			return false;
		used = take_block(p, &c, data, len);
		pb_stream_back(p->client, len - used);
	}
	*ret_fate = c.fate;
	return true;
}

/* RFC 5321 3.3: behind 354 there is no way back for the client but to end it, or to leave. */
void
pb_proxy_data(struct pb_proxy *p, const void *line, size_t len)
{
	enum fate fate;

	if (state_transit(p) != PB_OK) {
		pb_proxy_say(p, told[FATE_NOT_KEPT]);
		return;
	}
	if (!pb_proxy_ask(p, line, len))
		return;
	pb_proxy_relay(p);
	if (p->hop.reply.code != 354 || p->over)
		return;
	begin(p);
	if (pb_stream_flush(p->client, NULL) != PB_OK || !take_data(p, &fate))
		p->over = true;
	else if (fate != FATE_GOOD)
		pb_proxy_say(p, told[fate]);
	else
		settle(p, ".\r\n");
}

/* ---- BDAT (RFC 3030) ------------------------------------------------------------------------ */

/* The octets of a chunk; with a fate that is not good they are read all the same.  false: the
 * client is gone. */
static bool
take_chunk(struct pb_proxy *p, enum fate *fate, uint64_t left)
{
	const uint8_t *data;
	size_t len;

	for (; left > 0; left -= len) {
		if (pb_stream_some(
			p->client, left < BLOCK ? (size_t)left : BLOCK, &data, &len, NULL) != PB_OK)
			return false;
		keep(p, fate, data, len);
		pass(p, fate, data, len);
	}
	return true;
}

/*
 * A chunk as one that is not the last, so that the next hop has all octets before the message is
 * kept, and yet has not the message: "BDAT 0 LAST" ends it then.
 */
static enum fate
begin_chunk(struct pb_proxy *p, uint64_t len)
{
	char header[48];
	enum fate fate = FATE_GOOD;
	int header_len;

	/* Octets behind a command that it does not know would be commands to it. */
	if (!p->chunks)
		return FATE_NOT_OFFERED;
	if (p->envelope.recipients == 0)
		return FATE_NO_RECIPIENT;
	if (!p->begun && state_transit(p) != PB_OK) {
		stop(p, &fate, FATE_NOT_KEPT);
		return fate;
	}
	if (!p->begun)
		begin(p);
	if (len > p->door->max_message - p->size) {
		stop(p, &fate, FATE_TOO_LARGE);
		return fate;
	}
	header_len = snprintf(header, sizeof(header), "BDAT %llu\r\n", (unsigned long long)len);
	pass(p, &fate, header, (size_t)header_len);
	return fate;
}

void
pb_proxy_bdat(struct pb_proxy *p, const struct pb_smtp_command *command)
{
	enum fate fate;
	uint64_t len;
	bool last;

	/* Where the next command begins is not known then. */
	if (!pb_smtp_bdat(command->argument, &len, &last)) {
		pb_proxy_say(p, "501 5.5.4 BDAT octets [LAST] is expected, closing\r\n");
		p->over = true;
		return;
	}
	fate = begin_chunk(p, len);
	if (!take_chunk(p, &fate, len)) {
		p->over = true;
		return;
	}
	if (fate == FATE_GOOD && pb_proxy_hop_answer(&p->hop, NULL) != PB_OK)
		stop(p, &fate, FATE_HOP_LOST);
	if (fate != FATE_GOOD) {
		pb_proxy_say(p, told[fate]);
	} else if (p->hop.reply.code / 100 != 2) {
		pb_proxy_forget(p);
		pb_proxy_relay(p);
	} else if (last) {
		settle(p, "BDAT 0 LAST\r\n");
	} else {
		pb_proxy_relay(p);
	}
}
