#include "record/destruction.h"

#include <string.h>

#include "core/limits.h"
#include "record/types.h"

static const char *const reasons[PB_DESTROY_COUNT] = {
	[PB_DESTROY_RETENTION] = "retention",
	[PB_DESTROY_ERASURE] = "erasure",
	[PB_DESTROY_COURT] = "court",
	[PB_DESTROY_ERROR] = "error",
	[PB_DESTROY_RESTORED] = "restored",
};

const char *
pb_destruction_reason_name(enum pb_destruction_reason reason)
{
	return reasons[reason];
}

bool
pb_destruction_reason_parse(const char *name, enum pb_destruction_reason *ret_reason)
{
	for (int i = 0; name != NULL && i < PB_DESTROY_COUNT; i++) {
		if (strcmp(reasons[i], name) != 0)
			continue;
		*ret_reason = (enum pb_destruction_reason)i;
		return true;
	}
	return false;
}

bool
pb_destruction_possible(uint8_t type)
{
	return type == PB_RECORD_MESSAGE || type == PB_RECORD_OBSERVATION ||
	       type == PB_RECORD_IMPORTED;
}

enum pb_status
pb_destruction_encode(
    const struct pb_runs *runs, enum pb_destruction_reason reason, struct pb_buf *facts)
{
	size_t start = facts->len;
	struct pb_json_writer w;

	if (runs->count == 0 || runs->count > PB_LIMIT_DESTROYED)
		return PB_ELIMIT;
	pb_json_writer_init(&w, facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", "destruction");
	pb_json_array_begin(&w, "records");
	for (size_t i = 0; i < runs->count; i++) {
		pb_json_array_begin(&w, NULL);
		pb_json_u64(&w, NULL, runs->run[i].first);
		pb_json_u64(&w, NULL, runs->run[i].last);
		pb_json_array_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_text(&w, "reason", pb_destruction_reason_name(reason));
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		facts->len = start;
	return pb_json_writer_status(&w);
}

/* Behind `before`, the end of the run before it, and not touching it. */
static bool
read_run(const struct pb_json *item, bool is_first, uint64_t before, struct pb_run *ret_run)
{
	return pb_json_count(item) == 2 && pb_json_as_u64(pb_json_item(item, 0), &ret_run->first) &&
	       pb_json_as_u64(pb_json_item(item, 1), &ret_run->last) &&
	       ret_run->first <= ret_run->last &&
	       (is_first || (ret_run->first > before && ret_run->first - before > 1));
}

enum pb_status
pb_destruction_decode(const struct pb_json *facts, uint64_t seq, struct pb_runs *ret_runs,
    enum pb_destruction_reason *ret_reason)
{
	const char *event = pb_json_string(pb_json_get(facts, "event"));
	const char *name = pb_json_string(pb_json_get(facts, "reason"));
	const struct pb_json *records = pb_json_get(facts, "records");
	struct pb_runs runs = PB_RUNS_EMPTY;
	enum pb_destruction_reason reason;
	size_t count = pb_json_count(records);
	enum pb_status status = PB_OK;
	struct pb_run run = { 0, 0 };

	if (event == NULL || strcmp(event, "destruction") != 0 ||
	    !pb_destruction_reason_parse(name, &reason) || count == 0 || count > PB_LIMIT_DESTROYED)
		return PB_EDATA;
	for (size_t i = 0; status == PB_OK && i < count; i++) {
		if (!read_run(pb_json_item(records, i), i == 0, run.last, &run) || run.last >= seq)
			status = PB_EDATA;
		else
			status = pb_runs_add(&runs, run.first, run.last);
	}
	if (status != PB_OK) {
		pb_runs_done(&runs);
		return status;
	}
	*ret_runs = runs;
	*ret_reason = reason;
	return PB_OK;
}
