/*
 * Reading a segment: its header, then frame by frame.  Positions and lengths
 * are checked against the file; whether what stands there is true is the
 * business of who asked.
 */
#ifndef PB_VAULT_FRAMES_H
#define PB_VAULT_FRAMES_H

#include "core/world.h"
#include "record/opened.h"
#include "vault/segment.h"

struct pb_frames; /* one open segment file */

/*
 * Open vault/<name>.seg of the archive at dir and read its header.
 * PB_ENOENT; PB_ECORRUPT: no segment header, or one that does not fit the name.
 */
enum pb_status pb_frames_open(const struct pb_files *files, const char *dir, const char *name,
    struct pb_frames **ret_frames, struct pb_error *err) PB_MUST_CHECK;

const struct pb_segment_header *pb_frames_header(const struct pb_frames *frames); /* borrowed */
/* The header's JSON as it stands; borrowed. */
const struct pb_buf *pb_frames_header_json(const struct pb_frames *frames);
uint64_t pb_frames_start(const struct pb_frames *frames); /* offset of the first frame */
uint64_t pb_frames_size(const struct pb_frames *frames);  /* of the file when it was opened */

/* One frame.  payload.ctx borrows frames, and stays usable until it is closed. */
struct pb_frame {
	uint8_t tag;
	uint64_t offset;           /* of the frame */
	uint64_t end;              /* offset behind it */
	uint8_t leaf[PB_LEAF_LEN]; /* 'R', 'P' */
	uint8_t r[32];             /* 'P' */
	struct pb_payload payload; /* 'R', 'P'.  For 'C': the note */
};

/*
 * The frame at `offset`.  PB_EEND: offset is the end of the file.  PB_ECORRUPT:
 * an unknown tag, or a length that does not fit the tag, its limit or the file.
 */
enum pb_status pb_frames_read(struct pb_frames *frames, uint64_t offset, struct pb_frame *ret_frame,
    struct pb_error *err) PB_MUST_CHECK;

/* SHA-256 of a frame's payload, streamed. */
enum pb_status pb_frames_payload_sha256(
    const struct pb_frame *frame, uint8_t out[PB_DIGEST_LEN], struct pb_error *err) PB_MUST_CHECK;

/* Drop clean pages: what is read next comes from the medium. */
void pb_frames_drop_cache(struct pb_frames *frames);

void pb_frames_close(struct pb_frames *frames); /* NULL is fine */

/*
 * The segments of an archive in order of their first seq: their names, one
 * after the other in an array of char[PB_SEGMENT_NAME_LEN + 1], freed with free().
 * Files of other names are handed to `stranger` (may be NULL), which counts them.
 */
enum pb_status pb_frames_list(const struct pb_files *files, const char *dir,
    char (**ret_names)[PB_SEGMENT_NAME_LEN + 1], size_t *ret_count,
    void (*stranger)(void *arg, const char *name), void *arg, struct pb_error *err) PB_MUST_CHECK;

#endif
