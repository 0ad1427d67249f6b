#include "archive/publish.h"

#include <stdlib.h>
#include <string.h>

#include "archive/walk.h"
#include "core/error.h"
#include "vault/tiles.h"

/* FORMAT 2: at most one published checkpoint a minute. */
#define INTERVAL_US (60 * 1000000LL)

static enum pb_status
read_leaves(void *ctx, uint64_t first, unsigned count, uint8_t *out, struct pb_error *err)
{
	struct pb_walk *walk = ctx;
	struct pb_frame frame;
	enum pb_status status;
	uint64_t slot;
	unsigned i;

	for (i = 0; i < count; i++) {
		status = pb_walk_record(walk, first + i, &frame, &slot, err);
		if (status != PB_OK)
			return status;
		memcpy(out + (size_t)i * PB_LEAF_LEN, frame.leaf, PB_LEAF_LEN);
	}
	return PB_OK;
}

enum pb_status
pb_publish(struct pb_archive *a, struct pb_error *err)
{
	struct pb_leaf_reader leaves = { .leaves = read_leaves };
	struct pb_place here = pb_head_here(&a->head);
	struct pb_buf note = PB_BUF_EMPTY;
	struct pb_checkpoint checkpoint;
	struct pb_walk *walk = NULL;
	enum pb_status status;

	if (a->stopped || a->head.tree.size == 0)
		return PB_OK;
	if (a->saved_size != a->head.tree.size) {
		status = pb_head_save(&a->head, a->world->files, a->dir, err);
		if (status != PB_OK)
			return status;
		a->saved_size = a->head.tree.size;
	}
	if (a->published_size == a->head.tree.size)
		return PB_OK;
	status = pb_walk_new(a->world->files, a->dir, &walk, err);
	if (status == PB_OK)
		status = pb_place_note(a->world->files, a->dir, &here, &note, err);
	if (status == PB_OK) {
		leaves.ctx = walk;
		pb_head_checkpoint(&a->head, a->origin, &checkpoint);
		status = pb_tiles_publish(
		    a->world->files, a->dir, &leaves, &checkpoint, note.data, note.len, err);
	}
	if (status == PB_OK)
		a->published_size = a->head.tree.size;
	pb_walk_free(walk);
	pb_buf_done(&note);
	return status;
}

void
pb_publish_if_due(struct pb_archive *a)
{
	int64_t now_us = a->world->clock->monotonic_us(a->world->clock->ctx);

	pb_tiling_make(&a->tiling, a->world->files, a->dir);
	if (now_us - a->published_us < INTERVAL_US)
		return;
	a->published_us = now_us;
	if (pb_publish(a, NULL) != PB_OK)
		return; /* closing tries again and tells */
}

/* One that does not verify says nothing here; verification reports it. */
static enum pb_status
read_size(const struct pb_buf *bytes, const struct pb_note_verifier *verifier, struct pb_note *note,
    uint64_t *ret_size, struct pb_error *err)
{
	struct pb_checkpoint checkpoint;
	enum pb_note_verdict verdict;
	enum pb_status status = pb_note_parse(bytes->data, bytes->len, note, NULL);

	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, NULL);
	if (status != PB_OK)
		return status == PB_ENOMEM
			   ? pb_fail_memory(err, N_("read the published checkpoint"))
			   : PB_OK;
	verdict = pb_note_verify(note, verifier, NULL);
	if (verdict == PB_NOTE_UNSETTLED)
		return pb_fail_memory(err, N_("read the published checkpoint"));
	if (verdict == PB_NOTE_GOOD && strcmp(checkpoint.origin, verifier->name) == 0)
		*ret_size = checkpoint.size;
	return PB_OK;
}

enum pb_status
pb_published_size(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_buf bytes = PB_BUF_EMPTY;
	enum pb_status status;

	*ret_size = 0;
	if (note == NULL) {
		status = pb_fail_memory(err, N_("read the published checkpoint"));
		goto out;
	}
	status = pb_tiles_checkpoint(files, dir, &bytes, err);
	if (status == PB_OK)
		status = read_size(&bytes, verifier, note, ret_size, err);
	else if (status == PB_ENOENT || status == PB_ELIMIT || status == PB_ECORRUPT)
		status = PB_OK;
out:
	pb_buf_done(&bytes);
	free(note);
	return status;
}
