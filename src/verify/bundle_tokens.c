/* The tokens of stamps/, with the anchors that they are said to be of; and whose they are. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

static void
find(struct pb_bundle_state *state, enum pb_check_id id, const struct pb_bundle_stamp *stamp,
    const char *code, const char *text)
{
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_STAMP_REPLY, .seq = stamp->seq, .size = stamp->size
	};

	pb_bundle_find_at(state, id, PB_INVALID, stamp->seq, code, text, &name);
}

/* ---- a token's files ------------------------------------------------------------------------ */

/* What stands beside a token, read whole. */
struct files {
	struct pb_buf checkpoint, request, reply, token, node, salt, proof, chain;
	struct pb_buf revocation[PB_VERIFY_REVOCATIONS];
	bool ocsp[PB_VERIFY_REVOCATIONS];
	size_t revocation_count;
	bool too_many;
};

static void
files_done(struct files *files)
{
	pb_buf_done(&files->checkpoint);
	pb_buf_done(&files->request);
	pb_buf_done(&files->reply);
	pb_buf_done(&files->token);
	pb_buf_done(&files->node);
	pb_buf_done(&files->salt);
	pb_buf_done(&files->proof);
	pb_buf_done(&files->chain);
	for (size_t i = 0; i < files->revocation_count; i++)
		pb_buf_done(&files->revocation[i]);
}

static struct pb_buf *
place_of(struct files *files, const struct pb_package_name *name)
{
	switch (name->kind) {
	case PB_PACKAGE_STAMP_CHECKPOINT:
		return &files->checkpoint;
	case PB_PACKAGE_STAMP_REQUEST:
		return &files->request;
	case PB_PACKAGE_STAMP_REPLY:
		return &files->reply;
	case PB_PACKAGE_STAMP_TOKEN:
		return &files->token;
	case PB_PACKAGE_STAMP_NODE:
		return &files->node;
	case PB_PACKAGE_STAMP_SALT:
		return &files->salt;
	case PB_PACKAGE_STAMP_PROOF:
		return &files->proof;
	case PB_PACKAGE_STAMP_CHAIN:
		return &files->chain;
	default:
		break;
	}
	files->too_many |= files->revocation_count == PB_VERIFY_REVOCATIONS;
	if (files->too_many)
		return NULL;
	files->ocsp[files->revocation_count] = name->ocsp;
	return &files->revocation[files->revocation_count++];
}

static enum pb_status
files_read(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp, struct files *files,
    struct pb_error *err)
{
	for (size_t i = 0; i < stamp->count; i++) {
		const struct pb_bundle_entry *entry = &state->entry[stamp->first + i];
		struct pb_buf *buf = place_of(files, &entry->name);
		enum pb_status status = PB_OK;

		if (buf != NULL)
			status = pb_bundle_read(state, entry, PB_LIMIT_OBJECT, buf, err);
		if (status != PB_OK && status != PB_ENOENT)
			return status;
	}
	return PB_OK;
}

/* token.tst is the bare token out of reply.tsr, octet for octet (FORMAT 5.3). */
static enum pb_status
check_bare(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp,
    const struct files *files, struct pb_error *err)
{
	struct pb_token *token = NULL;
	const void *bare;
	size_t len;
	enum pb_status status = pb_token_parse(files->reply.data, files->reply.len, &token, err);

	if (pb_inside_unsound(status))
		return PB_OK; /* found where it is held against its evidence */
	if (status != PB_OK)
		return status;
	pb_token_bare(token, &bare, &len);
	/* A reply.tsr that is bare itself is no reply. */
	if (len != files->token.len || memcmp(bare, files->token.data, len) != 0 ||
	    len == files->reply.len)
		find(state, PB_CHECK_FILES, stamp, "stamp_token",
		    N_("token.tst is not the token out of reply.tsr."));
	pb_token_free(token);
	return PB_OK;
}

/* ---- a token -------------------------------------------------------------------------------- */

static struct pb_verify_object
object_of(const struct pb_buf *buf)
{
	return (struct pb_verify_object){ .data = buf->data, .len = buf->len };
}

/* Its checkpoint is the log's: signed here, of its tree by log/consistency/. */
static enum pb_status
check_signature(struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp,
    const struct files *files, enum pb_verdict *ret_verdict, struct pb_error *err)
{
	char where[PB_ZIP_NAME_MAX + 1];
	const struct pb_source_item item = { .segment = where, .offset = PB_VERIFY_NO_OFFSET };
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_STAMP_CHECKPOINT, .seq = stamp->seq, .size = stamp->size
	};
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_checkpoint checkpoint;
	enum pb_status status;

	*ret_verdict = PB_INVALID;
	if (note == NULL)
		return pb_fail_memory(err, N_("verify a bundle"));
	pb_package_format(&name, where);
	pb_verification_looked(state->v, PB_CHECK_CHECKPOINT);
	status = pb_note_parse(files->checkpoint.data, files->checkpoint.len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_OK)
		*ret_verdict = pb_verify_checkpoint_signature(
		    &state->log, &item, note, &checkpoint, stamp->seq);
	/* A token over what could not be looked at would count for nothing. */
	if (*ret_verdict == PB_INDETERMINATE)
		status = pb_fail_memory(err, N_("verify a bundle"));
	free(note);
	return pb_inside_unsound(status) ? PB_OK : status;
}

static void
lay_out(const struct files *files, struct pb_verify_token *token)
{
	token->token = object_of(&files->reply);
	token->data = object_of(&files->checkpoint);
	token->node = object_of(&files->node);
	token->salt = object_of(&files->salt);
	token->proof = object_of(&files->proof);
	token->request = object_of(&files->request);
	token->chain = object_of(&files->chain);
	token->revocation_count = files->revocation_count;
	for (size_t i = 0; i < files->revocation_count; i++) {
		token->revocation[i].der = object_of(&files->revocation[i]);
		token->revocation[i].ocsp = files->ocsp[i];
	}
}

static void
count(struct pb_bundle_state *state, const struct pb_verify_token_outcome *outcome)
{
	const struct pb_token_seen *seen = &outcome->seen;

	state->local += seen->trusted && seen->local;
	if (seen->size != state->size)
		return;
	state->tokens_over_size++;
	state->trusted_over_size += seen->trusted;
}

/* sound: its anchor, if it is in the range, commits to these files. */
static enum pb_status
check_token(struct pb_bundle_state *state, struct pb_bundle_stamp *stamp, const struct files *files,
    const struct pb_json *facts, bool sound, struct pb_error *err)
{
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_STAMP_REPLY, .seq = stamp->seq, .size = stamp->size
	};
	char where[PB_ZIP_NAME_MAX + 1];
	struct pb_verify_token token = { .seq = stamp->seq,
		.size = stamp->size,
		.where = where,
		.roots = state->roots,
		.now_s = state->options->now_s,
		.shared = pb_bundle_stamp_is_shared(state, stamp),
		.facts = facts };
	struct pb_verify_token_outcome outcome;
	enum pb_status status = check_signature(state, stamp, files, &token.data_verdict, err);

	if (status != PB_OK)
		return status;
	pb_package_format(&name, where);
	lay_out(files, &token);
	status = pb_verify_token(state->v, &token, &outcome, err);
	if (status != PB_OK)
		return status;
	outcome.good &= sound;
	outcome.seen.trusted &= sound;
	count(state, &outcome);
	state->first_anchored |= outcome.good && stamp->seq == state->first;
	return state->intervals != NULL ? pb_intervals_add(state->intervals, &outcome, err) : PB_OK;
}

static enum pb_status
look_at_stamp(struct pb_bundle_state *state, struct pb_bundle_stamp *stamp,
    const struct pb_json *facts, bool sound, struct pb_error *err)
{
	struct files files = { .revocation_count = 0 };
	enum pb_status status = files_read(state, stamp, &files, err);

	stamp->told = true;
	if (status == PB_OK)
		status = check_bare(state, stamp, &files, err);
	if (status == PB_OK && files.too_many)
		pb_bundle_find(state, PB_CHECK_TOKENS, PB_INDETERMINATE, stamp->seq,
		    "anchor_too_long", N_("This anchor holds more than this version looks at."),
		    "");
	if (status == PB_OK)
		status = check_token(state, stamp, &files, facts, sound, err);
	files_done(&files);
	return status;
}

/* ---- anchors of the range ------------------------------------------------------------------- */

/* Its facts name the objects that stand in stamps/, and their checkpoint's size. */
static bool
facts_right(const struct pb_bundle_state *state, const struct pb_bundle_stamp *stamp,
    const struct pb_json *facts)
{
	struct pb_anchor_objects list;
	size_t revocations = 0;
	uint64_t size;

	if (!pb_anchor_objects_read(facts, &list) ||
	    !pb_json_as_u64(pb_json_get(facts, "size"), &size) || size != stamp->size ||
	    list.count != stamp->count - 1 ||
	    list.shared != pb_bundle_stamp_is_shared(state, stamp) ||
	    list.has_chain != (pb_bundle_stamp_entry(state, stamp, PB_PACKAGE_STAMP_CHAIN) != NULL))
		return false;
	for (size_t i = 0; i < stamp->count; i++) {
		const struct pb_package_name *name = &state->entry[stamp->first + i].name;

		if (name->kind != PB_PACKAGE_STAMP_REVOCATION || list.too_many)
			continue;
		if (revocations == list.revocation_count || list.ocsp[revocations++] != name->ocsp)
			return false;
	}
	return true;
}

enum pb_status
pb_bundle_anchor(
    struct pb_bundle_state *state, const struct pb_bundle_job *job, struct pb_error *err)
{
	struct pb_bundle_stamp *stamp = pb_bundle_stamp_of(state, job->record.seq);
	enum pb_anchor_event event = pb_anchor_event_read(job->facts);
	bool stamped = event == PB_ANCHOR_TIMESTAMP;
	const struct pb_package_name name = { .kind = PB_PACKAGE_OPENING, .seq = job->record.seq };
	bool right;

	if (stamped && stamp == NULL)
		pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, job->record.seq,
		    "stamp_missing", N_("The timestamp of this anchor is not in the package."),
		    &name);
	if (event == PB_ANCHOR_GAP_MALFORMED)
		pb_bundle_find_at(state, PB_CHECK_TOKENS, PB_INVALID, job->record.seq,
		    "gap_malformed", pb_anchor_gap_text, &name);
	if (event == PB_ANCHOR_UNKNOWN)
		pb_bundle_find_at(state, PB_CHECK_TOKENS, PB_INDETERMINATE, job->record.seq,
		    "anchor_event", pb_anchor_event_text, &name);
	if (stamp == NULL)
		return PB_OK;
	right = stamped && facts_right(state, stamp, job->facts);
	if (!right)
		find(state, PB_CHECK_TOKENS, stamp, "anchor_malformed",
		    N_("This anchor does not hold what it says, or does not say what it holds."));
	right &= job->inside.opened && !job->inside.commitment_wrong && !job->faults.leaf_differs;
	return look_at_stamp(state, stamp, job->facts, right, err);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void
judge_authorities(struct pb_bundle_state *state)
{
	const struct pb_verify_token_outcome *container = &state->container_outcome;
	uint64_t strangers = state->tokens_over_size - state->trusted_over_size;
	bool stranger = state->contained && !container->seen.trusted;

	pb_verification_looked(state->v, PB_CHECK_AUTHORITIES);
	if (state->tokens_over_size == 0)
		pb_verify_authority_find(
		    state->v, PB_AUTHORITY_NONE, PB_INDETERMINATE, PB_NO_SEQ, 0);
	else if (state->roots == NULL)
		pb_verify_authority_find(state->v, PB_AUTHORITY_NO_ROOTS, PB_INDETERMINATE,
		    PB_NO_SEQ, state->tokens_over_size + stranger);
	else if (state->trusted_over_size == 0)
		pb_verify_authority_find(state->v, PB_AUTHORITY_UNKNOWN, PB_INDETERMINATE,
		    PB_NO_SEQ, strangers + stranger);
	else if (stranger)
		pb_verify_authority_find(
		    state->v, PB_AUTHORITY_UNKNOWN, PB_INDETERMINATE, PB_NO_SEQ, 1);
	if (state->local + (container->seen.trusted && container->seen.local) > 0)
		pb_verify_authority_find(state->v, PB_AUTHORITY_LOCAL, PB_VALID, PB_NO_SEQ,
		    state->local + (container->seen.trusted && container->seen.local));
}

/* FORMAT 5.6: i is 0, or an opened anchor whose token is good as far as can be told. */
static void
check_begin(struct pb_bundle_state *state)
{
	if (state->has_range && state->first > 0 && !state->first_anchored)
		pb_bundle_find(state, PB_CHECK_RANGE, PB_INVALID, state->first, "range_begin",
		    N_("The range begins neither with the first record of the log nor with an "
		       "anchor whose timestamp is good."),
		    "");
}

enum pb_status
pb_bundle_stamps_end(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < state->stamp_count; i++) {
		struct pb_bundle_stamp *stamp = state->by_seq[i];
		bool inside =
		    state->has_range && stamp->seq >= state->first && stamp->seq <= state->last;

		if (stamp->told)
			continue;
		if (inside && !state->broken)
			find(state, PB_CHECK_FILES, stamp, "stamp_stray",
			    N_("This timestamp is said to be of an anchor of the range, but that "
			       "record is not opened here as one."));
		status = look_at_stamp(state, stamp, NULL, !inside, err);
	}
	if (status == PB_OK && state->intervals != NULL)
		status = pb_intervals_end(state->intervals, state->last, err);
	if (status != PB_OK)
		return status;
	check_begin(state);
	judge_authorities(state);
	return PB_OK;
}
