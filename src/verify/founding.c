/* Record 0: what the log says of itself, once and for all. */
#include <string.h>

#include "bundle/sums.h"
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

bool
pb_verify_export_key(const struct pb_json *facts, const char *origin, bool *ret_stated,
    struct pb_note_verifier *ret_key)
{
	const struct pb_json *value = pb_json_get(facts, "export_key");
	const char *text = pb_json_string(value);
	char name[PB_EXPORT_NAME_MAX];
	struct pb_note_verifier key;

	*ret_stated = value != NULL;
	if (value == NULL)
		return true;
	pb_export_name(origin, name);
	if (text == NULL || pb_note_verifier_parse(text, strlen(text), &key, NULL) != PB_OK ||
	    key.type != PB_NOTE_ED25519 || strcmp(key.name, name) != 0)
		return false;
	*ret_key = key;
	return true;
}

/* Who signs bundles; an archive that states nobody can have none. */
static void
check_export_key(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	struct pb_note_verifier key;
	bool stated;

	if (!pb_verify_export_key(facts, state->origin, &stated, &key))
		find(state, item, PB_INVALID, "founding_export_key",
		    N_("What record 0 states as the key that signs bundles is no such key."));
}

/* What stood there when the archive was made; a verifier chooses his own. */
static void
check_tsa_roots(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_json *facts)
{
	const struct pb_json *list = pb_json_get(facts, "tsa_roots");
	bool right = !pb_json_is_object(list) && pb_json_string(list) == NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	bool local;

	for (size_t i = 0; right && i < pb_json_count(list); i++) {
		const struct pb_json *root = pb_json_item(list, i);
		const struct pb_json *said = pb_json_get(root, "local");

		right = pb_json_as_hex(pb_json_get(root, "sha256"), sha256, sizeof(sha256)) &&
			(said == NULL || pb_json_as_bool(said, &local));
	}
	if (!right)
		find(state, item, PB_INVALID, "founding_tsa_roots",
		    N_("Record 0 does not state the roots of its timestamping authorities as the "
		       "format says."));
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
	check_export_key(state, item, facts);
	check_tsa_roots(state, item, facts);
}
