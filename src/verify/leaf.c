#include <string.h>

#include "core/error.h"
#include "log/chain.h"
#include "verify/state.h"

/* Unknown to this version is not the same as wrong, but it is never ignored (FORMAT 1.3). */
static void
check_form(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, enum pb_leaf_fault fault)
{
	switch (fault) {
	case PB_LEAF_SOUND:
		return;
	case PB_LEAF_MAGIC:
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_INDETERMINATE, leaf->seq,
		    "leaf_magic",
		    N_("This entry of the log is in no format that this version knows."));
		return;
	case PB_LEAF_RESERVED:
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_INDETERMINATE, leaf->seq,
		    "leaf_reserved",
		    N_("This entry of the log uses fields that this version does not know."));
		return;
	case PB_LEAF_TYPE:
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_INDETERMINATE, leaf->seq,
		    "leaf_type", N_("This record is of a type that this version does not know."));
		return;
	}
}

/* Records with nothing to hide stand open, all others sealed (FORMAT 3). */
static void
check_frame(
    struct pb_verify_state *state, const struct pb_source_item *item, const struct pb_leaf *leaf)
{
	if (item->open && !pb_record_type_public(leaf->type))
		pb_verify_find(state, item, PB_CHECK_FILES, PB_INVALID, leaf->seq,
		    "record_not_sealed",
		    N_("This record is stored beside its secret, though its type must be "
		       "sealed."));
	if (!item->open && pb_record_type_public(leaf->type))
		pb_verify_find(state, item, PB_CHECK_FILES, PB_INVALID, leaf->seq,
		    "record_not_open",
		    N_("This record is sealed, though its type must be readable by anybody."));
}

/* *ret_joined: it stands behind what the records before it are. */
static void
check_chain(struct pb_verify_state *state, const struct pb_source_item *item,
    const struct pb_leaf *leaf, bool *ret_joined)
{
	*ret_joined = !state->lost && memcmp(leaf->prev, state->prev, PB_DIGEST_LEN) == 0;
	if (state->lost ? leaf->seq < state->next_seq : leaf->seq != state->next_seq)
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_INVALID, state->next_seq, "seq",
		    N_("This record should stand here; another one does: records are missing, "
		       "inserted or out of order."));
	if (!state->lost && !*ret_joined)
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_INVALID, leaf->seq, "prev",
		    N_("This record does not continue the one before it: one of the two was "
		       "changed or exchanged."));
	if (leaf->time_s < state->time_s)
		pb_verify_find(state, item, PB_CHECK_CHAIN, PB_VALID, leaf->seq, "time_step",
		    N_("The machine's clock stepped back before this record; the order of the "
		       "records does not depend on it."));
}

void
pb_verify_leaf_form(
    struct pb_verify_state *state, const struct pb_source_item *item, struct pb_leaf *ret_leaf)
{
	enum pb_leaf_fault fault = pb_leaf_decode(item->leaf, ret_leaf);

	pb_verification_looked(state->v, PB_CHECK_CHAIN);
	check_form(state, item, ret_leaf, fault);
}

void
pb_verify_leaf_chain(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_leaf *ret_leaf, bool *ret_joined)
{
	pb_verify_leaf_form(state, item, ret_leaf);
	check_chain(state, item, ret_leaf, ret_joined);
	pb_chain_next(item->leaf, state->prev);
	state->records++;
	state->next_seq = ret_leaf->seq + 1;
	state->time_s = ret_leaf->time_s;
	state->lost = false;
}

enum pb_status
pb_verify_leaf(struct pb_verify_state *state, const struct pb_source_item *item,
    struct pb_leaf *ret_leaf, struct pb_error *err)
{
	const struct pb_verify_log_options *options = state->options;
	uint8_t leaf_hash[PB_DIGEST_LEN];
	enum pb_status status = PB_OK;
	bool joined;

	pb_verify_leaf_chain(state, item, ret_leaf, &joined);
	check_frame(state, item, ret_leaf);
	pb_tree_leaf_hash(item->leaf, PB_LEAF_LEN, leaf_hash);
	pb_tree_append(&state->tree, leaf_hash);
	pb_verify_held_reach(state, &state->against);
	pb_verify_held_reach(state, &state->published);
	if (!joined)
		status = pb_intervals_cut(state->anchors.intervals, ret_leaf->seq, err);
	if (status != PB_OK || options->leaf == NULL)
		return status;
	return options->leaf(options->leaf_ctx, ret_leaf->seq, item->leaf, leaf_hash, err);
}

void
pb_verify_leaf_lost(struct pb_verify_state *state, const struct pb_source_item *item)
{
	if (!state->broken)
		pb_verify_find(state, item, PB_CHECK_TREE, PB_INVALID, state->next_seq,
		    "tree_broken",
		    N_("Records cannot be read from here on, so no later checkpoint can be "
		       "computed again from all its records."));
	state->lost = true;
	state->broken = true;
}
