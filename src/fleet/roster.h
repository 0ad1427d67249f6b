/*
 * The archives of a capture policy's text: some more in it, or one less.  Lines are put in or taken
 * out, and nothing else is touched, comments neither; the strict reader then has the last word.
 */
#ifndef PB_FLEET_ROSTER_H
#define PB_FLEET_ROSTER_H

#include <stdbool.h>

#include "core/buf.h"
#include "fleet/list.h"
#include "policy/capture.h"

/*
 * The policy with the practices of the list that it does not have (whose `known` is false then), in
 * text, and as it is read (pb_capture_policy_free).  `yaml` may lack `archives`.  PB_EDATA,
 * PB_ELIMIT: *ret_of_list says whether err->object is a place in the list or in the policy;
 * PB_EINVAL: its archives are not written one below the other.
 */
enum pb_status pb_roster_add(const struct pb_buf *yaml, const struct pb_fleet_list *list,
    bool *known, struct pb_buf *text, struct pb_capture_policy **ret_policy, bool *ret_of_list,
    struct pb_error *err) PB_MUST_CHECK;

/* The policy without the archive of that place, which is not the last; PB_EINVAL as before. */
enum pb_status pb_roster_remove(const struct pb_buf *yaml, size_t archive, struct pb_buf *text,
    struct pb_error *err) PB_MUST_CHECK;

#endif
