/* A message for a person: its header, its text, what hangs on it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/label.h"
#include "cli/print.h"
#include "cli/show.h"
#include "cli/words.h"
#include "core/limits.h"
#include "core/text.h"
#include "record/types.h"

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

/* Each on a line of its own. */
static void
print_addresses(const char *label, const struct pb_json *list)
{
	size_t count = pb_json_count(list);

	for (size_t i = 0; i < count; i++) {
		const char *name = text_of(pb_json_item(list, i), "name");
		const char *addr = text_of(pb_json_item(list, i), "addr");

		pb_label(i == 0 ? label : "");
		if (name != NULL)
			pb_label_text(name);
		if (addr != NULL) {
			(void)fputs(name != NULL ? " <" : "", stdout);
			pb_label_text(addr);
			(void)fputs(name != NULL ? ">" : "", stdout);
		}
		(void)putchar('\n');
	}
}

static void
print_date(const struct pb_json *view)
{
	const char *date = text_of(view, "date");
	char time[PB_WORDS_TIME_LEN];
	uint64_t date_s;

	if (date == NULL)
		return;
	pb_label(_("Date"));
	pb_label_text(date);
	if (pb_json_as_u64(pb_json_get(view, "date_s"), &date_s) && date_s <= INT64_MAX) {
		pb_words_time((int64_t)date_s, time);
		(void)printf("  (%s)", time);
	}
	(void)putchar('\n');
}

static void
print_header(const struct pb_json *view)
{
	const char *subject = text_of(view, "subject");
	bool urgent;

	print_addresses(_("From"), pb_json_get(view, "from"));
	print_addresses(_("Sender"), pb_json_get(view, "sender"));
	print_addresses(_("Reply-To"), pb_json_get(view, "reply_to"));
	print_addresses(_("To"), pb_json_get(view, "to"));
	print_addresses(_("Cc"), pb_json_get(view, "cc"));
	print_addresses(_("Bcc"), pb_json_get(view, "bcc"));
	print_date(view);
	pb_label_line(_("Subject"), subject != NULL ? subject : "");
	if (pb_json_as_bool(pb_json_get(pb_json_get(view, "class"), "urgent"), &urgent))
		pb_label_line(_("Marked"), _("urgent"));
}

/* Its columns are no more than its octets: what is short enough by these is not wrapped. */
static void
print_text_line(const char *text, size_t len)
{
	struct pb_buf safe = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	const char *tab;

	if (len > 0 && text[len - 1] == '\r')
		len--;
	while (status == PB_OK && (tab = memchr(text, '\t', len)) != NULL) {
		status = pb_text_safe(&safe, (const uint8_t *)text, (size_t)(tab - text));
		if (status == PB_OK)
			status = pb_buf_append_text(&safe, "    ");
		len -= (size_t)(tab - text) + 1;
		text = tab + 1;
	}
	if (status == PB_OK)
		status = pb_text_safe(&safe, (const uint8_t *)text, len);
	if (status != PB_OK || pb_buf_text(&safe) == NULL)
		(void)puts("?");
	else if (safe.len > pb_print_width())
		pb_print_wrapped((const char *)safe.data, 0, pb_print_width());
	else
		(void)puts((const char *)safe.data);
	pb_buf_wipe(&safe);
	pb_buf_done(&safe);
}

/* Line by line, since a line end from outside ends none on a terminal (core/text.h). */
static void
print_lines(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end != NULL ? (size_t)(end - text) : len;

		print_text_line(text, line);
		text += line + (end != NULL);
		len -= line + (end != NULL);
	}
}

/* One part of it, without the blank lines at its ends; false if there is nothing else. */
static bool
print_part(const char *text, size_t len)
{
	size_t blank = strspn(text, " \t\n");

	while (len > 0 && strchr(" \t\n", text[len - 1]) != NULL)
		len--;
	if (len == 0)
		return false;
	while (blank > 0 && text[blank - 1] != '\n')
		blank--; /* what the first line is set in by stays */
	(void)putchar('\n');
	print_lines(text + blank, len - blank);
	return true;
}

static void
print_body(const struct pb_look *look)
{
	const char *text = (const char *)look->text.data;
	bool some = false, cut;

	while (*text != '\0') {
		size_t len = strcspn(text, "\f");

		some |= print_part(text, len);
		text += len + (text[len] == '\f');
	}
	if (!some)
		(void)printf("\n%s\n", _("(no text)"));
	if (pb_json_as_bool(pb_json_get(look->view, "text_cut"), &cut))
		(void)printf("\n%s\n", _("(The text goes on: --raw gives all of it.)"));
	if (look->html_left)
		(void)printf(
		    "\n%s\n", _("(An HTML form of this text is not shown: --raw gives it.)"));
}

static void
print_attachments(uint64_t seq, const struct pb_json *list)
{
	size_t count = pb_json_count(list);
	char size[PB_CELL_SIZE_LEN];

	if (count > 0)
		(void)printf("\n%s\n", _("Attachments"));
	for (size_t i = 0; i < count; i++) {
		const struct pb_json *attachment = pb_json_item(list, i);
		const char *name = text_of(attachment, "name"), *type = text_of(attachment, "type");
		uint64_t octets = 0;

		(void)pb_json_as_u64(pb_json_get(attachment, "size"), &octets);
		pb_cell_size(octets, size);
		(void)printf("  %3zu  %8s  ", i + 1, size);
		pb_label_text(name != NULL ? name : _("(without a name)"));
		(void)fputs("  ", stdout);
		pb_label_text(type != NULL ? type : "");
		(void)putchar('\n');
	}
	if (count > 0)
		(void)printf(
		    _("  saved by `probant show %" PRIu64 " --attachment N -o FILE`\n"), seq);
}

/* ---- what it is beside a letter ------------------------------------------------------------- */

static void
print_receipts(const struct pb_json *view)
{
	const struct pb_json *mdn = pb_json_get(view, "mdn"), *dsn = pb_json_get(view, "dsn");
	const struct pb_json *recipients = pb_json_get(dsn, "recipients");

	if (mdn != NULL || dsn != NULL)
		(void)printf("\n%s\n", mdn != NULL ? _("Receipt") : _("Delivery report"));
	pb_label_members(mdn);
	if (text_of(dsn, "original_message_id") != NULL)
		pb_label_line("original", text_of(dsn, "original_message_id"));
	for (size_t i = 0; i < pb_json_count(recipients); i++) {
		(void)fputs("  ", stdout);
		pb_label_value(pb_json_item(recipients, i));
		(void)putchar('\n');
	}
}

static void
print_documents(const struct pb_json *xdm)
{
	const struct pb_json *documents = pb_json_get(xdm, "documents");

	if (xdm == NULL)
		return;
	(void)printf("\n%s\n", _("Documents that METADATA.XML of IHE_XDM.ZIP states"));
	for (size_t i = 0; i < pb_json_count(documents); i++) {
		(void)fputs("  ", stdout);
		pb_label_value(pb_json_item(documents, i));
		(void)putchar('\n');
	}
}

static void
print_findings(const struct pb_json *list)
{
	size_t count = pb_json_count(list);

	if (count > 0)
		(void)printf("\n%s\n", _("Remarks on the message (not on the evidence)"));
	for (size_t i = 0; i < count; i++) {
		const struct pb_json *finding = pb_json_item(list, i);
		const char *code = text_of(finding, "code"), *detail = text_of(finding, "detail");

		(void)printf("  %s [%s]", pb_words_finding(code), code);
		if (detail != NULL) {
			(void)fputs(": ", stdout);
			pb_label_text(detail);
		}
		(void)putchar('\n');
	}
}

void
pb_show_message(const struct pb_show *show, const struct pb_look *look)
{
	(void)putchar('\n');
	print_header(look->view);
	print_body(look);
	print_receipts(look->view);
	print_documents(pb_json_get(look->view, "xdm"));
	print_attachments(show->leaf.seq, pb_json_get(look->view, "attachments"));
	print_findings(pb_json_get(look->view, "findings"));
}

enum pb_status
pb_show_unread(const struct pb_show *show, const struct pb_look *look, struct pb_error *err)
{
	struct pb_buf header = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	(void)printf("\n%s\n%s\n\n", pb_words_unseen(look->state),
	    _("Its header as it stands follows; `--raw` gives all of the message."));
	for (uint8_t i = 0; i < pb_opened_count(show->opened) && status == PB_OK; i++)
		if (pb_opened_kind(show->opened, i) == PB_PART_HEADER)
			status = pb_opened_part(show->opened, i, PB_LIMIT_HEADER, &header, err);
	if (status == PB_OK)
		print_lines((const char *)header.data, header.len);
	pb_buf_wipe(&header);
	pb_buf_done(&header);
	return status;
}
