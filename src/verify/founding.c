/* Record 0: what the log says of itself, once and for all. */
#include <string.h>

#include "core/error.h"
#include "verify/state.h"

#define FORMAT 1

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, enum pb_verdict weight,
    const char *code, const char *text)
{
	pb_verify_find(state, item, PB_CHECK_FILES, weight, 0, code, text);
}

static void
check_format(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	uint64_t format;

	if (!pb_json_as_u64(pb_json_get(facts, "format"), &format))
		find(state, item, PB_INVALID, "founding_format",
		    N_("Record 0 does not state the log's format."));
	else if (format != FORMAT)
		find(state, item, PB_INDETERMINATE, "founding_format",
		    N_("This log is in a format that this version does not know."));
}

static void
check_origin(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	const char *origin = pb_json_string(pb_json_get(facts, "origin"));

	if (origin == NULL || strcmp(origin, state->origin) != 0)
		find(state, item, PB_INVALID, "founding_origin",
		    N_("Record 0 does not name the log that its segment names."));
}

/* A log's key is an Ed25519 key under the log's own name (C2SP tlog-checkpoint). */
static void
read_log_key(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	const char *text = pb_json_string(pb_json_get(facts, "verifier_key"));
	struct pb_note_verifier key;

	if (text == NULL || pb_note_verifier_parse(text, strlen(text), &key, NULL) != PB_OK ||
	    key.type != PB_NOTE_ED25519 || strcmp(key.name, state->origin) != 0) {
		find(state, item, PB_INVALID, "founding_key",
		    N_("Record 0 does not state the key that signs this log."));
		return;
	}
	pb_verification_set_log_key(state->v, &key);
}

static void
read_readers(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	state->has_readers =
	    pb_verify_readers_stated(pb_json_get(facts, "readers"), &state->readers);
	if (!state->has_readers)
		find(state, item, PB_INVALID, "founding_readers",
		    N_("Record 0 does not state who can open this archive."));
}

void
pb_verify_founding(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	state->founded = true;
	check_format(state, item, facts);
	check_origin(state, item, facts);
	read_log_key(state, item, facts);
	read_readers(state, item, facts);
}
