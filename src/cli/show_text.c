/* A record for a person: when it was kept, what it says, what hangs on it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/print.h"
#include "cli/show.h"
#include "cli/words.h"
#include "core/limits.h"
#include "core/text.h"
#include "record/types.h"

/* Labels of ours fit in it, in every language; names of facts may be longer. */
#define LABEL 12

static void
print_label(const char *label)
{
	struct pb_buf cell = PB_BUF_EMPTY;
	unsigned len = (unsigned)strlen(label);

	if (pb_cell(&cell, label, len < LABEL ? LABEL : len + 1, true) == PB_OK)
		(void)fwrite(cell.data, 1, cell.len, stdout);
	pb_buf_done(&cell);
}

static void
print_safe(const char *text)
{
	pb_print_safe(text, strlen(text));
}

static void
print_line(const char *label, const char *text)
{
	print_label(label);
	print_safe(text);
	(void)putchar('\n');
}

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

/* ---- the record ----------------------------------------------------------------------------- */

/* What the anchors beside it state: `verify` is who checks them. */
static void
print_bounds(const struct pb_bounds *b)
{
	char after[PB_WORDS_TIME_LEN], before[PB_WORDS_TIME_LEN];

	pb_words_time(b->after.time_s, after);
	pb_words_time(b->before.time_s, before);
	print_label(_("stamped"));
	if (!b->before.given)
		(void)puts(_("not yet"));
	else if (!b->after.given)
		(void)printf(_("entered the log by %s at the latest (%s)\n"), before, b->before.by);
	else if (strcmp(b->after.by, b->before.by) == 0)
		(void)printf(
		    _("entered the log between %s and %s (%s)\n"), after, before, b->after.by);
	else
		(void)printf(_("entered the log between %s and %s (%s, %s)\n"), after, before,
		    b->after.by, b->before.by);
	if (!b->before.given)
		return;
	print_label("");
	(void)puts(b->before.local || (b->after.given && b->after.local)
		       ? _("by the archive's own authority: its times are claims")
		       : _("as its timestamps state; `probant verify` checks them"));
}

static void
print_head(const struct pb_show *show, const struct pb_look *look)
{
	const char *direction = pb_words_direction(text_of(look->facts, "direction"));
	char time[PB_WORDS_TIME_LEN], size[PB_CELL_SIZE_LEN], hex[2 * PB_DIGEST_LEN + 1];

	print_label(_("record"));
	(void)printf("%" PRIu64 "  (%s%s%s)\n", show->leaf.seq, pb_words_type(show->leaf.type),
	    *direction != '\0' ? ", " : "", direction);
	pb_words_time((int64_t)show->leaf.time_s, time);
	print_label(_("kept"));
	(void)printf(_("%s, by the archive's own clock\n"), time);
	if (look->bounded)
		print_bounds(&look->bounds);
	if (!show->message)
		return;
	pb_cell_size(pb_opened_message_len(show->opened), size);
	print_label(_("size"));
	(void)printf(_("%s (%" PRIu64 " bytes)\n"), size, pb_opened_message_len(show->opened));
	pb_hex_encode(show->sha256, PB_DIGEST_LEN, hex);
	print_line("SHA-256", hex);
}

/* ---- another record ------------------------------------------------------------------------- */

static void
print_value(const struct pb_json *value)
{
	const char *text = pb_json_string(value), *key;
	size_t count = pb_json_count(value);
	uint64_t number;
	bool truth;

	if (text != NULL)
		print_safe(text);
	else if (pb_json_as_u64(value, &number))
		(void)printf("%" PRIu64, number);
	else if (pb_json_as_bool(value, &truth))
		(void)fputs(truth ? _("yes") : _("no"), stdout);
	else if (count == 0)
		(void)putchar('-');
	for (size_t i = 0; i < count; i++) {
		const struct pb_json *member = pb_json_member(value, i, &key);
		bool parted = pb_json_is_object(pb_json_item(value, i));

		(void)fputs(i == 0 ? "" : parted ? "; " : ", ", stdout);
		if (member != NULL) {
			print_safe(key);
			(void)fputs(": ", stdout);
		}
		print_value(member != NULL ? member : pb_json_item(value, i));
	}
}

/* Facts under the names that FORMAT gives them. */
static void
print_members(const struct pb_json *object)
{
	const struct pb_json *member;
	const char *key;

	for (size_t i = 0; (member = pb_json_member(object, i, &key)) != NULL; i++) {
		print_label(key);
		print_value(member);
		(void)putchar('\n');
	}
}

static void
print_other(const struct pb_look *look)
{
	const char *event = text_of(look->facts, "event");

	if (event != NULL)
		print_line(_("event"), pb_words_event(event));
	(void)putchar('\n');
	print_members(look->facts);
	print_members(look->envelope);
}

/* ---- a message ------------------------------------------------------------------------------ */

static void
print_addresses(const char *label, const struct pb_json *list)
{
	size_t count = pb_json_count(list);

	if (count == 0)
		return;
	print_label(label);
	for (size_t i = 0; i < count; i++) {
		const char *name = text_of(pb_json_item(list, i), "name");
		const char *addr = text_of(pb_json_item(list, i), "addr");

		(void)fputs(i > 0 ? ", " : "", stdout);
		if (name != NULL)
			print_safe(name);
		if (addr != NULL) {
			(void)fputs(name != NULL ? " <" : "", stdout);
			print_safe(addr);
			(void)fputs(name != NULL ? ">" : "", stdout);
		}
	}
	(void)putchar('\n');
}

static void
print_date(const struct pb_json *view)
{
	const char *date = text_of(view, "date");
	char time[PB_WORDS_TIME_LEN];
	uint64_t date_s;

	if (date == NULL)
		return;
	print_label(_("Date"));
	print_safe(date);
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
	print_line(_("Subject"), subject != NULL ? subject : "");
	if (pb_json_as_bool(pb_json_get(pb_json_get(view, "class"), "urgent"), &urgent))
		print_line(_("Marked"), _("urgent"));
}

/* Line by line, since a line end from outside ends none on a terminal (core/text.h). */
static void
print_lines(const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len), *tab;
		size_t line = end != NULL ? (size_t)(end - text) : len;

		len -= line + (end != NULL);
		while ((tab = memchr(text, '\t', line)) != NULL) {
			pb_print_safe(text, (size_t)(tab - text));
			(void)fputs("    ", stdout);
			line -= (size_t)(tab - text) + 1;
			text = tab + 1;
		}
		pb_print_safe(text, line > 0 && text[line - 1] == '\r' ? line - 1 : line);
		(void)putchar('\n');
		text += line + (end != NULL);
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
		print_safe(name != NULL ? name : _("(without a name)"));
		(void)fputs("  ", stdout);
		print_safe(type != NULL ? type : "");
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
	print_members(mdn);
	if (text_of(dsn, "original_message_id") != NULL)
		print_line("original", text_of(dsn, "original_message_id"));
	for (size_t i = 0; i < pb_json_count(recipients); i++) {
		(void)fputs("  ", stdout);
		print_value(pb_json_item(recipients, i));
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
		print_value(pb_json_item(documents, i));
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
			print_safe(detail);
		}
		(void)putchar('\n');
	}
}

static void
print_message(const struct pb_show *show, const struct pb_look *look)
{
	(void)putchar('\n');
	print_header(look->view);
	print_body(look);
	print_receipts(look->view);
	print_documents(pb_json_get(look->view, "xdm"));
	print_attachments(show->leaf.seq, pb_json_get(look->view, "attachments"));
	print_findings(pb_json_get(look->view, "findings"));
}

/* Its header as it stands, where the child has failed: none of it is decoded. */
static enum pb_status
print_unread(const struct pb_show *show, const struct pb_look *look, struct pb_error *err)
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

enum pb_status
pb_show_text(const struct pb_show *show, const struct pb_look *look, struct pb_error *err)
{
	print_head(show, look);
	if (!show->message)
		print_other(look);
	else if (look->view != NULL)
		print_message(show, look);
	else
		return print_unread(show, look, err);
	return PB_OK;
}
