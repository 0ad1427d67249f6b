/* A row as JSON: the fields that `list` and `find` print. */
#include "core/text.h"
#include "find/rows.h"
#include "record/observation.h"
#include "record/types.h"

static void
copy_text(struct pb_json_writer *w, const char *key, const struct pb_json *value)
{
	const char *text = pb_json_string(value);

	if (text != NULL)
		pb_json_text(w, key, text);
}

/* [{"name":"...","addr":"..."},...] as the view has them. */
static void
copy_addresses(struct pb_json_writer *w, const char *key, const struct pb_json *list)
{
	size_t count = pb_json_count(list);

	if (count == 0)
		return;
	pb_json_array_begin(w, key);
	for (size_t i = 0; i < count; i++) {
		const struct pb_json *address = pb_json_item(list, i);

		pb_json_object_begin(w, NULL);
		copy_text(w, "name", pb_json_get(address, "name"));
		copy_text(w, "addr", pb_json_get(address, "addr"));
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

static void
copy_date(struct pb_json_writer *w, const struct pb_json *view)
{
	uint64_t date_s;
	char time[21];

	if (!pb_json_as_u64(pb_json_get(view, "date_s"), &date_s) || date_s > INT64_MAX)
		return;
	pb_time_format((int64_t)date_s, time);
	pb_json_text(w, "date", time);
}

/* An attachment without a name stands as null: it is there all the same. */
static void
copy_attachments(struct pb_json_writer *w, const struct pb_json *list)
{
	size_t count = pb_json_count(list);

	pb_json_array_begin(w, "attachments");
	for (size_t i = 0; i < count; i++) {
		const char *name = pb_json_string(pb_json_get(pb_json_item(list, i), "name"));

		if (name != NULL)
			pb_json_text(w, NULL, name);
		else
			pb_json_null(w, NULL);
	}
	pb_json_array_end(w);
}

static void
copy_view(struct pb_json_writer *w, const struct pb_json *view)
{
	copy_addresses(w, "from", pb_json_get(view, "from"));
	copy_addresses(w, "to", pb_json_get(view, "to"));
	copy_addresses(w, "cc", pb_json_get(view, "cc"));
	copy_date(w, view);
	copy_text(w, "subject", pb_json_get(view, "subject"));
	copy_text(w, "message_id", pb_json_get(view, "message_id"));
	copy_attachments(w, pb_json_get(view, "attachments"));
}

const char *
pb_row_state_name(const struct pb_row *row)
{
	switch (row->state) {
	case PB_ROW_SEEN:
		return "seen";
	case PB_ROW_UNSEEN:
		return "unseen";
	case PB_ROW_FAILED:
		return row->why;
	case PB_ROW_DESTROYED:
		return "destroyed";
	case PB_ROW_UNREADABLE:
		break;
	}
	return "unreadable";
}

/* Of an observation: which record speaks of which. */
static void
copy_observation(struct pb_json_writer *w, const struct pb_json *facts)
{
	struct pb_observation o;

	if (!pb_observation_read(facts, &o))
		return;
	pb_json_u64(w, "speaks", o.speaks);
	pb_json_array_begin(w, "of");
	for (size_t i = 0; i < o.count; i++)
		pb_json_u64(w, NULL, o.of[i].seq);
	pb_json_array_end(w);
}

void
pb_row_json(const struct pb_row *row, struct pb_json_writer *w)
{
	uint64_t size;
	char time[21];

	pb_time_format((int64_t)row->leaf.time_s, time);
	pb_json_u64(w, "seq", row->leaf.seq);
	pb_json_text(w, "captured", time);
	pb_json_text(w, "type", pb_record_type_name(row->leaf.type));
	copy_text(w, "event", pb_json_get(row->json, "event"));
	if (row->leaf.type == PB_RECORD_OBSERVATION)
		copy_observation(w, row->json);
	copy_text(w, "direction", pb_json_get(row->json, "direction"));
	copy_text(w, "source", pb_json_get(row->json, "source"));
	if (row->view != NULL)
		copy_view(w, row->view);
	if (pb_json_as_u64(pb_json_get(row->json, "size"), &size))
		pb_json_u64(w, "size", size);
	copy_text(w, "sha256", pb_json_get(row->json, "sha256"));
	if (row->state != PB_ROW_SEEN)
		pb_json_text(w, "state", pb_row_state_name(row));
}
