#include "export/unopened.h"

#include <inttypes.h>
#include <stdlib.h>

#include "archive/reading.h"
#include "core/error.h"
#include "verify/inside.h"

#define BATCH 256 /* leaves read at a time */

struct looking {
	const struct pb_export_plan *plan;
	struct pb_reading *reading;
	struct pb_inside_tools tools;
	struct pb_runs *runs;
	uint8_t batch[BATCH * PB_LEAF_LEN];
};

static const char FINDING[] = N_("find records that do not open");

static enum pb_status
look_at(struct looking *l, uint64_t seq, struct pb_error *err)
{
	struct pb_inside inside = { 0 };
	const struct pb_frame *frame;
	struct pb_leaf leaf;
	enum pb_status status = pb_reading_stored(l->reading, seq, &leaf, &frame, err);

	if (status == PB_OK)
		status = pb_inside_look(&l->tools, &leaf, &frame->payload,
		    pb_reading_secret(l->reading), &inside, NULL, NULL, err);
	if (status != PB_OK || pb_inside_sound(&inside))
		return status;
	if (inside.payload_wrong)
		return pb_fail(err, PB_ECORRUPT, FINDING, N_("it is not what the log committed to"),
		    "%" PRIu64, seq);
	return pb_runs_add(l->runs, seq, seq) == PB_OK ? PB_OK : pb_fail_memory(err, FINDING);
}

static enum pb_status
look_at_batch(struct looking *l, size_t count, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_leaf leaf;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		(void)pb_leaf_decode(l->batch + i * PB_LEAF_LEN, &leaf);
		if (pb_export_plan_may_close(l->plan, &leaf))
			status = look_at(l, leaf.seq, err);
	}
	return status;
}

enum pb_status
pb_export_unopened_find(const struct pb_archive *a, const struct pb_export_plan *plan,
    struct pb_export_leaves *leaves, struct pb_runs *runs, struct pb_error *err)
{
	struct looking *l = calloc(1, sizeof(*l));
	uint64_t seq = plan->manifest.first, last = plan->manifest.last;
	enum pb_status status;

	if (l == NULL)
		return pb_fail_memory(err, FINDING);
	l->plan = plan;
	l->runs = runs;
	status = pb_reading_new(a->world->files, a->dir, a->key, &l->reading, err);
	if (status == PB_OK)
		status = pb_inside_tools_init(&l->tools, a->origin, err);
	while (status == PB_OK && seq <= last) {
		size_t count = last - seq < BATCH ? (size_t)(last - seq) + 1 : BATCH;

		status = pb_export_leaves_read(leaves, seq, count, l->batch, err);
		if (status == PB_OK)
			status = look_at_batch(l, count, err);
		seq += count;
	}
	pb_inside_tools_done(&l->tools);
	pb_reading_free(l->reading);
	free(l);
	return status;
}
