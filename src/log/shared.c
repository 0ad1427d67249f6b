#include "log/shared.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "log/checkpoint.h"
#include "log/tlog_proof.h"

static const char CHECKING[] = N_("check a shared timestamp");

enum pb_token_over
pb_token_over(const char *event)
{
	if (event != NULL && strcmp(event, "timestamp") == 0)
		return PB_TOKEN_OVER_CHECKPOINT;
	return event != NULL && strcmp(event, "shared_timestamp") == 0 ? PB_TOKEN_OVER_NODE
								       : PB_TOKEN_NONE;
}

void
pb_shared_entry(const uint8_t salt[PB_SHARED_SALT_LEN], const void *checkpoint, size_t len,
    uint8_t out[PB_DIGEST_LEN])
{
	static const char domain[] = "probant/v1 shared"; /* with its NUL: FORMAT 2.2 */
	uint8_t input[sizeof(domain) + PB_SHARED_SALT_LEN + PB_DIGEST_LEN];

	memcpy(input, domain, sizeof(domain));
	memcpy(input + sizeof(domain), salt, PB_SHARED_SALT_LEN);
	pb_digest_sha256(checkpoint, len, input + sizeof(domain) + PB_SHARED_SALT_LEN);
	pb_digest_sha256(input, sizeof(input), out);
}

/* ---- faults --------------------------------------------------------------------------------- */

static const struct {
	const char *code;
	const char *text;
} faults[PB_SHARED_FAULTS] = {
	[PB_SHARED_GOOD] = { "shared_good",
	    N_("The checkpoint is an entry of the node's log, as its timestamp covers it.") },
	[PB_SHARED_SALT] = { "shared_salt",
	    N_("The salt of this shared timestamp is not of 32 octets.") },
	[PB_SHARED_NODE] = { "shared_node",
	    N_("The node's checkpoint, which this timestamp is over, cannot be read.") },
	[PB_SHARED_PROOF] = { "shared_proof",
	    N_("The proof of this shared timestamp cannot be read, or is not for the node's "
	       "checkpoint beside it.") },
	[PB_SHARED_ABSENT] = { "shared_absent",
	    N_("The proof of this shared timestamp does not lead from this archive's checkpoint to "
	       "what was stamped.") },
	[PB_SHARED_KEY] = { "shared_key",
	    N_("The node's checkpoint is not signed by the key that this anchor states.") },
};

const char *
pb_shared_fault_code(enum pb_shared_fault fault)
{
	pb_assert((unsigned)fault < PB_SHARED_FAULTS);
	return faults[fault].code;
}

const char *
pb_shared_fault_text(enum pb_shared_fault fault)
{
	pb_assert((unsigned)fault < PB_SHARED_FAULTS);
	return faults[fault].text;
}

/* ---- the check ------------------------------------------------------------------------------ */

/* RFC 9162 2.1.3.2: the entry stands at the proof's index, under the node's root. */
static enum pb_shared_fault
check_proof(const struct pb_shared *s, const struct pb_checkpoint *node)
{
	uint8_t entry[PB_DIGEST_LEN], leaf[PB_DIGEST_LEN];
	struct pb_tlog_proof proof;

	if (pb_tlog_proof_decode(s->proof, s->proof_len, &proof, NULL) != PB_OK ||
	    proof.note_len != s->node_len || memcmp(proof.note, s->node, s->node_len) != 0)
		return PB_SHARED_PROOF;
	pb_shared_entry(s->salt, s->checkpoint, s->checkpoint_len, entry);
	pb_tree_leaf_hash(entry, sizeof(entry), leaf);
	return pb_tree_check_inclusion(
		   leaf, proof.index, node->size, proof.hash[0], proof.count, node->root)
		   ? PB_SHARED_GOOD
		   : PB_SHARED_ABSENT;
}

/* What the anchor states of the node must hold, though nothing rests on it (FORMAT 2.2). */
static enum pb_note_verdict
check_key(const char *text, const struct pb_note *note, const struct pb_checkpoint *node)
{
	struct pb_note_verifier key;

	if (pb_note_verifier_parse(text, strlen(text), &key, NULL) != PB_OK ||
	    key.type != PB_NOTE_ED25519 || strcmp(key.name, node->origin) != 0)
		return PB_NOTE_ABSENT;
	return pb_note_verify(note, &key, NULL);
}

static enum pb_status
check(const struct pb_shared *s, struct pb_note *note, enum pb_shared_fault *ret_fault,
    struct pb_error *err)
{
	enum pb_note_verdict verdict = PB_NOTE_GOOD;
	struct pb_checkpoint node;
	enum pb_status status = pb_note_parse(s->node, s->node_len, note, err);

	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &node, err);
	if (status == PB_EDATA || status == PB_ELIMIT) {
		*ret_fault = PB_SHARED_NODE;
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	*ret_fault = check_proof(s, &node);
	if (*ret_fault == PB_SHARED_GOOD && s->node_key != NULL)
		verdict = check_key(s->node_key, note, &node);
	if (verdict == PB_NOTE_UNSETTLED)
		return pb_fail_memory(err, CHECKING);
	if (verdict != PB_NOTE_GOOD)
		*ret_fault = PB_SHARED_KEY;
	return PB_OK;
}

enum pb_status
pb_shared_check(
    const struct pb_shared *shared, enum pb_shared_fault *ret_fault, struct pb_error *err)
{
	enum pb_shared_fault fault;
	struct pb_note *note;
	enum pb_status status;

	if (shared->salt_len != PB_SHARED_SALT_LEN) {
		*ret_fault = PB_SHARED_SALT;
		return PB_OK;
	}
	note = malloc(sizeof(*note));
	if (note == NULL)
		return pb_fail_memory(err, CHECKING);
	status = check(shared, note, &fault, err);
	free(note);
	if (status == PB_OK)
		*ret_fault = fault;
	return status;
}
