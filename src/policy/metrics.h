/* Where a capture policy lets itself be asked how capture does. */
#ifndef PB_POLICY_METRICS_H
#define PB_POLICY_METRICS_H

#include "policy/capture.h"
#include "policy/reader.h"

/* policy->metrics; behind its doors.  On failure too, for pb_policy_address_done. */
void pb_policy_metrics(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_capture_policy *policy);

#endif
