#include "archive/commit.h"

#include <stdlib.h>
#include <string.h>

#include "archive/segments.h"
#include "core/error.h"
#include "core/json.h"
#include "log/chain.h"
#include "record/types.h"

/* The archive's own records that may go before the items: a segment's opening, a clock step. */
#define OWN_MAX 2

struct commit {
	uint64_t time_s;
	const struct pb_clock_step *step; /* seen by who watches the clock; or NULL */
	struct pb_sealed own[OWN_MAX];
	size_t own_count;
	const struct pb_sealed **record; /* own, then items */
	struct pb_secret **secret;       /* of record[i]; NULL for 'P' */
	uint8_t *leaf;                   /* PB_LEAF_LEN each */
	size_t count;
	struct pb_buf note;
	struct pb_head next; /* what head becomes */
};

static enum pb_status
seal_facts(struct pb_archive *a, uint8_t type, const struct pb_buf *facts,
    const struct pb_buf *envelope, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	struct pb_sealer *sealer = NULL;
	enum pb_status status = pb_archive_sealer(a, &sealer, err);

	return status == PB_OK ? pb_sealer_state(sealer, type, facts, envelope, ret_sealed, err)
			       : status;
}

static void
state_step(struct pb_json_writer *w, const struct pb_clock_step *step)
{
	uint64_t elapsed_us = (uint64_t)(step->until_us - step->since_us);
	uint64_t expected_us = step->from_us + elapsed_us;

	pb_json_u64(w, "from_us", step->from_us);
	pb_json_u64(w, "to_us", step->to_us);
	pb_json_u64(w, "elapsed_us", elapsed_us);
	if (step->to_us < expected_us)
		pb_json_u64(w, "back_us", expected_us - step->to_us);
	else
		pb_json_u64(w, "ahead_us", step->to_us - expected_us);
}

/* The clock stepped, or went back since the last leaf: the log says so itself (FORMAT 1.3). */
static enum pb_status
seal_clock_step(struct pb_archive *a, struct commit *commit, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "clock_step");
	if (commit->step != NULL) {
		state_step(&w, commit->step);
	} else {
		pb_json_u64(&w, "from_s", a->head.time_s);
		pb_json_u64(&w, "to_s", commit->time_s);
	}
	pb_json_object_end(&w);
	status = pb_json_writer_status(&w) == PB_OK ? seal_facts(a, PB_RECORD_CAPTURE, &facts, NULL,
							  &commit->own[commit->own_count], err)
						    : pb_fail_memory(err, N_("prepare a commit"));
	if (status == PB_OK)
		commit->own_count++;
	pb_buf_done(&facts);
	return status;
}

/* Everything that goes into the commit, in its order. */
static enum pb_status
gather(struct pb_archive *a, struct commit *commit, struct pb_sealed *const *items, size_t count,
    struct pb_error *err)
{
	enum pb_status status;
	size_t i;

	if (pb_append_slots(a->append) == 0) {
		status = pb_segments_opening_record(a, &commit->own[0], err);
		if (status != PB_OK)
			return status;
		commit->own_count = 1;
	}
	if (commit->step != NULL || (a->head.tree.size > 0 && commit->time_s < a->head.time_s)) {
		status = seal_clock_step(a, commit, err);
		if (status != PB_OK)
			return status;
	}
	commit->count = commit->own_count + count;
	commit->record = calloc(commit->count, sizeof(commit->record[0]));
	commit->secret = calloc(commit->count, sizeof(commit->secret[0]));
	commit->leaf = calloc(commit->count, PB_LEAF_LEN);
	if (commit->record == NULL || commit->secret == NULL || commit->leaf == NULL)
		return pb_fail_memory(err, N_("prepare a commit"));
	for (i = 0; i < commit->count; i++) {
		commit->record[i] =
		    i < commit->own_count ? &commit->own[i] : items[i - commit->own_count];
		if (!pb_record_type_public(commit->record[i]->type))
			commit->secret[i] = commit->record[i]->r;
	}
	return PB_OK;
}

/* Leaves, chain, tree, and the checkpoint over them: in memory alone. */
static enum pb_status
sign(struct pb_archive *a, struct commit *commit, struct pb_error *err)
{
	struct pb_head *next = &commit->next;
	struct pb_checkpoint checkpoint;
	uint8_t hash[PB_DIGEST_LEN];
	struct pb_leaf leaf;
	size_t i;

	*next = a->head;
	for (i = 0; i < commit->count; i++) {
		uint8_t *bytes = commit->leaf + i * PB_LEAF_LEN;

		leaf.seq = next->tree.size;
		leaf.time_s = commit->time_s;
		leaf.type = commit->record[i]->type;
		memcpy(leaf.prev, next->prev, sizeof(leaf.prev));
		memcpy(leaf.commitment, commit->record[i]->commitment, sizeof(leaf.commitment));
		memcpy(leaf.payload_sha256, commit->record[i]->payload_sha256,
		    sizeof(leaf.payload_sha256));
		pb_leaf_encode(&leaf, bytes);
		pb_tree_leaf_hash(bytes, PB_LEAF_LEN, hash);
		pb_tree_append(&next->tree, hash);
		pb_chain_next(bytes, next->prev);
	}
	next->time_s = commit->time_s;
	pb_head_checkpoint(next, a->origin, &checkpoint);
	return pb_checkpoint_sign(&checkpoint, a->log_key, &commit->note, err);
}

/*
 * The durable part.  Call by call, what a crash leaves, and what opening does
 * then (archive/replay.c, archive/quarantine.c):
 *
 *   1. pb_append_secrets       slots without frames: zeroed and cut
 *   2.   ... sync              the same; a frame can never be durable before its secret
 *   3. pb_append_record * n,   a torn tail without a valid 'C', since the 'C' that ends it
 *      pb_append_checkpoint    signs all of it: quarantined, its slots zeroed, recorded
 *   4.   ... sync              THE COMMIT POINT.  Before it returns the tail may be whole
 *                              on the medium: then it is the head, kept though nobody was told
 *   5. (the caller)            acknowledge
 *
 * For a new segment 2 and 4 sync the directories as well, keys/ before vault/.
 */
static enum pb_status
write_durably(struct pb_archive *a, const struct commit *commit, struct pb_error *err)
{
	enum pb_status status;
	size_t i;

	status = pb_append_secrets(a->append, commit->secret, commit->count, err);
	if (status == PB_OK)
		status = pb_append_sync_secrets(a->append, err);
	for (i = 0; status == PB_OK && i < commit->count; i++)
		status = pb_append_record(a->append, commit->leaf + i * PB_LEAF_LEN,
		    commit->record[i], commit->secret[i] == NULL, err);
	if (status == PB_OK)
		status = pb_append_checkpoint(a->append, commit->note.data, commit->note.len, err);
	if (status == PB_OK)
		status = pb_append_sync_frames(a->append, err);
	return status;
}

/* A sync that failed may have lost anything, and repeating it proves nothing (FORMAT 4). */
static enum pb_status
stop(struct pb_archive *a, enum pb_status status, struct pb_error *err)
{
	a->stopped = true;
	return pb_fail_todo(err, status,
	    N_("nothing of this group was acknowledged; run the command again: the next start "
	       "reads back from the disk what is there"));
}

static void
advance(struct pb_archive *a, const struct commit *commit, struct pb_sealed *const *items,
    struct pb_receipt *ret_receipts)
{
	uint64_t first = a->head.tree.size + commit->own_count;
	size_t i;

	for (i = 0; i < commit->count - commit->own_count; i++) {
		ret_receipts[i].seq = first + i;
		ret_receipts[i].time_s = commit->time_s;
		memcpy(ret_receipts[i].message_sha256, items[i]->message_sha256,
		    sizeof(items[i]->message_sha256));
	}
	pb_tiling_take(&a->tiling, commit->leaf, a->head.tree.size, commit->count);
	a->head = commit->next;
	a->head.segment_records = pb_append_slots(a->append);
	a->head.end = pb_append_end(a->append);
	a->head.checkpoint_offset = a->head.end - PB_FRAME_HEAD_LEN - commit->note.len;
	pb_head_mark(&a->head, pb_append_name(a->append));
	a->founding = NULL;
	/*
	 * Derived; if it can't be written, opening takes longer.  After every commit, so that
	 * damage to the newest one is not taken for a torn end when this process is killed.
	 */
	if (pb_head_save(&a->head, a->world->files, a->dir, NULL) == PB_OK)
		a->saved_size = a->head.tree.size;
	if (a->grown != NULL)
		a->grown(a->watch_ctx, a, items, commit->count - commit->own_count);
}

static enum pb_status
refuse(const struct pb_archive *a, struct pb_error *err)
{
	return pb_fail(err, PB_ESTOPPED, N_("commit"),
	    N_("this writer stopped after a failed sync"), "%s", a->dir);
}

static enum pb_status
commit_with(struct pb_archive *a, const struct pb_clock_step *step, struct pb_sealed *const *items,
    size_t count, struct pb_receipt *ret_receipts, struct pb_error *err)
{
	struct commit commit = { .step = step, .own = { PB_SEALED_EMPTY, PB_SEALED_EMPTY } };
	int64_t now_us = a->world->clock->now_us(a->world->clock->ctx);
	enum pb_status status;
	size_t i;

	pb_assert(count <= PB_LIMIT_GROUP_RECORDS);
	if (a->stopped)
		return refuse(a, err);
	commit.time_s = now_us < 0 ? 0 : (uint64_t)now_us / 1000000;
	status = pb_segments_ready(a, commit.time_s, err);
	if (status == PB_OK)
		status = gather(a, &commit, items, count, err);
	if (status == PB_OK)
		status = sign(a, &commit, err);
	if (status != PB_OK)
		goto out;
	status = write_durably(a, &commit, err);
	if (status == PB_OK)
		advance(a, &commit, items, ret_receipts);
	else if (pb_append_undo(a->append, NULL) != PB_OK) /* never after a failed sync */
		status = stop(a, status, err);
out:
	for (i = 0; i < OWN_MAX; i++)
		pb_sealed_done(&commit.own[i]);
	pb_buf_done(&commit.note);
	free(commit.record);
	free(commit.secret);
	free(commit.leaf);
	return status;
}

enum pb_status
pb_commit(struct pb_archive *a, struct pb_sealed *const *items, size_t count,
    struct pb_receipt *ret_receipts, struct pb_error *err)
{
	return commit_with(a, NULL, items, count, ret_receipts, err);
}

enum pb_status
pb_commit_step(struct pb_archive *a, const struct pb_clock_step *step, struct pb_error *err)
{
	return commit_with(a, step, NULL, 0, NULL, err);
}

bool
pb_archive_has_stopped(const struct pb_archive *a)
{
	return a->stopped;
}

enum pb_status
pb_commit_own(struct pb_archive *a, uint8_t type, const struct pb_buf *facts,
    const struct pb_buf *envelope, uint64_t *ret_seq, struct pb_error *err)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item = &sealed;
	struct pb_receipt receipt;
	enum pb_status status;

	if (a->stopped)
		return refuse(a, err);
	status = seal_facts(a, type, facts, envelope, &sealed, err);
	if (status == PB_OK)
		status = pb_commit(a, &item, 1, &receipt, err);
	if (status == PB_OK && ret_seq != NULL)
		*ret_seq = receipt.seq;
	pb_sealed_done(&sealed);
	return status;
}
