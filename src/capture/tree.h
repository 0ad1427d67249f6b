/* Directories of mail: their *.eml, mboxes and archives, the Maildirs in them, and what is below.
 */
#ifndef PB_CAPTURE_TREE_H
#define PB_CAPTURE_TREE_H

#include "capture/finds.h"
#include "core/world.h"

/*
 * Hand out what stands below a directory, in the order of the names' octets, so that two runs see
 * one order.  The names of a directory are held in memory, not more.  piler: what pilerexport
 * wrote; then each origin says where below `path` it stood.
 */
enum pb_status pb_tree_find(const struct pb_files *files, const char *path, const char *direction,
    bool piler, const struct pb_finds *finds, struct pb_error *err) PB_MUST_CHECK;

#endif
