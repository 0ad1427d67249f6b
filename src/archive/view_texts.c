#include "archive/view_texts.h"

#include <string.h>

struct walking {
	pb_view_text_fn *each;
	void *arg;
	enum pb_status status;
};

static void
give(struct walking *w, enum pb_index_field field, const struct pb_json *value)
{
	const char *text = pb_json_string(value);

	if (w->status == PB_OK && text != NULL)
		w->status = w->each(w->arg, field, text, strlen(text));
}

/* Two members of each object in an array: of addresses, of attachments. */
static void
give_members(struct walking *w, enum pb_index_field field, const struct pb_json *list,
    const char *first, const char *second)
{
	size_t count = pb_json_count(list);

	for (size_t i = 0; i < count; i++) {
		give(w, field, pb_json_get(pb_json_item(list, i), first));
		give(w, field, pb_json_get(pb_json_item(list, i), second));
	}
}

enum pb_status
pb_view_texts(
    const struct pb_json *view, const struct pb_buf *body, pb_view_text_fn *each, void *arg)
{
	static const struct {
		const char *name;
		enum pb_index_field field;
	} addresses[] = { { "from", PB_INDEX_FROM }, { "sender", PB_INDEX_FROM },
		{ "to", PB_INDEX_TO }, { "cc", PB_INDEX_TO }, { "bcc", PB_INDEX_TO } };
	struct walking w = { .each = each, .arg = arg };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		give_members(
		    &w, addresses[i].field, pb_json_get(view, addresses[i].name), "name", "addr");
	give(&w, PB_INDEX_SUBJECT, pb_json_get(view, "subject"));
	give(&w, PB_INDEX_MSGID, pb_json_get(view, "message_id"));
	give_members(&w, PB_INDEX_ATTACHMENT, pb_json_get(view, "attachments"), "name", "type");
	if (w.status == PB_OK && body != NULL && body->len > 0)
		w.status = each(arg, PB_INDEX_BODY, body->data, body->len);
	return w.status;
}
