#include "doors/told.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/limits.h"

#define WHAT N_("hear what an MTA tells")

/* Sendmail's macros, as far as they tell something that is kept. */
static const struct {
	const char *name;
	enum pb_told_text text;
} macros[] = {
	{ "i", PB_TOLD_QUEUE_ID },
	{ "j", PB_TOLD_MTA },
	{ "auth_authen", PB_TOLD_LOGIN },
	{ "rcpt_addr", PB_TOLD_RECIPIENT },
	{ "tls_version", PB_TOLD_TLS_VERSION },
	{ "cipher", PB_TOLD_TLS_CIPHER },
	{ "cert_subject", PB_TOLD_TLS_SUBJECT },
};

static enum pb_status
malformed(struct pb_error *err)
{
	return pb_fail(
	    err, PB_EDATA, WHAT, N_("it is not of the form that it should have"), "%s", "");
}

/* The next text with its NUL, borrowed; NULL: there is none. */
static const char *
next_text(struct pb_cursor *c)
{
	size_t left = pb_cursor_left(c);
	const uint8_t *nul = left > 0 ? memchr(c->at, '\0', left) : NULL;

	if (nul == NULL) {
		pb_cursor_fail(c);
		return NULL;
	}
	return (const char *)pb_cursor_bytes(c, (size_t)(nul - c->at) + 1);
}

static void
forget_texts(struct pb_told *told, enum pb_told_text from, enum pb_told_text to)
{
	for (size_t i = from; i < to; i++)
		pb_buf_wipe(&told->text[i]);
}

static void
forget_envelope(struct pb_told *told)
{
	pb_smtp_envelope_reset(&told->envelope);
	pb_buf_wipe(&told->known_as);
	told->known_as_count = 0;
}

static enum pb_status
keep(struct pb_told *told, enum pb_told_text which, const char *text, struct pb_error *err)
{
	size_t len = strlen(text);

	if (len > PB_LIMIT_MILTER_TEXT)
		return malformed(err);
	pb_buf_wipe(&told->text[which]);
	if (len > 0 && pb_buf_append(&told->text[which], text, len + 1) != PB_OK)
		return pb_fail_memory(err, WHAT);
	return PB_OK;
}

/* Names of more than one letter come in braces. */
static bool
named(const char *macro, const char *name)
{
	size_t len = strlen(name);

	if (*macro != '{')
		return strcmp(macro, name) == 0;
	return strncmp(macro + 1, name, len) == 0 && strcmp(macro + 1 + len, "}") == 0;
}

enum pb_status
pb_told_macros(struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_cursor c;
	uint8_t command;

	pb_cursor_init(&c, data, len);
	/* The command that they belong to, and come before. */
	command = pb_cursor_u8(&c);
	if (command == 'M')
		forget_texts(told, PB_TOLD_OF_MESSAGE, PB_TOLD_COUNT);
	else if (command == 'R')
		forget_texts(told, PB_TOLD_RECIPIENT, PB_TOLD_RECIPIENT + 1);
	while (status == PB_OK && pb_cursor_left(&c) > 0) {
		const char *name = next_text(&c), *value = next_text(&c);

		for (size_t i = 0; value != NULL && i < sizeof(macros) / sizeof(macros[0]); i++)
			if (status == PB_OK && named(name, macros[i].name))
				status = keep(told, macros[i].text, value, err);
	}
	if (status == PB_OK && !pb_cursor_finished(&c))
		return malformed(err);
	return status;
}

enum pb_status
pb_told_connect(struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err)
{
	const char *name, *address = "";
	enum pb_status status;
	struct pb_cursor c;
	uint8_t family;

	pb_cursor_init(&c, data, len);
	name = next_text(&c);
	family = pb_cursor_u8(&c);
	/* 'U': not known; else a port and IPv4, IPv6, or the path of a local socket. */
	if (family != 'U') {
		(void)pb_cursor_u16(&c);
		address = next_text(&c);
	}
	if (!pb_cursor_finished(&c) || memchr("U46L", family, 4) == NULL)
		return malformed(err);
	pb_told_message_over(told);
	forget_texts(told, PB_TOLD_OF_CLIENT, PB_TOLD_OF_MESSAGE);
	if (family == '6' && strncasecmp(address, "IPv6:", 5) == 0)
		address += 5;
	status = keep(told, PB_TOLD_CLIENT_NAME, name, err);
	if (status == PB_OK && family != 'L')
		status = keep(told, PB_TOLD_CLIENT_ADDRESS, address, err);
	return status;
}

enum pb_status
pb_told_helo(struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err)
{
	struct pb_cursor c;
	const char *name;

	pb_cursor_init(&c, data, len);
	name = next_text(&c);
	if (!pb_cursor_finished(&c))
		return malformed(err);
	return keep(told, PB_TOLD_HELO, name, err);
}

/* "<@relay.example:a@b.example>" without brackets and source route (RFC 5321 4.1.1.2, C). */
static struct pb_smtp_text
address_of(const char *path)
{
	struct pb_smtp_text address = { path, strlen(path) };
	const char *colon;

	if (address.len >= 2 && path[0] == '<' && path[address.len - 1] == '>') {
		address.at++;
		address.len -= 2;
	}
	colon = address.len > 0 && *address.at == '@' ? memchr(address.at, ':', address.len) : NULL;
	if (colon != NULL) {
		address.len -= (size_t)(colon + 1 - address.at);
		address.at = colon + 1;
	}
	return address;
}

/* ESMTP parameters, which come as texts of their own, as they stood in the command. */
static struct pb_smtp_text
parameters_of(struct pb_cursor *c, char line[PB_LIMIT_SMTP_LINE])
{
	struct pb_smtp_text parameters = { line, pb_cursor_left(c) };

	pb_cursor_copy(c, line, parameters.len);
	if (parameters.len > 0 && line[--parameters.len] != '\0')
		pb_cursor_fail(c);
	for (size_t i = 0; i < parameters.len; i++)
		if (line[i] == '\0')
			line[i] = ' ';
	return parameters;
}

/* MAIL's argument, or RCPT's; parameters are put into line. */
static enum pb_status
read_path(const uint8_t *data, size_t len, char line[PB_LIMIT_SMTP_LINE],
    struct pb_smtp_path *ret_path, struct pb_error *err)
{
	const char *path;
	struct pb_cursor c;

	pb_cursor_init(&c, data, len);
	path = next_text(&c);
	if (path == NULL || len > PB_LIMIT_SMTP_LINE)
		return malformed(err);
	ret_path->address = address_of(path);
	ret_path->parameters = parameters_of(&c, line);
	return c.failed ? malformed(err) : PB_OK;
}

enum pb_status
pb_told_mail(struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err)
{
	char line[PB_LIMIT_SMTP_LINE];
	struct pb_smtp_path path;
	enum pb_status status = read_path(data, len, line, &path, err);

	if (status != PB_OK)
		return status;
	forget_envelope(told);
	return pb_smtp_envelope_mail(&told->envelope, &path, err);
}

/*
 * The address to which the MTA will have it, where the client wrote it in a way of its own:
 * without a domain, with comments, ...
 */
static enum pb_status
keep_known_as(struct pb_told *told, const struct pb_smtp_text *written, struct pb_error *err)
{
	const struct pb_buf *known = &told->text[PB_TOLD_RECIPIENT];

	if (known->len == 0 ||
	    (known->len == written->len + 1 && memcmp(known->data, written->at, written->len) == 0))
		return PB_OK;
	if (pb_buf_append(&told->known_as, known->data, known->len) != PB_OK)
		return pb_fail_memory(err, WHAT);
	told->known_as_count++;
	return PB_OK;
}

enum pb_status
pb_told_recipient(struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err)
{
	char line[PB_LIMIT_SMTP_LINE];
	struct pb_smtp_path path;
	enum pb_status status = read_path(data, len, line, &path, err);

	if (status != PB_OK)
		return status;
	status = pb_smtp_envelope_recipient(&told->envelope, &path, err);
	if (status == PB_OK)
		status = keep_known_as(told, &path.address, err);
	forget_texts(told, PB_TOLD_RECIPIENT, PB_TOLD_RECIPIENT + 1);
	return status;
}

static enum pb_status
state_known_as(struct pb_told *told, struct pb_transit *transit, struct pb_error *err)
{
	const char *at = (const char *)told->known_as.data;
	const char **known = realloc(told->known, (told->known_as_count + 1) * sizeof(*known));

	if (known == NULL)
		return pb_fail_memory(err, WHAT);
	told->known = known;
	for (size_t i = 0; i < told->known_as_count; i++, at += strlen(at) + 1)
		known[i] = at;
	transit->known_as = known;
	transit->known_as_count = told->known_as_count;
	return PB_OK;
}

static const char *
text(const struct pb_told *told, enum pb_told_text which)
{
	return told->text[which].len > 0 ? (const char *)told->text[which].data : NULL;
}

enum pb_status
pb_told_state(struct pb_told *told, struct pb_transit *transit, struct pb_error *err)
{
	enum pb_status status = pb_smtp_envelope_state(&told->envelope, transit, err);

	if (status == PB_OK)
		status = state_known_as(told, transit, err);
	if (status != PB_OK)
		return status;
	transit->client_name = text(told, PB_TOLD_CLIENT_NAME);
	transit->client_address = text(told, PB_TOLD_CLIENT_ADDRESS);
	transit->helo = text(told, PB_TOLD_HELO);
	transit->login = text(told, PB_TOLD_LOGIN);
	transit->tls_version = text(told, PB_TOLD_TLS_VERSION);
	transit->tls_cipher = text(told, PB_TOLD_TLS_CIPHER);
	transit->tls_subject = text(told, PB_TOLD_TLS_SUBJECT);
	transit->queue_id = text(told, PB_TOLD_QUEUE_ID);
	transit->mta = text(told, PB_TOLD_MTA);
	return PB_OK;
}

void
pb_told_message_over(struct pb_told *told)
{
	forget_texts(told, PB_TOLD_OF_MESSAGE, PB_TOLD_COUNT);
	forget_envelope(told);
}

void
pb_told_done(struct pb_told *told)
{
	forget_texts(told, 0, PB_TOLD_COUNT);
	for (size_t i = 0; i < PB_TOLD_COUNT; i++)
		pb_buf_done(&told->text[i]);
	pb_smtp_envelope_done(&told->envelope);
	pb_buf_wipe(&told->known_as);
	pb_buf_done(&told->known_as);
	free(told->known);
	told->known = NULL;
}
