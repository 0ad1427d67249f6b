#include "vault/frames.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/segment.h"

#define SECRET_LEN 32
#define HEAD_MAX (PB_FRAME_HEAD_LEN + PB_LEAF_LEN + SECRET_LEN)
#define CHUNK (64 * 1024)

/* Where a payload stands: what its pb_payload.ctx points to. */
struct place {
	struct pb_frames *frames;
	uint64_t start; /* offset in the file */
	uint64_t len;
};

/*
 * 1. start <= every frame's offset < frame's end <= size.
 * 2. place[] is sorted by start, without doubles: one per frame that was ever read,
 *    so that reading again and again needs no more memory than reading once.
 */
struct pb_frames {
	const struct pb_files *files; /* borrowed */
	char *path;
	int fd;
	uint64_t size;
	uint64_t start;
	struct pb_segment_header header;
	struct pb_buf json;
	struct place **place;
	size_t place_count, place_cap;
};

static const char READING[] = N_("read a segment");

static enum pb_status
corrupt(const struct pb_frames *frames, uint64_t offset, const char *why, struct pb_error *err)
{
	return pb_fail(err, PB_ECORRUPT, READING, why, "%s offset %llu", frames->path,
	    (unsigned long long)offset);
}

/* ---- the file and its header ---------------------------------------------------------------- */

static enum pb_status
open_file(struct pb_frames *frames, struct pb_error *err)
{
	struct pb_file_info info;
	enum pb_status status;

	status = pb_io_open_regular(frames->files, frames->path, O_RDONLY, &frames->fd, &info, err);
	if (status == PB_OK)
		frames->size = info.size;
	return status;
}

static enum pb_status
read_header(struct pb_frames *frames, struct pb_error *err)
{
	uint8_t prefix[PB_SEGMENT_PREFIX_LEN];
	enum pb_status status;
	uint32_t len;

	if (frames->size < sizeof(prefix))
		return corrupt(frames, 0, N_("it ends within its header"), err);
	status = pb_io_pread_exact(
	    frames->files, frames->fd, frames->path, prefix, sizeof(prefix), 0, err);
	if (status != PB_OK)
		return status;
	if (!pb_segment_prefix_parse(prefix, &len))
		return corrupt(frames, 0, N_("it does not begin as a segment does"), err);
	if (len > frames->size - sizeof(prefix))
		return corrupt(frames, 0, N_("it ends within its header"), err);
	if (pb_buf_reserve(&frames->json, len) != PB_OK)
		return pb_fail_memory(err, READING);
	status = pb_io_pread_exact(
	    frames->files, frames->fd, frames->path, frames->json.data, len, sizeof(prefix), err);
	if (status != PB_OK)
		return status;
	frames->json.len = len;
	frames->start = sizeof(prefix) + len;
	status = pb_segment_header_decode(frames->json.data, len, &frames->header, err);
	if (status == PB_ECORRUPT)
		return corrupt(frames, sizeof(prefix),
		    N_("its header is not the JSON that FORMAT prescribes"), err);
	return status;
}

/* A file under another's name would put its records at another place of the log. */
static enum pb_status
check_name(const struct pb_frames *frames, const char *name, struct pb_error *err)
{
	char stated[PB_SEGMENT_NAME_LEN + 1];

	pb_segment_name(frames->header.first_seq, frames->header.id, stated);
	if (strcmp(stated, name) != 0)
		return corrupt(frames, PB_SEGMENT_PREFIX_LEN,
		    N_("its header states another name than the file has"), err);
	return PB_OK;
}

enum pb_status
pb_frames_open(const struct pb_files *files, const char *dir, const char *name,
    struct pb_frames **ret_frames, struct pb_error *err)
{
	struct pb_frames *frames = calloc(1, sizeof(*frames));
	enum pb_status status = PB_OK;

	if (frames != NULL) {
		frames->files = files;
		frames->fd = -1;
		frames->path = pb_segment_path(dir, "vault", name, ".seg");
	}
	if (frames == NULL || frames->path == NULL)
		status = pb_fail_memory(err, READING);
	if (status == PB_OK)
		status = open_file(frames, err);
	if (status == PB_OK)
		status = read_header(frames, err);
	if (status == PB_OK)
		status = check_name(frames, name, err);
	if (status != PB_OK) {
		pb_frames_close(frames);
		return status;
	}
	*ret_frames = frames;
	return PB_OK;
}

const struct pb_segment_header *
pb_frames_header(const struct pb_frames *frames)
{
	return &frames->header;
}

const struct pb_buf *
pb_frames_header_json(const struct pb_frames *frames)
{
	return &frames->json;
}

uint64_t
pb_frames_start(const struct pb_frames *frames)
{
	return frames->start;
}

uint64_t
pb_frames_size(const struct pb_frames *frames)
{
	return frames->size;
}

/* ---- payloads ------------------------------------------------------------------------------- */

static enum pb_status
read_payload(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	const struct place *place = ctx;
	const struct pb_frames *frames = place->frames;

	if (offset > place->len || len > place->len - offset)
		return corrupt(
		    frames, place->start, N_("more was asked of a payload than it holds"), err);
	return pb_io_pread_exact(
	    frames->files, frames->fd, frames->path, to, len, place->start + offset, err);
}

/* Where in place[] a payload that starts there is, or would be. */
static size_t
place_index(const struct pb_frames *frames, uint64_t start)
{
	size_t low = 0, high = frames->place_count;

	/* Nearly always the next one of a reading from front to back. */
	if (high > 0 && frames->place[high - 1]->start < start)
		return high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (frames->place[middle]->start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum pb_status
place_room(struct pb_frames *frames)
{
	size_t cap = frames->place_cap == 0 ? 64 : 2 * frames->place_cap;
	struct place **place;

	if (frames->place_count < frames->place_cap)
		return PB_OK;
	place = realloc(frames->place, cap * sizeof(frames->place[0]));
	if (place == NULL)
		return PB_ENOMEM;
	frames->place = place;
	frames->place_cap = cap;
	return PB_OK;
}

static struct place *
place_of(struct pb_frames *frames, uint64_t start, uint64_t len)
{
	size_t i = place_index(frames, start);
	struct place *place;

	if (i < frames->place_count && frames->place[i]->start == start) {
		/* The file may have been damaged between two looks: the last one counts. */
		frames->place[i]->len = len;
		return frames->place[i];
	}
	if (place_room(frames) != PB_OK || (place = malloc(sizeof(*place))) == NULL)
		return NULL;
	*place = (struct place){ .frames = frames, .start = start, .len = len };
	memmove(&frames->place[i + 1], &frames->place[i],
	    (frames->place_count - i) * sizeof(frames->place[0]));
	frames->place[i] = place;
	frames->place_count++;
	return place;
}

/* ---- frames --------------------------------------------------------------------------------- */

/* Bytes before the payload, and how long that may be; false for an unknown tag. */
static bool
tag_bounds(uint8_t tag, uint64_t *ret_fixed, uint64_t *ret_max)
{
	switch (tag) {
	case PB_FRAME_SEALED:
		*ret_fixed = PB_LEAF_LEN;
		*ret_max = PB_LIMIT_PAYLOAD;
		return true;
	case PB_FRAME_OPEN:
		*ret_fixed = PB_LEAF_LEN + SECRET_LEN;
		*ret_max = PB_LIMIT_PAYLOAD;
		return true;
	case PB_FRAME_CHECKPOINT:
		*ret_fixed = 0;
		*ret_max = PB_LIMIT_NOTE;
		return true;
	default:
		return false;
	}
}

/* Check a frame's first bytes, `head`, and fill what they say. */
static enum pb_status
parse(const struct pb_frames *frames, uint64_t offset, struct pb_cursor *head,
    struct pb_frame *frame, uint64_t *ret_start, struct pb_error *err)
{
	uint64_t left = frames->size - offset, len, fixed, max;

	frame->tag = pb_cursor_u8(head);
	len = pb_cursor_u64(head);
	if (left < PB_FRAME_HEAD_LEN)
		return corrupt(frames, offset, N_("a frame is cut short"), err);
	if (!tag_bounds(frame->tag, &fixed, &max))
		return corrupt(frames, offset, N_("no frame has such a tag"), err);
	if (len <= fixed || len - fixed > max)
		return corrupt(frames, offset, N_("no frame of its kind has such a length"), err);
	if (len > left - PB_FRAME_HEAD_LEN)
		return corrupt(frames, offset, N_("a frame is cut short"), err);
	if (frame->tag != PB_FRAME_CHECKPOINT)
		pb_cursor_copy(head, frame->leaf, PB_LEAF_LEN);
	if (frame->tag == PB_FRAME_OPEN)
		pb_cursor_copy(head, frame->r, SECRET_LEN);
	frame->offset = offset;
	frame->end = offset + PB_FRAME_HEAD_LEN + len;
	frame->payload.len = len - fixed;
	*ret_start = offset + PB_FRAME_HEAD_LEN + fixed;
	return PB_OK;
}

enum pb_status
pb_frames_read(
    struct pb_frames *frames, uint64_t offset, struct pb_frame *ret_frame, struct pb_error *err)
{
	struct pb_frame frame = { .payload = { .read = read_payload } };
	uint8_t bytes[HEAD_MAX];
	struct pb_cursor head;
	enum pb_status status;
	uint64_t left, start = 0;
	size_t len;

	if (offset == frames->size)
		return PB_EEND;
	if (offset < frames->start || offset > frames->size)
		return corrupt(frames, offset, N_("no frame can stand there"), err);
	left = frames->size - offset;
	len = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);
	status =
	    pb_io_pread_exact(frames->files, frames->fd, frames->path, bytes, len, offset, err);
	if (status != PB_OK)
		return status;
	pb_cursor_init(&head, bytes, len);
	status = parse(frames, offset, &head, &frame, &start, err);
	if (status != PB_OK)
		return status;
	frame.payload.ctx = place_of(frames, start, frame.payload.len);
	if (frame.payload.ctx == NULL)
		return pb_fail_memory(err, READING);
	*ret_frame = frame;
	return PB_OK;
}

enum pb_status
pb_frames_payload_sha256(
    const struct pb_frame *frame, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	const struct pb_payload *payload = &frame->payload;
	struct pb_digest *digest = NULL;
	uint8_t *chunk = malloc(CHUNK);
	enum pb_status status;
	uint64_t at = 0;

	if (chunk == NULL)
		return pb_fail_memory(err, READING);
	status = pb_digest_new(PB_DIGEST_SHA256, &digest, err);
	while (status == PB_OK && at < payload->len) {
		size_t len = payload->len - at < CHUNK ? (size_t)(payload->len - at) : CHUNK;

		status = payload->read(payload->ctx, at, chunk, len, err);
		if (status == PB_OK)
			pb_digest_update(digest, chunk, len);
		at += len;
	}
	if (status == PB_OK)
		pb_digest_final(digest, out);
	pb_digest_free(digest);
	free(chunk);
	return status;
}

void
pb_frames_drop_cache(struct pb_frames *frames)
{
	/* A favour asked of the system: reading is as right without it. */
	(void)frames->files->drop_cache(frames->files->ctx, frames->fd);
}

void
pb_frames_close(struct pb_frames *frames)
{
	size_t i;

	if (frames == NULL)
		return;
	pb_io_close(frames->files, &frames->fd);
	for (i = 0; i < frames->place_count; i++)
		free(frames->place[i]);
	free(frames->place);
	pb_segment_header_done(&frames->header);
	pb_buf_done(&frames->json);
	free(frames->path);
	free(frames);
}
