/* What the log says is destroyed. */
#ifndef PB_ARCHIVE_DESTROYED_H
#define PB_ARCHIVE_DESTROYED_H

#include "core/runs.h"
#include "core/world.h"

/* All that the records of type 8 among the first `size` name, into an empty set. */
enum pb_status pb_destroyed_named(const struct pb_files *files, const char *dir, uint64_t size,
    struct pb_runs *ret_named, struct pb_error *err) PB_MUST_CHECK;

#endif
