/* A walk along the octets of a record, from its first, that hands a run of its parts to a sink. */
#ifndef PB_RECORD_WALK_H
#define PB_RECORD_WALK_H

#include <stdbool.h>

#include "record/parts.h"
#include "record/table.h"

struct pb_walk {
	const struct pb_table *table;
	const struct pb_part_sink *sink;
	unsigned index; /* the part at hand, or the first that is wanted */
	unsigned last;  /* the last that is wanted */
	bool begun;     /* the sink knows of the part at hand */
	uint64_t at;    /* octets walked */
	uint64_t start; /* where the part at hand starts */
};

/* Borrows table and sink. */
void pb_walk_init(struct pb_walk *walk, const struct pb_table *table, uint8_t first, uint8_t last,
    const struct pb_part_sink *sink);

/* The next octets of the record.  Answers what the sink answered. */
enum pb_status pb_walk_on(
    struct pb_walk *walk, const uint8_t *data, size_t len, struct pb_error *err) PB_MUST_CHECK;

/* All that is wanted was handed out. */
bool pb_walk_ended(const struct pb_walk *walk);

#endif
