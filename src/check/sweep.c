#include "check/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "archive/keyring.h"
#include "archive/paths.h"
#include "check/ahead.h"
#include "check/slots.h"
#include "check/strays.h"
#include "core/error.h"
#include "vault/frames.h"

/*
 * 1. frames and slots are open together, for names[at]; offset <= limit.
 * 2. r, note and what item points into live until the next item.
 */
struct pb_sweep {
	const struct pb_files *files;
	char *dir;
	struct pb_sweep_options options;
	struct pb_verification *v;
	struct pb_source source;
	char (*names)[PB_SEGMENT_NAME_LEN + 1];
	size_t count;
	size_t at;
	struct pb_ahead *ahead;
	struct pb_scan *scan; /* of names[at]; NULL: it is the newest */
	struct pb_frames *frames;
	struct pb_slots *slots;
	struct pb_keyring *keyring; /* NULL: without a key */
	uint64_t offset;            /* of the next frame */
	uint64_t limit;             /* where the segment's commits end */
	struct pb_secret *r;
	struct pb_buf note;
	uint64_t records;
	uint64_t bytes;
	struct pb_tail tail;
};

static const char what[] = N_("read the vault");

/* ---- what stands there ---------------------------------------------------------------------- */

static void
stranger(void *arg, const char *name)
{
	struct pb_sweep *sweep = arg;

	pb_strays_find(sweep->v, PB_DIR_VAULT, name);
}

/* Key files are listed first: a writer makes the segment before its key file. */
static enum pb_status
list(struct pb_sweep *sweep, struct pb_error *err)
{
	struct pb_listing keys = PB_LISTING_EMPTY;
	struct pb_path path;
	enum pb_status status;

	status = pb_path_make(&path, sweep->dir, PB_DIR_KEYS, NULL, err);
	if (status == PB_OK)
		status = pb_listing_read(sweep->files, path.text, &keys, err);
	if (status == PB_OK)
		status = pb_frames_list(
		    sweep->files, sweep->dir, &sweep->names, &sweep->count, stranger, sweep, err);
	if (status == PB_OK)
		pb_strays_keys(sweep->v, &keys, sweep->names, sweep->count);
	pb_listing_done(&keys);
	return status;
}

/* ---- segments ------------------------------------------------------------------------------- */

static void
leave(struct pb_sweep *sweep)
{
	pb_slots_close(sweep->slots);
	sweep->slots = NULL;
	pb_frames_close(sweep->frames);
	sweep->frames = NULL;
	sweep->at++;
}

/* The rest of this segment cannot be read. */
static void
damage(struct pb_sweep *sweep, struct pb_source_item *item, const char *code, const char *text)
{
	*item = (struct pb_source_item){
		.kind = PB_SOURCE_DAMAGE,
		.segment = sweep->names[sweep->at],
		.offset = sweep->frames != NULL ? sweep->offset : 0,
		.check = PB_CHECK_FILES,
		.code = code,
		.text = text,
	};
	leave(sweep);
}

/* What follows `offset` (0: all) in the newest segment is no commit. */
static void
remember_tail(struct pb_sweep *sweep, uint64_t offset)
{
	memcpy(sweep->tail.segment, sweep->names[sweep->at], sizeof(sweep->tail.segment));
	sweep->tail.offset = offset;
}

/* Behind the last 'C' of the newest segment nothing exists for anybody (FORMAT 4). */
static enum pb_status
find_limit(struct pb_sweep *sweep, struct pb_error *err)
{
	uint64_t offset = pb_frames_start(sweep->frames), end = 0;
	struct pb_frame frame;
	enum pb_status status;

	while ((status = pb_frames_read(sweep->frames, offset, &frame, err)) == PB_OK) {
		offset = frame.end;
		if (frame.tag == PB_FRAME_CHECKPOINT)
			end = frame.end;
	}
	if (status != PB_EEND && status != PB_ECORRUPT)
		return status;
	if (end != pb_frames_size(sweep->frames))
		remember_tail(sweep, end);
	sweep->limit = end;
	return PB_OK;
}

static enum pb_status
begin_item(struct pb_sweep *sweep, struct pb_source_item *item, struct pb_error *err)
{
	const struct pb_buf *json = pb_frames_header_json(sweep->frames);
	const struct pb_scan *print;

	*item = (struct pb_source_item){
		.kind = PB_SOURCE_SEGMENT,
		.segment = sweep->names[sweep->at],
		.bytes = json->data,
		.len = json->len,
	};
	if (sweep->at == 0)
		return PB_OK;
	item->previous = sweep->names[sweep->at - 1];
	print = pb_ahead_get(sweep->ahead, sweep->at - 1);
	item->previous_len = print->len;
	memcpy(item->previous_sha256, print->sha256, sizeof(item->previous_sha256));
	if (print->status != PB_OK && err != NULL)
		*err = print->err;
	/* It is no file, which was said of it; no segment states one of length 0 before it. */
	return print->status == PB_ECORRUPT ? PB_OK : print->status;
}

/* The newest may be one that was being begun; any other was whole once. */
static void
unreadable(struct pb_sweep *sweep, bool newest, struct pb_source_item *item, bool *ret_have)
{
	*ret_have = !newest;
	if (!newest) {
		damage(sweep, item, "segment_unreadable",
		    N_("This segment does not begin as the format says and cannot be read."));
		return;
	}
	remember_tail(sweep, 0);
	leave(sweep);
}

/* Open names[at].  *ret_have: there is an item to hand out. */
static enum pb_status
enter(struct pb_sweep *sweep, struct pb_source_item *item, bool *ret_have, struct pb_error *err)
{
	const char *name = sweep->names[sweep->at];
	bool newest = sweep->at + 1 == sweep->count;
	enum pb_status status;

	pb_ahead_reach(sweep->ahead, sweep->at);
	status = pb_frames_open(sweep->files, sweep->dir, name, &sweep->frames, err);
	if (status == PB_ECORRUPT) {
		unreadable(sweep, newest, item, ret_have);
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	sweep->offset = pb_frames_start(sweep->frames);
	sweep->limit = pb_frames_size(sweep->frames);
	if (newest)
		status = find_limit(sweep, err);
	if (status == PB_OK && sweep->limit == 0) {
		*ret_have = false;
		leave(sweep);
		return PB_OK;
	}
	if (status == PB_OK)
		status = pb_slots_open(sweep->files, sweep->dir, name,
		    pb_frames_header(sweep->frames), sweep->keyring, sweep->v, &sweep->slots, err);
	if (status == PB_OK)
		status = begin_item(sweep, item, err);
	sweep->scan = status == PB_OK && !newest ? pb_ahead_get(sweep->ahead, sweep->at) : NULL;
	*ret_have = status == PB_OK;
	return status;
}

/* ---- frames --------------------------------------------------------------------------------- */

static enum pb_status
record_item(struct pb_sweep *sweep, const struct pb_frame *frame, struct pb_source_item *item,
    struct pb_error *err)
{
	struct pb_leaf leaf;
	enum pb_status status;

	item->kind = PB_SOURCE_RECORD;
	item->open = frame->tag == PB_FRAME_OPEN;
	item->payload = frame->payload;
	if (sweep->scan != NULL)
		item->payload_sha256 = pb_scan_payload(sweep->scan, frame->offset);
	memcpy(item->leaf, frame->leaf, sizeof(item->leaf));
	(void)pb_leaf_decode(
	    frame->leaf, &leaf); /* for its number; its form is not ours to judge */
	if (item->open) {
		status = pb_slots_empty(sweep->slots, leaf.seq, err);
		if (status == PB_OK)
			status = pb_secret_new(sizeof(frame->r), &sweep->r, err);
		if (status == PB_OK)
			memcpy(pb_secret_bytes(sweep->r), frame->r, sizeof(frame->r));
	} else {
		status = pb_slots_sealed(sweep->slots, leaf.seq, &sweep->r, &item->secret, err);
	}
	item->r = sweep->r;
	sweep->records++;
	return status;
}

static enum pb_status
checkpoint_item(struct pb_sweep *sweep, const struct pb_frame *frame, struct pb_source_item *item,
    struct pb_error *err)
{
	size_t len = (size_t)frame->payload.len;
	enum pb_status status;

	pb_buf_clear(&sweep->note);
	if (pb_buf_reserve(&sweep->note, len) != PB_OK)
		return pb_fail_memory(err, what);
	status = frame->payload.read(frame->payload.ctx, 0, sweep->note.data, len, err);
	if (status != PB_OK)
		return status;
	sweep->note.len = len;
	item->kind = PB_SOURCE_CHECKPOINT;
	item->bytes = sweep->note.data;
	item->len = len;
	return PB_OK;
}

static enum pb_status
frame_item(struct pb_sweep *sweep, struct pb_source_item *item, struct pb_error *err)
{
	const struct pb_sweep_options *options = &sweep->options;
	struct pb_frame frame;
	enum pb_status status;

	status = pb_frames_read(sweep->frames, sweep->offset, &frame, err);
	if (status == PB_ECORRUPT) {
		damage(sweep, item, "frame_unreadable",
		    N_("From here on this segment does not read as the format says."));
		return PB_OK;
	}
	if (status != PB_OK)
		return status;
	*item =
	    (struct pb_source_item){ .segment = sweep->names[sweep->at], .offset = frame.offset };
	if (frame.tag == PB_FRAME_CHECKPOINT)
		status = checkpoint_item(sweep, &frame, item, err);
	else
		status = record_item(sweep, &frame, item, err);
	sweep->bytes += frame.end - frame.offset;
	sweep->offset = frame.end;
	if (status == PB_OK && options->progress != NULL)
		options->progress(options->progress_ctx, sweep->records, sweep->bytes);
	return status;
}

static enum pb_status
next(void *ctx, struct pb_source_item *ret_item, struct pb_error *err)
{
	struct pb_sweep *sweep = ctx;
	enum pb_status status = PB_OK;
	bool have = false;

	pb_secret_free(sweep->r);
	sweep->r = NULL;
	while (status == PB_OK && !have) {
		if (sweep->frames == NULL && sweep->at == sweep->count) {
			status = PB_EEND;
		} else if (sweep->frames == NULL) {
			status = enter(sweep, ret_item, &have, err);
		} else if (sweep->offset < sweep->limit) {
			status = frame_item(sweep, ret_item, err);
			have = true;
		} else {
			status = pb_slots_end(sweep->slots, sweep->at + 1 == sweep->count, err);
			leave(sweep);
		}
	}
	return status;
}

enum pb_status
pb_sweep_new(const struct pb_files *files, const char *dir, const struct pb_sweep_options *options,
    struct pb_verification *v, struct pb_sweep **ret_sweep, struct pb_error *err)
{
	struct pb_sweep *sweep = calloc(1, sizeof(*sweep));
	enum pb_status status;

	if (sweep == NULL || (sweep->dir = strdup(dir)) == NULL) {
		free(sweep);
		return pb_fail_memory(err, what);
	}
	sweep->files = files;
	sweep->options = *options;
	sweep->v = v;
	sweep->source = (struct pb_source){ .ctx = sweep, .next = next };
	status = list(sweep, err);
	if (status == PB_OK)
		status = pb_ahead_new(files, sweep->dir, sweep->names,
		    sweep->count > 0 ? sweep->count - 1 : 0, options->threaded, &sweep->ahead, err);
	if (status == PB_OK && options->key != NULL)
		status = pb_keyring_new(files, dir, options->key, &sweep->keyring, err);
	if (status != PB_OK) {
		pb_sweep_free(sweep);
		return status;
	}
	*ret_sweep = sweep;
	return PB_OK;
}

const struct pb_source *
pb_sweep_source(const struct pb_sweep *sweep)
{
	return &sweep->source;
}

const struct pb_tail *
pb_sweep_tail(const struct pb_sweep *sweep)
{
	return &sweep->tail;
}

void
pb_sweep_free(struct pb_sweep *sweep)
{
	if (sweep == NULL)
		return;
	pb_ahead_free(sweep->ahead);
	pb_slots_close(sweep->slots);
	pb_frames_close(sweep->frames);
	pb_keyring_free(sweep->keyring);
	pb_secret_free(sweep->r);
	pb_buf_done(&sweep->note);
	free(sweep->names);
	free(sweep->dir);
	free(sweep);
}
