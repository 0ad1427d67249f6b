/* What the exporter states, and what log/ states: read, and held against each other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

static void
find(struct pb_bundle_state *state, enum pb_check_id id, enum pb_verdict weight, const char *code,
    const char *text, enum pb_package_kind kind)
{
	const struct pb_package_name name = { .kind = kind };

	pb_bundle_find_at(state, id, weight, PB_NO_SEQ, code, text, &name);
}

/* ---- one by one ----------------------------------------------------------------------------- */

static enum pb_status
read_manifest(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_bundle_read_single(state, PB_PACKAGE_MANIFEST, PB_LIMIT_JSON, &bytes, err);

	if (status == PB_OK)
		status = pb_manifest_decode(bytes.data, bytes.len, &state->manifest, err);
	if (status == PB_EUNAVAIL)
		find(state, PB_CHECK_FILES, PB_INDETERMINATE, "manifest_format",
		    N_("This bundle is in a format that this version does not know."),
		    PB_PACKAGE_MANIFEST);
	if (pb_inside_unsound(status))
		find(state, PB_CHECK_FILES, PB_INVALID, "manifest_malformed",
		    N_("manifest.json cannot be read."), PB_PACKAGE_MANIFEST);
	pb_buf_done(&bytes);
	state->has_manifest = status == PB_OK;
	return pb_inside_unsound(status) || status == PB_EUNAVAIL || status == PB_ENOENT ? PB_OK
											 : status;
}

static enum pb_status
read_closed(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_bundle_read_single(state, PB_PACKAGE_CLOSED, PB_LIMIT_JSON, &bytes, err);

	if (status == PB_OK)
		status = pb_closed_decode(
		    bytes.data, bytes.len, &state->closed, &state->closed_count, err);
	if (pb_inside_unsound(status))
		find(state, PB_CHECK_FILES, PB_INVALID, "closed_malformed",
		    N_("closed.json cannot be read."), PB_PACKAGE_CLOSED);
	pb_buf_done(&bytes);
	state->has_closed = status == PB_OK;
	return pb_inside_unsound(status) || status == PB_ENOENT ? PB_OK : status;
}

static enum pb_status
read_proof(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_bundle_read_single(state, PB_PACKAGE_RANGE_PROOF, PB_LIMIT_PROOF_TEXT, &bytes, err);

	if (status == PB_OK)
		status = pb_range_decode(bytes.data, bytes.len, &state->proof, err);
	if (pb_inside_unsound(status))
		find(state, PB_CHECK_TREE, PB_INVALID, "range_proof_malformed",
		    N_("range-proof cannot be read."), PB_PACKAGE_RANGE_PROOF);
	pb_buf_done(&bytes);
	state->has_proof = status == PB_OK;
	return pb_inside_unsound(status) || status == PB_ENOENT ? PB_OK : status;
}

static enum pb_status
read_checkpoint(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = pb_bundle_read_single(
	    state, PB_PACKAGE_CHECKPOINT, PB_LIMIT_NOTE, &state->checkpoint_bytes, err);

	pb_verification_looked(state->v, PB_CHECK_CHECKPOINT);
	if (status == PB_OK) {
		state->note = malloc(sizeof(*state->note));
		status = state->note != NULL ? PB_OK : pb_fail_memory(err, N_("verify a bundle"));
	}
	if (status == PB_OK)
		status = pb_note_parse(
		    state->checkpoint_bytes.data, state->checkpoint_bytes.len, state->note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(state->note, &state->checkpoint, err);
	if (pb_inside_unsound(status))
		find(state, PB_CHECK_CHECKPOINT, PB_INVALID, "checkpoint_malformed",
		    N_("This checkpoint cannot be read."), PB_PACKAGE_CHECKPOINT);
	state->has_checkpoint = status == PB_OK;
	return pb_inside_unsound(status) || status == PB_ENOENT ? PB_OK : status;
}

/* ---- together ------------------------------------------------------------------------------- */

/* The range is what the proof is of; the manifest must say the same. */
static void
settle_range(struct pb_bundle_state *state)
{
	const struct pb_manifest *manifest = &state->manifest;

	state->has_range = state->has_proof || state->has_manifest;
	state->first = state->has_proof ? state->proof.first : manifest->first;
	state->last = state->has_proof ? state->proof.last : manifest->last;
	state->size = state->has_proof ? state->proof.size : manifest->size;
	if (!state->has_proof || !state->has_manifest)
		return;
	if (manifest->first != state->first || manifest->last != state->last)
		find(state, PB_CHECK_FILES, PB_INVALID, "manifest_range",
		    N_("The manifest states another range than range-proof."), PB_PACKAGE_MANIFEST);
	if (manifest->size != state->size)
		find(state, PB_CHECK_FILES, PB_INVALID, "manifest_size",
		    N_("The manifest states another size of the log than range-proof."),
		    PB_PACKAGE_MANIFEST);
}

static void
settle_log(struct pb_bundle_state *state)
{
	const char *origin = state->has_checkpoint ? state->checkpoint.origin
			     : state->has_manifest ? state->manifest.origin
						   : "";

	(void)snprintf(state->log.origin, sizeof(state->log.origin), "%s", origin);
	if (state->has_checkpoint && state->has_manifest &&
	    strcmp(state->manifest.origin, origin) != 0)
		find(state, PB_CHECK_FILES, PB_INVALID, "manifest_origin",
		    N_("The manifest names another log than log/checkpoint."), PB_PACKAGE_MANIFEST);
	if (state->has_checkpoint && state->has_range && state->checkpoint.size != state->size)
		find(state, PB_CHECK_TREE, PB_INVALID, "checkpoint_size",
		    N_("log/checkpoint covers another number of records than the bundle states."),
		    PB_PACKAGE_CHECKPOINT);
	if (state->has_checkpoint && !state->has_range)
		state->size = state->checkpoint.size;
}

static void
settle_case(struct pb_bundle_state *state)
{
	struct pb_bundle_seen *seen = pb_verification_bundle_seen(state->v);

	if (state->has_manifest && state->contained &&
	    strcmp(state->case_name, state->manifest.case_name) != 0)
		find(state, PB_CHECK_FILES, PB_INVALID, "container_case",
		    N_("The package stands in its container under another name than the case that "
		       "its manifest states."),
		    PB_PACKAGE_MANIFEST);
	if (state->has_manifest)
		(void)snprintf(
		    seen->case_name, sizeof(seen->case_name), "%s", state->manifest.case_name);
	seen->first = state->first;
	seen->last = state->last;
	if (state->has_checkpoint)
		memcpy(seen->root, state->checkpoint.root, PB_DIGEST_LEN);
}

enum pb_status
pb_bundle_statements(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = read_manifest(state, err);

	if (status == PB_OK)
		status = read_closed(state, err);
	if (status == PB_OK)
		status = read_proof(state, err);
	if (status == PB_OK)
		status = read_checkpoint(state, err);
	if (status != PB_OK)
		return status;
	settle_range(state);
	settle_log(state);
	settle_case(state);
	return PB_OK;
}
