#include "export/dated.h"

#include <stdlib.h>

#include "core/error.h"
#include "core/text.h"
#include "record/types.h"

#define BATCH 256 /* leaves read at a time */

static const char CHOOSE[] = N_("choose what an export covers");

/* Of the messages among some records: those between the dates, and when all were captured. */
struct dated {
	bool found, any;
	uint64_t first, last;
	int64_t earliest_s, latest_s;
};

static void
date(const struct pb_export_select *select, const struct pb_leaf *leaf, struct dated *dated)
{
	int64_t time_s = (int64_t)leaf->time_s;

	if (!pb_record_type_message(leaf->type))
		return;
	if (!dated->any || time_s < dated->earliest_s)
		dated->earliest_s = time_s;
	if (!dated->any || time_s > dated->latest_s)
		dated->latest_s = time_s;
	dated->any = true;
	if (!pb_export_select_dated(select, leaf))
		return;
	if (!dated->found)
		dated->first = leaf->seq;
	dated->last = leaf->seq;
	dated->found = true;
}

static enum pb_status
read_dates(struct pb_export_leaves *leaves, const struct pb_export_select *select, uint64_t from,
    uint64_t to, struct dated *dated, struct pb_error *err)
{
	uint8_t *batch = malloc((size_t)BATCH * PB_LEAF_LEN);
	enum pb_status status = batch == NULL ? pb_fail_memory(err, CHOOSE) : PB_OK;
	struct pb_leaf leaf;

	while (status == PB_OK && from < to) {
		size_t count = to - from < BATCH ? (size_t)(to - from) : BATCH;

		status = pb_export_leaves_read(leaves, from, count, batch, err);
		for (size_t i = 0; status == PB_OK && i < count; i++) {
			(void)pb_leaf_decode(batch + i * PB_LEAF_LEN, &leaf);
			date(select, &leaf, dated);
		}
		from += count;
	}
	free(batch);
	return status;
}

/* With the dates that would find some. */
static enum pb_status
none(const struct dated *dated, struct pb_error *err)
{
	char earliest[21], latest[21];

	if (!dated->any)
		return pb_fail(err, PB_EINVAL, CHOOSE, N_("there is no message"), "%s", "");
	pb_time_format(dated->earliest_s, earliest);
	pb_time_format(dated->latest_s, latest);
	(void)pb_fail(err, PB_EINVAL, CHOOSE,
	    N_("that is when the messages were captured; none was between the dates given"),
	    "%s .. %s", earliest, latest);
	return pb_fail_todo(err, PB_EINVAL,
	    N_("dates go by the capture; `probant find date:...` goes by the messages' own, and "
	       "shows numbers for --seq; that nothing came is shown with --range"));
}

enum pb_status
pb_export_dated_find(struct pb_export_leaves *leaves, const struct pb_export_select *select,
    uint64_t from, uint64_t to, uint64_t *ret_first, uint64_t *ret_last, struct pb_error *err)
{
	struct dated dated = { .found = false };
	enum pb_status status = read_dates(leaves, select, from, to, &dated, err);

	if (status == PB_OK && !dated.found)
		status = none(&dated, err);
	if (status != PB_OK)
		return status;
	*ret_first = dated.first;
	*ret_last = dated.last;
	return PB_OK;
}
