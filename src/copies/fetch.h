/* A copy that stands in a directory, brought back. */
#ifndef PB_COPIES_FETCH_H
#define PB_COPIES_FETCH_H

#include "core/world.h"
#include "probant/status.h"

/*
 * Every file of the copy at `from` into new ones below dir: regular ones alone, of names that a
 * copy has.  Each must have its sum, unless the copy says that it was being written; then the log
 * itself shows how far it goes.  Nothing is synced.  PB_EDATA: it is no copy, or not as it says.
 */
enum pb_status pb_fetch_tree(const struct pb_files *files, const char *from, const char *dir,
    struct pb_error *err) PB_MUST_CHECK;

#endif
