#include "archive/destroy.h"

#include <inttypes.h>
#include <string.h>

#include "archive/commit.h"
#include "archive/facts.h"
#include "archive/imports_forget.h"
#include "archive/paths.h"
#include "archive/slotwipe.h"
#include "archive/views_forget.h"
#include "archive/walk.h"
#include "core/error.h"
#include "core/io.h"
#include "core/text.h"
#include "record/types.h"

static const char DESTROY[] = N_("destroy the secrets of records");

/* A commit has at most two records of the archive's own before the one that it is for. */
#define REACH 3
#define NOTE_MAX 32

/* ---- the note that one is under way --------------------------------------------------------- */

static enum pb_status
note_write(struct pb_archive *a, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	enum pb_status status;

	status = pb_path_make(&path, a->dir, PB_FILE_DESTROYING, NULL, err);
	if (status == PB_OK)
		status = pb_path_make(&temporary, a->dir, PB_DIR_TMP, PB_FILE_DESTROYING, err);
	if (status == PB_OK && pb_buf_printf(&text, "%" PRIu64 "\n", a->head.tree.size) != PB_OK)
		status = pb_fail_memory(err, DESTROY);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    a->world->files, path.text, temporary.text, text.data, text.len, true, err);
	pb_buf_done(&text);
	return status;
}

static enum pb_status
note_remove(struct pb_archive *a, struct pb_error *err)
{
	const struct pb_files *files = a->world->files;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, a->dir, PB_FILE_DESTROYING, NULL, err);
	int answer;

	if (status != PB_OK)
		return status;
	answer = files->unlink(files->ctx, path.text);
	if (answer < 0)
		return pb_fail_sys(err, answer, DESTROY, "%s", path.text);
	return pb_io_sync_dir(files, a->dir, err);
}

/* PB_ENOENT: there is none.  What cannot be read as a number stands for the whole log. */
static enum pb_status
note_read(struct pb_archive *a, uint64_t *ret_first, uint64_t *ret_end, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	uint64_t size = a->head.tree.size, first;
	struct pb_path path;
	enum pb_status status;

	status = pb_path_make(&path, a->dir, PB_FILE_DESTROYING, NULL, err);
	if (status == PB_OK)
		status = pb_io_read_regular(a->world->files, path.text, NOTE_MAX, &text, err);
	*ret_first = 0;
	*ret_end = size;
	if (status == PB_OK && text.len > 0 &&
	    pb_decimal_parse((const char *)text.data, text.len - 1, &first) && first <= size) {
		*ret_first = first;
		*ret_end = size - first > REACH ? first + REACH : size;
	}
	pb_buf_done(&text);
	return status == PB_ELIMIT || status == PB_ECORRUPT ? PB_OK : status;
}

/* ---- behind the record ---------------------------------------------------------------------- */

/*
 * What a crash after each call leaves, the next opening finishes by doing the same again:
 *
 *   1. the slots are zeroed         the note is there and the record too: zeroed again
 *   2. what is derived is forgotten the same: forgotten again
 *   3. and the journal of imports   the same
 *   4. the note is removed          nothing
 */
static enum pb_status
carry_out(struct pb_archive *a, const struct pb_runs *runs, struct pb_error *err)
{
	enum pb_status status = pb_slotwipe(a->world->files, a->dir, runs, err);

	if (status == PB_OK)
		status = pb_views_forget(a, runs, err);
	return status == PB_OK ? pb_imports_forget_runs(a->world->files, a->dir, runs, err)
			       : status;
}

enum pb_status
pb_destroy_read(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_runs *ret_runs, struct pb_error *err)
{
	enum pb_destruction_reason reason;
	struct pb_json *facts = NULL;
	struct pb_leaf leaf;
	enum pb_status status = pb_facts_read(frames, frame, &facts, err);

	(void)pb_leaf_decode(frame->leaf, &leaf);
	if (status != PB_OK)
		return status;
	status = pb_destruction_decode(facts, leaf.seq, ret_runs, &reason);
	pb_json_free(facts);
	if (status == PB_EDATA)
		return pb_fail(err, PB_ECORRUPT, N_("read what was destroyed"),
		    N_("the record does not state it as it should"), "%" PRIu64, leaf.seq);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("read what was destroyed"));
}

static enum pb_status
finish_record(struct pb_archive *a, struct pb_walk *walk, uint64_t seq, struct pb_error *err)
{
	struct pb_runs runs = PB_RUNS_EMPTY;
	struct pb_frame frame;
	struct pb_leaf leaf;
	uint64_t slot;
	enum pb_status status = pb_walk_record(walk, seq, &frame, &slot, err);

	if (status != PB_OK)
		return status;
	(void)pb_leaf_decode(frame.leaf, &leaf);
	if (leaf.type != PB_RECORD_DESTRUCTION)
		return PB_OK;
	status = pb_destroy_read(pb_walk_frames(walk), &frame, &runs, err);
	if (status == PB_OK)
		status = carry_out(a, &runs, err);
	pb_runs_done(&runs);
	return status;
}

enum pb_status
pb_destroy_finish(struct pb_archive *a, struct pb_error *err)
{
	struct pb_walk *walk = NULL;
	uint64_t seq, end;
	enum pb_status status = note_read(a, &seq, &end, err);

	if (status != PB_OK)
		return status == PB_ENOENT ? PB_OK : status;
	status = pb_walk_new(a->world->files, a->dir, &walk, err);
	for (; status == PB_OK && seq < end; seq++)
		status = finish_record(a, walk, seq, err);
	pb_walk_free(walk);
	return status == PB_OK ? note_remove(a, err) : status;
}

/* ---- the operation -------------------------------------------------------------------------- */

static enum pb_status
record(struct pb_archive *a, const struct pb_runs *runs, enum pb_destruction_reason reason,
    uint64_t *ret_seq, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status status = pb_destruction_encode(runs, reason, &facts);

	if (status == PB_ELIMIT)
		status = pb_fail(err, PB_ELIMIT, DESTROY,
		    N_("they lie too scattered in the log for one record"), "%zu", runs->count);
	else if (status != PB_OK)
		status = pb_fail_memory(err, DESTROY);
	if (status == PB_OK)
		status = pb_commit_own(a, PB_RECORD_DESTRUCTION, &facts, NULL, ret_seq, err);
	pb_buf_done(&facts);
	return status;
}

static enum pb_status
stop(struct pb_archive *a, enum pb_status status, struct pb_error *err)
{
	a->stopped = true;
	return pb_fail_todo(err, status,
	    N_("the log says that they are destroyed, but they are not yet: run any command that "
	       "writes, and it goes on"));
}

/*
 * Call by call, and what a crash leaves (the rest: carry_out):
 *
 *   1. the note that one is under way, durable    no record behind it: it never was
 *   2. the record, durable                        from here on it is finished, by whoever opens
 */
enum pb_status
pb_archive_destroy(struct pb_archive *a, const struct pb_runs *runs,
    enum pb_destruction_reason reason, uint64_t *ret_seq, struct pb_error *err)
{
	struct pb_runs left = PB_RUNS_EMPTY;
	uint64_t seq = 0;
	enum pb_status status;

	status = pb_slotwipe_left(a->world->files, a->dir, runs, &left, err);
	if (status == PB_OK && left.count == 0)
		status = pb_fail(err, PB_ENOENT, DESTROY,
		    N_("they are gone already, or none was named"), "%s", a->dir);
	if (status == PB_OK)
		status = note_write(a, err);
	if (status != PB_OK)
		goto out;
	status = record(a, &left, reason, &seq, err);
	if (status != PB_OK) {
		/* If the record may be there all the same, the note must be, too. */
		if (!a->stopped)
			(void)note_remove(a, NULL);
		goto out;
	}
	status = carry_out(a, &left, err);
	if (status == PB_OK)
		status = note_remove(a, err);
	if (status != PB_OK)
		status = stop(a, status, err);
	else if (ret_seq != NULL)
		*ret_seq = seq;
out:
	pb_runs_done(&left);
	return status;
}
