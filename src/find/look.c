/* A record that the index is not sure of: its message is opened and looked into. */
#include <string.h>

#include "archive/view_texts.h"
#include "core/error.h"
#include "core/limits.h"
#include "find/finding.h"

static const char what[] = N_("look into a message");

/* A phrase does not go on from one address to the next. */
static enum pb_status
add_text(void *arg, enum pb_index_field field, const void *text, size_t len)
{
	struct pb_buf *fields = arg;
	enum pb_status status = PB_OK;

	if (fields[field].len > 0)
		status = pb_buf_append_u8(&fields[field], '\f');
	return status == PB_OK ? pb_buf_append(&fields[field], text, len) : status;
}

static enum pb_status
confirm(struct pb_find *find, const struct pb_query *query, const struct pb_json *view,
    const struct pb_buf *body, bool *ret_match, struct pb_error *err)
{
	const char *fields[PB_INDEX_FIELDS] = { NULL };
	enum pb_status status;

	for (size_t f = 0; f < PB_INDEX_FIELDS; f++)
		pb_buf_clear(&find->field[f]);
	status = pb_view_texts(view, body, add_text, find->field);
	for (size_t f = 0; f < PB_INDEX_FIELDS && status == PB_OK; f++) {
		fields[f] = pb_buf_text(&find->field[f]);
		if (fields[f] == NULL)
			status = PB_ENOMEM;
	}
	if (status != PB_OK)
		return pb_fail_memory(err, what);
	return pb_query_confirm(query, fields, ret_match, err);
}

/* ---- by its summary ------------------------------------------------------------------------- */

static enum pb_status
look_at_row(struct pb_find *find, const struct pb_query *query, uint64_t seq, bool *ret_match,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_row row;

	if (find->rows == NULL)
		status = pb_rows_new(find->archive, find->catalog, &find->rows, err);
	if (status == PB_OK)
		status = pb_rows_read(find->rows, seq, &row, err);
	if (status != PB_OK)
		return status;
	if (row.view == NULL) {
		*ret_match = false; /* destroyed since, or damaged: its words are not there */
		return PB_OK;
	}
	return confirm(find, query, row.view, NULL, ret_match, err);
}

/* ---- by its octets -------------------------------------------------------------------------- */

/* Held against its leaf, as all that is shown. */
static enum pb_status
read_message(struct pb_find *find, uint64_t seq, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	enum pb_status status = PB_OK;
	struct pb_leaf leaf;

	pb_buf_wipe(&find->message);
	if (find->reading == NULL)
		status = pb_reading_new(find->archive->world->files, find->archive->dir,
		    find->archive->key, &find->reading, err);
	if (status == PB_OK)
		status = pb_reading_record(find->reading, seq, &leaf, &opened, sha256, err);
	if (status != PB_OK)
		return status;
	if (pb_opened_message_len(opened) > PB_LIMIT_VIEW_MESSAGE)
		return PB_OK; /* it was never viewed, so no index has words of it */
	return pb_opened_message(opened, PB_LIMIT_VIEW_MESSAGE, &find->message, err);
}

static enum pb_status
start_viewer(struct pb_find *find, struct pb_error *err)
{
	if (find->viewer != NULL)
		return PB_OK;
	if (find->program == NULL)
		return pb_fail(err, PB_EUNAVAIL, what,
		    N_("the program probant-mime is not beside this one"), "%s", "");
	return pb_viewer_new(find->archive->world, find->program, &find->viewer, err);
}

static enum pb_status
look_at_message(struct pb_find *find, const struct pb_query *query, uint64_t seq, bool *ret_match,
    struct pb_error *err)
{
	enum pb_view_state state = PB_VIEW_DIED;
	struct pb_json *view = NULL;
	enum pb_status status = start_viewer(find, err);

	if (status == PB_OK)
		status = read_message(find, seq, err);
	if (status == PB_EDESTROYED) {
		*ret_match = false;
		return PB_OK;
	}
	if (status == PB_OK)
		status = pb_viewer_view(find->viewer, find->message.data, find->message.len,
		    &find->view, &find->body, &state, err);
	if (status != PB_OK)
		return status;
	if (state != PB_VIEW_MADE)
		return pb_fail(err, PB_EDATA, what,
		    N_("its view could be made once and cannot be made now"), "%llu",
		    (unsigned long long)seq);
	status = pb_json_parse(find->view.data, find->view.len, &view, err);
	if (status == PB_OK)
		status = confirm(find, query, view, &find->body, ret_match, err);
	pb_json_free(view);
	return status;
}

enum pb_status
pb_find_look(struct pb_find *find, const struct pb_query *query, uint64_t seq, bool *ret_match,
    struct pb_error *err)
{
	if (find->standing.bodies && pb_query_needs_body(query))
		return look_at_message(find, query, seq, ret_match, err);
	return look_at_row(find, query, seq, ret_match, err);
}
