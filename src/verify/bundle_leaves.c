/*
 * The leaves of the range, one after the other beside the opened records: chain and tree are
 * computed over the same octets, and each record is opened or closed, not both (FORMAT 5.6).
 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "log/chain.h"
#include "record/types.h"
#include "verify/bundle.h"

#define FILE_NAME "log/leaves.bin"
#define BUFFER ((size_t)PB_LEAF_LEN * 1024)

enum pb_status
pb_bundle_leaves_begin(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;
	size_t at = state->single[PB_PACKAGE_LEAVES];
	uint64_t len = at > 0 ? state->entry[at - 1].len : 0;

	if (at == 0 || !state->has_range)
		return PB_OK;
	if (len % PB_LEAF_LEN != 0 || len / PB_LEAF_LEN - 1 != state->last - state->first) {
		pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, "leaves_length",
		    N_("log/leaves.bin does not hold as many leaves as the range has records."),
		    FILE_NAME);
		return PB_OK;
	}
	leaves->buffer = malloc(BUFFER);
	if (leaves->buffer == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	leaves->open = true;
	leaves->data = state->entry[at - 1].data;
	leaves->next = state->first;
	leaves->count = len / PB_LEAF_LEN;
	state->log.next_seq = state->first;
	if (state->has_proof)
		pb_range_begin(&state->walk, &state->proof);
	if (state->first == 0)
		pb_chain_start(state->log.origin, state->log.prev);
	return PB_OK;
}

static enum pb_status
read_leaf(struct pb_bundle_state *state, uint8_t ret_leaf[PB_LEAF_LEN], struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;

	if (leaves->used == leaves->have) {
		uint64_t left = leaves->count * PB_LEAF_LEN;
		size_t n = left < BUFFER ? (size_t)left : BUFFER;
		uint64_t at = leaves->data + (leaves->next - state->first) * PB_LEAF_LEN;
		enum pb_status status =
		    state->package->read(state->package->ctx, at, leaves->buffer, n, err);

		if (status != PB_OK)
			return status;
		leaves->have = n;
		leaves->used = 0;
	}
	memcpy(ret_leaf, leaves->buffer + leaves->used, PB_LEAF_LEN);
	leaves->used += PB_LEAF_LEN;
	return PB_OK;
}

/* ---- opened or closed ----------------------------------------------------------------------- */

bool
pb_bundle_must_be_open(uint8_t type)
{
	return type == PB_RECORD_CAPTURE || type == PB_RECORD_DESTRUCTION ||
	       type == PB_RECORD_ANCHOR || type == PB_RECORD_KEY || type == PB_RECORD_RECOVERY;
}

/* The run of closed.json that the record is in, or NULL. */
static const struct pb_closed_run *
closed_run(struct pb_bundle_state *state, uint64_t seq)
{
	size_t *at = &state->leaves.closed_run;

	while (*at < state->closed_count && state->closed[*at].last < seq)
		(*at)++;
	return *at < state->closed_count && state->closed[*at].first <= seq ? &state->closed[*at]
									    : NULL;
}

/* What the manifest says is disclosed of the record. */
static enum pb_disclosure
claimed(struct pb_bundle_state *state, uint64_t seq)
{
	const struct pb_manifest *manifest = &state->manifest;
	size_t *at = &state->leaves.disclosed_run;

	while (*at < manifest->run_count && manifest->run[*at].last < seq)
		(*at)++;
	return *at < manifest->run_count && manifest->run[*at].first <= seq
		   ? manifest->run[*at].what
		   : PB_DISCLOSE_NONE;
}

static void
check_place(struct pb_bundle_state *state, const struct pb_leaf *leaf, uint64_t seq, bool opened)
{
	const struct pb_closed_run *run = closed_run(state, seq);
	bool is_claimed = claimed(state, seq) != PB_DISCLOSE_NONE;

	pb_verification_looked(state->v, PB_CHECK_RANGE);
	pb_bundle_destroyed_leaf(state, run, leaf, seq);
	if (!opened && run == NULL && state->has_closed)
		pb_bundle_find(state, PB_CHECK_RANGE, PB_INVALID, seq, "record_missing",
		    N_("This record of the range is neither opened nor listed as closed."),
		    FILE_NAME);
	if (opened && run != NULL)
		pb_bundle_find(state, PB_CHECK_RANGE, PB_INVALID, seq, "opened_and_closed",
		    N_("This record is opened here, and listed as closed."), "log/closed.json");
	if (state->has_manifest && is_claimed != opened)
		pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, seq, "manifest_disclosed",
		    N_("The manifest says otherwise whether this record is opened here."),
		    "manifest.json");
}

/* ---- a leaf --------------------------------------------------------------------------------- */

static enum pb_status
next_leaf(
    struct pb_bundle_state *state, bool opened, uint8_t bytes[PB_LEAF_LEN], struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;
	struct pb_source_item item = { .segment = FILE_NAME,
		.offset = (leaves->next - state->first) * PB_LEAF_LEN };
	struct pb_bundle_seen *seen = pb_verification_bundle_seen(state->v);
	enum pb_status status = read_leaf(state, bytes, err);
	uint8_t hash[PB_DIGEST_LEN];
	struct pb_leaf leaf;
	bool joined;

	if (status != PB_OK)
		return status;
	memcpy(item.leaf, bytes, PB_LEAF_LEN);
	if (leaves->next == state->first && state->first > 0) {
		/* What stands before is not here; a stamp of that size may say it. */
		(void)pb_leaf_decode(bytes, &leaf);
		memcpy(state->log.prev, leaf.prev, PB_DIGEST_LEN);
		pb_bundle_reach(state, state->first);
	}
	pb_verify_leaf_chain(&state->log, &item, &leaf, &joined);
	if (!joined)
		status = pb_intervals_cut(state->intervals, leaves->next, err);
	if (state->has_proof) {
		pb_tree_leaf_hash(bytes, PB_LEAF_LEN, hash);
		pb_range_add(&state->walk, hash);
	}
	check_place(state, &leaf, leaves->next, opened);
	if (!opened && pb_bundle_must_be_open(leaf.type))
		pb_bundle_find(state, PB_CHECK_CHAIN, PB_INDETERMINATE, leaves->next,
		    "record_not_opened",
		    N_("This record is closed, though its type must be opened whole."), FILE_NAME);
	seen->opened += opened;
	seen->closed += !opened;
	seen->opened_messages += opened && pb_record_type_message(leaf.type);
	seen->closed_messages += !opened && pb_record_type_message(leaf.type);
	leaves->next++;
	leaves->count--;
	pb_bundle_reach(state, leaves->next);
	return status;
}

enum pb_status
pb_bundle_leaves_skip(struct pb_bundle_state *state, uint64_t seq, struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;
	uint8_t leaf[PB_LEAF_LEN];
	enum pb_status status = PB_OK;

	while (status == PB_OK && leaves->open && leaves->count > 0 && leaves->next < seq)
		status = next_leaf(state, false, leaf, err);
	return status;
}

enum pb_status
pb_bundle_leaves_take(
    struct pb_bundle_state *state, struct pb_bundle_job *job, struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;
	uint64_t seq = job->record.seq;
	enum pb_status status = pb_bundle_leaves_skip(state, seq, err);

	job->claimed = state->has_manifest ? claimed(state, seq) : PB_DISCLOSE_NONE;
	if (status != PB_OK || !leaves->open || leaves->count == 0 || leaves->next != seq)
		return status;
	job->has_leaf = true;
	return next_leaf(state, true, job->leaf, err);
}

/* Do the leaves give the root that was signed? */
static void
check_root(struct pb_bundle_state *state)
{
	uint8_t root[PB_DIGEST_LEN];

	pb_verification_looked(state->v, PB_CHECK_TREE);
	pb_range_end(&state->walk, root);
	if (memcmp(root, state->checkpoint.root, PB_DIGEST_LEN) != 0)
		pb_bundle_find(state, PB_CHECK_TREE, PB_INVALID, PB_NO_SEQ, "range_root",
		    N_("The leaves of the range, with their proof, are not those of the tree that "
		       "was signed."),
		    "log/range-proof");
}

/* Runs behind the range: what they name is not here. */
static void
check_runs(struct pb_bundle_state *state)
{
	for (size_t i = 0; i < state->closed_count; i++)
		if (state->closed[i].first < state->first || state->closed[i].last > state->last)
			pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, state->closed[i].first,
			    "closed_outside", N_("closed.json names records outside the range."),
			    "log/closed.json");
}

enum pb_status
pb_bundle_leaves_end(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_leaves *leaves = &state->leaves;
	enum pb_status status;

	if (!leaves->open)
		return PB_OK;
	check_runs(state);
	/* Opened records that were not walked would be taken for missing ones. */
	if (state->broken)
		return PB_OK;
	status = pb_bundle_leaves_skip(state, UINT64_MAX, err);
	if (status == PB_OK)
		pb_bundle_destroyed_end(state);
	if (status == PB_OK && state->has_proof && state->has_checkpoint &&
	    state->checkpoint.size == state->size)
		check_root(state);
	return status;
}
