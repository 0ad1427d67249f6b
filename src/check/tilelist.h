/* The tiles that stand in log/, from the names of their files. */
#ifndef PB_CHECK_TILELIST_H
#define PB_CHECK_TILELIST_H

#include "core/buf.h"
#include "core/world.h"
#include "log/tile.h"
#include "verify/verification.h"

struct pb_tilelist {
	struct pb_buf tiles; /* struct pb_tile each, in order once read */
};

#define PB_TILELIST_EMPTY ((struct pb_tilelist){ 0 })

/* Files of log/ that are no tile under its one path (nor log/checkpoint) are findings in v. */
enum pb_status pb_tilelist_read(const struct pb_files *files, const char *dir,
    struct pb_verification *v, struct pb_tilelist *ret_list, struct pb_error *err) PB_MUST_CHECK;
size_t pb_tilelist_count(const struct pb_tilelist *list);
const struct pb_tile *pb_tilelist_at(const struct pb_tilelist *list, size_t index);
bool pb_tilelist_has(const struct pb_tilelist *list, const struct pb_tile *tile);
void pb_tilelist_done(struct pb_tilelist *list);

#endif
