/* One door of a capture policy, as it is read. */
#ifndef PB_POLICY_DOOR_H
#define PB_POLICY_DOOR_H

#include "policy/capture.h"
#include "policy/reader.h"

/* Into zeros; on failure too, for pb_policy_door_done. */
void pb_policy_door(
    struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_policy_door *ret_door);
void pb_policy_door_done(struct pb_policy_door *door);

#endif
