/*
 * log/consistency/: the checkpoints that are stamped, and one that the other side holds, grew
 * into log/checkpoint (FORMAT 5.3, RFC 6962 2.1.2).
 */
#include <string.h>

#include "core/error.h"
#include "log/tlog_proof.h"
#include "verify/bundle.h"

struct proof {
	uint64_t size; /* of the smaller tree */
	size_t count;
	uint8_t hash[PB_PROOF_MAX * PB_DIGEST_LEN];
};

static bool
leads(const struct pb_bundle_state *state, const struct proof *proof,
    const uint8_t root[PB_DIGEST_LEN])
{
	return pb_tree_check_consistency(proof->size, state->checkpoint.size, root,
	    state->checkpoint.root, proof->hash, proof->count);
}

/* *ret_read false: it is none, which was found. */
static enum pb_status
read_proof(struct pb_bundle_state *state, const struct pb_bundle_entry *entry,
    struct proof *ret_proof, bool *ret_read, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status = pb_bundle_read(state, entry, PB_LIMIT_PROOF_TEXT, &bytes, err);

	*ret_read = false;
	if (status == PB_OK) {
		pb_verification_looked(state->v, PB_CHECK_TREE);
		status = pb_consistency_decode(
		    bytes.data, bytes.len, ret_proof->hash, &ret_proof->count, err);
		if (pb_inside_unsound(status))
			pb_bundle_find_at(state, PB_CHECK_TREE, PB_INVALID, PB_NO_SEQ,
			    "consistency_proof", N_("This consistency proof cannot be read."),
			    &entry->name);
		else
			*ret_read = status == PB_OK;
	}
	pb_buf_done(&bytes);
	ret_proof->size = entry->name.size;
	return status == PB_ENOENT || pb_inside_unsound(status) ? PB_OK : status;
}

/*
 * The held checkpoint's root either leads to ours by this proof, or it is of another
 * history; of its head no bundle tells more.
 */
static void
compare_held(struct pb_bundle_state *state, const struct proof *proof)
{
	struct pb_verify_held *against = &state->log.against;

	if (against->note == NULL || against->reached || against->checkpoint.size != proof->size)
		return;
	against->reached = true;
	memset(against->root, 0, sizeof(against->root));
	memcpy(against->head, against->checkpoint.head, sizeof(against->head));
	if (leads(state, proof, against->checkpoint.root))
		memcpy(against->root, against->checkpoint.root, sizeof(against->root));
}

/* Stamps of that size, from *at on; both ascend.  proof: NULL if it could not be read. */
static void
compare_stamps(struct pb_bundle_state *state, const struct pb_bundle_entry *entry,
    const struct proof *proof, size_t *at)
{
	while (*at < state->stamp_count && state->stamp[*at].size < entry->name.size)
		(*at)++;
	for (; *at < state->stamp_count && state->stamp[*at].size == entry->name.size; (*at)++) {
		struct pb_bundle_stamp *stamp = &state->stamp[*at];

		stamp->has_proof = true;
		if (proof != NULL && stamp->read && !leads(state, proof, stamp->root))
			pb_bundle_find_at(state, PB_CHECK_TREE, PB_INVALID, stamp->seq,
			    "consistency_proof",
			    N_("The log as it was stamped here did not grow into the one that "
			       "log/checkpoint signs."),
			    &entry->name);
	}
}

/* Where the range itself tells the root, only a stamp has a proof beside it (FORMAT 5.3). */
static bool
is_stray(const struct pb_bundle_state *state, const struct pb_bundle_entry *entry, size_t at)
{
	uint64_t size = entry->name.size;

	while (at < state->stamp_count && state->stamp[at].size < size)
		at++;
	if (at < state->stamp_count && state->stamp[at].size == size)
		return entry->name.to != state->size;
	return entry->name.to != state->size || size == 0 ||
	       (state->has_range && size > state->first && size <= state->last + 1);
}

static enum pb_status
check_entry(struct pb_bundle_state *state, const struct pb_bundle_entry *entry, size_t *at,
    struct pb_error *err)
{
	struct proof proof;
	enum pb_status status;
	bool read;

	if (is_stray(state, entry, *at)) {
		pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, "consistency_stray",
		    N_("This consistency proof is none that a bundle of this range has."),
		    &entry->name);
		return PB_OK;
	}
	status = read_proof(state, entry, &proof, &read, err);
	if (status != PB_OK)
		return status;
	read = read && state->has_checkpoint;
	compare_stamps(state, entry, read ? &proof : NULL, at);
	if (read)
		compare_held(state, &proof);
	return PB_OK;
}

/* Every smaller size that is stamped has its proof; others are for who holds them. */
enum pb_status
pb_bundle_consistency(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	size_t at = 0;

	for (size_t i = 0; status == PB_OK && i < state->count; i++)
		if (state->entry[i].name.kind == PB_PACKAGE_CONSISTENCY)
			status = check_entry(state, &state->entry[i], &at, err);
	for (size_t i = 0; status == PB_OK && i < state->stamp_count; i++) {
		const struct pb_bundle_stamp *stamp = &state->stamp[i];
		const struct pb_package_name name = {
			.kind = PB_PACKAGE_CONSISTENCY, .size = stamp->size, .to = state->size
		};

		if (stamp->size < state->size && !stamp->has_proof)
			pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, stamp->seq,
			    "consistency_missing",
			    N_("The package lacks the consistency proof of this timestamp."),
			    &name);
	}
	return status;
}
