#include "export/proofs.h"

#include <string.h>

#include "core/error.h"
#include "log/tlog_proof.h"

enum pb_status
pb_export_proofs_init(struct pb_export_proofs *proofs, struct pb_export *e, struct pb_error *err)
{
	const struct pb_archive *a = e->archive;

	proofs->e = e;
	return pb_reading_new(a->world->files, a->dir, a->key, &proofs->reading, err);
}

enum pb_status
pb_export_proofs_next(
    struct pb_export_proofs *proofs, uint64_t seq, struct pb_buf *text, struct pb_error *err)
{
	uint8_t hashes[PB_PROOF_MAX][PB_DIGEST_LEN];
	const struct pb_export_plan *plan = &proofs->e->plan;
	struct pb_tlog_proof proof = { .index = seq };
	enum pb_status status = PB_OK;

	while (plan->stamp[proofs->at].size <= seq) {
		proofs->at++;
		pb_buf_clear(&proofs->note);
		pb_assert(proofs->at < plan->stamp_count);
	}
	if (proofs->note.len == 0)
		status = pb_export_checkpoint(
		    proofs->reading, &plan->stamp[proofs->at], &proofs->note, err);
	if (status == PB_OK)
		status = pb_tree_prove_inclusion(pb_export_leaves_tree(proofs->e->leaves), seq,
		    plan->stamp[proofs->at].size, hashes[0], &proof.count, err);
	if (status != PB_OK)
		return status;
	pb_assert(proof.count <= sizeof(proof.hash) / sizeof(proof.hash[0]));
	for (size_t i = 0; i < proof.count; i++)
		memcpy(proof.hash[i], hashes[i], PB_DIGEST_LEN);
	proof.note = (const char *)proofs->note.data;
	proof.note_len = proofs->note.len;
	return pb_tlog_proof_encode(&proof, text) == PB_OK
		   ? PB_OK
		   : pb_fail_memory(err, N_("prove a record's place"));
}

void
pb_export_proofs_done(struct pb_export_proofs *proofs)
{
	pb_reading_free(proofs->reading);
	pb_buf_done(&proofs->note);
}
