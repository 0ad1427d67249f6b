#include "doors/concerned.h"

#include <string.h>

/* What is more stands: sent before received. */
static void
raise_to(const struct pb_capture_policy *policy, const char *address, enum pb_concern to,
    enum pb_concern *concern)
{
	size_t archive =
	    address == NULL ? SIZE_MAX : pb_capture_policy_owner(policy, address, strlen(address));

	if (archive != SIZE_MAX && concern[archive] < to)
		concern[archive] = to;
}

size_t
pb_concerned(const struct pb_capture_policy *policy, const struct pb_transit *transit,
    enum pb_concern *ret_concern)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->archive_count; i++)
		ret_concern[i] = PB_CONCERN_NONE;
	raise_to(policy, transit->mail_from, PB_CONCERN_SENT, ret_concern);
	for (size_t i = 0; i < transit->recipient_count; i++)
		raise_to(policy, transit->recipient[i].address, PB_CONCERN_RECEIVED, ret_concern);
	for (size_t i = 0; i < policy->archive_count; i++)
		count += ret_concern[i] != PB_CONCERN_NONE;
	if (count > 0 || policy->otherwise != PB_OTHERWISE_ARCHIVE)
		return count;
	ret_concern[policy->otherwise_archive] = PB_CONCERN_OTHER;
	return 1;
}

const char *
pb_concern_direction(enum pb_concern concern)
{
	return concern == PB_CONCERN_SENT       ? "sent"
	       : concern == PB_CONCERN_RECEIVED ? "received"
						: NULL;
}
