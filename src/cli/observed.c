#include "cli/observed.h"

#include <inttypes.h>
#include <string.h>

#include "cli/say.h"
#include "cli/words.h"

/* ---- what is said --------------------------------------------------------------------------- */

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same(const struct pb_json *a, const struct pb_json *b)
{
	return same_text(text_of(a, "action"), text_of(b, "action")) &&
	       same_text(text_of(a, "status"), text_of(b, "status"));
}

/* How many have what item `at` has; 0: one before it has it, and was counted. */
static size_t
count_same(const struct pb_json *recipients, size_t at)
{
	size_t count = 0;

	for (size_t i = 0; i < pb_json_count(recipients); i++) {
		if (!same(pb_json_item(recipients, i), pb_json_item(recipients, at)))
			continue;
		if (i < at)
			return 0;
		count++;
	}
	return count;
}

/* "delivery failed (5.1.1), delivered for 3". */
static enum pb_status
add_delivery(const struct pb_json *recipients, struct pb_buf *line)
{
	enum pb_status status = PB_OK;
	const char *before = "";

	for (size_t i = 0; status == PB_OK && i < pb_json_count(recipients); i++) {
		const char *action = text_of(pb_json_item(recipients, i), "action");
		const char *code = text_of(pb_json_item(recipients, i), "status");
		size_t count = count_same(recipients, i);

		if (count == 0)
			continue;
		status = pb_buf_printf(
		    line, "%s%s", before, pb_words_delivery(action != NULL ? action : "other"));
		if (status == PB_OK && code != NULL)
			status = pb_buf_printf(line, " (%s)", code);
		if (status == PB_OK && count > 1)
			status = pb_buf_printf(line, _(" for %zu recipients"), count);
		before = ", ";
	}
	return status;
}

static enum pb_status
add_disposition(const struct pb_json *facts, struct pb_buf *line)
{
	const char *disposition = text_of(facts, "disposition");
	const char *modifier = text_of(facts, "modifier"), *code = text_of(facts, "code");
	enum pb_status status = pb_buf_append_text(
	    line, pb_words_disposition(disposition != NULL ? disposition : "other"));

	if (status == PB_OK && modifier != NULL)
		status = pb_buf_printf(
		    line, ", %s", strcmp(modifier, "error") == 0 ? _("with an error") : modifier);
	if (status == PB_OK && code != NULL)
		status = pb_buf_printf(line, _(" (not taken into the software, code %s)"), code);
	return status;
}

static enum pb_status
add_what(const struct pb_observation *o, const struct pb_json *facts, struct pb_buf *line)
{
	size_t before = line->len;
	enum pb_status status = PB_OK;

	if (o->kind != PB_OBSERVED_DELIVERY && o->kind != PB_OBSERVED_DISPOSITION)
		return PB_OK;
	status = pb_buf_append_text(line, ": ");
	if (status == PB_OK && o->kind == PB_OBSERVED_DELIVERY)
		status = add_delivery(pb_json_get(facts, "recipients"), line);
	else if (status == PB_OK)
		status = add_disposition(facts, line);
	if (line->len == before + 2)
		line->len = before;
	return status;
}

/* ---- of which ------------------------------------------------------------------------------- */

/* "17", "3 or 17", with more of them "3, 17, ..." */
static enum pb_status
add_records(const struct pb_observation *o, struct pb_buf *line)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < o->count; i++)
		status = pb_buf_printf(line, "%s%" PRIu64,
		    i == 0                          ? ""
		    : i + 1 == o->count && !o->more ? _(" or ")
						    : ", ",
		    o->of[i].seq);
	return status == PB_OK && o->more ? pb_buf_append_text(line, ", ...") : status;
}

static enum pb_status
add_spoken(const struct pb_observation *o, struct pb_buf *line)
{
	struct pb_buf records = PB_BUF_EMPTY;
	enum pb_status status = add_records(o, &records);
	const char *text = status == PB_OK ? pb_buf_text(&records) : NULL;

	if (text == NULL)
		status = PB_ENOMEM;
	else if (o->kind == PB_OBSERVED_AGAIN)
		status = pb_buf_printf(line, _("came before as record %s"), text);
	else if (o->kind == PB_OBSERVED_QUEUE_ID)
		status = pb_buf_printf(line, _("had the same queue id as record %s"), text);
	else if (o->count == 0)
		status = pb_buf_append_text(line, _("speaks of a message that is not here"));
	else
		status = pb_buf_printf(line, _("speaks of record %s"), text);
	pb_buf_done(&records);
	return status;
}

enum pb_status
pb_observed_row(const struct pb_json *facts, struct pb_buf *line)
{
	struct pb_observation o;
	enum pb_status status;

	if (!pb_observation_read(facts, &o))
		return PB_OK;
	status = pb_buf_printf(line, _("record %" PRIu64), o.speaks);
	if (status == PB_OK)
		status = pb_buf_append(line, " ", 1);
	if (status == PB_OK)
		status = add_spoken(&o, line);
	return status == PB_OK ? add_what(&o, facts, line) : status;
}

static enum pb_status
add_speaker(const struct pb_observation *o, struct pb_buf *line)
{
	if (o->kind == PB_OBSERVED_AGAIN)
		return pb_buf_printf(line, _("came again as record %" PRIu64), o->speaks);
	if (o->kind == PB_OBSERVED_QUEUE_ID)
		return pb_buf_printf(
		    line, _("had the same queue id as record %" PRIu64), o->speaks);
	if (o->count > 1 || o->more)
		return pb_buf_printf(
		    line, _("record %" PRIu64 " speaks of it or of another"), o->speaks);
	return pb_buf_printf(line, _("answered by record %" PRIu64), o->speaks);
}

enum pb_status
pb_observed_from(const struct pb_json *facts, uint64_t seq, struct pb_buf *line)
{
	struct pb_observation o;
	enum pb_status status;

	if (!pb_observation_read(facts, &o))
		return PB_OK;
	status = o.speaks == seq ? add_spoken(&o, line) : add_speaker(&o, line);
	return status == PB_OK ? add_what(&o, facts, line) : status;
}
