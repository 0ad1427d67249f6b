/* Between which two timestamps one record entered the log, by the anchors beside it (FORMAT 2.2).
 */
#ifndef PB_ANCHOR_BOUNDS_H
#define PB_ANCHOR_BOUNDS_H

#include "core/world.h"
#include "probant/status.h"

struct pb_bound {
	bool given;
	bool local;     /* of the archive's own authority: a claim */
	int64_t time_s; /* since 1970: outward by its accuracy, and to a whole second */
	char by[128];   /* the authority, as the archive names it; terminal-safe */
};

struct pb_bounds {
	struct pb_bound after;  /* the record came behind this token */
	struct pb_bound before; /* this token is over the record */
};

/*
 * Of record seq of an archive that is open, so that what stands in the vault is committed.  What
 * the anchors state, not verified: that is `verify`.  On either side the segments next to the
 * record that have a token are looked at; a local authority's counts where they have no other.
 * PB_ECORRUPT.
 */
enum pb_status pb_bounds_find(const struct pb_files *files, const char *dir, uint64_t seq,
    struct pb_bounds *ret_bounds, struct pb_error *err) PB_MUST_CHECK;

#endif
