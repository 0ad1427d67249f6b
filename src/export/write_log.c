/* log/ of a package: leaves, proofs, what is closed, the checkpoint (FORMAT 5.3). */
#include <stdlib.h>

#include "bundle/zip.h"
#include "core/error.h"
#include "export/export.h"
#include "log/range.h"
#include "log/tlog_proof.h"

#define BATCH ((size_t)256) /* leaves at a time */

static const char WRITING[] = N_("write a package");

/* The leaves of the range in batches, to a function. */
static enum pb_status
each_batch(struct pb_export *e,
    enum pb_status (*each)(void *ctx, const uint8_t *leaves, size_t len, struct pb_error *err),
    void *ctx, struct pb_error *err)
{
	const struct pb_manifest *m = &e->plan.manifest;
	uint8_t *batch = malloc(BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, WRITING) : PB_OK;
	uint64_t seq = m->first;

	while (status == PB_OK && seq <= m->last) {
		uint64_t left = m->last - seq + 1;
		size_t count = left < BATCH ? (size_t)left : BATCH;

		status = pb_export_leaves_read(e->leaves, seq, count, batch, err);
		if (status == PB_OK)
			status = each(ctx, batch, count * PB_LEAF_LEN, err);
		seq += count;
	}
	free(batch);
	return status;
}

struct sums {
	struct pb_digest *sha256;
	uint32_t crc32;
};

static enum pb_status
sum_batch(void *ctx, const uint8_t *leaves, size_t len, struct pb_error *err)
{
	struct sums *sums = ctx;

	(void)err;
	pb_digest_update(sums->sha256, leaves, len);
	sums->crc32 = pb_zip_crc32(sums->crc32, leaves, len);
	return PB_OK;
}

static enum pb_status
write_batch(void *ctx, const uint8_t *leaves, size_t len, struct pb_error *err)
{
	return pb_export_package_data(ctx, leaves, len, err);
}

static enum pb_status
write_leaves(struct pb_export *e, struct pb_error *err)
{
	const struct pb_manifest *m = &e->plan.manifest;
	const struct pb_package_name name = { .kind = PB_PACKAGE_LEAVES };
	struct sums sums = { .crc32 = 0 };
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	status = pb_digest_new(PB_DIGEST_SHA256, &sums.sha256, err);
	if (status == PB_OK)
		status = each_batch(e, sum_batch, &sums, err);
	if (status == PB_OK) {
		pb_digest_final(sums.sha256, sha256);
		status = pb_export_package_begin(e->package, &name,
		    (m->last - m->first + 1) * PB_LEAF_LEN, sums.crc32, sha256, err);
	}
	if (status == PB_OK)
		status = each_batch(e, write_batch, e->package, err);
	pb_digest_free(sums.sha256);
	return status;
}

static enum pb_status
write_range_proof(struct pb_export *e, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_RANGE_PROOF };
	const struct pb_manifest *m = &e->plan.manifest;
	struct pb_range_proof proof;
	enum pb_status status;

	status = pb_range_prove(
	    pb_export_leaves_tree(e->leaves), m->first, m->last, m->size, &proof, err);
	if (status != PB_OK)
		return status;
	pb_buf_clear(text);
	if (pb_range_encode(&proof, text) != PB_OK)
		return pb_fail_memory(err, WRITING);
	return pb_export_package_entry(e->package, &name, text->data, text->len, err);
}

static enum pb_status
write_closed(struct pb_export *e, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_CLOSED };

	pb_buf_clear(text);
	if (pb_closed_encode(e->plan.closed, e->plan.closed_count, text) != PB_OK)
		return pb_fail_memory(err, WRITING);
	return pb_export_package_entry(e->package, &name, text->data, text->len, err);
}

static enum pb_status
write_checkpoint(struct pb_export *e, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_CHECKPOINT };
	const struct pb_export_plan *plan = &e->plan;
	enum pb_status status;
	size_t i = 0;

	/* The first over `size`; all of one size are over the same octets, or it would not matter.
	 */
	while (plan->stamp[i].size != plan->manifest.size)
		i++;
	pb_buf_clear(text);
	status = pb_export_checkpoint(e->reading, &plan->stamp[i], text, err);
	if (status == PB_OK)
		status = pb_export_package_entry(e->package, &name, text->data, text->len, err);
	return status;
}

static enum pb_status
write_verifier_key(struct pb_export *e, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_VERIFIER_KEY };

	pb_buf_clear(text);
	if (pb_note_verifier_format(&e->founded->verifier, text) != PB_OK ||
	    pb_buf_append_text(text, "\n") != PB_OK)
		return pb_fail_memory(err, WRITING);
	return pb_export_package_entry(e->package, &name, text->data, text->len, err);
}

static enum pb_status
write_growth(struct pb_export *e, uint64_t size, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_package_name name = {
		.kind = PB_PACKAGE_CONSISTENCY, .size = size, .to = e->plan.manifest.size
	};
	uint8_t proof[PB_PROOF_MAX * PB_DIGEST_LEN];
	enum pb_status status;
	size_t count;

	status = pb_tree_prove_consistency(
	    pb_export_leaves_tree(e->leaves), name.size, name.to, proof, &count, err);
	pb_buf_clear(text);
	if (status == PB_OK && pb_consistency_encode(proof, count, text) != PB_OK)
		status = pb_fail_memory(err, WRITING);
	return status == PB_OK
		   ? pb_export_package_entry(e->package, &name, text->data, text->len, err)
		   : status;
}

/* From each smaller size of stamps/, once, and those held beside, to that of the checkpoint. */
static enum pb_status
write_consistency(struct pb_export *e, struct pb_buf *text, struct pb_error *err)
{
	const struct pb_export_plan *plan = &e->plan;
	enum pb_status status = PB_OK;
	uint64_t before = 0;
	size_t stamp = 0, held = 0;

	/* The stamps end with one over the checkpoint; what is held is of less than that. */
	while (status == PB_OK) {
		uint64_t size = plan->stamp[stamp].size;

		if (held < plan->held.count && plan->held.size[held] < size)
			size = plan->held.size[held++];
		else
			stamp++;
		if (size >= plan->manifest.size)
			break;
		if (size != before)
			status = write_growth(e, size, text, err);
		before = size;
	}
	return status;
}

enum pb_status
pb_export_write_log(struct pb_export *e, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = write_leaves(e, err);

	if (status == PB_OK)
		status = write_range_proof(e, &text, err);
	if (status == PB_OK)
		status = write_closed(e, &text, err);
	if (status == PB_OK)
		status = write_checkpoint(e, &text, err);
	if (status == PB_OK)
		status = write_verifier_key(e, &text, err);
	if (status == PB_OK)
		status = write_consistency(e, &text, err);
	pb_buf_done(&text);
	return status;
}
