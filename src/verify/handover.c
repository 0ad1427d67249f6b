/* What a segment's first record hands over to readers who came later (FORMAT 1.5, `past`). */
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

#define ENTRY_LEN 48 /* u64 first seq || wrapped key */

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text)
{
	pb_verify_find(state, item, PB_CHECK_FILES, weight, seq, code, text);
}

/* The ids that `past` names: not empty, none twice. */
static bool
named(const struct pb_json *list, struct pb_verify_readers *ret_readers)
{
	struct pb_verify_readers readers = { 0 };

	for (size_t i = 0; i < pb_json_count(list); i++) {
		const char *id = pb_json_string(pb_json_item(list, i));

		if (id == NULL || !pb_verify_readers_add(&readers, id, strlen(id)))
			return false;
	}
	if (!pb_verify_readers_sort(&readers))
		return false;
	*ret_readers = readers;
	return true;
}

static bool
among(const struct pb_verify_readers *some, const struct pb_verify_readers *all)
{
	for (size_t i = 0; i < some->count; i++) {
		size_t j;

		for (j = 0; j < all->count; j++)
			if (strcmp(some->id[i], all->id[j]) == 0)
				break;
		if (j == all->count)
			return false;
	}
	return true;
}

/* One entry for each segment before this one, in their order, and nothing else. */
static bool
entries_right(const struct pb_verify_state *state, const struct pb_inside_objects *objects)
{
	const struct pb_buf *seqs = &state->first_seqs;
	size_t at = 0;

	for (size_t i = 1; i < objects->count; i++) {
		const struct pb_buf *object = &objects->object[i];

		if (object->len == 0 || object->len % ENTRY_LEN != 0)
			return false;
		for (size_t in = 0; in < object->len; in += ENTRY_LEN, at += 8)
			if (seqs->len - at < 8 ||
			    memcmp(seqs->data + at, object->data + in, 8) != 0)
				return false;
	}
	return at == seqs->len;
}

/* PB_OK whatever is found. */
static enum pb_status
check_envelope(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_verify_readers *to, const struct pb_buf *cms, struct pb_error *err)
{
	struct pb_verify_readers recipients;
	enum pb_status status = pb_verify_readers_of(cms, &recipients, err);

	if (status == PB_OK && pb_verify_readers_same(to, &recipients))
		return PB_OK;
	if (status != PB_OK && !pb_inside_unsound(status))
		return status;
	find(state, item, PB_INVALID, seq, "past_envelope",
	    N_("The earlier keys that this segment hands over can be opened by others than those "
	       "it names."));
	return PB_OK;
}

static enum pb_status
check(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_json *facts, const struct pb_json *past,
    const struct pb_inside_objects *objects, struct pb_error *err)
{
	struct pb_verify_readers to, all;
	uint64_t segments;

	if (objects->too_long) {
		find(state, item, PB_INDETERMINATE, seq, "past_too_long",
		    N_("What this segment hands over is longer than this version reads."));
		return PB_OK;
	}
	if (!pb_verify_readers_stated(pb_json_get(facts, "readers"), &all) ||
	    !named(pb_json_get(past, "readers"), &to) || !among(&to, &all) ||
	    !pb_json_as_u64(pb_json_get(past, "segments"), &segments) || objects->count < 2) {
		find(state, item, PB_INVALID, seq, "past_stated",
		    N_("This segment hands over earlier keys, but does not state to whom as the "
		       "format says."));
		return PB_OK;
	}
	if (!state->lost &&
	    (segments != state->first_seqs.len / 8 || !entries_right(state, objects)))
		find(state, item, PB_INVALID, seq, "past_keys",
		    N_("The earlier keys that this segment hands over are not those of the "
		       "segments before it."));
	return check_envelope(state, item, seq, &to, &objects->object[0], err);
}

enum pb_status
pb_verify_handover(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_json *facts, const struct pb_inside_objects *objects, struct pb_error *err)
{
	const struct pb_json *past = pb_json_get(facts, "past");

	if (past != NULL)
		return check(state, item, seq, facts, past, objects, err);
	if (objects->count > 0 || objects->too_long)
		find(state, item, PB_INVALID, seq, "key_objects",
		    N_("This key record holds more than it states."));
	return PB_OK;
}
