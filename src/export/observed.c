#include "export/observed.h"

#include <stdlib.h>

#include "archive/reading.h"
#include "core/error.h"
#include "core/limits.h"
#include "record/observation.h"
#include "record/types.h"

#define BATCH 256 /* leaves read at a time */

static const char FINDING[] = N_("find what is stated of the records of an export");

/* One that cannot be opened stays closed. */
static enum pb_status
read_facts(struct pb_reading *reading, uint64_t seq, struct pb_observation *o, bool *ret_is,
    struct pb_error *err)
{
	struct pb_buf part = PB_BUF_EMPTY;
	struct pb_json *facts = NULL;
	uint8_t sha256[PB_DIGEST_LEN], index;
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status = pb_reading_record(reading, seq, &leaf, &opened, sha256, err);

	*ret_is = false;
	if (status == PB_EDESTROYED || status == PB_EACCESS)
		return PB_OK;
	if (status != PB_OK)
		return status;
	index = pb_opened_find(opened, PB_PART_FACTS);
	if (index < pb_opened_count(opened))
		status = pb_opened_part(opened, index, PB_LIMIT_JSON, &part, err);
	if (status == PB_OK)
		status = pb_json_parse(part.data, part.len, &facts, err);
	if (status == PB_OK)
		*ret_is = pb_observation_read(facts, o);
	pb_json_free(facts);
	pb_buf_done(&part);
	return status == PB_EDATA || status == PB_ELIMIT ? PB_OK : status;
}

static enum pb_status
is_opened(const struct pb_export_plan *plan, struct pb_export_leaves *leaves, uint64_t seq,
    bool *ret_is, struct pb_error *err)
{
	struct pb_export_choice choice;
	uint8_t bytes[PB_LEAF_LEN];
	struct pb_leaf leaf;
	enum pb_status status;

	if (seq < plan->manifest.first || seq > plan->manifest.last)
		return PB_OK;
	status = pb_export_leaves_read(leaves, seq, 1, bytes, err);
	if (status != PB_OK)
		return status;
	(void)pb_leaf_decode(bytes, &leaf);
	pb_export_plan_choose(plan, &leaf, &choice);
	*ret_is = *ret_is || choice.what != PB_DISCLOSE_NONE;
	return PB_OK;
}

static enum pb_status
look_at(const struct pb_export_plan *plan, struct pb_export_leaves *leaves,
    struct pb_reading *reading, uint64_t seq, struct pb_runs *runs, struct pb_error *err)
{
	struct pb_observation o;
	bool is = false, wanted = false;
	enum pb_status status = read_facts(reading, seq, &o, &is, err);

	if (status != PB_OK || !is)
		return status;
	status = is_opened(plan, leaves, o.speaks, &wanted, err);
	for (size_t i = 0; status == PB_OK && !wanted && i < o.count; i++)
		status = is_opened(plan, leaves, o.of[i].seq, &wanted, err);
	if (status == PB_OK && wanted && pb_runs_add(runs, seq, seq) != PB_OK)
		status = pb_fail_memory(err, FINDING);
	return status;
}

enum pb_status
pb_export_observed_find(const struct pb_export_plan *plan, struct pb_export_leaves *leaves,
    struct pb_reading *reading, struct pb_runs *runs, struct pb_error *err)
{
	uint8_t *batch = malloc((size_t)BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, FINDING) : PB_OK;
	uint64_t seq = plan->manifest.first;
	struct pb_leaf leaf;

	while (status == PB_OK && seq <= plan->manifest.last) {
		uint64_t left = plan->manifest.last - seq + 1;
		size_t count = left < BATCH ? (size_t)left : BATCH;

		status = pb_export_leaves_read(leaves, seq, count, batch, err);
		for (size_t i = 0; status == PB_OK && i < count; i++) {
			(void)pb_leaf_decode(batch + i * PB_LEAF_LEN, &leaf);
			if (leaf.type == PB_RECORD_OBSERVATION &&
			    !pb_export_select_closes(plan->select, leaf.seq))
				status = look_at(plan, leaves, reading, leaf.seq, runs, err);
		}
		seq += count;
	}
	free(batch);
	return status;
}
