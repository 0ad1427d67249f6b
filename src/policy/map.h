/* The map of a capture policy: whose mail goes into which archive, beside the archives' lists. */
#ifndef PB_POLICY_MAP_H
#define PB_POLICY_MAP_H

#include "policy/capture.h"
#include "policy/reader.h"

/* The key `map`; its file is none of this. */
void pb_policy_map(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_policy_map *ret_map);
void pb_policy_map_done(struct pb_policy_map *map);

#endif
