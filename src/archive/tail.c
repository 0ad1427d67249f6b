#include "archive/tail.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"

/* Read in steps of this much, with room for a whole frame of a checkpoint at each seam. */
#define STEP (1024 * 1024)
#define WINDOW (STEP + PB_FRAME_HEAD_LEN + PB_LIMIT_NOTE)

static enum pb_status
damaged(const char *segment, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("find the end of the log"),
	    N_("commits that were acknowledged are damaged or missing"), "%s", segment);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("run `probant verify` to see what is hit; bring a good copy back before "
	       "anything is written"));
}

/*
 * Is a signed checkpoint's note at `at`?  Its length stands in the 8 bytes before
 * it.  *ret_end: how far it reaches into the window.
 */
static bool
is_signed(const uint8_t *window, size_t at, size_t len, const struct pb_note_verifier *verifier,
    struct pb_note *note, size_t *ret_end)
{
	struct pb_checkpoint checkpoint;
	enum pb_note_verdict verdict;
	enum pb_status status;
	uint64_t note_len;

	if (at < PB_FRAME_HEAD_LEN || window[at - PB_FRAME_HEAD_LEN] != PB_FRAME_CHECKPOINT)
		return false;
	note_len = pb_get_u64(window + at - 8);
	if (note_len > len - at || note_len > PB_LIMIT_NOTE)
		return false;
	*ret_end = at + (size_t)note_len;
	status = pb_note_parse(window + at, (size_t)note_len, note, NULL);
	if (status == PB_OK)
		status = pb_checkpoint_parse(note, &checkpoint, NULL);
	if (status != PB_OK)
		return status == PB_ENOMEM; /* in doubt it is one: then nothing is destroyed */
	verdict = pb_note_verify(note, verifier, NULL);
	return verdict == PB_NOTE_GOOD || verdict == PB_NOTE_UNSETTLED;
}

/* A note begins with the origin and a line end; sealed bytes do not hold that by chance. */
static enum pb_status
search(const struct pb_files *files, int fd, const char *path, uint64_t offset, const char *origin,
    const struct pb_note_verifier *verifier, struct pb_error *err)
{
	char needle[PB_LIMIT_ORIGIN + 2];
	uint8_t *window = malloc(WINDOW);
	struct pb_note *note = malloc(sizeof(*note));
	size_t needle_len = (size_t)snprintf(needle, sizeof(needle), "%s\n", origin);
	enum pb_status status = PB_OK;
	size_t len, more, end;
	uint8_t *hit, beyond;

	if (window == NULL || note == NULL)
		status = pb_fail_memory(err, N_("look through a torn tail"));
	for (; status == PB_OK; offset += STEP) {
		status = pb_io_pread(files, fd, path, window, WINDOW, offset, &len, err);
		if (status != PB_OK || len == 0)
			break;
		status = pb_io_pread(files, fd, path, &beyond, 1, offset + len, &more, err);
		for (hit = window; status == PB_OK; hit++) {
			hit = memmem(hit, len - (size_t)(hit - window), needle, needle_len);
			if (hit == NULL)
				break;
			if (is_signed(window, (size_t)(hit - window), len, verifier, note, &end) &&
			    (end < len || more > 0))
				status = damaged(path, err);
		}
		if (len < WINDOW)
			break;
	}
	free(window);
	free(note);
	return status;
}

enum pb_status
pb_tail_examine(const struct pb_files *files, const char *dir, const char *origin,
    const struct pb_note_verifier *verifier, const struct pb_head *head,
    const struct pb_tail *tail, uint64_t published, struct pb_error *err)
{
	char file[PB_SEGMENT_NAME_LEN + 8];
	struct pb_path path;
	enum pb_status status;
	int fd = -1;

	if (published > head->tree.size)
		return damaged(tail->segment[0] != '\0' ? tail->segment : PB_DIR_VAULT, err);
	if (tail->segment[0] == '\0')
		return PB_OK;
	(void)snprintf(file, sizeof(file), "%s.seg", tail->segment);
	status = pb_path_make(&path, dir, PB_DIR_VAULT, file, err);
	if (status == PB_OK)
		status = pb_io_open(files, path.text, O_RDONLY, 0, &fd, err);
	if (status == PB_OK)
		status = search(files, fd, path.text, tail->offset, origin, verifier, err);
	pb_io_close(files, &fd);
	return status;
}
