#include "archive/place.h"

#include <stdlib.h>

#include "core/error.h"
#include "log/checkpoint.h"
#include "vault/frames.h"

static const char READING[] = N_("read a checkpoint");

static enum pb_status
read_note(const struct pb_frame *frame, struct pb_buf *note, struct pb_error *err)
{
	size_t len = (size_t)frame->payload.len;
	enum pb_status status;

	if (pb_buf_reserve(note, len) != PB_OK)
		return pb_fail_memory(err, READING);
	status = frame->payload.read(frame->payload.ctx, 0, note->data, len, err);
	if (status == PB_OK)
		note->len = len;
	return status;
}

enum pb_status
pb_place_note(const struct pb_files *files, const char *dir, const struct pb_place *place,
    struct pb_buf *note, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame;
	enum pb_status status = pb_frames_open(files, dir, place->segment, &frames, err);

	if (status == PB_OK)
		status = pb_frames_read(frames, place->checkpoint_offset, &frame, err);
	if (status == PB_EEND || status == PB_ECORRUPT ||
	    (status == PB_OK && frame.tag != PB_FRAME_CHECKPOINT))
		status = pb_fail(err, PB_ENOENT, READING, N_("none stands where one stood"),
		    "vault/%s.seg", place->segment);
	if (status == PB_OK)
		status = read_note(&frame, note, err);
	pb_frames_close(frames);
	return status;
}

enum pb_status
pb_place_holds(const struct pb_files *files, const char *dir, const struct pb_place *place,
    bool *ret_holds, struct pb_error *err)
{
	struct pb_note *note = malloc(sizeof(*note));
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_checkpoint checkpoint;
	enum pb_status status;

	*ret_holds = false;
	status = note == NULL ? pb_fail_memory(err, READING)
			      : pb_place_note(files, dir, place, &text, err);
	if (status == PB_OK)
		status = pb_note_parse(text.data, text.len, note, err);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, err);
	if (status == PB_OK)
		*ret_holds = checkpoint.size == place->size;
	pb_buf_done(&text);
	free(note);
	return status == PB_ENOENT || status == PB_EDATA || status == PB_ELIMIT ? PB_OK : status;
}
