/* What the journal of imports tells of records whose secrets are destroyed (FORMAT 3.1). */
#ifndef PB_ARCHIVE_IMPORTS_FORGET_H
#define PB_ARCHIVE_IMPORTS_FORGET_H

#include "core/runs.h"
#include "core/world.h"

/* Zero their entries in `imports`, durably.  Doing it again does no harm. */
enum pb_status pb_imports_forget_runs(const struct pb_files *files, const char *dir,
    const struct pb_runs *runs, struct pb_error *err) PB_MUST_CHECK;

#endif
