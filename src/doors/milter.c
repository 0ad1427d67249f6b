#include "doors/milter.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "doors/milter_options.h"
#include "doors/milter_packet.h"
#include "doors/rebuild.h"
#include "doors/told.h"

#define WHAT N_("talk with an MTA")

/* Beside what was agreed on: the command answers by itself, or is never answered. */
#define ITSELF 0x80000000u

enum step { START, READY, ENVELOPE, MESSAGE };
#define IN(step) (1u << (step))
#define ALWAYS (IN(READY) | IN(ENVELOPE) | IN(MESSAGE))

struct pb_milter {
	const struct pb_policy_door *door;
	struct pb_transaction *transaction;
	enum step step;
	uint32_t protocol;
	struct pb_buf packet; /* the one that is coming in */
	struct pb_told told;
	struct pb_rebuild rebuild;
	uint64_t size; /* of the message so far */
	struct pb_buf *replies;
};

typedef enum pb_status command_fn(
    struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err);

/* ---- answers -------------------------------------------------------------------------------- */

static enum pb_status
go_on(struct pb_milter *m, struct pb_error *err)
{
	return pb_milter_packet_append(m->replies, 'c', NULL, 0, err);
}

/* SMFIR_REPLYCODE: what the client of the MTA is told. */
static enum pb_status
refuse(struct pb_milter *m, const char *text, struct pb_error *err)
{
	return pb_milter_packet_append(m->replies, 'y', text, strlen(text) + 1, err);
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, WHAT, why, "%s", "");
}

/* ---- connections and envelopes -------------------------------------------------------------- */

static enum pb_status
negotiate(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	struct pb_buf answer = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_milter_agree(data, len, &answer, &m->protocol, err);
	if (status == PB_OK)
		status = pb_milter_packet_append(m->replies, 'O', answer.data, answer.len, err);
	if (status == PB_OK)
		m->step = READY;
	pb_buf_done(&answer);
	return status;
}

/* A message under way goes no further, also where the MTA just begins something else. */
static void
drop(struct pb_milter *m)
{
	if (m->step == MESSAGE)
		pb_transaction_drop(m->transaction);
	m->step = READY;
}

static enum pb_status
abandon(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	(void)data;
	(void)len;
	(void)err;
	drop(m);
	pb_told_message_over(&m->told);
	return PB_OK;
}

static enum pb_status
macros(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	return pb_told_macros(&m->told, data, len, err);
}

static enum pb_status
connected(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	drop(m);
	return pb_told_connect(&m->told, data, len, err);
}

static enum pb_status
helo(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	drop(m);
	return pb_told_helo(&m->told, data, len, err);
}

static enum pb_status
mail(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status;

	drop(m);
	status = pb_told_mail(&m->told, data, len, err);
	if (status == PB_OK)
		m->step = ENVELOPE;
	return status;
}

static enum pb_status
recipient(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = pb_told_recipient(&m->told, data, len, err);

	if (status == PB_ELIMIT)
		return refuse(m, "452 4.5.3 Too many recipients", err);
	return status == PB_OK ? go_on(m, err) : status;
}

static enum pb_status
nothing(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	(void)m;
	(void)data;
	(void)len;
	(void)err;
	return PB_OK;
}

static enum pb_status
quit(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	(void)abandon(m, data, len, err);
	return PB_EEND;
}

/* ---- the message ---------------------------------------------------------------------------- */

/* What is known of it by now. */
static enum pb_status
state(struct pb_milter *m, struct pb_transit *ret_transit, struct pb_error *err)
{
	*ret_transit =
	    (struct pb_transit){ .source = "milter", .door = m->door->name, .fidelity = "rebuilt" };
	return pb_told_state(&m->told, ret_transit, err);
}

static void
write_on(void *ctx, const void *data, size_t len)
{
	struct pb_milter *m = ctx;

	m->size += len;
	pb_transaction_write(m->transaction, data, len);
}

/* The first thing that is told of the message: all recipients are known. */
static enum pb_status
begin(struct pb_milter *m, struct pb_error *err)
{
	struct pb_transit known;
	enum pb_status status;

	if (m->step == MESSAGE)
		return PB_OK;
	status = state(m, &known, err);
	if (status != PB_OK)
		return status;
	pb_transaction_begin(m->transaction, &known);
	m->rebuild = (struct pb_rebuild){
		.write = write_on, .ctx = m, .spaced = (m->protocol & PB_MILTER_LEADING_SPACE) != 0
	};
	m->size = 0;
	m->step = MESSAGE;
	return PB_OK;
}

/* Lenient with what MTAs let pass (RFC 5322 2.2), as long as it remains one field's name. */
static bool
is_name(const uint8_t *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] == ':' || (name[i] < ' ' && name[i] != '\t'))
			return false;
	return len > 0;
}

static enum pb_status
field(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	const uint8_t *nul = len > 0 ? memchr(data, '\0', len) : NULL;
	const uint8_t *value = nul != NULL ? nul + 1 : NULL;
	enum pb_status status;

	/* Name NUL value NUL. */
	if (nul == NULL || !is_name(data, (size_t)(nul - data)) ||
	    memchr(value, '\0', (size_t)(data + len - value)) != data + len - 1)
		return malformed(err, N_("a header field is not of the form that it should have"));
	if (m->step == MESSAGE && m->rebuild.body)
		return malformed(err, N_("a header field came behind the end of the header"));
	status = begin(m, err);
	if (status == PB_OK)
		pb_rebuild_field(&m->rebuild, (const char *)data, (const char *)value);
	return status;
}

static enum pb_status
end_of_header(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = begin(m, err);

	(void)data;
	(void)len;
	if (status == PB_OK)
		pb_rebuild_end_of_header(&m->rebuild);
	return status;
}

static enum pb_status
body(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = begin(m, err);

	if (status == PB_OK)
		pb_rebuild_body(&m->rebuild, data, len);
	return status;
}

/* The last piece of the body comes with its end. */
static enum pb_status
end(struct pb_milter *m, const uint8_t *data, size_t len, struct pb_error *err)
{
	const char *words[PB_REBUILD_WORDS];
	enum pb_status status = body(m, data, len, err);
	enum pb_outcome outcome;
	struct pb_transit known;

	if (status == PB_OK)
		status = state(m, &known, err);
	if (status != PB_OK)
		return status;
	known.rebuilt = words;
	known.rebuilt_count = pb_rebuild_words(&m->rebuild, words);
	outcome = pb_transaction_end(m->transaction, &known, NULL);
	m->step = READY;
	pb_told_message_over(&m->told);
	if (outcome != PB_OUTCOME_DEFER)
		return go_on(m, err);
	/* Which it will be tomorrow, too. */
	if (m->size > m->door->max_message)
		return refuse(m, "552 5.3.4 The message is too large", err);
	return refuse(m, "451 4.3.0 The message cannot be archived now, try again later", err);
}

/* ---- packets -------------------------------------------------------------------------------- */

/* The commands (SMFIC_*), when they may come, and the steps behind which none waits for us. */
static const struct {
	uint8_t letter;
	unsigned when;
	uint32_t unanswered;
	command_fn *take;
} commands[] = {
	{ 'O', IN(START), ITSELF, negotiate },
	{ 'D', ALWAYS, ITSELF, macros },
	{ 'C', ALWAYS, PB_MILTER_NO_REPLY_CONNECT, connected },
	{ 'H', ALWAYS, PB_MILTER_NO_REPLY_HELO, helo },
	{ 'M', ALWAYS, PB_MILTER_NO_REPLY_MAIL, mail },
	{ 'R', IN(ENVELOPE), ITSELF, recipient },
	{ 'T', IN(ENVELOPE), PB_MILTER_NO_REPLY_DATA, nothing },
	{ 'L', IN(ENVELOPE) | IN(MESSAGE), PB_MILTER_NO_REPLY_HEADER, field },
	{ 'N', IN(ENVELOPE) | IN(MESSAGE), PB_MILTER_NO_REPLY_END_OF_HEADER, end_of_header },
	{ 'B', IN(ENVELOPE) | IN(MESSAGE), PB_MILTER_NO_REPLY_BODY, body },
	{ 'E', IN(ENVELOPE) | IN(MESSAGE), ITSELF, end },
	{ 'U', ALWAYS, PB_MILTER_NO_REPLY_UNKNOWN, nothing },
	{ 'A', ALWAYS, ITSELF, abandon },
	{ 'K', ALWAYS, ITSELF, abandon }, /* and another client's connection follows */
	{ 'Q', ALWAYS | IN(START), ITSELF, quit },
};

static enum pb_status
take(struct pb_milter *m, uint8_t letter, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].letter != letter || (commands[i].when & IN(m->step)) == 0)
			continue;
		status = commands[i].take(m, data, len, err);
		if (status != PB_OK || (commands[i].unanswered & (m->protocol | ITSELF)) != 0)
			return status;
		return go_on(m, err);
	}
	return pb_fail(err, PB_EDATA, WHAT, N_("this command cannot come here"), "%#x", letter);
}

enum pb_status
pb_milter_feed(struct pb_milter *milter, const void *data, size_t len, struct pb_buf *replies,
    struct pb_error *err)
{
	const uint8_t *at = data, *stop = at + len;
	struct pb_buf *packet = &milter->packet;
	enum pb_status status = PB_OK;
	bool whole;

	milter->replies = replies;
	while (at < stop && status == PB_OK) {
		status = pb_milter_packet_gather(packet, &at, stop, &whole, err);
		if (status != PB_OK || !whole)
			continue;
		status = take(milter, packet->data[PB_MILTER_LETTER], packet->data + PB_MILTER_DATA,
		    packet->len - PB_MILTER_DATA, err);
		pb_buf_clear(packet);
	}
	return status;
}

enum pb_status
pb_milter_new(struct pb_doorway *doorway, struct pb_milter **ret_milter, struct pb_error *err)
{
	struct pb_milter *milter = calloc(1, sizeof(*milter));
	enum pb_status status;

	if (milter == NULL)
		return pb_fail_memory(err, WHAT);
	milter->door = pb_doorway_door(doorway);
	status = pb_transaction_new(doorway, &milter->transaction, err);
	if (status != PB_OK) {
		pb_milter_free(milter);
		return status;
	}
	*ret_milter = milter;
	return PB_OK;
}

bool
pb_milter_within(const struct pb_milter *milter)
{
	return milter->step == MESSAGE;
}

void
pb_milter_free(struct pb_milter *milter)
{
	if (milter == NULL)
		return;
	drop(milter);
	pb_transaction_free(milter->transaction);
	pb_told_done(&milter->told);
	pb_buf_wipe(&milter->packet);
	pb_buf_done(&milter->packet);
	free(milter);
}
