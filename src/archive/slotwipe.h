/* Records' slots in their key files, looked at and zeroed in place. */
#ifndef PB_ARCHIVE_SLOTWIPE_H
#define PB_ARCHIVE_SLOTWIPE_H

#include "core/runs.h"
#include "core/world.h"

/*
 * Which of the records of `runs` still have a secret, into an empty set.  PB_ENOENT: no such
 * record; PB_EINVAL: one that is never destroyed (record/destruction.h).
 */
enum pb_status pb_slotwipe_left(const struct pb_files *files, const char *dir,
    const struct pb_runs *runs, struct pb_runs *ret_left, struct pb_error *err) PB_MUST_CHECK;

/* Zero the slots of all of them, durably.  Doing it again does no harm. */
enum pb_status pb_slotwipe(const struct pb_files *files, const char *dir,
    const struct pb_runs *runs, struct pb_error *err) PB_MUST_CHECK;

#endif
