#include "check/scan.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "crypto/pair.h"
#include "vault/frames.h"

#define BLOCK ((size_t)PB_PAIR_BLOCK)
#define ROOM (BLOCK * 4096) /* of the file, within a core's cache */
#define ENTRY_LEN (sizeof(uint64_t) + PB_DIGEST_LEN)

static const char SCANNING[] = N_("read a segment");

enum { FILE_LANE, PAYLOAD_LANE };

/*
 * room holds the octets [from, to) of the file; the file's digest has those before `hashed`, a
 * multiple of BLOCK, and from <= hashed <= to.
 */
struct scanning {
	const struct pb_files *files;
	struct pb_path path;
	int fd;
	struct pb_pair *pair;
	uint8_t *room;
	uint64_t from, to, hashed;
	bool end;                 /* to is the end of the file */
	struct pb_frames *frames; /* NULL: it does not read as a segment, from here on */
	struct pb_scan *scan;
};

/* What nobody needs any more goes, what follows comes: [keep, from + ROOM) or to the end. */
static enum pb_status
read_on(struct scanning *s, uint64_t keep)
{
	size_t left = (size_t)(s->to - keep), got = 0;
	enum pb_status status;

	memmove(s->room, s->room + (keep - s->from), left);
	s->from = keep;
	status = pb_io_pread(
	    s->files, s->fd, s->path.text, s->room + left, ROOM - left, s->to, &got, &s->scan->err);
	if (status != PB_OK)
		return status;
	s->to += got;
	s->end = got < ROOM - left;
	return PB_OK;
}

/* The file's octets up to `until`, in whole blocks, beside `len` octets of a payload at `at`. */
static void
hash(struct scanning *s, uint64_t until, uint64_t at, size_t len)
{
	size_t file_len = (size_t)(until - s->hashed) / BLOCK * BLOCK;
	const uint8_t *const data[2] = { s->room + (s->hashed - s->from),
		s->room + (at - s->from) };
	const size_t lens[2] = { file_len, len };

	pb_pair_update(s->pair, data, lens);
	s->hashed += file_len;
}

/* A payload from `at` to `end`.  PB_EEND: the file is shorter now than it was. */
static enum pb_status
scan_payload(struct scanning *s, uint64_t at, uint64_t end, uint8_t sha256[PB_DIGEST_LEN])
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && at < end) {
		uint64_t there = end < s->to ? end : s->to;
		size_t len = there > at ? (size_t)(there - at) : 0;

		if (there < end)
			len = len / BLOCK * BLOCK;
		if (len > 0)
			hash(s, at + len, at, len);
		at += len;
		if (at < end && s->end)
			return PB_EEND;
		if (at < end)
			status = read_on(s, s->hashed < at ? s->hashed : at);
	}
	pb_pair_end(s->pair, PAYLOAD_LANE, sha256);
	return status;
}

/* Up to `offset`, which is ahead, the file alone. */
static enum pb_status
pass_to(struct scanning *s, uint64_t offset)
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && s->to < offset && !s->end) {
		hash(s, s->to, s->to, 0);
		status = read_on(s, s->hashed);
	}
	return status;
}

static enum pb_status
note(struct scanning *s, uint64_t offset, const uint8_t sha256[PB_DIGEST_LEN])
{
	struct pb_buf *payloads = &s->scan->payloads;

	if (pb_buf_append_u64(payloads, offset) != PB_OK ||
	    pb_buf_append(payloads, sha256, PB_DIGEST_LEN) != PB_OK)
		return pb_fail_memory(&s->scan->err, SCANNING);
	return PB_OK;
}

/* What cannot be read as a frame ends it: whoever reads the frames for themselves says why. */
static enum pb_status
scan_frames(struct scanning *s)
{
	uint64_t offset = pb_frames_start(s->frames);
	enum pb_status status = PB_OK;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_frame frame;

	while (status == PB_OK &&
	       (status = pb_frames_read(s->frames, offset, &frame, &s->scan->err)) == PB_OK) {
		uint64_t at = frame.end - frame.payload.len;

		if (frame.tag != PB_FRAME_CHECKPOINT) {
			status = pass_to(s, at);
			if (status == PB_OK)
				status = scan_payload(s, at, frame.end, sha256);
			if (status == PB_OK)
				status = note(s, offset, sha256);
		}
		offset = frame.end;
	}
	return status == PB_EEND || status == PB_ECORRUPT ? PB_OK : status;
}

static enum pb_status
scan_rest(struct scanning *s)
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && !s->end) {
		hash(s, s->to, s->to, 0);
		status = read_on(s, s->hashed);
	}
	if (status != PB_OK)
		return status;
	pb_pair_update(s->pair,
	    (const uint8_t *const[]){ s->room + (s->hashed - s->from), s->room },
	    (const size_t[]){ (size_t)(s->to - s->hashed), 0 });
	pb_pair_end(s->pair, FILE_LANE, s->scan->sha256);
	s->scan->len = s->to;
	return PB_OK;
}

static enum pb_status
open_it(struct scanning *s, const char *dir, const char *name, const struct pb_lanes *lanes)
{
	char file[PB_SEGMENT_NAME_LEN + sizeof(".seg")];
	struct pb_error *err = &s->scan->err;
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.seg", name);
	s->room = malloc(ROOM);
	status = s->room == NULL ? pb_fail_memory(err, SCANNING)
				 : pb_path_make(&s->path, dir, PB_DIR_VAULT, file, err);
	if (status == PB_OK)
		status = pb_pair_new(lanes, &s->pair, err);
	if (status == PB_OK)
		status = pb_io_open_regular(s->files, s->path.text, O_RDONLY, &s->fd, NULL, err);
	if (status != PB_OK)
		return status;
	status = pb_frames_open(s->files, dir, name, &s->frames, NULL);
	return status == PB_ECORRUPT ? PB_OK : status;
}

void
pb_scan_segment(const struct pb_files *files, const char *dir, const char *name,
    const struct pb_lanes *lanes, struct pb_scan *ret_scan)
{
	struct scanning s = { .files = files, .fd = -1, .scan = ret_scan };
	enum pb_status status;

	ret_scan->payloads = PB_BUF_EMPTY;
	status = open_it(&s, dir, name, lanes);
	if (status == PB_OK && s.frames != NULL)
		status = scan_frames(&s);
	if (status == PB_OK)
		status = scan_rest(&s);
	ret_scan->status = status;
	pb_frames_close(s.frames);
	pb_io_close(files, &s.fd);
	pb_pair_free(s.pair);
	free(s.room);
}

const uint8_t *
pb_scan_payload(struct pb_scan *scan, uint64_t offset)
{
	const uint8_t *entry = scan->payloads.data;

	for (; scan->at + ENTRY_LEN <= scan->payloads.len; scan->at += ENTRY_LEN)
		if (pb_get_u64(entry + scan->at) >= offset)
			break;
	if (scan->at + ENTRY_LEN > scan->payloads.len || pb_get_u64(entry + scan->at) != offset)
		return NULL;
	return entry + scan->at + sizeof(uint64_t);
}

void
pb_scan_done(struct pb_scan *scan)
{
	pb_buf_done(&scan->payloads);
}
