/* Records that no index covers, which a query without words finds by their rows. */
#include <string.h>

#include "archive/catchup.h"
#include "core/error.h"
#include "find/finding.h"

/* Types are few, and numbered below 32. */
#define TYPES 32

static bool
wants_others(const struct pb_query *query)
{
	for (uint8_t type = 0; type < TYPES; type++)
		if (!pb_catchup_message(type) && pb_query_wants(query, type))
			return true;
	return false;
}

/* What the query asks of it; a record of which only the leaf can be told has no more. */
static void
make_row(const struct pb_row *row, struct pb_index_row *out)
{
	uint64_t date_s;

	*out = (struct pb_index_row){ .type = row->leaf.type, .time_s = row->leaf.time_s };
	out->direction = pb_index_direction(pb_json_string(pb_json_get(row->json, "direction")));
	out->source = pb_index_source(pb_json_string(pb_json_get(row->json, "source")));
	(void)pb_json_as_u64(pb_json_get(row->json, "size"), &out->size);
	out->has_date =
	    pb_json_as_u64(pb_json_get(row->view, "date_s"), &date_s) && date_s <= INT64_MAX;
	out->date_s = out->has_date ? (int64_t)date_s : 0;
}

static enum pb_status
add_record(struct pb_find *find, const struct pb_query *query, uint64_t seq, struct pb_buf *matches,
    struct pb_error *err)
{
	struct pb_index_row index_row;
	struct pb_match match;
	struct pb_row row;
	enum pb_status status = pb_rows_read(find->rows, seq, &row, err);

	if (status != PB_OK)
		return status;
	make_row(&row, &index_row);
	if (!pb_query_admits(query, &index_row))
		return PB_OK;
	memset(&match, 0, sizeof(match));
	match.seq = seq;
	match.date_s = index_row.has_date ? index_row.date_s : (int64_t)index_row.time_s;
	match.size = index_row.size;
	if (pb_buf_append(matches, &match, sizeof(match)) != PB_OK)
		return pb_fail_memory(err, N_("search the archive"));
	return PB_OK;
}

enum pb_status
pb_find_tail(struct pb_find *find, const struct pb_find_segment *segment,
    const struct pb_query *query, struct pb_buf *matches, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	if (!segment->messages && !wants_others(query))
		return PB_OK;
	if (find->rows == NULL)
		status = pb_rows_new(find->archive, find->catalog, &find->rows, err);
	for (uint64_t seq = segment->tail; seq < segment->end && status == PB_OK; seq++)
		status = add_record(find, query, seq, matches, err);
	return status;
}
