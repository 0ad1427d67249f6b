/* What was found of a record by itself, as findings; and what record 0 says of the log. */
#include <string.h>

#include "core/error.h"
#include "log/chain.h"
#include "verify/bundle.h"

void
pb_bundle_report_entry(struct pb_bundle_state *state, const struct pb_bundle_entry *entry)
{
	bool of_record =
	    entry->name.kind >= PB_PACKAGE_MESSAGE && entry->name.kind <= PB_PACKAGE_LEAF_PROOF;
	uint64_t seq = of_record ? entry->name.seq : PB_NO_SEQ;

	pb_verification_looked(state->v, PB_CHECK_FILES);
	if (entry->listed)
		pb_verification_looked(state->v, PB_CHECK_PAYLOAD);
	if (entry->crc_wrong)
		pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, seq, "entry_crc",
		    N_("The octets of this entry are not those of its checksum."), &entry->name);
	if (entry->sha256_wrong)
		pb_bundle_find_at(state, PB_CHECK_PAYLOAD, PB_INVALID, seq, "sums_sha256",
		    N_("This file is not the one that SHA256SUMS names: it was changed after the "
		       "export."),
		    &entry->name);
}

struct words {
	enum pb_check_id check;
	const char *code;
	const char *text;
	enum pb_package_kind kind; /* of the entry that it is found at */
};

static void
find(struct pb_bundle_state *state, const struct pb_bundle_job *job, bool wrong,
    const struct words *words)
{
	const struct pb_package_name name = { .kind = words->kind, .seq = job->record.seq };

	if (wrong)
		pb_bundle_find_at(state, words->check, PB_INVALID, job->record.seq, words->code,
		    words->text, &name);
}

static void
report_files(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	static const struct words incomplete = { PB_CHECK_FILES, "record_incomplete",
		N_("This record lacks its leaf, its opening or its proof."), PB_PACKAGE_OPENING };
	static const struct words malformed = { PB_CHECK_FILES, "opening_malformed",
		N_("The opening of this record cannot be read."), PB_PACKAGE_OPENING };
	static const struct words seq = { PB_CHECK_FILES, "opening_seq",
		N_("The opening that stands at this record is another record's."),
		PB_PACKAGE_OPENING };
	static const struct words differ = { PB_CHECK_FILES, "record_files",
		N_("The files of this record are not those that its opening discloses."),
		PB_PACKAGE_OPENING };
	static const struct words claim = { PB_CHECK_FILES, "manifest_what",
		N_("The manifest says otherwise what of this record is disclosed."),
		PB_PACKAGE_OPENING };
	const struct pb_bundle_faults *faults = &job->faults;

	find(state, job, faults->incomplete, &incomplete);
	find(state, job, faults->opening_malformed, &malformed);
	find(state, job, faults->opening_seq, &seq);
	find(state, job, faults->files_differ, &differ);
	find(state, job, faults->claim_wrong, &claim);
}

static void
report_proof(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	static const struct words malformed = { PB_CHECK_TREE, "leaf_proof_malformed",
		N_("The proof of this record's place in the log cannot be read."),
		PB_PACKAGE_LEAF_PROOF };
	static const struct words index = { PB_CHECK_TREE, "leaf_proof_index",
		N_("The proof that stands at this record is of another place in the log."),
		PB_PACKAGE_LEAF_PROOF };
	static const struct words checkpoint = { PB_CHECK_CHECKPOINT, "leaf_proof_checkpoint",
		N_("The checkpoint in this record's proof is not the one of stamps/ that it "
		   "should be."),
		PB_PACKAGE_LEAF_PROOF };
	static const struct words wrong = { PB_CHECK_TREE, "leaf_proof_root",
		N_("This record's leaf, with its proof, does not give the root that was signed: "
		   "the log holds another record in its place."),
		PB_PACKAGE_LEAF_PROOF };
	const struct pb_bundle_faults *faults = &job->faults;

	pb_verification_looked(state->v, PB_CHECK_TREE);
	find(state, job, faults->proof_malformed, &malformed);
	find(state, job, faults->proof_index, &index);
	find(state, job, faults->proof_checkpoint, &checkpoint);
	find(state, job, faults->proof_wrong, &wrong);
}

/* Record 0 beside the range: what a walk over leaves.bin asks of the others. */
static void
report_own_leaf(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	static const struct words prev = { PB_CHECK_CHAIN, "prev",
		N_("This record does not begin the log that the bundle is of."), PB_PACKAGE_LEAF };
	struct pb_source_item item = { .segment = "records/0/leaf.bin",
		.offset = PB_VERIFY_NO_OFFSET };
	uint8_t expected[PB_DIGEST_LEN];
	struct pb_leaf leaf;

	if (!job->has_own || job->has_leaf || job->record.seq != 0)
		return;
	memcpy(item.leaf, job->own_bytes, PB_LEAF_LEN);
	pb_verify_leaf_form(&state->log, &item, &leaf);
	pb_chain_start(state->log.origin, expected);
	find(state, job, memcmp(leaf.prev, expected, PB_DIGEST_LEN) != 0, &prev);
}

static void
report_leaf(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	static const struct words malformed = { PB_CHECK_FILES, "leaf_malformed",
		N_("The leaf of this record is not one."), PB_PACKAGE_LEAF };
	static const struct words seq = { PB_CHECK_CHAIN, "leaf_seq",
		N_("The leaf that stands at this record is another record's."), PB_PACKAGE_LEAF };
	static const struct words differs = { PB_CHECK_CHAIN, "leaf_differs",
		N_("The leaf of this record is not the one that log/leaves.bin holds in its "
		   "place."),
		PB_PACKAGE_LEAF };
	const struct pb_package_name name = { .kind = PB_PACKAGE_OPENING, .seq = job->record.seq };
	const struct pb_bundle_faults *faults = &job->faults;

	find(state, job, faults->leaf_malformed, &malformed);
	find(state, job, faults->leaf_seq, &seq);
	find(state, job, faults->leaf_differs, &differs);
	report_own_leaf(state, job);
	if (job->opened && !job->whole && job->has_own && pb_bundle_must_be_open(job->own.type))
		pb_bundle_find_at(state, PB_CHECK_CHAIN, PB_INDETERMINATE, job->record.seq,
		    "record_not_whole",
		    N_("Parts of this record are withheld, though its type must be opened whole."),
		    &name);
}

void
pb_bundle_report(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	static const struct words withheld = { PB_CHECK_COMMITMENT, "facts_withheld",
		N_("The facts of this record are withheld."), PB_PACKAGE_OPENING };
	const struct pb_package_name name = { .kind = PB_PACKAGE_OPENING, .seq = job->record.seq };
	char where[PB_ZIP_NAME_MAX + 1];
	const struct pb_source_item item = { .segment = where, .offset = PB_VERIFY_NO_OFFSET };

	for (size_t i = 0; i < job->record.count; i++)
		pb_bundle_report_entry(state, &job->record.entry[i]);
	pb_package_format(&name, where);
	report_files(state, job);
	report_leaf(state, job);
	report_proof(state, job);
	find(state, job, job->faults.facts_withheld, &withheld);
	if (job->inside.opened)
		pb_verify_inside(&state->log, &item, job->record.seq, &job->inside);
	if (job->has_leaf)
		pb_verification_bundle_seen(state->v)->whole += job->opened && job->whole;
}

/* ---- record 0 ------------------------------------------------------------------------------- */

void
pb_bundle_founding(struct pb_bundle_state *state, const struct pb_bundle_job *job)
{
	const struct pb_source_item item = { .segment = "records/0",
		.offset = PB_VERIFY_NO_OFFSET };
	bool stated;

	if (job->facts == NULL)
		return;
	pb_verify_founding(&state->log, &item, job->facts);
	state->has_export_key =
	    pb_verify_export_key(job->facts, state->log.origin, &stated, &state->export_key) &&
	    stated;
}
