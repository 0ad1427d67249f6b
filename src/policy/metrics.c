#include "policy/metrics.h"

#include "core/error.h"
#include "policy/address.h"

#define KEY "metrics"

void
pb_policy_metrics(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	if (r->status != PB_OK || pb_policy_tree_member(root, KEY) == NULL)
		return;
	pb_policy_address(r, root, KEY, &policy->metrics);
	if (r->status == PB_OK && !pb_policy_address_loopback(&policy->metrics))
		pb_policy_refuse(r, root, KEY,
		    N_("only this machine itself may ask: an address of 127.0.0.0/8 or ::1"),
		    "127.0.0.1:9464");
	for (size_t i = 0; i < policy->door_count; i++)
		if (pb_policy_address_equal(&policy->door[i].listen, &policy->metrics))
			pb_policy_refuse(
			    r, root, KEY, N_("a door listens there"), policy->door[i].name);
}
