#include "mime/write.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "mime/class.h"

/* How much is written of each list and each text. */
struct caps {
	guint items;
	size_t text;
};

struct writing {
	struct pb_json_writer w;
	struct caps caps;
};

/* At most `max` octets of a text, without half a character at the end. */
static size_t
cut_at(const char *text, size_t max)
{
	size_t len = strlen(text);

	if (len <= max)
		return len;
	while (max > 0 && ((uint8_t)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

static void
text(struct writing *writing, const char *key, const char *value)
{
	size_t len;
	char *short_value;

	if (value == NULL)
		return;
	len = cut_at(value, writing->caps.text);
	if (value[len] == '\0') {
		pb_json_text(&writing->w, key, value);
		return;
	}
	short_value = g_strndup(value, len);
	pb_json_text(&writing->w, key, short_value);
	g_free(short_value);
}

typedef void item_fn(struct writing *writing, gconstpointer item);

static void
list(struct writing *writing, const char *key, const GPtrArray *items, item_fn *item)
{
	guint count = MIN(items->len, writing->caps.items);

	if (items->len == 0)
		return;
	pb_json_array_begin(&writing->w, key);
	for (guint i = 0; i < count; i++)
		item(writing, items->pdata[i]);
	pb_json_array_end(&writing->w);
}

static void
text_item(struct writing *writing, gconstpointer item)
{
	text(writing, NULL, item);
}

static void
address_item(struct writing *writing, gconstpointer item)
{
	const struct pb_address *address = item;

	pb_json_object_begin(&writing->w, NULL);
	text(writing, "name", address->name);
	text(writing, "addr", address->addr);
	pb_json_object_end(&writing->w);
}

static void
attachment_item(struct writing *writing, gconstpointer item)
{
	const struct pb_attachment *attachment = item;

	pb_json_object_begin(&writing->w, NULL);
	text(writing, "name", attachment->name);
	text(writing, "type", attachment->type);
	pb_json_u64(&writing->w, "size", attachment->size);
	pb_json_object_end(&writing->w);
}

static void
recipient_item(struct writing *writing, gconstpointer item)
{
	const struct pb_recipient *recipient = item;

	pb_json_object_begin(&writing->w, NULL);
	text(writing, "final", recipient->final);
	text(writing, "action", recipient->action);
	text(writing, "status", recipient->status);
	text(writing, "diagnostic", recipient->diagnostic);
	pb_json_object_end(&writing->w);
}

static void
document_item(struct writing *writing, gconstpointer item)
{
	const struct pb_document *document = item;

	pb_json_object_begin(&writing->w, NULL);
	text(writing, "uri", document->uri);
	text(writing, "type", document->type);
	text(writing, "format", document->format);
	if (document->has_size)
		pb_json_u64(&writing->w, "size", document->size);
	text(writing, "sha1", document->sha1);
	pb_json_object_end(&writing->w);
}

static void
finding_item(struct writing *writing, gconstpointer item)
{
	const struct pb_finding *finding = item;

	pb_json_object_begin(&writing->w, NULL);
	pb_json_text(&writing->w, "code", finding->code);
	text(writing, "detail", finding->detail);
	pb_json_object_end(&writing->w);
}

static void
write_header(struct writing *writing, const struct pb_facts *facts)
{
	static const char *const keys[] = { "from", "sender", "reply_to", "to", "cc", "bcc" };

	for (int who = 0; who < PB_WHO_COUNT; who++)
		list(writing, keys[who], facts->who[who], address_item);
	text(writing, "date", facts->date);
	if (facts->has_date_s)
		pb_json_u64(&writing->w, "date_s", (uint64_t)facts->date_s);
	text(writing, "subject", facts->subject);
	text(writing, "message_id", facts->message_id);
	list(writing, "in_reply_to", facts->in_reply_to, text_item);
	list(writing, "references", facts->references, text_item);
}

static void
write_reports(struct writing *writing, const struct pb_facts *facts)
{
	if (facts->is_mdn) {
		pb_json_object_begin(&writing->w, "mdn");
		text(writing, "disposition", facts->mdn.disposition);
		text(writing, "original_message_id", facts->mdn.original);
		text(writing, "recipient", facts->mdn.recipient);
		text(writing, "code", facts->mdn.code);
		pb_json_object_end(&writing->w);
	}
	if (facts->is_dsn) {
		pb_json_object_begin(&writing->w, "dsn");
		text(writing, "original_message_id", facts->dsn.original);
		text(writing, "reporting_mta", facts->dsn.mta);
		text(writing, "envelope_id", facts->dsn.envelope_id);
		text(writing, "queue_id", facts->dsn.queue_id);
		text(writing, "arrival", facts->dsn.arrival);
		list(writing, "recipients", facts->dsn.recipients, recipient_item);
		pb_json_object_end(&writing->w);
	}
}

static void
write_xdm(struct writing *writing, const struct pb_facts *facts)
{
	if (!facts->is_xdm)
		return;
	pb_json_object_begin(&writing->w, "xdm");
	list(writing, "documents", facts->xdm.documents, document_item);
	list(writing, "patients", facts->xdm.patients, text_item);
	text(writing, "ins", facts->ins);
	pb_json_object_end(&writing->w);
}

static void
write_all(struct writing *writing, const struct pb_facts *facts)
{
	struct pb_json_writer *w = &writing->w;

	pb_json_object_begin(w, NULL);
	pb_json_u64(w, "v", 1);
	write_header(writing, facts);
	list(writing, "attachments", facts->attachments, attachment_item);
	if (facts->messages > 0)
		pb_json_u64(w, "messages", facts->messages);
	pb_class_write(facts, w);
	write_reports(writing, facts);
	write_xdm(writing, facts);
	list(writing, "findings", facts->findings, finding_item);
	pb_json_u64(w, "text_len", facts->text->len);
	if (facts->text_cut)
		pb_json_bool(w, "text_cut", true);
	pb_json_object_end(w);
}

/* In front, where no cut reaches it. */
static void
say_cut(struct pb_facts *facts)
{
	struct pb_finding *finding = g_new0(struct pb_finding, 1);

	finding->code = "cut";
	g_ptr_array_insert(facts->findings, 0, finding);
	facts->cut = true;
}

/*
 * Written whole first; where that is too long, again with shorter lists and texts, the smallest
 * of which fit by far: some 200 texts of 60 octets.
 */
void
pb_write_view(struct pb_facts *facts, struct pb_buf *view)
{
	struct caps caps = { .items = PB_LIMIT_VIEW_LIST, .text = PB_LIMIT_VIEW_STRING };
	struct writing writing;

	if (facts->cut)
		say_cut(facts);
	for (;;) {
		writing = (struct writing){ .caps = caps };
		pb_buf_clear(view);
		pb_json_writer_init(&writing.w, view);
		write_all(&writing, facts);
		if (pb_json_writer_status(&writing.w) != PB_OK)
			abort(); /* no memory: what is UTF-8 was seen to be */
		if (view->len <= PB_LIMIT_VIEW)
			return;
		pb_assert(caps.items > 4);
		caps.items /= 2;
		caps.text = MAX(caps.text / 2, 60);
		if (!facts->cut)
			say_cut(facts);
	}
}
