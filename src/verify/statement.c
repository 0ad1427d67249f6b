#include <string.h>

#include "core/error.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const char *code, const char *text)
{
	pb_verify_find(state, item, PB_CHECK_FILES, PB_INVALID, seq, code, text);
}

static bool
is_text(const struct pb_json *value, const char *expected)
{
	const char *text = pb_json_string(value);

	return text != NULL && strcmp(text, expected) == 0;
}

static bool
is_digest(const struct pb_json *value, const uint8_t expected[PB_DIGEST_LEN])
{
	uint8_t digest[PB_DIGEST_LEN];

	return pb_json_as_hex(value, digest, sizeof(digest)) &&
	       memcmp(digest, expected, sizeof(digest)) == 0;
}

/* The member `previous` is null for the first segment alone, so it must be there. */
static bool
previous_right(const struct pb_verify_segment *segment, const struct pb_json *previous)
{
	uint64_t len;

	if (!segment->has_previous)
		return previous != NULL && !pb_json_is_object(previous);
	return is_text(pb_json_get(previous, "segment"), segment->previous) &&
	       pb_json_as_u64(pb_json_get(previous, "length"), &len) &&
	       len == segment->previous_len &&
	       is_digest(pb_json_get(previous, "sha256"), segment->previous_sha256);
}

static void
check_segment(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_json *facts)
{
	const struct pb_verify_segment *segment = &state->segment;
	const struct pb_json *header = pb_json_get(facts, "header");

	if (!is_text(pb_json_get(facts, "segment"), segment->name))
		find(state, item, seq, "segment_name",
		    N_("This segment stands under another name than its first record states."));
	if (!is_digest(pb_json_get(header, "sha256"), segment->header_h2) ||
	    !is_digest(pb_json_get(header, "sha3_256"), segment->header_h2 + PB_DIGEST_LEN))
		find(state, item, seq, "segment_header_digest",
		    N_("The header of this segment was changed after its first record was "
		       "signed."));
	if (!previous_right(segment, pb_json_get(facts, "previous")))
		find(state, item, seq, "segment_previous",
		    N_("The segment before this one is not the one that was there when this one "
		       "was begun."));
}

/*
 * A later segment may state other readers than record 0, and once one has, all that follow do: so
 * the newest segment alone tells who can open what is written next (FORMAT 1.5).
 */
static void
take_readers(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_json *facts)
{
	const struct pb_json *list = pb_json_get(facts, "readers");

	if (list == NULL && state->restated)
		find(state, item, seq, "segment_readers_unstated",
		    N_("This segment does not state its readers, though an earlier one changed "
		       "them."));
	if (list == NULL)
		return;
	state->restated = true;
	state->has_readers = pb_verify_readers_stated(list, &state->readers);
	if (!state->has_readers)
		find(state, item, seq, "segment_readers_stated",
		    N_("This segment does not state who can open it as the format says."));
}

/* Who can open a segment must be who the log says, no more and no less. */
static void
check_readers(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq)
{
	const struct pb_verify_segment *segment = &state->segment;

	if (state->has_readers && segment->has_recipients &&
	    !pb_verify_readers_same(&state->readers, &segment->recipients))
		find(state, item, seq, "segment_readers",
		    N_("This segment can be opened by others than the readers that the log "
		       "states."));
}

static void
check_first(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts)
{
	const struct pb_verify_segment *segment = &state->segment;

	if (segment->has_first_seq && segment->first_seq != leaf->seq)
		find(state, item, leaf->seq, "segment_first_seq",
		    N_("This segment does not begin with the record that its header names."));
	if (!item->open || leaf->type != PB_RECORD_KEY ||
	    !is_text(pb_json_get(facts, "event"), "segment")) {
		find(state, item, leaf->seq, "segment_statement",
		    N_("This segment does not begin with a readable record of what it is."));
		return;
	}
	check_segment(state, item, leaf->seq, facts);
	if (leaf->seq == 0 && !state->founded)
		pb_verify_founding(state, item, facts);
	else if (leaf->seq != 0)
		take_readers(state, item, leaf->seq, facts);
	check_readers(state, item, leaf->seq);
}

/* Key records elsewhere: this version writes none, so it cannot say what they change. */
static void
check_other(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts)
{
	if (leaf->type != PB_RECORD_KEY || !item->open || facts == NULL)
		return;
	if (is_text(pb_json_get(facts, "event"), "segment"))
		find(state, item, leaf->seq, "segment_statement_misplaced",
		    N_("This record begins a segment, but does not stand at the beginning of "
		       "one."));
	else
		pb_verify_find(state, item, PB_CHECK_FILES, PB_INDETERMINATE, leaf->seq,
		    "key_record",
		    N_("This record states something about keys that this version does not "
		       "know."));
}

void
pb_verify_statement(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, const struct pb_json *facts)
{
	struct pb_verify_segment *segment = &state->segment;

	if (!segment->begun || segment->stated) {
		check_other(state, item, leaf, facts);
		return;
	}
	segment->stated = true;
	check_first(state, item, leaf, facts);
}
