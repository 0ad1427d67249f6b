/*
 * Records that are stored as the log states, under the right secret, and yet were not sealed as the
 * format says, by a door that was taken over say: nobody can read them, or verify what is in them.
 * An export leaves them closed, since no bundle in which one of them is opened would be sound.
 */
#ifndef PB_EXPORT_UNOPENED_H
#define PB_EXPORT_UNOPENED_H

#include "archive/archive.h"
#include "export/plan.h"

/*
 * Those that the plan opens, added to `runs`; each of its records is looked at for it as a verifier
 * does.  PB_ECORRUPT: one is damaged, which is another matter.
 */
enum pb_status pb_export_unopened_find(const struct pb_archive *archive,
    const struct pb_export_plan *plan, struct pb_export_leaves *leaves, struct pb_runs *runs,
    struct pb_error *err) PB_MUST_CHECK;

#endif
