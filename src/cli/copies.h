/* What `status` says of an archive's copies, and of one that came back from a copy. */
#ifndef PB_CLI_COPIES_H
#define PB_CLI_COPIES_H

#include "core/json.h"
#include "core/world.h"

/* records: of the archive.  What cannot be read is told on stderr. */
void pb_copies_print(const struct pb_world *world, const char *dir, uint64_t records);
/* The members "restored_locked" and "copies". */
void pb_copies_json(
    const struct pb_world *world, const char *dir, uint64_t records, struct pb_json_writer *w);

#endif
