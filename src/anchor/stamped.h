/* How far the log is stamped, from the log alone (FORMAT 2.2): its anchors, backward. */
#ifndef PB_ANCHOR_STAMPED_H
#define PB_ANCHOR_STAMPED_H

#include <stdbool.h>

#include "core/world.h"
#include "probant/status.h"

struct pb_stamped {
	uint64_t size;       /* of the newest checkpoint that a token is over; 0: none */
	int64_t gen_time_us; /* of that token */
	char by[128];        /* its authority, as the archive names it; terminal-safe */
	uint64_t anchor_s;   /* local clock when that anchor was made */
	uint64_t waiting;    /* records behind `size`, but for anchors and what came with them */
	uint64_t oldest_s;   /* local clock of the first of them; 0 */
	bool gap;            /* stated, and not its end */
	uint64_t gap_since_s;
};

/*
 * Of what is committed; takes no lock.  Reads what stands behind the place that the frontier names
 * as stamped; without one, a segment or two, for the newest anchor is at most a day old in an
 * archive that is stamped.  PB_ECORRUPT.
 */
enum pb_status pb_stamped_find(const struct pb_files *files, const char *dir,
    struct pb_stamped *ret_stamped, struct pb_error *err) PB_MUST_CHECK;

#endif
