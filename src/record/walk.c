#include "record/walk.h"

void
pb_walk_init(struct pb_walk *walk, const struct pb_table *table, uint8_t first, uint8_t last,
    const struct pb_part_sink *sink)
{
	*walk = (struct pb_walk){ .table = table, .sink = sink, .index = first, .last = last };
	for (uint8_t i = 0; i < first; i++)
		walk->start += table->len[i];
}

bool
pb_walk_ended(const struct pb_walk *walk)
{
	return walk->index > walk->last;
}

/* What of the octets up to `end` belongs to the part at hand; data stands at walk->at. */
static enum pb_status
hand_out(struct pb_walk *walk, const uint8_t *data, uint64_t end, struct pb_error *err)
{
	uint64_t part_end = walk->start + walk->table->len[walk->index];
	uint64_t from = walk->start > walk->at ? walk->start : walk->at;
	uint64_t to = part_end < end ? part_end : end;
	const struct pb_part_sink *sink = walk->sink;
	enum pb_status status;

	if (!walk->begun) {
		status = sink->begin(sink->ctx, walk->table->kind[walk->index], err);
		if (status != PB_OK)
			return status;
		walk->begun = true;
	}
	if (to == from)
		return PB_OK;
	return sink->write(sink->ctx, data + (from - walk->at), (size_t)(to - from), err);
}

enum pb_status
pb_walk_on(struct pb_walk *walk, const uint8_t *data, size_t len, struct pb_error *err)
{
	uint64_t end = walk->at + len;
	enum pb_status status;

	/* The table stands behind the last part: even an empty part starts before the end. */
	while (!pb_walk_ended(walk) && walk->start < end) {
		if ((status = hand_out(walk, data, end, err)) != PB_OK)
			return status;
		if (walk->start + walk->table->len[walk->index] > end)
			break;
		walk->start += walk->table->len[walk->index];
		walk->begun = false;
		walk->index++;
	}
	walk->at = end;
	return PB_OK;
}
