/* A record for a person: when it was kept, by which clocks, and what it states. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/label.h"
#include "cli/observed.h"
#include "cli/show.h"
#include "cli/words.h"
#include "core/text.h"
#include "record/types.h"

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
	pb_label(_("stamped"));
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
	pb_label("");
	if (!b->before.local && !(b->after.given && b->after.local))
		(void)puts(_("as its timestamps state; `probant verify` checks them"));
	else if (b->before.local && (!b->after.given || b->after.local))
		(void)puts(_("by the archive's own authority: its times are claims"));
	else
		(void)puts(_("`local` is the archive's own authority: its times are claims"));
}

/* In full, and rounded where that is shorter. */
static void
print_size(uint64_t len)
{
	char size[PB_CELL_SIZE_LEN];

	pb_label(_("size"));
	pb_cell_size(len, size);
	if (len < 1024)
		(void)printf(
		    ngettext("%" PRIu64 " byte\n", "%" PRIu64 " bytes\n", (unsigned long)len), len);
	else
		(void)printf(_("%s (%" PRIu64 " bytes)\n"), size, len);
}

/* Each behind the one label. */
static void
print_observed(const struct pb_buf *lines)
{
	const char *at = (const char *)lines->data, *end = at + lines->len;
	bool first = true;

	while (at < end) {
		size_t len = (size_t)((const char *)memchr(at, '\n', (size_t)(end - at)) - at);

		pb_label(first ? _("observed") : "");
		(void)fwrite(at, 1, len + 1, stdout);
		at += len + 1;
		first = false;
	}
}

static void
print_head(const struct pb_show *show, const struct pb_look *look)
{
	const char *direction = pb_words_direction(text_of(look->facts, "direction"));
	char time[PB_WORDS_TIME_LEN], hex[2 * PB_DIGEST_LEN + 1];

	pb_label(_("record"));
	(void)printf("%" PRIu64 "  (%s%s%s)\n", show->leaf.seq, pb_words_type(show->leaf.type),
	    *direction != '\0' ? ", " : "", direction);
	pb_words_time((int64_t)show->leaf.time_s, time);
	pb_label(_("kept"));
	(void)printf(_("%s, by the archive's own clock\n"), time);
	if (look->bounded)
		print_bounds(&look->bounds);
	print_observed(&look->observed);
	if (!show->message)
		return;
	print_size(pb_opened_message_len(show->opened));
	pb_hex_encode(show->sha256, PB_DIGEST_LEN, hex);
	pb_label_line("SHA-256", hex);
}

/* ---- what stands in it ---------------------------------------------------------------------- */

static void
print_other(const struct pb_show *show, const struct pb_look *look)
{
	const char *event = text_of(look->facts, "event");
	struct pb_buf line = PB_BUF_EMPTY;

	if (show->leaf.type == PB_RECORD_OBSERVATION &&
	    pb_observed_row(look->facts, &line) == PB_OK && line.len > 0 &&
	    pb_buf_text(&line) != NULL)
		pb_label_line(_("observed"), (const char *)line.data);
	else if (event != NULL)
		pb_label_line(_("event"), pb_words_event(event));
	(void)printf("\n%s\n", _("What it states, in the words of its format:"));
	pb_label_members(look->facts);
	pb_label_members(look->envelope);
	pb_buf_done(&line);
}

enum pb_status
pb_show_text(const struct pb_show *show, const struct pb_look *look, struct pb_error *err)
{
	print_head(show, look);
	if (!show->message)
		print_other(show, look);
	else if (look->view != NULL)
		pb_show_message(show, look);
	else
		return pb_show_unread(show, look, err);
	return PB_OK;
}
