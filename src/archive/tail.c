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
/* What a checkpoint says of the chain's head (FORMAT 2.1), and all of its note but the origins. */
#define HEAD_LINE "\nsha3-256 "
#define NOTE_REST 256

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

/* How the search looks at a tail: a window of it, and how much comes behind. */
struct view {
	const uint8_t *bytes;
	size_t len;
	uint64_t left; /* in the file, from the window's first byte */
	const char *origin;
	const struct pb_note_verifier *verifier;
	struct pb_note *note;
};

/*
 * Does a commit end here that has more behind it?  It may be damaged itself: what stands
 * at `at` is then farther from the end than a note of ours is long.
 */
static bool
is_followed(const struct view *view, size_t at)
{
	size_t end;

	if (is_signed(view->bytes, at, view->len, view->verifier, view->note, &end) &&
	    end < view->left)
		return true;
	return view->left - at > 2 * strlen(view->origin) + NOTE_REST;
}

/* Each place where this text stands in the window. */
static bool
find_followed(const struct view *view, const char *text)
{
	const uint8_t *end = view->bytes + view->len;
	const uint8_t *hit = view->bytes;

	for (;; hit++) {
		hit = memmem(hit, (size_t)(end - hit), text, strlen(text));
		if (hit == NULL)
			return false;
		if (is_followed(view, (size_t)(hit - view->bytes)))
			return true;
	}
}

/*
 * A note begins with the origin and a line end, and has a line of the chain's head;
 * sealed bytes hold neither by chance, and one damaged spot seldom hits both.
 */
static enum pb_status
search(const struct pb_files *files, int fd, const char *path, uint64_t offset, const char *origin,
    const struct pb_note_verifier *verifier, struct pb_error *err)
{
	char first_line[PB_LIMIT_ORIGIN + 2];
	uint8_t *window = malloc(WINDOW);
	struct view view = { .bytes = window, .origin = origin, .verifier = verifier };
	struct pb_file_info info;
	enum pb_status status = PB_OK;
	int answer;

	(void)snprintf(first_line, sizeof(first_line), "%s\n", origin);
	view.note = malloc(sizeof(*view.note));
	if (window == NULL || view.note == NULL)
		status = pb_fail_memory(err, N_("look through a torn tail"));
	else if ((answer = files->stat_fd(files->ctx, fd, &info)) < 0)
		status = pb_fail_sys(err, answer, N_("look through a torn tail"), "%s", path);
	for (; status == PB_OK && offset < info.size; offset += STEP) {
		status = pb_io_pread(files, fd, path, window, WINDOW, offset, &view.len, err);
		view.left = info.size - offset;
		if (status == PB_OK && view.len > view.left)
			view.len = (size_t)view.left;
		if (status == PB_OK &&
		    (find_followed(&view, first_line) || find_followed(&view, HEAD_LINE)))
			status = damaged(path, err);
	}
	free(window);
	free(view.note);
	return status;
}

enum pb_status
pb_tail_examine(const struct pb_files *files, const char *dir, const char *origin,
    const struct pb_note_verifier *verifier, const struct pb_head *head, const struct pb_tail *tail,
    uint64_t published, struct pb_error *err)
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
		status = pb_io_open_regular(files, path.text, O_RDONLY, &fd, NULL, err);
	if (status == PB_OK)
		status = search(files, fd, path.text, tail->offset, origin, verifier, err);
	pb_io_close(files, &fd);
	return status;
}
