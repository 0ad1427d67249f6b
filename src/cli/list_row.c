#include "cli/list_row.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/colour.h"
#include "cli/observed.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/words.h"
#include "core/text.h"
#include "record/types.h"

/* Columns between those that give way: mark, size, attachments, day, and the spaces. */
#define FIXED 34
#define WHO_MIN 12
#define WHO_WIDE 28
#define SUBJECT_MIN 10

void
pb_list_layout(struct pb_list_layout *layout, uint64_t last, unsigned width)
{
	char digits[21];
	unsigned used;

	layout->seq = (unsigned)pb_decimal_format(last, digits);
	if (layout->seq < 4)
		layout->seq = 4;
	layout->captured = width < 110 ? 10 : 16;
	layout->who = width == UINT_MAX || width / 5 > WHO_WIDE ? WHO_WIDE
		      : width / 5 < WHO_MIN                     ? WHO_MIN
								: width / 5;
	used = layout->seq + layout->captured + layout->who + FIXED;
	layout->subject = width == UINT_MAX            ? UINT_MAX
			  : width > used + SUBJECT_MIN ? width - used
						       : SUBJECT_MIN;
}

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

/* Whom it is from, or for what was sent whom it is to: the name, else the address. */
static const char *
other_side(const struct pb_row *row)
{
	const char *direction = text_of(row->json, "direction");
	bool sent = direction != NULL && strcmp(direction, "sent") == 0;
	const struct pb_json *first = pb_json_item(pb_json_get(row->view, sent ? "to" : "from"), 0);
	const char *name = text_of(first, "name"), *addr = text_of(first, "addr");

	if (name != NULL && *name != '\0')
		return name;
	return addr != NULL ? addr : "";
}

static char
mark(const struct pb_row *row)
{
	const char *direction = text_of(row->json, "direction");

	if (direction == NULL)
		return ' ';
	return strcmp(direction, "sent") == 0 ? '>' : '<';
}

/* In place of a subject. */
static const char *
said_instead(const struct pb_row *row)
{
	switch (row->state) {
	case PB_ROW_SEEN:
		return "";
	case PB_ROW_UNSEEN:
		return _("(not indexed yet)");
	case PB_ROW_DESTROYED:
		return _("(destroyed)");
	case PB_ROW_UNREADABLE:
		return _("(damaged)");
	case PB_ROW_FAILED:
		break;
	}
	return _("(could not be looked into)");
}

static void
format_day(const struct pb_row *row, char out[21])
{
	uint64_t date_s;

	out[0] = '\0';
	if (pb_json_as_u64(pb_json_get(row->view, "date_s"), &date_s) && date_s <= INT64_MAX)
		pb_time_format((int64_t)date_s, out);
	out[10] = '\0';
}

static enum pb_status
message(const struct pb_list_layout *layout, const struct pb_row *row, struct pb_buf *line)
{
	size_t attached = pb_json_count(pb_json_get(row->view, "attachments"));
	const char *subject = text_of(row->view, "subject");
	char size[PB_CELL_SIZE_LEN] = "", day[21], mails[24] = "";
	uint64_t octets;
	enum pb_status status;

	if (pb_json_as_u64(pb_json_get(row->json, "size"), &octets))
		pb_cell_size(octets, size);
	if (attached > 0) {
		mails[0] = '+';
		(void)pb_decimal_format(attached, mails + 1);
	}
	format_day(row, day);
	status = pb_buf_printf(line, "%c %8s %3s  %-10s  ", mark(row), size, mails, day);
	if (status == PB_OK)
		status = pb_cell(line, other_side(row), layout->who, true);
	if (status == PB_OK)
		status = pb_buf_append_text(line, "  ");
	if (status == PB_OK)
		status = pb_cell(
		    line, subject != NULL ? subject : said_instead(row), layout->subject, false);
	return status;
}

static enum pb_status
other(const struct pb_list_layout *layout, const struct pb_row *row, struct pb_buf *line)
{
	const char *event = text_of(row->json, "event"), *text = NULL;
	struct pb_buf observed = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	if (row->leaf.type == PB_RECORD_OBSERVATION)
		status = pb_observed_row(row->json, &observed);
	if (status == PB_OK && observed.len > 0)
		text = pb_buf_text(&observed);
	if (status == PB_OK)
		status = pb_buf_printf(line, "  %8s %3s  ", "", "");
	if (status == PB_OK)
		status = pb_cell(line, pb_words_type(row->leaf.type), 12, true);
	if (text == NULL)
		text = event != NULL ? pb_words_event(event) : said_instead(row);
	if (status == PB_OK)
		status = pb_cell(line, text,
		    layout->subject == UINT_MAX ? UINT_MAX : layout->who + layout->subject, false);
	pb_buf_done(&observed);
	return status;
}

enum pb_status
pb_list_row(const struct pb_list_layout *layout, const struct pb_row *row, struct pb_buf *line)
{
	enum pb_status status;
	char time[21];

	pb_time_format((int64_t)row->leaf.time_s, time);
	time[10] = ' ';
	time[layout->captured] = '\0';
	status = pb_buf_printf(line, "%*" PRIu64 "  %s  ", (int)layout->seq, row->leaf.seq, time);
	if (status == PB_OK)
		status = row->message ? message(layout, row, line) : other(layout, row, line);
	while (line->len > 0 && line->data[line->len - 1] == ' ')
		line->len--;
	return status == PB_OK ? pb_buf_append(line, "\n", 1) : status;
}

/* The same columns, named. */
static enum pb_status
write_heading(const struct pb_list_layout *layout, struct pb_buf *line)
{
	enum pb_status status = pb_cell_right(line, _("No."), layout->seq);

	if (status == PB_OK)
		status = pb_buf_append_text(line, "  ");
	if (status == PB_OK)
		status = pb_cell(line, _("kept, UTC"), layout->captured, true);
	if (status == PB_OK)
		status = pb_buf_append_text(line, "    ");
	if (status == PB_OK)
		status = pb_cell_right(line, _("size"), 8);
	if (status == PB_OK)
		status = pb_buf_append_text(line, "   +  ");
	if (status == PB_OK)
		status = pb_cell(line, _("date"), 12, true);
	if (status == PB_OK)
		status = pb_cell(line, _("from or to"), layout->who + 2, true);
	return status == PB_OK ? pb_cell(line, _("subject"), layout->subject, false) : status;
}

/* ---- on stdout ------------------------------------------------------------------------------ */

static void
print_json(const struct pb_row *row)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_row_json(row, &w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_wipe(&line);
	pb_buf_done(&line);
}

enum pb_status
pb_list_print(
    const struct pb_list_layout *layout, const struct pb_row *row, bool json, struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	enum pb_status status;

	if (json) {
		print_json(row);
		return PB_OK;
	}
	status = pb_list_row(layout, row, &line);
	if (status == PB_OK)
		(void)fwrite(line.data, 1, line.len, stdout);
	else
		status = pb_fail_memory(err, N_("print a row"));
	pb_buf_wipe(&line);
	pb_buf_done(&line);
	return status;
}

static bool
on_terminal(const struct pb_list_layout *layout)
{
	return layout->subject != UINT_MAX;
}

enum pb_status
pb_list_heading(const struct pb_list_layout *layout, struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	enum pb_status status;

	if (!on_terminal(layout))
		return PB_OK;
	status = write_heading(layout, &line);
	if (status == PB_OK)
		(void)printf("%s%.*s%s\n", pb_colour_on(1, PB_COLOUR_STRONG), (int)line.len,
		    (const char *)line.data, pb_colour_off(1, PB_COLOUR_STRONG));
	else
		status = pb_fail_memory(err, N_("print a row"));
	pb_buf_done(&line);
	return status;
}

void
pb_list_legend(const struct pb_list_layout *layout)
{
	if (on_terminal(layout))
		(void)puts(_("< received   > sent   +N attachments   dates and times: UTC"));
}
