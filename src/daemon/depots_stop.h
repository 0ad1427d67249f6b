/* The end of capture in all archives of a writer. */
#ifndef PB_DAEMON_DEPOTS_STOP_H
#define PB_DAEMON_DEPOTS_STOP_H

#include "daemon/depot.h"

/*
 * pb_depot_stop of each that is not broken, side by side: each waits for its disk many times, and
 * there may be thousands.  What fails is logged.  Nobody else uses them meanwhile.
 */
void pb_depots_stop(
    struct pb_depot *const *depots, const struct pb_capture_policy *policy, int64_t until_us);

#endif
