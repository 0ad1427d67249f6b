/* Whether all that was kept can still be opened, as far as the log tells (FORMAT 1.5). */
#ifndef PB_ARCHIVE_REACH_H
#define PB_ARCHIVE_REACH_H

#include "archive/readers.h"

/*
 * *ret_whole: each segment is sealed for one of these readers, or its key was handed to one of
 * them.  PB_ECORRUPT: a record that begins a segment cannot be read.
 */
enum pb_status pb_reach(const struct pb_files *files, const char *dir,
    const struct pb_founded *founded, const struct pb_readers *readers, bool *ret_whole,
    struct pb_error *err) PB_MUST_CHECK;

#endif
