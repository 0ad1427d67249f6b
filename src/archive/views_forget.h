/* What is derived of records whose secrets are destroyed (FORMAT 3.5, 6) goes with them. */
#ifndef PB_ARCHIVE_VIEWS_FORGET_H
#define PB_ARCHIVE_VIEWS_FORGET_H

#include "archive/archive.h"
#include "core/runs.h"

/*
 * Their summaries are overwritten and deleted, and no index holds a word of them: one that can be
 * opened (by the archive's reader key, or since its segment is being written) is written anew
 * without them, under a new key; any other is destroyed with its key, and `reindex` makes it again.
 *
 * To be called when their slots are zeros; doing it again does no harm.  On PB_OK all of it is
 * durable.  A catalog that is damaged is removed.
 */
enum pb_status pb_views_forget(
    struct pb_archive *archive, const struct pb_runs *runs, struct pb_error *err) PB_MUST_CHECK;

/* The same of every record: every index is destroyed with its key, and the catalog removed. */
enum pb_status pb_views_drop(const struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

#endif
