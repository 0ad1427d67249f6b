/* Whose mail goes into which archive: all mailboxes of a policy, in order. */
#ifndef PB_POLICY_OWNER_H
#define PB_POLICY_OWNER_H

#include "policy/capture.h"
#include "policy/reader.h"

/* "a@b.example", or "@b.example" for a whole domain. */
bool pb_policy_is_mailbox(const char *text);

/* policy->owner, of its archives; a mailbox that two of them have, or one twice, is refused.
 * archives: the list that they were read from. */
void pb_policy_owners(struct pb_policy_reader *r, const struct pb_policy_node *archives,
    struct pb_capture_policy *policy);

#endif
