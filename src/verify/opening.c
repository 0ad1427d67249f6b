#include <string.h>

#include "core/error.h"
#include "verify/state.h"

static void
find(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    enum pb_verdict weight, const char *code, const char *text)
{
	pb_verify_find(state, item, PB_CHECK_COMMITMENT, weight, seq, code, text);
}

static enum pb_status
check_commitment(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_opened *opened, struct pb_error *err)
{
	uint8_t commitment[PB_COMMITMENT_LEN];
	uint8_t sha256[PB_DIGEST_LEN];
	bool digest_right;
	enum pb_status status;

	status = pb_opened_commitment(opened, commitment, &digest_right, sha256, err);
	if (status != PB_OK)
		return status;
	if (memcmp(commitment, leaf->commitment, PB_COMMITMENT_LEN) != 0)
		find(state, item, leaf->seq, PB_INVALID, "commitment",
		    N_("The content of this record is not the content that the log has "
		       "committed to."));
	if (!digest_right)
		find(state, item, leaf->seq, PB_INVALID, "message_sha256",
		    N_("The digest that this record states of its message is not the "
		       "message's."));
	return PB_OK;
}

/* Facts are there exactly once, whatever else a record holds (FORMAT 1). */
static bool
check_parts(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    const struct pb_opened *opened)
{
	unsigned facts = 0, unknown = 0;

	for (unsigned i = 0; i < pb_opened_count(opened); i++) {
		uint8_t kind = pb_opened_kind(opened, (uint8_t)i);

		facts += kind == PB_PART_FACTS;
		unknown += !pb_part_kind_known(kind);
	}
	if (unknown > 0)
		find(state, item, seq, PB_INDETERMINATE, "part_kind",
		    N_("This record has a part of a kind that this version does not know."));
	if (facts != 1)
		find(state, item, seq, PB_INVALID, "facts_missing",
		    N_("This record does not state its facts exactly once."));
	return facts == 1;
}

static enum pb_status
read_facts(struct pb_verify_state *state, const struct pb_source_item *item, uint64_t seq,
    struct pb_opened *opened, struct pb_json **ret_facts, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_json *facts = NULL;
	uint8_t index = pb_opened_find(opened, PB_PART_FACTS);
	enum pb_status status;

	status = pb_opened_part(opened, index, PB_LIMIT_JSON, &bytes, err);
	if (status == PB_OK)
		status = pb_json_parse(bytes.data, bytes.len, &facts, err);
	if (status == PB_OK && !pb_json_is_object(facts))
		status = PB_EDATA;
	if (pb_verify_unsound(status)) {
		find(state, item, seq, PB_INVALID, "facts_malformed",
		    N_("The facts of this record are not in their format."));
		pb_json_free(facts);
		facts = NULL;
		status = PB_OK;
	}
	pb_buf_wipe(&bytes);
	pb_buf_done(&bytes);
	if (status == PB_OK)
		*ret_facts = facts;
	return status;
}

static enum pb_status
examine(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_opened *opened, struct pb_json **ret_facts,
    struct pb_error *err)
{
	enum pb_status status = check_commitment(state, item, leaf, opened, err);

	if (status == PB_OK && check_parts(state, item, leaf->seq, opened))
		status = read_facts(state, item, leaf->seq, opened, ret_facts, err);
	return status;
}

enum pb_status
pb_verify_opening(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, struct pb_json **ret_facts, struct pb_error *err)
{
	struct pb_json *facts = NULL;
	struct pb_opened *opened = NULL;
	enum pb_status status;

	if (item->r == NULL || state->opener == NULL || !(item->open || state->options->open)) {
		state->unopened++;
		*ret_facts = NULL;
		return PB_OK;
	}
	pb_verification_looked(state->v, PB_CHECK_COMMITMENT);
	status = pb_opener_open(state->opener, &item->payload, item->r, &opened, err);
	if (status == PB_OK)
		status = examine(state, item, leaf, opened, &facts, err);
	if (pb_verify_unsound(status)) {
		find(state, item, leaf->seq, PB_INVALID, "seal",
		    N_("This record does not open under its own secret: it was not sealed as "
		       "the format says, or the secret is another record's."));
		status = PB_OK;
	}
	pb_opened_free(opened);
	if (status != PB_OK) {
		pb_json_free(facts);
		return status;
	}
	*ret_facts = facts;
	return PB_OK;
}

void
pb_verify_opening_end(struct pb_verify_state *state)
{
	if (state->unopened > 0)
		pb_verification_find(state->v, PB_CHECK_COMMITMENT, PB_VALID, PB_NO_SEQ,
		    "records_closed",
		    N_("Sealed records were not opened: as stored they are what the log states, "
		       "their content was not looked at."),
		    "%s", "");
}
