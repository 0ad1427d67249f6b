/* One authority of a timestamp policy, as it is read. */
#ifndef PB_POLICY_AUTHORITY_H
#define PB_POLICY_AUTHORITY_H

#include "policy/reader.h"
#include "policy/timestamp.h"

/* The archive's own one (FORMAT 2.2), which needs no settings. */
#define PB_POLICY_LOCAL "local"

/* Into zeros; on failure too, for pb_policy_authority_done.  currency: of all prices, "" until the
 * first one. */
void pb_policy_authority(struct pb_policy_reader *r, const struct pb_policy_node *node,
    struct pb_policy_authority *ret_authority, char currency[PB_POLICY_CURRENCY_LEN]);
void pb_policy_authority_done(struct pb_policy_authority *authority);

#endif
