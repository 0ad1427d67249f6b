/* The range of an export and the checkpoint that covers it, from its tokens (FORMAT 5.3). */
#ifndef PB_EXPORT_RANGE_H
#define PB_EXPORT_RANGE_H

#include "export/plan.h"

/*
 * i, j and the size of the checkpoint.  The select learns what was asked for.  PB_EINVAL,
 * PB_EUNAVAIL as pb_export_plan_make has them.
 */
enum pb_status pb_export_range_find(const struct pb_export_search *search,
    struct pb_export_select *select, uint64_t *ret_first, uint64_t *ret_last, uint64_t *ret_size,
    struct pb_error *err) PB_MUST_CHECK;

#endif
