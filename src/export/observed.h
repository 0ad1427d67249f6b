/*
 * What observations (FORMAT 1.5, type 2) state of messages that an export opens goes along with
 * them: their facts, which name nobody.
 */
#ifndef PB_EXPORT_OBSERVED_H
#define PB_EXPORT_OBSERVED_H

#include "export/plan.h"

/*
 * Add to `runs` the observations of the plan's range that name a record which it opens, unless a
 * rule closes them.  The plan has its range, and what was destroyed in it.
 */
enum pb_status pb_export_observed_find(const struct pb_export_plan *plan,
    struct pb_export_leaves *leaves, struct pb_reading *reading, struct pb_runs *runs,
    struct pb_error *err) PB_MUST_CHECK;

#endif
