/* The domains in which archives have mailboxes, and the archives by their names. */
#ifndef PB_POLICY_KNOWN_H
#define PB_POLICY_KNOWN_H

#include "policy/capture.h"

/* policy->domain and policy->named, of its owners and archives, in the place of earlier ones.
 * false: there is no memory for it. */
bool pb_policy_know(struct pb_capture_policy *policy);

#endif
