#include "archive/summary_row.h"
#include "archive/view_texts.h"
#include "core/error.h"
#include "core/limits.h"
#include "core/view_class.h"
#include "record/types.h"

static const char NOTING[] = N_("note what a list shows");

static const char *
fact(const struct pb_summary_row *row, const char *key)
{
	return pb_json_string(pb_json_get(row->facts, key));
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void
copy_fact(const struct pb_summary_row *row, const char *key, struct pb_json_writer *w)
{
	const char *text = fact(row, key);

	if (text != NULL)
		pb_json_text(w, key, text);
}

/* The view goes in as it came: it was checked to be JSON, and nobody writes it anew. */
static enum pb_status
add_view(const struct pb_buf *view, struct pb_buf *buf)
{
	enum pb_status status;

	buf->len--; /* the closing brace */
	status = pb_buf_append_text(buf, ",\"view\":");
	if (status == PB_OK)
		status = pb_buf_append(buf, view->data, view->len);
	if (status == PB_OK)
		status = pb_buf_append(buf, "}", 1);
	return status;
}

enum pb_status
pb_summary_row_write(const struct pb_summary_row *row, struct pb_buf *buf, struct pb_error *err)
{
	struct pb_json_writer w;
	enum pb_status status;

	if (row->leaf->type == PB_RECORD_OBSERVATION && row->facts != NULL &&
	    row->facts_text->len <= PB_LIMIT_VIEW)
		return pb_buf_append(buf, row->facts_text->data, row->facts_text->len) == PB_OK
			   ? PB_OK
			   : pb_fail_memory(err, NOTING);
	pb_json_writer_init(&w, buf);
	pb_json_object_begin(&w, NULL);
	if (row->message) {
		copy_fact(row, "direction", &w);
		copy_fact(row, "source", &w);
		pb_json_u64(&w, "size", row->size);
		pb_json_hex(&w, "sha256", row->sha256, sizeof(row->sha256));
		if (row->state != 0)
			pb_json_text(&w, "state", pb_view_state_name(row->state));
	} else {
		copy_fact(row, "event", &w);
	}
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w);
	if (status == PB_OK && row->message && row->state == PB_VIEW_MADE)
		status = add_view(row->view_text, buf);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, NOTING);
}

/* ---- as words ------------------------------------------------------------------------------- */

struct wording {
	struct pb_index_builder *builder;
	struct pb_error *err;
};

static enum pb_status
add_text(void *arg, enum pb_index_field field, const void *text, size_t len)
{
	const struct wording *w = arg;

	return pb_index_builder_text(w->builder, field, text, len, w->err);
}

/* Whether the view, or the text beside it, lacks something that a query might ask for. */
static bool
lacks_words(const struct pb_json *view)
{
	const struct pb_json *findings = pb_json_get(view, "findings");
	const char *code;
	bool cut = false;

	(void)pb_json_as_bool(pb_json_get(view, "text_cut"), &cut);
	for (size_t i = 0; !cut && i < pb_json_count(findings); i++) {
		code = pb_json_string(pb_json_get(pb_json_item(findings, i), "code"));
		cut = code != NULL && pb_class_is_left_out(code);
	}
	return cut;
}

/* A date before 1970 is nobody's: such a row goes by the time of its leaf. */
static void
fill_row(const struct pb_summary_row *row, bool bodyless, struct pb_index_row *out)
{
	uint64_t date_s;

	*out = (struct pb_index_row){ .type = row->leaf->type, .time_s = row->leaf->time_s };
	out->state = (uint8_t)row->state;
	if (!row->message)
		return;
	out->direction = pb_index_direction(fact(row, "direction"));
	out->source = pb_index_source(fact(row, "source"));
	out->size = row->size;
	out->has_date =
	    pb_json_as_u64(pb_json_get(row->view, "date_s"), &date_s) && date_s <= INT64_MAX;
	out->date_s = out->has_date ? (int64_t)date_s : 0;
	out->cut = lacks_words(row->view);
	out->bodyless = bodyless && row->state == PB_VIEW_MADE;
}

enum pb_status
pb_summary_row_index(const struct pb_summary_row *row, const struct pb_buf *text,
    struct pb_index_builder *builder, struct pb_error *err)
{
	struct wording w = { .builder = builder, .err = err };
	struct pb_index_row index_row;
	enum pb_status status;

	fill_row(row, text == NULL, &index_row);
	status = pb_index_builder_row(builder, &index_row, err);
	if (status == PB_OK && row->message && row->state == PB_VIEW_MADE)
		status = pb_view_texts(row->view, text, add_text, &w);
	return status;
}
