#include "copies/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "archive/destroyed.h"
#include "archive/founding.h"
#include "archive/head.h"
#include "archive/publish.h"
#include "archive/replay.h"
#include "archive/tail.h"
#include "archive/walk.h"
#include "copies/place.h"
#include "copies/tarball.h"
#include "core/error.h"

static const char LEDGER[] = N_("ask a newer state of the log what was destroyed");

/*
 * whole: what stands behind the last commit must be what a crash leaves, and no published
 * checkpoint be of more; otherwise what was destroyed could be cut off.
 */
static enum pb_status
find_size(const struct pb_files *files, const char *dir, const struct pb_founded *founded,
    bool whole, uint64_t *ret_size, struct pb_error *err)
{
	uint64_t published = 0;

	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_head head;
	struct pb_tail tail;
	enum pb_status status;
	size_t count;

	pb_head_init(&head, founded->origin);
	/* First: a writer that is at work only adds to the vault. */
	status = pb_published_size(files, dir, &founded->verifier, &published, err);
	if (status == PB_OK)
		status = pb_frames_list(files, dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK)
		status = pb_replay(files, dir, founded->origin, &founded->verifier, names, count,
		    &head, &tail, err);
	if (status == PB_OK && whole)
		status = pb_tail_examine(
		    files, dir, founded->origin, &founded->verifier, &head, &tail, published, err);
	if (status == PB_OK)
		*ret_size = head.tree.size;
	free(names);
	return status;
}

enum pb_status
pb_ledger_size(
    const struct pb_files *files, const char *dir, uint64_t *ret_size, struct pb_error *err)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	enum pb_status status = founded == NULL ? pb_fail_memory(err, LEDGER)
						: pb_founded_read(files, dir, founded, err);

	if (status == PB_OK)
		status = find_size(files, dir, founded, false, ret_size, err);
	free(founded);
	return status;
}

static enum pb_status
unfit(const char *place, const char *why, struct pb_error *err)
{
	return pb_fail(err, PB_EINVAL, LEDGER, why, "%s", place);
}

static enum pb_status
leaf_of(const struct pb_files *files, const char *dir, uint64_t seq, uint8_t out[PB_LEAF_LEN],
    struct pb_error *err)
{
	struct pb_walk *walk = NULL;
	struct pb_frame frame;
	uint64_t slot;
	enum pb_status status = pb_walk_new(files, dir, &walk, err);

	if (status == PB_OK)
		status = pb_walk_record(walk, seq, &frame, &slot, err);
	if (status == PB_OK)
		memcpy(out, frame.leaf, PB_LEAF_LEN);
	pb_walk_free(walk);
	return status;
}

/* Each leaf names the one before, so that the last one speaks for all of them (FORMAT 2). */
static enum pb_status
check_history(const struct pb_files *files, const char *dir, const char *ledger, const char *place,
    uint64_t *ret_size, struct pb_error *err)
{
	struct pb_founded *ours = calloc(1, sizeof(*ours)), *theirs = calloc(1, sizeof(*theirs));
	uint8_t a[PB_LEAF_LEN], b[PB_LEAF_LEN];
	uint64_t size = 0;
	enum pb_status status;

	status = ours == NULL || theirs == NULL ? pb_fail_memory(err, LEDGER)
						: pb_founded_read(files, dir, ours, err);
	if (status == PB_OK)
		status = pb_founded_read(files, ledger, theirs, err);
	if (status == PB_OK && strcmp(ours->origin, theirs->origin) != 0)
		status = unfit(place, N_("it is of another log"), err);
	if (status == PB_OK)
		status = find_size(files, dir, ours, false, &size, err);
	/* Under our key: theirs may be anybody's. */
	if (status == PB_OK)
		status = find_size(files, ledger, ours, true, ret_size, err);
	if (status == PB_OK && *ret_size < size)
		status = unfit(place, N_("it is older than what is restored"), err);
	if (status == PB_OK)
		status = leaf_of(files, dir, size - 1, a, err);
	if (status == PB_OK)
		status = leaf_of(files, ledger, size - 1, b, err);
	if (status == PB_OK && memcmp(a, b, sizeof(a)) != 0)
		status = unfit(place, N_("it shows another history"), err);
	free(ours);
	free(theirs);
	return status;
}

enum pb_status
pb_ledger_read(const struct pb_files *files, const char *dir, const char *place, const char *work,
    uint64_t *ret_size, struct pb_runs *ret_gone, struct pb_error *err)
{
	const char *ledger = place;
	struct pb_file_info info;
	enum pb_status status = PB_OK;
	int answer = files->stat(files->ctx, place, true, &info);

	if (answer < 0)
		return pb_fail_sys(err, answer, LEDGER, "%s", place);
	if (info.type != PB_FILE_DIRECTORY) {
		answer = files->mkdir(files->ctx, work, 0700);
		if (answer < 0)
			return pb_fail_sys(err, answer, LEDGER, "%s", work);
		ledger = work;
		status = pb_tarball_unpack(files, place, work, true, err);
	}
	if (status == PB_OK)
		status = check_history(files, dir, ledger, place, ret_size, err);
	if (status == PB_OK)
		status = pb_destroyed_named(files, ledger, *ret_size, ret_gone, err);
	if (ledger == work)
		pb_place_remove(files, work);
	return status;
}
