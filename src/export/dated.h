/* Which messages were captured between two dates, by the times in the leaves (FORMAT 1.3). */
#ifndef PB_EXPORT_DATED_H
#define PB_EXPORT_DATED_H

#include "export/leaves.h"
#include "export/select.h"

/*
 * The first and the last of them among the records from .. to - 1.  PB_EINVAL: there is none, and
 * the error says when those that are there were captured.
 */
enum pb_status pb_export_dated_find(struct pb_export_leaves *leaves,
    const struct pb_export_select *select, uint64_t from, uint64_t to, uint64_t *ret_first,
    uint64_t *ret_last, struct pb_error *err) PB_MUST_CHECK;

#endif
