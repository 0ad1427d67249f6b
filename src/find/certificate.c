#include "find/certificate.h"

#include <inttypes.h>
#include <string.h>

#include "archive/own_key.h"
#include "bundle/sums.h"
#include "core/error.h"
#include "core/text.h"
#include "find/finding.h"
#include "view/viewer.h"

static const char what[] = N_("state what was found");

/* What signatures and the empty line need of a note's limit. */
#define SIGNATURE_ROOM 1024

const char *
pb_find_state_name(size_t state)
{
	switch (state) {
	case PB_CATALOG_DESTROYED:
		return "destroyed";
	case PB_CATALOG_UNREADABLE:
		return "unreadable";
	default:
		return pb_view_state_name((enum pb_view_state)state);
	}
}

/* ---- the records ---------------------------------------------------------------------------- */

/* Records that stand one behind the other are one line. */
struct runs {
	struct pb_buf *text;
	uint64_t first, last;
	uint64_t count;
};

static enum pb_status
end_run(struct runs *runs)
{
	if (runs->count == 0)
		return PB_OK;
	if (runs->text->len > PB_LIMIT_NOTE - SIGNATURE_ROOM)
		return PB_ELIMIT;
	return pb_buf_printf(runs->text, "%" PRIu64 "..%" PRIu64 "\n", runs->first, runs->last);
}

static enum pb_status
add_record(struct runs *runs, uint64_t seq)
{
	enum pb_status status = PB_OK;

	if (runs->count > 0 && seq == runs->last + 1) {
		runs->last = seq;
	} else {
		status = end_run(runs);
		runs->first = runs->last = seq;
	}
	runs->count++;
	return status;
}

static enum pb_status
fail_record(enum pb_status status, const struct pb_query *query, struct pb_error *err)
{
	if (status == PB_OK)
		return PB_OK;
	if (status != PB_ELIMIT)
		return pb_fail_memory(err, what);
	(void)pb_fail(
	    err, status, what, N_("it is too much for one statement"), "%s", pb_query_text(query));
	return pb_fail_todo(err, status, N_("narrow the query, by date: for example"));
}

static enum pb_status
add_found(struct pb_find *find, const struct pb_query *query, struct pb_buf *text,
    uint64_t *ret_count, struct pb_error *err)
{
	struct runs runs = { .text = text };
	struct pb_found *found = NULL;
	struct pb_match match;
	enum pb_status status;
	size_t unsure;

	status = pb_find_run(find, query, PB_FIND_SEQ, false, &found, err);
	while (status == PB_OK) {
		status = pb_found_next(found, &match, err);
		if (status == PB_OK)
			status = fail_record(add_record(&runs, match.seq), query, err);
	}
	if (status == PB_EEND)
		status = pb_found_left(found, &unsure) == 0
			     ? fail_record(end_run(&runs), query, err)
			     : pb_fail(err, PB_EUNAVAIL, what,
				   N_("a message that it is about cannot be looked into"), "%s",
				   pb_query_text(query));
	pb_found_free(found);
	*ret_count = runs.count;
	return status;
}

/* ---- the rest of it ------------------------------------------------------------------------- */

static enum pb_status
add_left_out(struct pb_buf *text, const char *why, uint64_t count)
{
	return count == 0 ? PB_OK : pb_buf_printf(text, "left-out %s %" PRIu64 "\n", why, count);
}

static enum pb_status
add_head(const struct pb_find *find, const struct pb_query *query, struct pb_buf *text)
{
	const struct pb_find_standing *s = pb_find_standing(find);
	struct pb_checkpoint checkpoint;
	char root[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];
	enum pb_status status;

	pb_head_checkpoint(&find->archive->head, find->archive->origin, &checkpoint);
	pb_base64_encode(checkpoint.root, sizeof(checkpoint.root), root);
	status = pb_buf_printf(text,
	    "probant/v1 find\n%s\n%" PRIu64 "\n%s\nquery %s\nmessages %" PRIu64 "\nindexed %" PRIu64
	    "\n",
	    checkpoint.origin, checkpoint.size, root, pb_query_text(query), s->messages,
	    s->indexed);
	for (size_t i = 0; i < PB_CATALOG_STATES && status == PB_OK; i++)
		status = add_left_out(text, pb_find_state_name(i), s->state[i]);
	if (status == PB_OK)
		status = add_left_out(text, "no_index", s->uncovered);
	if (status == PB_OK)
		status = add_left_out(text, "words", s->cut);
	if (status == PB_OK && !s->bodies)
		status = add_left_out(text, "bodies", s->indexed);
	return status;
}

static enum pb_status
sign(const struct pb_find *find, const struct pb_buf *text, struct pb_buf *note,
    struct pb_error *err)
{
	const struct pb_ed25519 *const_key;
	struct pb_ed25519 *key = NULL;
	char export_name[PB_EXPORT_NAME_MAX];
	const char *name = export_name;
	enum pb_status status = pb_own_key_export(find->archive, &key, err);

	if (status != PB_OK)
		return status;
	const_key = key;
	pb_export_name(find->archive->origin, export_name);
	status = pb_note_sign((const char *)text->data, text->len, &name, &const_key, 1, note, err);
	pb_ed25519_free(key);
	return status;
}

enum pb_status
pb_find_certificate(struct pb_find *find, const struct pb_query *query, struct pb_buf *note,
    uint64_t *ret_count, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY, records = PB_BUF_EMPTY;
	enum pb_status status;
	uint64_t count = 0;

	status = add_found(find, query, &records, &count, err);
	if (status != PB_OK)
		goto out;
	if (add_head(find, query, &text) != PB_OK ||
	    pb_buf_printf(&text, "found %" PRIu64 "\n", count) != PB_OK ||
	    pb_buf_append(&text, records.data, records.len) != PB_OK)
		status = pb_fail_memory(err, what);
	if (status == PB_OK)
		status = sign(find, &text, note, err);
	if (status == PB_OK)
		*ret_count = count;
out:
	pb_buf_done(&text);
	pb_buf_done(&records);
	return status;
}
