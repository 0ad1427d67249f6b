#include "anchor/keep.h"

#include <stdlib.h>
#include <string.h>

#include "archive/commit.h"
#include "core/error.h"

/* What becomes one commit: the tokens and the end of a gap, or a gap. */
struct keeping {
	struct pb_archive *archive;
	const struct pb_anchor_question *question;
	const struct pb_anchor_answers *answers;
	struct pb_sealed sealed[PB_LIMIT_TSAS + 1];
	size_t count;
};

/* ---- is it still this log? ------------------------------------------------------------------ */

/*
 * While nobody held the lock a copy of yesterday may have been put in place of the archive.  A
 * token over a checkpoint that the log does not hold would be evidence against it.
 */
static enum pb_status
check_history(struct keeping *k, struct pb_error *err)
{
	const struct pb_archive *a = k->archive;
	const struct pb_buf *stamped = &k->question->checkpoint;
	struct pb_buf there = PB_BUF_EMPTY;
	enum pb_status status =
	    pb_place_note(a->world->files, a->dir, &k->question->at, &there, err);
	bool same = status == PB_OK && there.len == stamped->len &&
		    memcmp(there.data, stamped->data, there.len) == 0;

	pb_buf_done(&there);
	if (status == PB_ENOENT || (status == PB_OK && !same)) {
		(void)pb_fail(err, PB_ECORRUPT, N_("keep timestamps"),
		    N_("the log does not hold the checkpoint that was stamped: the archive was "
		       "replaced, or set back, while authorities were asked"),
		    "%s", a->dir);
		return pb_fail_todo(err, PB_ECORRUPT, N_("run `probant verify`"));
	}
	return status;
}

/* ---- tokens --------------------------------------------------------------------------------- */

static enum pb_status
commit(struct keeping *k, struct pb_error *err)
{
	struct pb_receipt receipt[PB_LIMIT_TSAS + 1];
	struct pb_sealed *item[PB_LIMIT_TSAS + 1];
	size_t i;

	for (i = 0; i < k->count; i++)
		item[i] = &k->sealed[i];
	return pb_commit(k->archive, item, k->count, receipt, err);
}

/*
 * All in one commit.  Others may have written meanwhile, or stamped a newer checkpoint: these
 * tokens are over one of this log's all the same, and say since when it existed.
 */
static enum pb_status
keep_tokens(struct keeping *k, const struct pb_stamped *stamped, struct pb_error *err)
{
	const struct pb_anchor_question *q = k->question;
	struct pb_sealer *sealer = NULL;
	enum pb_status status = pb_archive_sealer(k->archive, &sealer, err);
	size_t i;

	for (i = 0; status == PB_OK && i < k->answers->answer_count; i++) {
		status = pb_anchor_record_token(sealer, &k->answers->answer[i], q->at.size,
		    &q->checkpoint, &k->sealed[k->count], err);
		k->count += status == PB_OK;
	}
	if (status == PB_OK && stamped->gap) {
		status = pb_anchor_record_gap_end(
		    sealer, stamped->gap_since_s, &k->sealed[k->count], err);
		k->count += status == PB_OK;
	}
	if (status == PB_OK && q->at.size > stamped->size)
		k->archive->head.stamped = q->at;
	return status == PB_OK ? commit(k, err) : status;
}

/* ---- a gap ---------------------------------------------------------------------------------- */

bool
pb_anchor_gap_is_due(const struct pb_anchor_question *q, const struct pb_stamped *stamped)
{
	uint64_t now_s = q->now_us < 0 ? 0 : (uint64_t)q->now_us / 1000000;

	if (stamped->gap || stamped->waiting == 0 || stamped->size >= q->at.size)
		return false;
	return q->now || (now_s >= stamped->oldest_s &&
			     now_s - stamped->oldest_s >= q->authorities->gap_after_s);
}

static enum pb_status
keep_gap(struct keeping *k, const struct pb_stamped *stamped, struct pb_error *err)
{
	struct pb_sealer *sealer = NULL;
	enum pb_status status = pb_archive_sealer(k->archive, &sealer, err);

	if (status == PB_OK)
		status = pb_anchor_record_gap(sealer, k->question->at.size, stamped->oldest_s,
		    k->answers->failure, k->answers->failure_count, &k->sealed[0], err);
	k->count = status == PB_OK;
	return status == PB_OK ? commit(k, err) : status;
}

/* ---- either --------------------------------------------------------------------------------- */

static enum pb_status
keep(struct keeping *k, struct pb_stamp_outcome *ret_outcome, struct pb_error *err)
{
	struct pb_stamped stamped = k->question->before;
	enum pb_status status = PB_OK;

	/* Without the lock another stamper may have stated the gap meanwhile, or its end. */
	if (k->question->away)
		status = pb_stamped_find(k->archive->world->files, k->archive->dir, &stamped, err);
	if (status == PB_OK && k->answers->answer_count > 0) {
		status = keep_tokens(k, &stamped, err);
		if (status == PB_OK) {
			ret_outcome->tokens = (unsigned)k->answers->answer_count;
			ret_outcome->gap_ended = stamped.gap;
		}
	} else if (status == PB_OK && pb_anchor_gap_is_due(k->question, &stamped)) {
		status = keep_gap(k, &stamped, err);
		ret_outcome->gap = status == PB_OK;
	}
	return status;
}

enum pb_status
pb_anchor_keep(struct pb_archive *archive, const struct pb_anchor_question *question,
    const struct pb_anchor_answers *answers, struct pb_stamp_outcome *ret_outcome,
    struct pb_error *err)
{
	struct keeping k = { .archive = archive, .question = question, .answers = answers };
	enum pb_status status;
	size_t i;

	for (i = 0; i <= PB_LIMIT_TSAS; i++)
		k.sealed[i] = PB_SEALED_EMPTY;
	status = check_history(&k, err);
	if (status == PB_OK)
		status = keep(&k, ret_outcome, err);
	for (i = 0; i < k.count; i++)
		pb_sealed_done(&k.sealed[i]);
	return status;
}
