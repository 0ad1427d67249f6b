/* How one archive of a policy stands, at a glance: without any key, without reading its records. */
#ifndef PB_FLEET_STANDING_H
#define PB_FLEET_STANDING_H

#include "policy/capture.h"
#include "probant/archive.h"
#include "probant/stamp.h"

/* What needs somebody's attention, worst first. */
enum pb_fleet_concern {
	PB_FLEET_UNREADABLE, /* it could not be looked at: error */
	PB_FLEET_LOCKED,     /* it came back from a copy, and can only be verified */
	PB_FLEET_SILENT,     /* its log says nothing for longer than two heartbeats */
	PB_FLEET_GAP,        /* no authority answers, as the log says */
	PB_FLEET_BACKLOG,    /* records wait for a timestamp for longer than a day */
	PB_FLEET_COPY_OLD,   /* the newest copy that is known is older than a day */
	PB_FLEET_CONCERNS
};

struct pb_fleet_standing {
	const struct pb_policy_archive *archive; /* borrowed */
	unsigned concerns;                       /* bits, 1 << enum pb_fleet_concern */
	struct pb_error error;
	struct pb_archive_status status;
	struct pb_stamp_standing stamps;
	uint64_t message_s;  /* local clock of the newest message; 0: none lately */
	int64_t copied_s;    /* when the newest copy was made; 0: none is known */
	uint64_t copy_lacks; /* records */
};

/* PB_ENOMEM alone: whatever else goes wrong is a concern. */
enum pb_status pb_fleet_standing(const struct pb_world *world,
    const struct pb_capture_policy *policy, size_t archive,
    struct pb_fleet_standing *ret_standing) PB_MUST_CHECK;

/* The worst first, else as the policy has them: for qsort. */
int pb_fleet_standing_compare(const void *a, const void *b);

#endif
