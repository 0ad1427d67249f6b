/* What a policy is about: its first key, "policy", says so. */
#ifndef PB_POLICY_KIND_H
#define PB_POLICY_KIND_H

#include "policy/reader.h"

enum pb_policy_kind { PB_POLICY_CAPTURE, PB_POLICY_TIMESTAMP };

/* PB_EDATA, PB_ELIMIT: as pb_policy_tree_read, or it is of no kind that is known. */
enum pb_status pb_policy_kind_of(const void *yaml, size_t len, enum pb_policy_kind *ret_kind,
    struct pb_error *err) PB_MUST_CHECK;

/* Within the room: this is a policy of that kind. */
#define PB_POLICY_KIND "policy"
void pb_policy_kind_expect(
    struct pb_policy_reader *r, const struct pb_policy_node *root, enum pb_policy_kind kind);

#endif
