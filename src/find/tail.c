/* Records that no index covers: they are counted, and a query without words finds them by their
 * rows.
 */
#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "find/finding.h"
#include "record/leaf.h"
#include "record/types.h"

static const char COUNTING[] = N_("search the archive");

/* Types are few, and numbered below 32. */
#define TYPES 32

static bool
wants_others(const struct pb_query *query)
{
	for (uint8_t type = 0; type < TYPES; type++)
		if (!pb_record_type_message(type) && pb_query_wants(query, type))
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
		return pb_fail_memory(err, COUNTING);
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

/* Where the first of them stands, the catalog says: its leaf must say so too. */
static enum pb_status
begin(struct pb_find *find, struct pb_frames *frames, uint64_t first_seq, uint64_t seq,
    uint64_t *ret_offset, struct pb_error *err)
{
	struct pb_catalog_place place;
	enum pb_status status;

	*ret_offset = pb_frames_start(frames);
	if (seq == first_seq)
		return PB_OK;
	status = pb_catalog_place(find->catalog, seq, &place, err);
	if (status == PB_OK)
		*ret_offset = place.offset;
	return status == PB_ENOENT ? pb_find_damaged(seq, err) : status;
}

enum pb_status
pb_find_tail_count(struct pb_find *find, struct pb_frames *frames,
    const struct pb_catalog_segment *segment, uint64_t seq, uint64_t *ret_messages,
    struct pb_error *err)
{
	uint64_t end = segment->first_seq + segment->records, offset = 0, messages = 0;
	struct pb_frame frame;
	struct pb_leaf leaf;
	enum pb_status status = PB_OK;

	if (seq < end)
		status = begin(find, frames, segment->first_seq, seq, &offset, err);
	while (status == PB_OK && seq < end) {
		status = pb_frames_read(frames, offset, &frame, err);
		if (status != PB_OK)
			return status == PB_EEND ? pb_find_damaged(seq, err) : status;
		offset = frame.end;
		if (frame.tag == PB_FRAME_CHECKPOINT)
			continue;
		if (pb_leaf_decode(frame.leaf, &leaf) != PB_LEAF_SOUND || leaf.seq != seq)
			return pb_find_damaged(seq, err);
		seq++;
		messages += pb_record_type_message(leaf.type);
	}
	if (status == PB_OK)
		*ret_messages = messages;
	return status;
}
