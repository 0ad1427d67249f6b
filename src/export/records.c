/* records/ of a package: each record that is opened, ascending (FORMAT 5.3). */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "export/crew.h"
#include "export/export.h"
#include "export/proofs.h"
#include "export/resume.h"
#include "sys/process.h"

#define BATCH ((size_t)256) /* leaves read at a time */

/*
 * `next` runs over record 0, if it stands beside the range, then over the range.
 *
 * Threads open what the caller reads from the vault; the caller writes it in order.  Records
 * that are too long for that are opened by the caller, in pieces, with `alone`.
 */
struct records {
	struct pb_export *e;
	struct pb_reading *reading; /* from front to back */
	struct pb_reading *alone;   /* made when it is first needed */
	struct pb_export_tools tools;
	struct pb_export_crew *crew;
	struct pb_export_proofs proofs;
	struct pb_export_record record; /* of one opened alone */
	struct pb_buf text;
	uint64_t next;
	uint64_t batch_first; /* leaves at hand */
	size_t batch_count;
	uint8_t batch[BATCH * PB_LEAF_LEN];
	unsigned given;       /* jobs that are not collected */
	uint64_t held;        /* bytes of their payloads */
	uint64_t done, bytes; /* for progress */
};

static const char EXPORTING[] = N_("export a record");

/* ---- which record comes next ---------------------------------------------------------------- */

static enum pb_status
leaf_of(struct records *r, uint64_t seq, const uint8_t **ret_leaf, struct pb_error *err)
{
	const struct pb_manifest *m = &r->e->plan.manifest;
	enum pb_status status = PB_OK;

	if (seq < r->batch_first || seq - r->batch_first >= r->batch_count) {
		uint64_t left = m->last - seq + 1;

		r->batch_first = seq;
		r->batch_count = left < BATCH ? (size_t)left : BATCH;
		status = pb_export_leaves_read(r->e->leaves, seq, r->batch_count, r->batch, err);
	}
	*ret_leaf = r->batch + (seq - r->batch_first) * PB_LEAF_LEN;
	return status;
}

/* The next record that is opened, and what of it.  PB_EEND: there is none. */
static enum pb_status
seek(struct records *r, struct pb_leaf *ret_leaf, const uint8_t **ret_bytes,
    struct pb_export_choice *ret_choice, struct pb_error *err)
{
	const struct pb_manifest *m = &r->e->plan.manifest;
	enum pb_status status;

	for (; r->next <= m->last; r->next++) {
		if (r->next > 0 && r->next < m->first)
			r->next = m->first;
		status = leaf_of(r, r->next, ret_bytes, err);
		if (status != PB_OK)
			return status;
		(void)pb_leaf_decode(*ret_bytes, ret_leaf);
		pb_export_plan_choose(&r->e->plan, ret_leaf, ret_choice);
		if (ret_choice->what != PB_DISCLOSE_NONE)
			return PB_OK;
	}
	return PB_EEND;
}

/* ---- writing one ---------------------------------------------------------------------------- */

static enum pb_status
write_rest(struct records *r, const struct pb_leaf *leaf, const struct pb_export_record *record,
    struct pb_error *err)
{
	struct pb_package_name name = { .kind = PB_PACKAGE_LEAF, .seq = leaf->seq };
	uint8_t bytes[PB_LEAF_LEN];
	enum pb_status status;

	pb_leaf_encode(leaf, bytes);
	status = pb_export_package_entry(r->e->package, &name, bytes, sizeof(bytes), err);
	name.kind = PB_PACKAGE_OPENING;
	if (status == PB_OK)
		status = pb_export_package_begin(r->e->package, &name, record->json.len,
		    record->json_crc32, record->json_sha256, err);
	if (status == PB_OK)
		status =
		    pb_export_package_data(r->e->package, record->json.data, record->json.len, err);
	pb_buf_clear(&r->text);
	if (status == PB_OK)
		status = pb_export_proofs_next(&r->proofs, leaf->seq, &r->text, err);
	name.kind = PB_PACKAGE_LEAF_PROOF;
	return status == PB_OK
		   ? pb_export_package_entry(r->e->package, &name, r->text.data, r->text.len, err)
		   : status;
}

static enum pb_status
begin_entry(struct records *r, const struct pb_export_entry *entry, struct pb_error *err)
{
	r->bytes += entry->len;
	return pb_export_package_begin(
	    r->e->package, &entry->name, entry->len, entry->crc32, entry->sha256, err);
}

static enum pb_status
write_kept(struct records *r, const struct pb_leaf *leaf, const struct pb_export_record *record,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < record->entry_count; i++) {
		const struct pb_export_entry *entry = &record->entry[i];
		const struct pb_buf *from =
		    entry->name.kind == PB_PACKAGE_MESSAGE ? &record->message : &record->bytes;

		status = begin_entry(r, entry, err);
		if (status == PB_OK && entry->len > 0)
			status = pb_export_package_data(
			    r->e->package, from->data + entry->at, (size_t)entry->len, err);
	}
	return status == PB_OK ? write_rest(r, leaf, record, err) : status;
}

static enum pb_status
flow_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	return pb_export_package_data(ctx, data, len, err);
}

/* Too long for memory: opened once to be held against the leaf, and again as it is written. */
static enum pb_status
write_alone(struct records *r, const struct pb_export_job *job, struct pb_error *err)
{
	const struct pb_archive *a = r->e->archive;
	const struct pb_export_flow flow = { r->e->package, flow_write };
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status = PB_OK;

	if (r->alone == NULL)
		status = pb_reading_new(a->world->files, a->dir, a->key, &r->alone, err);
	if (status == PB_OK)
		status = pb_reading_record(r->alone, job->leaf.seq, &leaf, &opened, sha256, err);
	if (status == PB_OK)
		status = pb_export_record_make(&r->tools, &job->leaf, opened,
		    pb_reading_secret(r->alone), NULL, &job->choice, job->elsewhere, false,
		    &r->record, err);
	for (size_t i = 0; status == PB_OK && i < r->record.entry_count; i++) {
		status = begin_entry(r, &r->record.entry[i], err);
		if (status == PB_OK)
			status = pb_export_record_stream(opened, &r->record.entry[i], &flow, err);
	}
	return status == PB_OK ? write_rest(r, &job->leaf, &r->record, err) : status;
}

static void
tell(struct records *r)
{
	const struct pb_export_options *options = r->e->options;

	r->done++;
	if (options->progress != NULL)
		options->progress(options->progress_ctx, r->done, r->bytes);
}

static enum pb_status
write_job(struct records *r, struct pb_export_job *job, struct pb_error *err)
{
	enum pb_status status = job->status;

	if (status != PB_OK && err != NULL)
		*err = job->err;
	if (status == PB_OK && job->large)
		status = write_alone(r, job, err);
	else if (status == PB_OK)
		status = write_kept(r, &job->leaf, &job->record, err);
	if (status == PB_OK)
		tell(r);
	return status;
}

/* ---- reading ahead -------------------------------------------------------------------------- */

static enum pb_status
other_leaf(uint64_t seq, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, EXPORTING, N_("the vault changed while it was read"),
	    "%llu", (unsigned long long)seq);
}

/* What is stored of the record that comes next, into a job.  PB_EEND: there is none. */
static enum pb_status
fill(struct records *r, struct pb_export_job *job, struct pb_error *err)
{
	const struct pb_frame *frame;
	const uint8_t *bytes;
	enum pb_status status = seek(r, &job->leaf, &bytes, &job->choice, err);

	if (status != PB_OK)
		return status;
	status = pb_reading_stored(r->reading, r->next, &job->leaf, &frame, err);
	if (status == PB_OK && memcmp(frame->leaf, bytes, PB_LEAF_LEN) != 0)
		status = other_leaf(r->next, err);
	if (status != PB_OK)
		return status;
	job->elsewhere = pb_export_plan_stamped(&r->e->plan, r->next);
	r->next++;
	memcpy(pb_secret_bytes(job->r), pb_secret_bytes(pb_reading_secret(r->reading)),
	    pb_secret_len(job->r));
	job->large = frame->payload.len > PB_EXPORT_CREW_PAYLOAD;
	if (job->large)
		return PB_OK;
	if (pb_buf_reserve(&job->payload, (size_t)frame->payload.len) != PB_OK)
		return pb_fail_memory(err, EXPORTING);
	job->payload.len = (size_t)frame->payload.len;
	return frame->payload.read(frame->payload.ctx, 0, job->payload.data, job->payload.len, err);
}

/*
 * Give what the bounds allow.  Not one by one as room comes free, but when half of the room is
 * free, so that the threads have a run of records before they sleep again.
 */
static enum pb_status
give(struct records *r, struct pb_error *err)
{
	struct pb_export_job *job;
	enum pb_status status = PB_OK;

	if (r->given > PB_EXPORT_CREW_JOBS / 2 ||
	    (r->given > 0 && r->held > PB_EXPORT_CREW_HELD / 2))
		return PB_OK;
	while (status == PB_OK && r->held < PB_EXPORT_CREW_HELD &&
	       (job = pb_export_crew_take(r->crew)) != NULL) {
		pb_buf_clear(&job->payload);
		status = fill(r, job, err);
		if (status != PB_OK)
			break;
		r->given++;
		r->held += job->payload.len;
		pb_export_crew_give(r->crew);
	}
	return status;
}

static enum pb_status
write_records(struct records *r, struct pb_error *err)
{
	enum pb_status status = PB_OK, written = PB_OK;
	struct pb_export_job *job;

	while (written == PB_OK) {
		if (status == PB_OK)
			status = give(r, err);
		if (status != PB_OK && status != PB_EEND)
			return status;
		job = pb_export_crew_collect(r->crew);
		if (job == NULL)
			return PB_OK;
		r->given--;
		r->held -= job->payload.len;
		written = write_job(r, job, err);
		if (job->payload.cap > PB_EXPORT_CREW_PAYLOAD / 32)
			pb_export_crew_shed(job);
		pb_export_crew_release(r->crew);
	}
	return written;
}

/* What an export that was cut off left whole; the first record that is not ends it. */
static enum pb_status
take_present(struct records *r, struct pb_error *err)
{
	struct pb_export_choice choice;
	struct pb_leaf leaf;
	const uint8_t *bytes;
	enum pb_status status;
	bool present = true;

	while ((status = seek(r, &leaf, &bytes, &choice, err)) == PB_OK) {
		status = pb_export_resume_record(r->e, r->next, bytes, &present, err);
		if (status != PB_OK || !present)
			return status;
		r->next++;
		tell(r);
	}
	return status == PB_EEND ? PB_OK : status;
}

/* The caller is at work too.  More than there are processors get in each other's way. */
static unsigned
helpers(void)
{
	unsigned processors = pb_process_processors();

	return processors <= PB_EXPORT_CREW_THREADS ? processors - 1 : PB_EXPORT_CREW_THREADS;
}

enum pb_status
pb_export_records(struct pb_export *e, struct pb_error *err)
{
	const struct pb_archive *a = e->archive;
	struct records *r = calloc(1, sizeof(*r));
	enum pb_status status;

	if (r == NULL)
		return pb_fail_memory(err, EXPORTING);
	r->e = e;
	status = pb_reading_new(a->world->files, a->dir, a->key, &r->reading, err);
	if (status == PB_OK)
		status = pb_export_tools_init(&r->tools, err);
	if (status == PB_OK)
		status = pb_export_proofs_init(&r->proofs, e, err);
	if (status == PB_OK)
		status = pb_export_crew_new(a->origin, helpers(), &r->crew, err);
	if (status == PB_OK && e->resumed)
		status = take_present(r, err);
	if (status == PB_OK)
		status = write_records(r, err);
	pb_export_crew_free(r->crew);
	pb_export_proofs_done(&r->proofs);
	pb_export_tools_done(&r->tools);
	pb_export_record_done(&r->record);
	pb_reading_free(r->alone);
	pb_reading_free(r->reading);
	pb_buf_done(&r->text);
	free(r);
	return status;
}
