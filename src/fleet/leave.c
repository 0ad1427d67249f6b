#include "fleet/leave.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/commit.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "fleet/efface.h"
#include "log/tree.h"
#include "probant/stamp.h"
#include "record/types.h"

static const char LEAVE[] = N_("hand the archive over");

/* How far it is: a digit, in a file of the archive that no copy has.  Where that is lost a step is
 * stated twice. */
#define FILE_LEAVING "leaving"

enum step { BEGUN, COMPLETE, HANDED_OVER, DESTROYED };

struct leaving {
	const struct pb_world *world;
	const struct pb_http *http;
	const char *dir, *to, *reason;
	struct pb_archive *archive;
	enum step step;
	bool unclean; /* capture ended without a word */
	struct pb_backed_up made;
};

/* ---- how far it is -------------------------------------------------------------------------- */

static enum pb_status
read_step(struct leaving *l, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, l->dir, FILE_LEAVING, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(l->world->files, path.text, 16, &text, err);
	if (status == PB_OK && text.len > 0 && text.data[0] > '0' && text.data[0] <= '3')
		l->step = (enum step)(text.data[0] - '0');
	pb_buf_done(&text);
	return status == PB_ENOENT ? PB_OK : status;
}

static enum pb_status
note_step(struct leaving *l, enum step step, struct pb_error *err)
{
	const char text[] = { (char)('0' + step), '\n' };
	struct pb_path path, fresh;
	enum pb_status status = pb_path_make(&path, l->dir, FILE_LEAVING, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&fresh, l->dir, FILE_LEAVING ".new", NULL, err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    l->world->files, path.text, fresh.text, text, sizeof(text), true, err);
	if (status == PB_OK)
		l->step = step;
	return status;
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* The facts of each step (FORMAT 1.5). */
static void
state_facts(const struct leaving *l, enum step step, struct pb_json_writer *w)
{
	static const char *const names[] = {
		[COMPLETE] = "complete", [HANDED_OVER] = "handed_over", [DESTROYED] = "destroy"
	};
	uint8_t root[PB_DIGEST_LEN];

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "event", "leave");
	pb_json_text(w, "step", names[step]);
	if (step == COMPLETE)
		pb_json_bool(w, "stopped", !l->unclean);
	if (step == HANDED_OVER) {
		pb_tree_root(&l->archive->head.tree, root);
		pb_json_u64(w, "size", l->made.size);
		pb_json_hex(w, "root", root, sizeof(root));
	}
	pb_json_object_end(w);
}

static enum pb_status
record(const struct leaving *l, enum step step, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	struct pb_json_writer w, v;
	enum pb_status status;

	pb_json_writer_init(&w, &facts);
	state_facts(l, step, &w);
	pb_json_writer_init(&v, &envelope);
	pb_json_object_begin(&v, NULL);
	if (step == DESTROYED)
		pb_json_octets(&v, "reason", l->reason, strlen(l->reason));
	pb_json_object_end(&v);
	if (pb_json_writer_status(&w) != PB_OK || pb_json_writer_status(&v) != PB_OK)
		status = pb_fail_memory(err, LEAVE);
	else
		status = pb_commit_own(l->archive, PB_RECORD_MANAGEMENT, &facts,
		    step == DESTROYED ? &envelope : NULL, NULL, err);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	return status;
}

/* All of it, with what was stated last: nothing comes behind this. */
static enum pb_status
stamp(const struct leaving *l, struct pb_error *err)
{
	struct pb_stamp_standing standing;
	struct pb_stamp_outcome outcome;
	enum pb_status status = pb_archive_stamp_standing(l->world, l->dir, &standing, err);

	if (status != PB_OK || standing.backlog == 0)
		return status;
	return pb_archive_stamp(l->archive, l->http, true, &outcome, err);
}

/* One that does not verify is looked at by somebody, before it goes from anywhere. */
static enum pb_status
check(const struct pb_world *world, const char *dir, struct pb_error *err)
{
	const struct pb_check_options options = { .quick = true };
	struct pb_verification *seen = NULL;
	enum pb_status status = pb_archive_check(world, dir, &options, &seen, err);

	if (status == PB_OK && pb_verification_verdict(seen) == PB_INVALID) {
		(void)pb_fail(err, PB_ECORRUPT, LEAVE, N_("it does not verify"), "%s", dir);
		status = pb_fail_todo(
		    err, PB_ECORRUPT, N_("run `probant verify`: nothing was destroyed"));
	}
	pb_verification_free(seen);
	return status;
}

/* What stands there is compared octet by octet (pb_copy), and then judged by itself. */
static enum pb_status
hand_over(struct leaving *l, struct pb_error *err)
{
	enum pb_status status = pb_copy(l->world, l->dir, l->to, &l->made, err);

	return status == PB_OK ? check(l->world, l->to, err) : status;
}

static enum pb_status
take_step(struct leaving *l, enum step step, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (l->step < step)
		status = record(l, step, err);
	if (status == PB_OK && l->step < step)
		status = note_step(l, step, err);
	if (status == PB_OK)
		status = stamp(l, err);
	return status == PB_OK ? hand_over(l, err) : status;
}

/*
 * Each step: its record, its note, its timestamp, and the copy brought up to date.  A crash
 * anywhere leaves an archive that is whole, and a copy that the next run continues; what is
 * destroyed has been compared in the same run, under the lock.
 */
static enum pb_status
take_steps(struct leaving *l, struct pb_error *err)
{
	enum pb_status status = read_step(l, err);

	if (status == PB_OK)
		status = check(l->world, l->dir, err);
	if (status == PB_OK)
		status = take_step(l, COMPLETE, err);
	if (status == PB_OK)
		status = take_step(l, HANDED_OVER, err);
	if (status == PB_OK && l->reason != NULL)
		status = take_step(l, DESTROYED, err);
	return status == PB_OK && l->reason != NULL ? pb_efface(l->world->files, l->dir, err)
						    : status;
}

/*
 * Nobody captures for it, nor begins to while it leaves: who does holds this file's lock.  Where it
 * stands unlocked, capture ended without a word.
 */
static enum pb_status
hold_capture(struct leaving *l, int *ret_fd, struct pb_error *err)
{
	const struct pb_files *files = l->world->files;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, l->dir, PB_FILE_CAPTURING, NULL, err);
	int answer;

	if (status == PB_OK)
		status = pb_io_open_regular(files, path.text, O_RDONLY, ret_fd, NULL, err);
	if (status != PB_OK)
		return status == PB_ENOENT ? PB_OK : status;
	l->unclean = true;
	answer = files->lock(files->ctx, *ret_fd);
	if (answer == 0)
		return PB_OK;
	if (answer != -EWOULDBLOCK)
		return pb_fail_sys(err, answer, LEAVE, "%s", path.text);
	(void)pb_fail(
	    err, PB_ELOCKED, LEAVE, N_("its capture has not been stopped yet"), "%s", l->dir);
	return pb_fail_todo(err, PB_ELOCKED,
	    N_("have the daemon read the policy (systemctl reload probant), then run this as the "
	       "archive's owner, with -a DIR, this directory, instead of a name"));
}

enum pb_status
pb_leave(const struct pb_world *world, const struct pb_http *http, const char *dir, const char *to,
    const char *reason, struct pb_backed_up *ret_made, struct pb_error *err)
{
	struct leaving l = { .world = world, .http = http, .dir = dir, .to = to, .reason = reason };
	enum pb_status status;
	bool effaced = false;
	int fd = -1;

	/* One whose destruction was cut off: it had been compared. */
	status = pb_efface_finish(world->files, dir, &effaced, err);
	if (status == PB_OK && !effaced)
		status = hold_capture(&l, &fd, err);
	if (status == PB_OK && !effaced)
		status = pb_archive_open(world, dir, NULL, &l.archive, err);
	if (status == PB_OK && !effaced)
		status = take_steps(&l, err);
	if (reason != NULL && status == PB_OK)
		pb_archive_drop(l.archive); /* there is nothing left to publish in */
	else
		(void)pb_archive_close(l.archive, NULL);
	pb_io_close(world->files, &fd);
	if (status == PB_OK)
		*ret_made = l.made;
	return status;
}
