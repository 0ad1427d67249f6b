/* The entries of a package from front to back: records, with the lines of SHA256SUMS beside. */
#include <string.h>

#include "core/error.h"
#include "verify/bundle.h"

/* ---- what a look needs ---------------------------------------------------------------------- */

/* The checkpoint that leaf.tlog-proof ends with: of the smallest size > seq (FORMAT 5.5). */
static enum pb_status
expect_proof(struct pb_bundle_state *state, struct pb_bundle_job *job, struct pb_error *err)
{
	const struct pb_bundle_entry *entry;
	size_t at = state->proof_stamp;
	enum pb_status status;

	while (at < state->stamp_count && state->stamp[at].size <= job->record.seq)
		at++;
	if (at < state->stamp_count && (at != state->proof_stamp || state->proof_note.len == 0)) {
		entry =
		    pb_bundle_stamp_entry(state, &state->stamp[at], PB_PACKAGE_STAMP_CHECKPOINT);
		pb_buf_clear(&state->proof_note);
		status = entry != NULL
			     ? pb_bundle_read(state, entry, PB_LIMIT_NOTE, &state->proof_note, err)
			     : PB_ENOENT;
		if (status != PB_OK && status != PB_ENOENT)
			return status;
	}
	state->proof_stamp = at;
	job->has_proof = at < state->stamp_count && state->stamp[at].read;
	if (!job->has_proof)
		return PB_OK;
	job->size = state->stamp[at].size;
	memcpy(job->root, state->stamp[at].root, PB_DIGEST_LEN);
	pb_buf_clear(&job->note);
	if (pb_buf_append(&job->note, state->proof_note.data, state->proof_note.len) != PB_OK)
		return pb_fail_memory(err, N_("verify a bundle"));
	return PB_OK;
}

/* An anchor's objects stand in stamps/, in their order but for the bare token. */
static void
expect_objects(struct pb_bundle_state *state, struct pb_bundle_job *job)
{
	const struct pb_bundle_stamp *stamp = pb_bundle_stamp_of(state, job->record.seq);

	if (stamp == NULL)
		return;
	job->object = state->object;
	for (size_t i = 0; i < stamp->count; i++) {
		const struct pb_bundle_entry *entry = &state->entry[stamp->first + i];

		if (entry->name.kind != PB_PACKAGE_STAMP_TOKEN &&
		    job->object_count < PB_BUNDLE_RECORD_ENTRIES)
			state->object[job->object_count++] = *entry;
	}
}

/* ---- here ----------------------------------------------------------------------------------- */

static enum pb_status
collect(struct pb_bundle_state *state, struct pb_error *err)
{
	const struct pb_bundle_job *job = pb_bundle_crew_collect(state->crew, &state->tools);
	enum pb_status status;

	if (job == NULL)
		return PB_EEND;
	status = job->status;
	if (status == PB_OK)
		pb_bundle_report(state, job);
	else if (err != NULL)
		*err = job->err;
	pb_bundle_crew_release(state->crew);
	return status;
}

static enum pb_status
flush_crew(struct pb_bundle_state *state, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	while (state->crew != NULL && status == PB_OK)
		status = collect(state, err);
	return status == PB_EEND ? PB_OK : status;
}

/* Here and now: what tells of the log, and what is long. */
static enum pb_status
look_here(struct pb_bundle_state *state, uint8_t type, struct pb_error *err)
{
	bool anchor = type == PB_RECORD_ANCHOR, destruction = type == PB_RECORD_DESTRUCTION;
	struct pb_bundle_job *job = &state->job;
	enum pb_status status = flush_crew(state, err);

	job->bytes = *state->package;
	job->want_facts = anchor || destruction || job->record.seq == 0;
	if (anchor)
		expect_objects(state, job);
	if (status == PB_OK)
		status = pb_bundle_look(&state->tools, job, err);
	if (status != PB_OK)
		return status;
	pb_bundle_report(state, job);
	if (job->record.seq == 0)
		pb_bundle_founding(state, job);
	if (destruction)
		return pb_bundle_destruction(state, job, err);
	return anchor ? pb_bundle_anchor(state, job, err) : PB_OK;
}

/* ---- aside ---------------------------------------------------------------------------------- */

static void
hand_over(const struct pb_bundle_job *from, struct pb_bundle_job *to)
{
	to->has_leaf = from->has_leaf;
	memcpy(to->leaf, from->leaf, PB_LEAF_LEN);
	to->claimed = from->claimed;
	to->has_proof = from->has_proof;
	to->size = from->size;
	memcpy(to->root, from->root, PB_DIGEST_LEN);
	to->record.seq = from->record.seq;
	to->record.count = from->record.count;
	memcpy(to->record.entry, from->record.entry,
	    from->record.count * sizeof(from->record.entry[0]));
}

static enum pb_status
look_aside(struct pb_bundle_state *state, uint64_t base, size_t len, struct pb_error *err)
{
	struct pb_bundle_job *job = pb_bundle_crew_take(state->crew);
	enum pb_status status = PB_OK;

	if (job == NULL) {
		status = collect(state, err);
		job = pb_bundle_crew_take(state->crew);
	}
	if (status != PB_OK)
		return status;
	hand_over(&state->job, job);
	if (pb_buf_reserve(&job->memory, len) != PB_OK ||
	    pb_buf_append(&job->note, state->job.note.data, state->job.note.len) != PB_OK)
		return pb_fail_memory(err, N_("verify a bundle"));
	status = state->package->read(state->package->ctx, base, job->memory.data, len, err);
	if (status != PB_OK)
		return status;
	job->memory.len = len;
	job->base = base;
	pb_bundle_crew_give(state->crew);
	return PB_OK;
}

/* ---- a record ------------------------------------------------------------------------------- */

static void
check_seq(struct pb_bundle_state *state, uint64_t seq)
{
	if (state->has_range && (seq < state->first || seq > state->last) && seq != 0)
		pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, seq, "record_outside",
		    N_("This record is opened, but is not of the range."),
		    &state->job.record.entry[0].name);
}

/* All entries of a record were gathered into state->job. */
static enum pb_status
take_record(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_bundle_job *job = &state->job;
	const struct pb_bundle_entry *last;
	enum pb_status status;
	uint64_t base, len;
	uint8_t type;

	if (job->record.count == 0)
		return PB_OK;
	check_seq(state, job->record.seq);
	status = pb_bundle_leaves_take(state, job, err);
	if (status == PB_OK)
		status = expect_proof(state, job, err);
	if (status != PB_OK)
		return status;
	last = &job->record.entry[job->record.count - 1];
	base = job->record.entry[0].data;
	len = last->data + last->len - base;
	/* The octet of the type; leaf.bin is held against all of it (FORMAT 1.3). */
	type = job->has_leaf ? job->leaf[24] : 0;
	if (state->crew != NULL && type != PB_RECORD_ANCHOR && type != PB_RECORD_DESTRUCTION &&
	    job->record.seq != 0 && len <= PB_BUNDLE_CREW_RECORD)
		status = look_aside(state, base, (size_t)len, err);
	else
		status = look_here(state, type, err);
	state->records++;
	pb_bundle_job_clear(job);
	if (state->options->progress != NULL)
		state->options->progress(
		    state->options->progress_ctx, state->records, state->octets);
	return status;
}

static enum pb_status
gather(struct pb_bundle_state *state, const struct pb_bundle_entry *entry, struct pb_error *err)
{
	struct pb_bundle_record *record = &state->job.record;
	enum pb_status status;

	if (record->count > 0 && record->seq != entry->name.seq) {
		status = take_record(state, err);
		if (status != PB_OK)
			return status;
	}
	/* Names in order: 255 parts, four others, and message.eml. */
	pb_assert(record->count < PB_BUNDLE_RECORD_ENTRIES);
	record->seq = entry->name.seq;
	record->entry[record->count++] = *entry;
	return PB_OK;
}

/* ---- an entry ------------------------------------------------------------------------------- */

static enum pb_status
take_other(struct pb_bundle_state *state, struct pb_bundle_entry *entry, struct pb_error *err)
{
	enum pb_status status = take_record(state, err);

	if (status == PB_OK)
		status = pb_bundle_entry_check(&state->tools, state->package, entry, err);
	if (status == PB_OK)
		pb_bundle_report_entry(state, entry);
	return status;
}

static enum pb_status
take_entry(
    struct pb_bundle_state *state, const struct pb_zip_entry *zip_entry, struct pb_error *err)
{
	struct pb_bundle_entry entry = {
		.len = zip_entry->len, .data = zip_entry->data, .crc32 = zip_entry->crc32
	};
	enum pb_status status = PB_OK;

	/* As in the first pass over the same directory. */
	if (!pb_package_parse(zip_entry->name, &entry.name))
		return pb_fail(err, PB_EIO, N_("verify a bundle"),
		    N_("it was changed while it was read"), "%s", zip_entry->name);
	state->octets += entry.len;
	if (entry.name.kind < PB_PACKAGE_SUMS)
		status = pb_bundle_sums_next(state, &entry, err);
	if (status != PB_OK)
		return status;
	if (entry.name.kind >= PB_PACKAGE_MESSAGE && entry.name.kind <= PB_PACKAGE_LEAF_PROOF)
		return gather(state, &entry, err);
	return take_other(state, &entry, err);
}

enum pb_status
pb_bundle_walk(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_zip_entry entry;
	enum pb_status status = PB_OK;

	pb_zip_reader_rewind(state->zip);
	for (uint64_t i = 0; status == PB_OK && i < state->sound; i++) {
		status = pb_zip_reader_next(state->zip, &entry, err);
		if (status == PB_OK)
			status = take_entry(state, &entry, err);
	}
	if (status == PB_OK)
		status = take_record(state, err);
	if (status == PB_OK)
		status = flush_crew(state, err);
	if (status == PB_OK)
		status = pb_bundle_leaves_end(state, err);
	return status;
}
