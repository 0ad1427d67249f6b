#include "mime/report.h"

#include <string.h>

#include "core/limits.h"
#include "mime/fields.h"
#include "mime/header.h"

/* "rfc822; someone@..." without its type (RFC 8098 section 3.2.3, RFC 3464 section 2.1.2). */
static char *
typed_value(struct pb_facts *facts, const struct pb_field *field)
{
	char *value = pb_field_value(field), *behind = strchr(value, ';'), *line;

	behind = behind != NULL ? behind + 1 : value;
	line = pb_facts_line(facts, behind, strlen(behind));
	g_free(value);
	return line;
}

/* A word in lower case, without comments and white space. */
static char *
word(struct pb_facts *facts, const char *text)
{
	GString *out = g_string_new(NULL);
	char *line;

	for (; *text != '\0' && *text != '('; text++) {
		if (!g_ascii_isspace(*text))
			g_string_append_c(out, g_ascii_tolower(*text));
	}
	line = pb_facts_line(facts, out->str, out->len);
	g_string_free(out, TRUE);
	return line;
}

void
pb_report_mdn(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct pb_fields fields;
	char *value, *behind;

	if (facts->is_mdn)
		return;
	facts->is_mdn = true;
	pb_fields_read(&fields, data, len);
	/* RFC 8098 section 3.2.6: mode ";" type, "/" modifiers. */
	value = pb_field_value(pb_fields_find(&fields, "Disposition"));
	behind = strchr(value, ';');
	facts->mdn.disposition = word(facts, behind != NULL ? behind + 1 : value);
	g_free(value);
	if (pb_fields_find(&fields, "Original-Message-ID") != NULL)
		facts->mdn.original =
		    pb_header_id(facts, pb_fields_find(&fields, "Original-Message-ID"));
	facts->mdn.recipient = typed_value(facts, pb_fields_find(&fields, "Final-Recipient"));
	pb_fields_done(&fields);
}

static void
add_recipient(struct pb_facts *facts, const struct pb_fields *fields)
{
	struct pb_recipient *recipient;
	char *action, *status;

	if (pb_fields_find(fields, "Final-Recipient") == NULL &&
	    pb_fields_find(fields, "Action") == NULL)
		return;
	action = pb_field_value(pb_fields_find(fields, "Action"));
	status = pb_field_value(pb_fields_find(fields, "Status"));
	recipient = g_new0(struct pb_recipient, 1);
	recipient->final = typed_value(facts, pb_fields_find(fields, "Final-Recipient"));
	recipient->action = word(facts, action);
	recipient->status = word(facts, status);
	recipient->diagnostic = typed_value(facts, pb_fields_find(fields, "Diagnostic-Code"));
	pb_facts_add(facts, facts->dsn.recipients, recipient);
	g_free(action);
	g_free(status);
}

/* The first that names it counts. */
static void
take(struct pb_facts *facts, const struct pb_fields *fields, const char *name, char **text)
{
	char *value;

	if (*text != NULL)
		return;
	value = pb_field_value(pb_fields_find(fields, name));
	*text = pb_facts_line(facts, value, strlen(value));
	g_free(value);
}

/* RFC 3464 section 2.2; the queue id, which it leaves to extensions, by Postfix's name for it. */
static void
take_message(struct pb_facts *facts, const struct pb_fields *fields)
{
	if (facts->dsn.mta == NULL)
		facts->dsn.mta = typed_value(facts, pb_fields_find(fields, "Reporting-MTA"));
	take(facts, fields, "Original-Envelope-Id", &facts->dsn.envelope_id);
	take(facts, fields, "X-Postfix-Queue-ID", &facts->dsn.queue_id);
	take(facts, fields, "Arrival-Date", &facts->dsn.arrival);
}

/* RFC 3464 section 2.1: groups of fields, an empty line between them; the first on the message. */
void
pb_report_dsn(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct pb_fields fields;
	size_t used;

	facts->is_dsn = true;
	while (len > 0) {
		pb_fields_read(&fields, data, len);
		take_message(facts, &fields);
		add_recipient(facts, &fields);
		used = fields.body;
		pb_fields_done(&fields);
		if (used == 0) /* neither field nor empty line */
			break;
		data += used;
		len -= used;
	}
}

void
pb_report_original(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct pb_fields fields;

	pb_fields_read(&fields, data, len);
	if (facts->dsn.original == NULL && pb_fields_find(&fields, "Message-ID") != NULL)
		facts->dsn.original = pb_header_id(facts, pb_fields_find(&fields, "Message-ID"));
	pb_fields_done(&fields);
}

/* The code between the brackets that follow: what class may show of it (FORMAT 6.1). */
static char *
code_at(const char *at, const char *end)
{
	const char *close;
	size_t len;

	if (at == end || *at != '[')
		return NULL;
	at++;
	close = memchr(at, ']', (size_t)(end - at));
	len = close != NULL ? (size_t)(close - at) : 0;
	if (len == 0 || len > PB_LIMIT_MDN_CODE)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		if (!g_ascii_isalnum(at[i]) && strchr("-._", at[i]) == NULL)
			return NULL;
	}
	return g_strndup(at, len);
}

void
pb_report_text(struct pb_facts *facts, const char *text, size_t len)
{
	static const char mark[] = "[KO Int";
	const char *at = text, *end = text + len, *close;

	while (facts->mdn.code == NULL && at < end) {
		at = memmem(at, (size_t)(end - at), mark, sizeof(mark) - 1);
		if (at == NULL)
			return;
		close = memchr(at, ']', MIN((size_t)(end - at), 64));
		if (close != NULL)
			facts->mdn.code = code_at(close + 1, end);
		at += sizeof(mark) - 1;
	}
}
