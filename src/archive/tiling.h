/*
 * Full tiles of level 0, made as they fill and not all when the archive is closed: each waits for
 * the disk several times, and while an import goes on others are at work meanwhile.
 */
#ifndef PB_ARCHIVE_TILING_H
#define PB_ARCHIVE_TILING_H

#include "vault/tiles.h"

/* Begins as zeros. */
struct pb_tiling {
	struct pb_logdir *logdir; /* NULL: no tile was made yet */
	struct pb_buf leaves;     /* committed ones, from the first of a tile on */
	uint64_t first;           /* seq of the first of them */
};

/* These leaves were committed.  A tile whose first leaf was not seen is left for the closing. */
void pb_tiling_take(struct pb_tiling *tiling, const uint8_t *leaves, uint64_t first, size_t count);

/* Makes those that are full.  Borrows files and dir from the first call on.  What fails is made by
 * pb_publish, which tells. */
void pb_tiling_make(struct pb_tiling *tiling, const struct pb_files *files, const char *dir);

void pb_tiling_done(struct pb_tiling *tiling);

#endif
