#include "verify/bundle_opening.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "log/tlog_proof.h"
#include "record/types.h"
#include "verify/bundle_entry.h"

void
pb_bundle_job_clear(struct pb_bundle_job *job)
{
	struct pb_buf note = job->note, memory = job->memory;

	pb_json_free(job->facts);
	pb_buf_clear(&note);
	pb_buf_clear(&memory);
	/* Not the entries, of which most records have few. */
	memset(job, 0, offsetof(struct pb_bundle_job, record.entry));
	job->note = note;
	job->memory = memory;
}

void
pb_bundle_job_done(struct pb_bundle_job *job)
{
	pb_bundle_job_clear(job);
	pb_buf_done(&job->note);
	pb_buf_done(&job->memory);
}

/* The record's one entry of that kind, or NULL. */
static struct pb_bundle_entry *
entry_of(struct pb_bundle_record *record, enum pb_package_kind kind)
{
	for (size_t i = 0; i < record->count; i++)
		if (record->entry[i].name.kind == kind)
			return &record->entry[i];
	return NULL;
}

/* ---- leaf.bin ------------------------------------------------------------------------------- */

static enum pb_status
look_at_leaf(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err)
{
	struct pb_bundle_entry *entry = entry_of(&job->record, PB_PACKAGE_LEAF);
	bool too_long;
	enum pb_status status;

	if (entry == NULL) {
		job->faults.incomplete = true;
		return PB_OK;
	}
	status = pb_bundle_entry_text(tools, &job->bytes, entry, PB_LEAF_LEN, &too_long, err);
	if (status != PB_OK)
		return status;
	if (too_long || tools->text.len != PB_LEAF_LEN) {
		job->faults.leaf_malformed = true;
		return PB_OK;
	}
	memcpy(job->own_bytes, tools->text.data, PB_LEAF_LEN);
	job->has_own = true;
	job->own_fault = pb_leaf_decode(job->own_bytes, &job->own);
	job->faults.leaf_seq = job->own.seq != job->record.seq;
	job->faults.leaf_differs =
	    job->has_leaf && memcmp(job->own_bytes, job->leaf, PB_LEAF_LEN) != 0;
	return PB_OK;
}

/* ---- leaf.tlog-proof ------------------------------------------------------------------------ */

/* A proof and the checkpoint behind it: at most 64 hashes of 45 octets with their LF. */
#define PROOF_MAX (PB_LIMIT_NOTE + 64 * 45 + 64)

static enum pb_status
look_at_proof(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err)
{
	struct pb_bundle_entry *entry = entry_of(&job->record, PB_PACKAGE_LEAF_PROOF);
	struct pb_bundle_faults *faults = &job->faults;
	struct pb_tlog_proof *proof = tools->proof;
	uint8_t hash[PB_DIGEST_LEN];
	bool too_long;
	enum pb_status status;

	if (entry == NULL) {
		faults->incomplete = true;
		return PB_OK;
	}
	status = pb_bundle_entry_text(tools, &job->bytes, entry, PROOF_MAX, &too_long, err);
	if (status == PB_OK && !too_long)
		status = pb_tlog_proof_decode(tools->text.data, tools->text.len, proof, err);
	if (too_long || pb_inside_unsound(status)) {
		faults->proof_malformed = true;
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	faults->proof_index = proof->index != job->record.seq;
	/* FORMAT 5.5; whose signature it bears is asked once, of stamps/. */
	faults->proof_checkpoint = !job->has_proof || proof->note_len != job->note.len ||
				   memcmp(proof->note, job->note.data, proof->note_len) != 0;
	if (!job->has_proof || !job->has_own)
		return PB_OK;
	pb_tree_leaf_hash(job->own_bytes, PB_LEAF_LEN, hash);
	faults->proof_wrong = !pb_tree_check_inclusion(
	    hash, job->record.seq, job->size, proof->hash[0], proof->count, job->root);
	return PB_OK;
}

/* ---- opening.json --------------------------------------------------------------------------- */

/* 255 parts of at most some 230 octets. */
#define OPENING_MAX (64 * 1024)

static enum pb_status
look_at_opening(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err)
{
	struct pb_bundle_entry *entry = entry_of(&job->record, PB_PACKAGE_OPENING);
	bool too_long;
	enum pb_status status;

	if (entry == NULL) {
		job->faults.incomplete = true;
		return PB_OK;
	}
	status = pb_bundle_entry_text(tools, &job->bytes, entry, OPENING_MAX, &too_long, err);
	if (status == PB_OK && !too_long)
		status = pb_opening_decode(tools->text.data, tools->text.len, tools->opening, err);
	if (too_long || pb_inside_unsound(status)) {
		job->faults.opening_malformed = true;
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	job->opened = true;
	job->faults.opening_seq = tools->opening->seq != job->record.seq;
	return PB_OK;
}

/*
 * What the manifest says was selected (FORMAT 5.3), as far as the kinds of withheld parts can be
 * told: the digest goes along by its own rule, and little may be all that there is.
 */
static bool
claim_right(enum pb_disclosure claimed, bool whole, bool kind[256])
{
	bool few = true;

	for (unsigned k = 0; k < 256; k++)
		few &= !kind[k] || k == PB_PART_FACTS || k == PB_PART_CLASS ||
		       k == PB_PART_HEADER || k == PB_PART_DIGEST;
	switch (claimed) {
	case PB_DISCLOSE_ALL:
		return whole;
	case PB_DISCLOSE_HEADERS:
		return few;
	case PB_DISCLOSE_FACTS:
		return few && !kind[PB_PART_HEADER];
	case PB_DISCLOSE_NONE: /* not asked */
	case PB_DISCLOSE_PARTS:
		break;
	}
	return true;
}

static void
look_at_disclosure(const struct pb_opening *opening, struct pb_bundle_job *job)
{
	uint8_t kinds[PB_LIMIT_PARTS];
	bool present[256] = { false };
	size_t count = 0;

	for (unsigned i = 0; i < opening->count; i++) {
		if (!opening->part[i].disclosed)
			continue;
		kinds[count++] = opening->part[i].kind;
		present[opening->part[i].kind] = true;
	}
	job->whole = count == opening->count;
	job->faults.facts_withheld = !job->whole && !present[PB_PART_FACTS];
	job->faults.claim_wrong = !claim_right(job->claimed, job->whole, present);
	pb_inside_parts(job->has_own ? job->own.type : 0, kinds, count, job->whole, &job->inside);
}

/* ---- all of it ------------------------------------------------------------------------------ */

enum pb_status
pb_bundle_look(struct pb_bundle_tools *tools, struct pb_bundle_job *job, struct pb_error *err)
{
	enum pb_status status = look_at_leaf(tools, job, err);

	if (status == PB_OK)
		status = look_at_proof(tools, job, err);
	if (status == PB_OK)
		status = look_at_opening(tools, job, err);
	if (status == PB_OK && job->opened) {
		look_at_disclosure(tools->opening, job);
		status = pb_bundle_look_at_content(tools, job, err);
	}
	for (size_t i = 0; status == PB_OK && i < job->record.count; i++)
		if (!job->record.entry[i].passed)
			status =
			    pb_bundle_entry_check(tools, &job->bytes, &job->record.entry[i], err);
	return status;
}
