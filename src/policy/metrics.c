#include "policy/metrics.h"

#include <string.h>

#include "core/error.h"
#include "policy/address.h"

#define KEY "metrics"

/* 127.0.0.0/8 (RFC 1122 3.2.1.3), ::1 (RFC 4291 2.5.3): written in their one form. */
static bool
is_loopback(const struct pb_policy_address *address)
{
	return address->host != NULL &&
	       (strncmp(address->host, "127.", 4) == 0 || strcmp(address->host, "::1") == 0);
}

void
pb_policy_metrics(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	if (r->status != PB_OK || pb_policy_tree_member(root, KEY) == NULL)
		return;
	pb_policy_address(r, root, KEY, &policy->metrics);
	if (r->status == PB_OK && !is_loopback(&policy->metrics))
		pb_policy_refuse(r, root, KEY,
		    N_("only this machine itself may ask: an address of 127.0.0.0/8 or ::1"),
		    "127.0.0.1:9464");
	for (size_t i = 0; i < policy->door_count; i++)
		if (pb_policy_address_equal(&policy->door[i].listen, &policy->metrics))
			pb_policy_refuse(
			    r, root, KEY, N_("a door listens there"), policy->door[i].name);
}
