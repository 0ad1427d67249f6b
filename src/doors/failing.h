/*
 * Since when the archives of a door fail, for `defer-then-deliver` to count from: also across a
 * door that is started anew.  It stands in dir/<door>.failing by the local clock, a line
 * "<microseconds since 1970> <archive>" each, and says nothing of any message.
 */
#ifndef PB_DOORS_FAILING_H
#define PB_DOORS_FAILING_H

#include "core/world.h"
#include "policy/capture.h"

struct pb_failing;

/* Borrows all three.  Of a door that does not count from it nothing is written down. */
enum pb_status pb_failing_new(const struct pb_world *world, const struct pb_capture_policy *policy,
    const struct pb_policy_door *door, struct pb_failing **ret_failing,
    struct pb_error *err) PB_MUST_CHECK;

/* Since when (monotonic_us); 0: it does not.  archive: of the policy; as many as those: the map's
 * server.  For all threads, as the next. */
int64_t pb_failing_since(struct pb_failing *failing, size_t archive);

/*
 * It fails, since now unless it did before; or it does no more.  Whether that is new.  What can't
 * be written down is counted anew by the next door: mail waits longer then.
 */
bool pb_failing_set(struct pb_failing *failing, size_t archive, bool fails);

void pb_failing_free(struct pb_failing *failing); /* NULL is fine */

#endif
