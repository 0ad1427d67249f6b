#include "capture/origin.h"

#include <stdlib.h>
#include <string.h>

#include "capture/maildir.h"
#include "core/error.h"

/* ---- a copy --------------------------------------------------------------------------------- */

/* The texts that are not literals, one after the other: first their length, then their copy. */
static const char **
texts_of(struct pb_origin_copy *copy, size_t number)
{
	const char **texts[] = { &copy->origin.path, &copy->origin.flags, &copy->origin.piler,
		&copy->packed.entry, &copy->mbox.postmark };

	return number < sizeof(texts) / sizeof(texts[0]) ? texts[number] : NULL;
}

enum pb_status
pb_origin_copy(
    struct pb_origin_copy *copy, const struct pb_message_origin *origin, struct pb_error *err)
{
	struct pb_origin_copy made = { .origin = *origin };
	const char **text;
	size_t len = 0, i;
	char *at;

	if (origin->packed != NULL)
		made.packed = *origin->packed;
	if (origin->mbox != NULL)
		made.mbox = *origin->mbox;
	for (i = 0; (text = texts_of(&made, i)) != NULL; i++)
		len += *text != NULL ? strlen(*text) + 1 : 0;
	if ((made.texts = malloc(len + 1)) == NULL)
		return pb_fail_memory(err, N_("import"));
	for (i = 0, at = made.texts; (text = texts_of(&made, i)) != NULL; i++) {
		if (*text == NULL)
			continue;
		len = strlen(*text) + 1;
		memcpy(at, *text, len);
		*text = at;
		at += len;
	}
	*copy = made;
	if (origin->packed != NULL)
		copy->origin.packed = &copy->packed;
	if (origin->mbox != NULL)
		copy->origin.mbox = &copy->mbox;
	return PB_OK;
}

void
pb_origin_copy_done(struct pb_origin_copy *copy)
{
	free(copy->texts);
	*copy = PB_ORIGIN_COPY_EMPTY;
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void
state_packed(const struct pb_packed_place *packed, struct pb_json_writer *w)
{
	pb_json_object_begin(w, "archive");
	pb_json_text(w, "format", packed->format);
	pb_json_array_begin(w, "filters");
	for (size_t i = 0; i < PB_FILTERS_MAX && packed->filter[i] != NULL; i++)
		pb_json_text(w, NULL, packed->filter[i]);
	pb_json_array_end(w);
	pb_json_u64(w, "entry", packed->number);
	pb_json_object_end(w);
}

static void
state_mbox(const struct pb_mbox_place *mbox, struct pb_json_writer *w)
{
	static const char *const quoted[] = { "none", "from", "deeper" };

	pb_json_object_begin(w, "mbox");
	pb_json_u64(w, "offset", mbox->offset);
	pb_json_u64(w, "length", mbox->length);
	pb_json_u64(w, "separator", mbox->separator);
	pb_json_text(w, "ended_by", mbox->content_length ? "content_length" : "postmark");
	pb_json_text(w, "quoted", quoted[mbox->quoted]);
	pb_json_object_end(w);
}

void
pb_origin_state_facts(const struct pb_message_origin *origin, struct pb_json_writer *w)
{
	if (origin->flags != NULL)
		pb_maildir_state_flags(origin->flags, w);
	if (origin->maildir != NULL)
		pb_json_text(w, "maildir", origin->maildir);
	if (origin->packed != NULL)
		state_packed(origin->packed, w);
	if (origin->mbox != NULL)
		state_mbox(origin->mbox, w);
	if (origin->piler != NULL)
		pb_json_text(w, "exported_by", "piler");
}

static void
state_octets(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text != NULL)
		pb_json_octets(w, key, text, strlen(text));
}

void
pb_origin_state_envelope(const struct pb_message_origin *origin, struct pb_json_writer *w)
{
	state_octets(w, "file", origin->path);
	if (origin->packed != NULL)
		state_octets(w, "entry", origin->packed->entry);
	if (origin->mbox != NULL)
		state_octets(w, "postmark", origin->mbox->postmark);
	state_octets(w, "piler", origin->piler);
}
