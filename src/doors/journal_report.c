#include "doors/journal_report.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "record/field.h"

void
pb_journal_report_init(struct pb_journal_report *report)
{
	*report = (struct pb_journal_report){ .at = PB_JOURNAL_HEADER };
}

/* ---- fields --------------------------------------------------------------------------------- */

struct field {
	const uint8_t *name, *value;
	size_t name_len, value_len; /* value_len: through the end of its last line */
};

static bool
is_named(const struct field *field, const char *lower)
{
	return pb_field_named(field->name, field->name_len, lower);
}

/* The value without the white space before it. */
static bool
value_begins(const struct field *field, const char *lower)
{
	size_t i = 0;

	while (i < field->value_len && memchr(" \t\r\n", field->value[i], 4) != NULL)
		i++;
	return pb_field_begins(field->value + i, field->value_len - i, lower);
}

static void
judge_header(struct pb_journal_report *report, const struct field *field)
{
	static const char tenant[] = "x-ms-exchange-crosstenant-";

	if (is_named(field, "x-ms-journal-report"))
		report->named = true;
	else if (pb_field_begins(field->name, field->name_len, tenant))
		report->online = true;
	else if (is_named(field, "content-type") && report->boundary.len == 0)
		pb_boundary_parse(field->value, field->value_len, &report->boundary);
}

static void
judge_part(struct pb_journal_report *report, const struct field *field)
{
	if (is_named(field, "content-type")) {
		report->plain = value_begins(field, "text/plain");
		report->message = value_begins(field, "message/rfc822");
	} else if (is_named(field, "content-transfer-encoding")) {
		if (value_begins(field, "base64"))
			report->encoding = PB_JOURNAL_BASE64;
		else if (value_begins(field, "quoted-printable"))
			report->encoding = PB_JOURNAL_QUOTED;
	}
}

/* The field that ends before the line at hand. */
static void
judge_field(struct pb_journal_report *report, const uint8_t *head)
{
	const uint8_t *name = head + report->begin;
	size_t len = report->line - report->begin;
	const uint8_t *colon = report->in_field ? memchr(name, ':', len) : NULL;
	struct field field = { .name = name };

	report->in_field = false;
	if (colon == NULL)
		return;
	field.name_len = (size_t)(colon - name);
	field.value = colon + 1;
	field.value_len = len - field.name_len - 1;
	if (report->at == PB_JOURNAL_HEADER)
		judge_header(report, &field);
	else
		judge_part(report, &field);
}

/* ---- lines, each with its LF ---------------------------------------------------------------- */

static void
end_header(struct pb_journal_report *report, size_t line_len)
{
	report->begin = report->line + line_len;
	if (report->at == PB_JOURNAL_HEADER && report->named && report->boundary.len > 0)
		report->at = PB_JOURNAL_BETWEEN;
	else if (report->at == PB_JOURNAL_HEADER || report->message)
		report->at = PB_JOURNAL_END;
	else
		report->at = report->plain ? PB_JOURNAL_TEXT : PB_JOURNAL_BETWEEN;
}

static void
read_header_line(struct pb_journal_report *report, const uint8_t *head, size_t len)
{
	const uint8_t *line = head + report->line;

	if (*line == ' ' || *line == '\t')
		return;
	judge_field(report, head);
	if (*line == '\n' || (*line == '\r' && len == 2)) {
		end_header(report, len);
		return;
	}
	report->begin = report->line;
	report->in_field = true;
}

/* Of a body: the text ends, or a part begins, at a boundary. */
static enum pb_status
read_body_line(
    struct pb_journal_report *report, const uint8_t *head, size_t len, struct pb_error *err)
{
	const struct pb_boundary *boundary = &report->boundary;
	const uint8_t *line = head + report->line;

	if (pb_boundary_line(boundary, line, len, true) != PB_LINE_CUTS)
		return PB_OK;
	if (report->at == PB_JOURNAL_TEXT) {
		report->at = PB_JOURNAL_END;
		return pb_journal_text_read(head + report->begin, report->line - report->begin,
		    report->encoding, &report->addresses, err);
	}
	report->at = line[boundary->len] == '-' ? PB_JOURNAL_END : PB_JOURNAL_PART;
	report->in_field = false;
	report->plain = true; /* RFC 2045 5.2: what says nothing is text/plain */
	report->message = false;
	report->encoding = PB_JOURNAL_IDENTITY;
	return PB_OK;
}

enum pb_status
pb_journal_report_read(struct pb_journal_report *report, const uint8_t *head, size_t len, bool last,
    enum pb_journal_is *ret_is, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	const uint8_t *feed;
	size_t line_len;

	while (status == PB_OK && report->at != PB_JOURNAL_END && report->scanned < len) {
		feed = memchr(head + report->scanned, '\n', len - report->scanned);
		report->scanned = feed == NULL ? len : (size_t)(feed - head) + 1;
		if (feed == NULL)
			break;
		line_len = report->scanned - report->line;
		if (report->at == PB_JOURNAL_HEADER || report->at == PB_JOURNAL_PART)
			read_header_line(report, head, line_len);
		else
			status = read_body_line(report, head, line_len, err);
		report->line = report->scanned;
	}
	if (status != PB_OK)
		return status;
	if (report->at != PB_JOURNAL_END && !last)
		*ret_is = PB_JOURNAL_UNKNOWN;
	else
		*ret_is = report->named ? PB_JOURNAL_REPORT : PB_JOURNAL_NONE;
	return PB_OK;
}

enum pb_status
pb_journal_report_state(
    struct pb_journal_report *report, struct pb_transit *transit, struct pb_error *err)
{
	const size_t named = report->addresses.count, count = named + transit->recipient_count;
	const char *at = (const char *)report->addresses.recipients.data;
	struct pb_transit_recipient *recipient = calloc(count + 1, sizeof(*recipient));

	if (recipient == NULL)
		return pb_fail_memory(err, N_("read a journal report"));
	for (size_t i = 0; i < named; i++) {
		recipient[i].address = at;
		at += strlen(at) + 1;
	}
	for (size_t i = named; i < count; i++)
		recipient[i] = transit->recipient[i - named];
	free(report->recipient);
	report->recipient = recipient;
	transit->recipient = recipient;
	transit->recipient_count = count;
	if (named > 0 || report->addresses.sender[0] != '\0') {
		transit->mail_from = report->addresses.sender;
		transit->mail_parameters = NULL;
	}
	transit->journal = report->online ? "microsoft365" : "exchange";
	return PB_OK;
}

void
pb_journal_report_done(struct pb_journal_report *report)
{
	pb_journal_addresses_done(&report->addresses);
	free(report->recipient);
	report->recipient = NULL;
}
