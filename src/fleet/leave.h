/*
 * An archive leaves its operator: it is brought to its end, handed over whole, and perhaps
 * destroyed where it was.  Each step stands in its log (FORMAT 1.5, leave), and so in what was
 * handed over.
 */
#ifndef PB_FLEET_LEAVE_H
#define PB_FLEET_LEAVE_H

#include "copies/backup.h"

struct pb_http;

/*
 * Into the copy at `to` (pb_copy); then, if there is a reason, the archive at dir is destroyed.
 * Called again it goes on where it ended, with a destruction too.  PB_ELOCKED: a daemon captures
 * for it, or another command holds it; PB_EUNAVAIL: no authority gave the last timestamp;
 * PB_ECORRUPT: the archive, or what was handed over, does not verify: nothing is destroyed then.
 */
enum pb_status pb_leave(const struct pb_world *world, const struct pb_http *http, const char *dir,
    const char *to, const char *reason, struct pb_backed_up *ret_made,
    struct pb_error *err) PB_MUST_CHECK;

#endif
