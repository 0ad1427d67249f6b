#include "archive/tiling.h"

#include <string.h>

#include "core/limits.h"

#define TILE_LEN ((size_t)PB_TILE_WIDTH * PB_LEAF_LEN)
/* Whoever commits and makes no tiles need not keep more of them. */
#define MOST ((size_t)2 * PB_LIMIT_GROUP_RECORDS * PB_LEAF_LEN)

void
pb_tiling_take(struct pb_tiling *tiling, const uint8_t *leaves, uint64_t first, size_t count)
{
	struct pb_buf *kept = &tiling->leaves;
	size_t before = (size_t)(-first % PB_TILE_WIDTH); /* of a tile that began earlier */

	if (kept->len > MOST || first != tiling->first + kept->len / PB_LEAF_LEN)
		pb_buf_clear(kept);
	if (kept->len == 0) {
		if (count <= before)
			return;
		leaves += before * PB_LEAF_LEN;
		count -= before;
		tiling->first = first + before;
	}
	if (pb_buf_append(kept, leaves, count * PB_LEAF_LEN) != PB_OK)
		pb_buf_clear(kept);
}

void
pb_tiling_make(struct pb_tiling *tiling, const struct pb_files *files, const char *dir)
{
	struct pb_buf *kept = &tiling->leaves;
	enum pb_status status = PB_OK;
	size_t made = 0;

	if (kept->len >= TILE_LEN && tiling->logdir == NULL)
		status = pb_logdir_new(files, dir, &tiling->logdir, NULL);
	for (; status == PB_OK && kept->len - made >= TILE_LEN; made += TILE_LEN)
		status = pb_tiles_full(tiling->logdir,
		    (tiling->first + made / PB_LEAF_LEN) / PB_TILE_WIDTH, kept->data + made, NULL);
	if (status != PB_OK)
		made = kept->len;
	if (made == 0)
		return;
	memmove(kept->data, kept->data + made, kept->len - made);
	kept->len -= made;
	tiling->first += made / PB_LEAF_LEN;
}

void
pb_tiling_done(struct pb_tiling *tiling)
{
	pb_logdir_free(tiling->logdir);
	pb_buf_done(&tiling->leaves);
}
