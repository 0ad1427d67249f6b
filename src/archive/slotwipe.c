#include "archive/slotwipe.h"

#include <inttypes.h>
#include <string.h>

#include "archive/walk.h"
#include "core/error.h"
#include "record/destruction.h"
#include "vault/keyfile.h"

static const char DESTROY[] = N_("destroy the secrets of records");

/* The key file of the segment that the walk stands in. */
struct wiping {
	const struct pb_files *files;
	const char *dir;
	struct pb_walk *walk;
	bool write;
	char segment[PB_SEGMENT_NAME_LEN + 1];
	struct pb_keyfile *keyfile;
};

/* What was written to the one before lasts before the next is opened. */
static enum pb_status
leave(struct wiping *w, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (w->keyfile != NULL && w->write)
		status = pb_keyfile_sync(w->keyfile, err);
	pb_keyfile_close(w->keyfile);
	w->keyfile = NULL;
	w->segment[0] = '\0';
	return status;
}

static enum pb_status
enter(struct wiping *w, struct pb_error *err)
{
	const char *name = pb_walk_segment(w->walk);
	enum pb_status status;

	if (w->keyfile != NULL && strcmp(w->segment, name) == 0)
		return PB_OK;
	status = leave(w, err);
	if (status == PB_OK)
		status = pb_keyfile_open(w->files, w->dir, name, w->write, &w->keyfile, err);
	if (status == PB_OK)
		memcpy(w->segment, name, sizeof(w->segment));
	return status;
}

static enum pb_status
reach(struct wiping *w, uint64_t seq, uint64_t *ret_slot, struct pb_error *err)
{
	struct pb_frame frame;
	struct pb_leaf leaf;
	enum pb_status status = pb_walk_record(w->walk, seq, &frame, ret_slot, err);

	if (status != PB_OK)
		return status;
	if (pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND || leaf.seq != seq)
		return pb_fail(err, PB_ECORRUPT, DESTROY,
		    N_("a leaf is not the one that should stand there"), "%" PRIu64, seq);
	if (frame.tag != PB_FRAME_SEALED || !pb_destruction_possible(leaf.type)) {
		(void)pb_fail(err, PB_EINVAL, DESTROY,
		    N_("a record of that type says what happened to the archive itself, and stays"),
		    "%" PRIu64, seq);
		return pb_fail_todo(err, PB_EINVAL, N_("name messages alone"));
	}
	return enter(w, err);
}

static enum pb_status
each(const struct pb_files *files, const char *dir, const struct pb_runs *runs, bool write,
    enum pb_status (*visit)(
	struct wiping *w, uint64_t seq, uint64_t slot, void *arg, struct pb_error *err),
    void *arg, struct pb_error *err)
{
	struct wiping w = { .files = files, .dir = dir, .write = write };
	enum pb_status status = pb_walk_new(files, dir, &w.walk, err);
	enum pb_status left;

	for (size_t i = 0; status == PB_OK && i < runs->count; i++) {
		uint64_t seq = runs->run[i].first, slot;

		for (;; seq++) {
			status = reach(&w, seq, &slot, err);
			if (status == PB_OK)
				status = visit(&w, seq, slot, arg, err);
			if (status != PB_OK || seq == runs->run[i].last)
				break;
		}
	}
	/* What was zeroed before a failure lasts as well, if it can. */
	left = leave(&w, status == PB_OK ? err : NULL);
	pb_walk_free(w.walk);
	return status == PB_OK ? left : status;
}

static enum pb_status
look(struct wiping *w, uint64_t seq, uint64_t slot, void *arg, struct pb_error *err)
{
	struct pb_runs *left = arg;
	uint8_t bytes[PB_SLOT_LEN];
	enum pb_status status = pb_keyfile_read(w->keyfile, slot, bytes, err);

	if (status != PB_OK || pb_slot_state(bytes, slot) == PB_SLOT_EMPTY)
		return status;
	return pb_runs_add(left, seq, seq) == PB_OK ? PB_OK : pb_fail_memory(err, DESTROY);
}

enum pb_status
pb_slotwipe_left(const struct pb_files *files, const char *dir, const struct pb_runs *runs,
    struct pb_runs *ret_left, struct pb_error *err)
{
	struct pb_runs left = PB_RUNS_EMPTY;
	enum pb_status status = each(files, dir, runs, false, look, &left, err);

	if (status != PB_OK) {
		pb_runs_done(&left);
		return status;
	}
	*ret_left = left;
	return PB_OK;
}

static enum pb_status
wipe(struct wiping *w, uint64_t seq, uint64_t slot, void *arg, struct pb_error *err)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	uint8_t bytes[PB_SLOT_LEN];
	enum pb_status status;

	(void)seq;
	(void)arg;
	/* Never beyond the end: what is not there need not be destroyed. */
	status = pb_keyfile_read(w->keyfile, slot, bytes, NULL);
	if (status == PB_ECORRUPT)
		return PB_OK;
	return pb_keyfile_write(w->keyfile, slot, zeros, 1, err);
}

enum pb_status
pb_slotwipe(
    const struct pb_files *files, const char *dir, const struct pb_runs *runs, struct pb_error *err)
{
	return each(files, dir, runs, true, wipe, NULL, err);
}
