/* The archives of a capture policy, as they are read, and whose mail goes into which. */
#ifndef PB_POLICY_ARCHIVES_H
#define PB_POLICY_ARCHIVES_H

#include "policy/capture.h"
#include "policy/reader.h"

/* On failure too, for pb_policy_archives_done. */
void pb_policy_archives(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_capture_policy *policy);
void pb_policy_archives_done(struct pb_capture_policy *policy);

#endif
