/*
 * Whether what is copied continues what was copied before.  An archive that was rolled back, or put
 * aside for another history, must not take the place of what its copy still shows.
 */
#include <stdlib.h>
#include <string.h>

#include "archive/rollback.h"
#include "copies/names.h"
#include "copies/tree_state.h"
#include "core/error.h"
#include "core/io.h"
#include "vault/frames.h"

static const char COPY[] = N_("copy the archive");

static enum pb_status
stop(const char *dir, const char *why, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, COPY, why, "%s", dir);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("nothing was written to the copy: look which of the two is right; to go on with "
	       "this archive, name another directory"));
}

/* A segment has a name that is drawn: another history has others. */
static enum pb_status
check_segments(const struct pb_tree_copy *t, struct pb_error *err)
{
	char(*ours)[PB_SEGMENT_NAME_LEN + 1] = NULL, (*theirs)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	size_t count = 0, there = 0, at = 0;
	enum pb_status status = pb_frames_list(t->files, t->dir, &theirs, &there, NULL, NULL, err);

	if (status == PB_OK)
		status = pb_frames_list(t->files, t->archive, &ours, &count, NULL, NULL, err);
	for (size_t i = 0; status == PB_OK && i < there; i++) {
		while (at < count && strcmp(ours[at], theirs[i]) < 0)
			at++;
		if (at == count || strcmp(ours[at], theirs[i]) != 0)
			status = stop(t->dir,
			    N_("the copy holds records that the archive does not have"), err);
	}
	free(ours);
	free(theirs);
	return status;
}

static enum pb_status
check_history(const struct pb_tree_copy *t, struct pb_error *err)
{
	struct pb_buf note = PB_BUF_EMPTY;
	struct pb_path path;
	bool same = false;
	enum pb_status status = pb_path_make(&path, t->dir, PB_COPIES_CHECKPOINT, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(t->files, path.text, PB_LIMIT_NOTE, &note, err);
	if (status == PB_OK)
		status = pb_rollback_beside(
		    t->files, t->archive, &t->founded->verifier, &note, &same, err);
	if (status == PB_OK && !same)
		status = stop(t->dir,
		    N_("the copy's checkpoint is not of this archive's history, or damaged"), err);
	pb_buf_done(&note);
	return status;
}

/* The first copy that was cut off has neither segments nor a checkpoint, or no checkpoint. */
enum pb_status
pb_tree_copy_continues(const struct pb_tree_copy *t, struct pb_error *err)
{
	struct pb_file_info info;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, t->dir, PB_DIR_VAULT, NULL, err);

	if (status == PB_OK && t->files->stat(t->files->ctx, path.text, false, &info) == 0)
		status = check_segments(t, err);
	if (status == PB_OK)
		status = pb_path_make(&path, t->dir, PB_COPIES_CHECKPOINT, NULL, err);
	if (status == PB_OK && t->files->stat(t->files->ctx, path.text, false, &info) == 0)
		status = check_history(t, err);
	return status;
}
