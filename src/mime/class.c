#include "mime/class.h"

#include <string.h>

#include "core/limits.h"
#include "core/view_class.h"

static const char *
kind(const struct pb_facts *facts)
{
	if (facts->is_mdn)
		return "mdn";
	if (facts->is_dsn)
		return "dsn";
	if (facts->is_xdm)
		return "xdm";
	return facts->report ? "report" : "letter";
}

/* Adds a word once, up to PB_LIMIT_CLASS_LIST; borrowed. */
static void
add_word(GPtrArray *words, const char *word)
{
	for (guint i = 0; i < words->len; i++) {
		if (strcmp(g_ptr_array_index(words, i), word) == 0)
			return;
	}
	if (words->len < PB_LIMIT_CLASS_LIST)
		g_ptr_array_add(words, (gpointer)(uintptr_t)word);
}

static void
write_words(struct pb_json_writer *w, const char *key, GPtrArray *take_words)
{
	if (take_words->len > 0) {
		pb_json_array_begin(w, key);
		for (guint i = 0; i < take_words->len; i++)
			pb_json_text(w, NULL, g_ptr_array_index(take_words, i));
		pb_json_array_end(w);
	}
	g_ptr_array_unref(take_words);
}

static GPtrArray *
types(const struct pb_facts *facts)
{
	GPtrArray *words = g_ptr_array_new();
	const struct pb_attachment *attachment;

	for (guint i = 0; i < facts->attachments->len; i++) {
		attachment = g_ptr_array_index(facts->attachments, i);
		add_word(words, attachment->type != NULL && pb_class_is_type(attachment->type)
				    ? attachment->type
				    : "other");
	}
	return words;
}

static GPtrArray *
documents(const struct pb_facts *facts)
{
	GPtrArray *words = g_ptr_array_new();
	const struct pb_document *document;
	const char *code;

	for (guint i = 0; i < facts->xdm.documents->len; i++) {
		document = g_ptr_array_index(facts->xdm.documents, i);
		if (document->type != NULL && pb_class_is_loinc(document->type))
			add_word(words, document->type);
	}
	for (guint i = 0; i < facts->codes->len; i++) {
		code = g_ptr_array_index(facts->codes, i);
		if (pb_class_is_loinc(code))
			add_word(words, code);
	}
	return words;
}

/* RFC 8098 section 3.2.6.2: the type in front of its modifiers. */
static void
write_mdn(const struct pb_facts *facts, struct pb_json_writer *w)
{
	char *type;

	if (!facts->is_mdn)
		return;
	if (facts->mdn.disposition != NULL) {
		type = g_strndup(facts->mdn.disposition, strcspn(facts->mdn.disposition, "/,"));
		pb_json_text(w, "mdn", pb_class_is_disposition(type) ? type : "other");
		g_free(type);
	}
	if (facts->mdn.code != NULL)
		pb_json_text(w, "mdn_code", facts->mdn.code);
}

void
pb_class_write(const struct pb_facts *facts, struct pb_json_writer *w)
{
	pb_json_object_begin(w, "class");
	pb_json_text(w, "kind", kind(facts));
	if (facts->urgent_by != NULL) {
		pb_json_bool(w, "urgent", true);
		pb_json_text(w, "urgent_by", facts->urgent_by);
	}
	pb_json_u64(w, "attachments", facts->attachments_total);
	write_words(w, "types", types(facts));
	write_words(w, "documents", documents(facts));
	write_mdn(facts, w);
	pb_json_object_end(w);
}
