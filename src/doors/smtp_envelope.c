#include "doors/smtp_envelope.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/limits.h"

static enum pb_status
add(struct pb_smtp_envelope *envelope, const struct pb_smtp_path *path, struct pb_error *err)
{
	struct pb_buf *text = &envelope->text;
	const struct pb_smtp_text *address = &path->address, *parameters = &path->parameters;

	if (pb_buf_reserve(text, address->len + parameters->len + 2) != PB_OK ||
	    pb_buf_append(text, address->at, address->len) != PB_OK ||
	    pb_buf_append_u8(text, '\0') != PB_OK ||
	    pb_buf_append(text, parameters->at, parameters->len) != PB_OK ||
	    pb_buf_append_u8(text, '\0') != PB_OK)
		return pb_fail_memory(err, N_("take a message's envelope"));
	return PB_OK;
}

enum pb_status
pb_smtp_envelope_mail(
    struct pb_smtp_envelope *envelope, const struct pb_smtp_path *path, struct pb_error *err)
{
	enum pb_status status;

	pb_assert(!envelope->begun);
	status = add(envelope, path, err);
	envelope->begun = status == PB_OK;
	return status;
}

enum pb_status
pb_smtp_envelope_recipient(
    struct pb_smtp_envelope *envelope, const struct pb_smtp_path *path, struct pb_error *err)
{
	enum pb_status status;

	pb_assert(envelope->begun);
	if (envelope->recipients == PB_LIMIT_SMTP_RECIPIENTS)
		return pb_fail(err, PB_ELIMIT, N_("take a message's envelope"),
		    N_("It has too many recipients."), "%u", PB_LIMIT_SMTP_RECIPIENTS);
	status = add(envelope, path, err);
	envelope->recipients += status == PB_OK;
	return status;
}

/* One "NAME=value" into to; "[UNAVAILABLE]" and the like: it is not known. */
static bool
forward_one(char to[PB_FORWARDED_COUNT][PB_LIMIT_FORWARDED], struct pb_smtp_text keyword,
    struct pb_smtp_text value)
{
	static const char *const names[PB_FORWARDED_COUNT] = { "NAME", "ADDR", "PORT", "PROTO",
		"HELO", "IDENT", "SOURCE" };
	static const char ipv6[] = "IPv6:";
	size_t i = 0;

	while (i < PB_FORWARDED_COUNT && !pb_smtp_is(keyword, names[i]))
		i++;
	if (i == PB_FORWARDED_COUNT || value.len == 0)
		return false;
	if (pb_smtp_is(value, "[UNAVAILABLE]") || pb_smtp_is(value, "[TEMPUNAVAIL]"))
		value.len = 0;
	if (i == PB_FORWARDED_ADDR && value.len > strlen(ipv6) &&
	    strncasecmp(value.at, ipv6, strlen(ipv6)) == 0) {
		value.at += strlen(ipv6);
		value.len -= strlen(ipv6);
	}
	return pb_smtp_xtext(value, to[i], sizeof(to[i]));
}

bool
pb_smtp_envelope_forward(struct pb_smtp_envelope *envelope, struct pb_smtp_text argument)
{
	char to[PB_FORWARDED_COUNT][PB_LIMIT_FORWARDED];
	struct pb_smtp_text keyword, value;

	if (argument.len == 0)
		return false;
	memcpy(to, envelope->forwarded, sizeof(to));
	while (pb_smtp_parameter(&argument, &keyword, &value))
		if (!forward_one(to, keyword, value))
			return false;
	if (argument.len > 0)
		return false;
	memcpy(envelope->forwarded, to, sizeof(to));
	return true;
}

/* The next of the texts; NULL if it is empty and `or_null`. */
static const char *
next(const char **at, bool or_null)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return or_null && *text == '\0' ? NULL : text;
}

static void
state_forwarded(const struct pb_smtp_envelope *envelope, struct pb_transit *transit)
{
	const struct {
		enum pb_smtp_forwarded what;
		const char **to;
	} rows[] = {
		{ PB_FORWARDED_NAME, &transit->client_name },
		{ PB_FORWARDED_ADDR, &transit->client_address },
		{ PB_FORWARDED_HELO, &transit->helo },
		{ PB_FORWARDED_IDENT, &transit->queue_id },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (envelope->forwarded[rows[i].what][0] != '\0')
			*rows[i].to = envelope->forwarded[rows[i].what];
}

enum pb_status
pb_smtp_envelope_state(
    struct pb_smtp_envelope *envelope, struct pb_transit *transit, struct pb_error *err)
{
	struct pb_transit_recipient *recipient;
	const char *at = (const char *)envelope->text.data;

	pb_assert(envelope->begun);
	recipient = realloc(envelope->recipient, (envelope->recipients + 1) * sizeof(*recipient));
	if (recipient == NULL)
		return pb_fail_memory(err, N_("take a message's envelope"));
	envelope->recipient = recipient;
	transit->mail_from = next(&at, false);
	transit->mail_parameters = next(&at, true);
	for (size_t i = 0; i < envelope->recipients; i++) {
		recipient[i].address = next(&at, false);
		recipient[i].parameters = next(&at, true);
	}
	transit->recipient = recipient;
	transit->recipient_count = envelope->recipients;
	state_forwarded(envelope, transit);
	return PB_OK;
}

void
pb_smtp_envelope_reset(struct pb_smtp_envelope *envelope)
{
	pb_buf_wipe(&envelope->text);
	pb_wipe(envelope->forwarded, sizeof(envelope->forwarded));
	envelope->begun = false;
	envelope->recipients = 0;
}

void
pb_smtp_envelope_done(struct pb_smtp_envelope *envelope)
{
	pb_smtp_envelope_reset(envelope);
	pb_buf_done(&envelope->text);
	free(envelope->recipient);
	envelope->recipient = NULL;
}
