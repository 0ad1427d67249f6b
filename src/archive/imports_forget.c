#include "archive/imports_forget.h"

#include <inttypes.h>

#include "archive/walk.h"
#include "core/buf.h"
#include "core/error.h"
#include "record/imports.h"
#include "record/leaf.h"

static const char FORGETTING[] = N_("forget what was imported");

static enum pb_status
add_commitment(struct pb_walk *walk, uint64_t seq, struct pb_buf *commitments, struct pb_error *err)
{
	struct pb_frame frame;
	struct pb_leaf leaf;
	uint64_t slot;
	enum pb_status status = pb_walk_record(walk, seq, &frame, &slot, err);

	if (status != PB_OK)
		return status;
	if (pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND || leaf.seq != seq)
		return pb_fail(err, PB_ECORRUPT, FORGETTING,
		    N_("a leaf is not the one that should stand there"), "%" PRIu64, seq);
	return pb_buf_append(commitments, leaf.commitment, PB_IMPORTS_KEY_LEN) == PB_OK
		   ? PB_OK
		   : pb_fail_memory(err, FORGETTING);
}

enum pb_status
pb_imports_forget_runs(
    const struct pb_files *files, const char *dir, const struct pb_runs *runs, struct pb_error *err)
{
	struct pb_buf commitments = PB_BUF_EMPTY;
	struct pb_walk *walk = NULL;
	enum pb_status status = pb_walk_new(files, dir, &walk, err);

	for (size_t i = 0; status == PB_OK && i < runs->count; i++) {
		uint64_t seq = runs->run[i].first;

		do
			status = add_commitment(walk, seq, &commitments, err);
		while (status == PB_OK && seq++ < runs->run[i].last);
	}
	if (status == PB_OK)
		status = pb_imports_forget(
		    files, dir, commitments.data, commitments.len / PB_IMPORTS_KEY_LEN, err);
	pb_walk_free(walk);
	pb_buf_done(&commitments);
	return status;
}
