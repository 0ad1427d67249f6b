/* A record as one JSON document. */
#include "cli/print.h"
#include "cli/show.h"
#include "core/text.h"
#include "record/types.h"

static void
state_parts(const struct pb_show *show, struct pb_json_writer *w)
{
	pb_json_array_begin(w, "parts");
	for (uint8_t i = 0; i < pb_opened_count(show->opened); i++) {
		const char *kind = pb_part_kind_name(pb_opened_kind(show->opened, i));

		pb_json_object_begin(w, NULL);
		pb_json_text(w, "kind", kind != NULL ? kind : "unknown");
		pb_json_u64(w, "length", pb_opened_len(show->opened, i));
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

static void
state_bound(const struct pb_bound *bound, const char *key, struct pb_json_writer *w)
{
	char time[21];

	if (!bound->given)
		return;
	pb_time_format(bound->time_s, time);
	pb_json_object_begin(w, key);
	pb_json_text(w, "time", time);
	pb_json_text(w, "tsa", bound->by);
	pb_json_bool(w, "local", bound->local);
	pb_json_object_end(w);
}

static void
state_facts(const struct pb_look *look, struct pb_json_writer *w)
{
	static const char *const shown[] = { "event", "direction", "source" };

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const char *value = pb_json_string(pb_json_get(look->facts, shown[i]));

		if (value != NULL)
			pb_json_text(w, shown[i], value);
	}
	if (look->bounded) {
		pb_json_object_begin(w, "stamped");
		state_bound(&look->bounds.after, "after", w);
		state_bound(&look->bounds.before, "before", w);
		pb_json_object_end(w);
	}
}

static void
state_message(const struct pb_look *look, struct pb_json_writer *w)
{
	if (look->observed.len > 0)
		pb_json_raw(w, "observed", look->observed_json.data, look->observed_json.len);
	if (look->state != NULL)
		pb_json_text(w, "state", look->state);
	if (look->view == NULL)
		return;
	pb_json_raw(w, "view", look->written.data, look->written.len);
	pb_json_text(w, "text", (const char *)look->text.data);
	pb_json_bool(w, "html_left", look->html_left);
}

void
pb_show_json(const struct pb_show *show, const struct pb_look *look)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char time[21];

	pb_time_format((int64_t)show->leaf.time_s, time);
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", show->leaf.seq);
	pb_json_text(&w, "captured", time);
	pb_json_text(&w, "type", pb_record_type_name(show->leaf.type));
	if (look != NULL)
		state_facts(look, &w);
	if (show->message) {
		pb_json_u64(&w, "size", pb_opened_message_len(show->opened));
		pb_json_hex(&w, "sha256", show->sha256, PB_DIGEST_LEN);
	}
	state_parts(show, &w);
	if (look != NULL)
		state_message(look, &w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_wipe(&out);
	pb_buf_done(&out);
}
