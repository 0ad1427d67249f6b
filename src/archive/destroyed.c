#include "archive/destroyed.h"

#include "archive/destroy.h"
#include "archive/walk.h"
#include "core/error.h"
#include "record/types.h"

static const char READING[] = N_("read what was destroyed");

enum pb_status
pb_destroyed_named(const struct pb_files *files, const char *dir, uint64_t size,
    struct pb_runs *ret_named, struct pb_error *err)
{
	struct pb_runs named = PB_RUNS_EMPTY;
	struct pb_walk *walk = NULL;
	enum pb_status status = pb_walk_new(files, dir, &walk, err);

	for (uint64_t seq = 0; status == PB_OK && seq < size; seq++) {
		struct pb_runs runs = PB_RUNS_EMPTY;
		struct pb_frame frame;
		struct pb_leaf leaf;
		uint64_t slot;

		status = pb_walk_record(walk, seq, &frame, &slot, err);
		if (status != PB_OK)
			break;
		(void)pb_leaf_decode(frame.leaf, &leaf);
		if (leaf.type != PB_RECORD_DESTRUCTION)
			continue;
		status = pb_destroy_read(pb_walk_frames(walk), &frame, &runs, err);
		if (status == PB_OK && pb_runs_add_all(&named, &runs) != PB_OK)
			status = pb_fail_memory(err, READING);
		pb_runs_done(&runs);
	}
	pb_walk_free(walk);
	if (status != PB_OK) {
		pb_runs_done(&named);
		return status;
	}
	*ret_named = named;
	return PB_OK;
}
