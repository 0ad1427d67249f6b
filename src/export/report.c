/* The texts, the report and the manifest of a package: what is said about the rest. */
#include "export/report.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "dossier/report.h"
#include "dossier/texts.h"
#include "export/spool.h"
#include "log/checkpoint.h"

#define BATCH ((size_t)256)         /* leaves at a time */
#define GATHER ((size_t)128 * 1024) /* bytes of the report between two writes */

static const char WRITING[] = N_("write a package");

/* Types of the leaves of the range, what is disclosed of them, and where their time goes back. */
static enum pb_status
count_records(struct pb_export *e, struct pb_dossier_count *count, struct pb_error *err)
{
	const struct pb_manifest *m = &e->plan.manifest;
	uint8_t *batch = malloc(BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, WRITING) : PB_OK;
	uint64_t seq = m->first, before_s = 0;

	while (status == PB_OK && seq <= m->last) {
		uint64_t left = m->last - seq + 1;
		size_t some = left < BATCH ? (size_t)left : BATCH;

		status = pb_export_leaves_read(e->leaves, seq, some, batch, err);
		for (size_t i = 0; status == PB_OK && i < some; i++) {
			struct pb_export_choice choice;
			struct pb_leaf leaf;

			(void)pb_leaf_decode(batch + i * PB_LEAF_LEN, &leaf);
			pb_export_plan_choose(&e->plan, &leaf, &choice);
			pb_dossier_count(count, leaf.type, choice.what,
			    pb_export_plan_stamped(&e->plan, leaf.seq));
			count->steps += leaf.time_s < before_s;
			before_s = leaf.time_s;
		}
		seq += some;
	}
	free(batch);
	return status;
}

/* The root that a checkpoint states. */
static enum pb_status
read_root(const struct pb_buf *text, uint8_t root[PB_DIGEST_LEN], struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	struct pb_note *note = malloc(sizeof(*note));
	enum pb_status status;

	if (note == NULL)
		return pb_fail_memory(err, WRITING);
	status = pb_note_parse(text->data, text->len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_OK)
		memcpy(root, checkpoint.root, PB_DIGEST_LEN);
	free(note);
	return status;
}

enum pb_status
pb_export_dossier_make(struct pb_export *e, struct pb_export_dossier *dossier, struct pb_error *err)
{
	const struct pb_export_plan *plan = &e->plan;
	const struct pb_dossier_stamp *stamp = plan->stamp;
	struct pb_dossier *d = &dossier->dossier;
	struct pb_buf note = PB_BUF_EMPTY;
	enum pb_status status;

	*d = (struct pb_dossier){ .manifest = &plan->manifest,
		.closed = plan->closed,
		.closed_count = plan->closed_count,
		.stamp = plan->stamp,
		.stamp_count = plan->stamp_count,
		.opened = plan->opened,
		.closed_records = plan->closed_records,
		.unopened = plan->unopened,
		.beside = plan->manifest.first > 0,
		.software = plan->manifest.software };
	while (stamp->size != plan->manifest.size)
		stamp++;
	status = pb_export_checkpoint(e->reading, stamp, &note, err);
	if (status == PB_OK &&
	    (pb_note_verifier_format(&e->founded->verifier, &dossier->verifier_key) != PB_OK ||
		(d->verifier_key = pb_buf_text(&dossier->verifier_key)) == NULL))
		status = pb_fail_memory(err, WRITING);
	pb_digest_sha256(
	    e->founded->export_key.public_key, PB_ED25519_PUBLIC_LEN, d->export_key_sha256);
	if (status == PB_OK)
		status = read_root(&note, d->root, err);
	if (status == PB_OK)
		status = count_records(e, &d->count, err);
	if (status == PB_OK)
		pb_digest_sha256(note.data, note.len, d->checkpoint_sha256);
	pb_buf_done(&note);
	return status;
}

void
pb_export_dossier_done(struct pb_export_dossier *dossier)
{
	pb_buf_done(&dossier->verifier_key);
}

enum pb_status
pb_export_write_texts(
    struct pb_export *e, const struct pb_export_dossier *dossier, struct pb_error *err)
{
	static const struct {
		enum pb_package_kind kind;
		enum pb_status (*make)(const struct pb_dossier *dossier, struct pb_buf *text);
	} texts[] = {
		{ PB_PACKAGE_LISEZMOI, pb_dossier_lisezmoi },
		{ PB_PACKAGE_README, pb_dossier_readme },
		{ PB_PACKAGE_VERIFIER, pb_dossier_verifier },
		{ PB_PACKAGE_VERIFIER_WINDOWS, pb_dossier_verifier_windows },
	};
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct pb_package_name name = { .kind = texts[i].kind };

		pb_buf_clear(&text);
		status = texts[i].make(&dossier->dossier, &text) != PB_OK
			     ? pb_fail_memory(err, WRITING)
			     : pb_export_package_entry(e->package, &name, text.data, text.len, err);
	}
	pb_buf_done(&text);
	return status;
}

/* ---- the report ----------------------------------------------------------------------------- */

/* Which tokens bound the record at hand; each index only grows. */
struct bounds {
	const struct pb_dossier_stamp *stamp;
	size_t count;
	size_t before[2]; /* the first over more than the record: not local, local */
	size_t next;      /* the first whose anchor is not before the record */
	const struct pb_dossier_stamp *after[2];
};

/* The first of that sort from `at` on that is over more than record seq. */
static const struct pb_dossier_stamp *
find_before(struct bounds *b, bool local, uint64_t seq)
{
	size_t *at = &b->before[local];

	while (*at < b->count && (b->stamp[*at].local != local || b->stamp[*at].size <= seq))
		++*at;
	return *at < b->count ? &b->stamp[*at] : NULL;
}

/* FORMAT 2.2: after, the newest anchor before it; before, the first token over it. */
static void
find_bounds(struct bounds *b, struct pb_dossier_record *record)
{
	for (; b->next < b->count && b->stamp[b->next].seq < record->seq; b->next++)
		b->after[b->stamp[b->next].local] = &b->stamp[b->next];
	record->after = b->after[false];
	record->before = find_before(b, false, record->seq);
	record->local_after = b->after[true];
	record->local_before = find_before(b, true, record->seq);
}

struct report {
	struct pb_export *e;
	const struct pb_dossier *dossier;
	struct pb_export_spool *spool;
	struct pb_buf html;
	struct bounds bounds;
	uint64_t row;
};

static enum pb_status
put(struct report *r, enum pb_status made, struct pb_error *err)
{
	if (made != PB_OK)
		return pb_fail_memory(err, WRITING);
	return r->html.len < GATHER ? PB_OK : pb_export_spool_add(r->spool, &r->html, err);
}

static enum pb_status
put_record(struct report *r, const uint8_t bytes[PB_LEAF_LEN], struct pb_error *err)
{
	struct pb_dossier_record record = { .seq = 0 };
	const struct pb_export_message *message;
	struct pb_export_choice choice;
	struct pb_leaf leaf;

	(void)pb_leaf_decode(bytes, &leaf);
	pb_export_plan_choose(&r->e->plan, &leaf, &choice);
	if (choice.what == PB_DISCLOSE_NONE)
		return PB_OK;
	record.row = r->row++;
	record.seq = leaf.seq;
	record.type = leaf.type;
	record.time_s = leaf.time_s;
	record.what = choice.what;
	record.beside = leaf.seq < r->e->plan.manifest.first;
	find_bounds(&r->bounds, &record);
	message = pb_export_package_message(r->e->package, leaf.seq);
	if (message != NULL) {
		record.has_message = true;
		record.message_len = message->len;
		memcpy(record.message_sha256, message->sha256, PB_DIGEST_LEN);
	}
	return put(r, pb_dossier_report_record(r->dossier, &record, &r->html), err);
}

static enum pb_status
put_records(struct report *r, struct pb_error *err)
{
	const struct pb_manifest *m = &r->e->plan.manifest;
	uint8_t *batch = malloc(BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, WRITING) : PB_OK;
	uint64_t seq = m->first;

	if (status == PB_OK && m->first > 0) {
		status = pb_export_leaves_read(r->e->leaves, 0, 1, batch, err);
		if (status == PB_OK)
			status = put_record(r, batch, err);
	}
	while (status == PB_OK && seq <= m->last) {
		uint64_t left = m->last - seq + 1;
		size_t count = left < BATCH ? (size_t)left : BATCH;

		status = pb_export_leaves_read(r->e->leaves, seq, count, batch, err);
		for (size_t i = 0; status == PB_OK && i < count; i++)
			status = put_record(r, batch + i * PB_LEAF_LEN, err);
		seq += count;
	}
	free(batch);
	return status;
}

enum pb_status
pb_export_write_report(
    struct pb_export *e, const struct pb_export_dossier *dossier, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_REPORT };
	struct report r = { .e = e,
		.dossier = &dossier->dossier,
		.bounds = { .stamp = e->plan.stamp, .count = e->plan.stamp_count } };
	enum pb_status status;

	status = pb_export_spool_new(e->archive->world->files, e->tmp.text, &r.spool, err);
	if (status == PB_OK)
		status = put(&r, pb_dossier_report_begin(r.dossier, &r.html), err);
	if (status == PB_OK)
		status = put_records(&r, err);
	if (status == PB_OK)
		status = put(&r, pb_dossier_report_end(r.dossier, &r.html), err);
	if (status == PB_OK)
		status = pb_export_spool_add(r.spool, &r.html, err);
	if (status == PB_OK)
		status = pb_export_spool_entry(r.spool, e->package, &name, err);
	pb_export_spool_free(r.spool);
	pb_buf_done(&r.html);
	return status;
}

enum pb_status
pb_export_write_manifest(struct pb_export *e, struct pb_error *err)
{
	const struct pb_package_name name = { .kind = PB_PACKAGE_MANIFEST };
	struct pb_buf json = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_manifest_encode(&e->plan.manifest, &json) != PB_OK
		     ? pb_fail_memory(err, WRITING)
		     : pb_export_package_entry(e->package, &name, json.data, json.len, err);
	pb_buf_done(&json);
	return status;
}
