/* Which archives of the policy a message concerns, by its transaction. */
#ifndef PB_DOORS_CONCERNED_H
#define PB_DOORS_CONCERNED_H

#include "capture/transit.h"
#include "policy/capture.h"

/* What a message is to an archive. */
enum pb_concern {
	PB_CONCERN_NONE,
	PB_CONCERN_OTHER,    /* nobody's, and the policy sends it there */
	PB_CONCERN_RECEIVED, /* a recipient is one of its mailboxes */
	PB_CONCERN_SENT      /* the sender is, whoever the recipients are */
};

/*
 * One for each archive of the policy; answers how many are concerned.  0: nobody's, and the policy
 * lets it pass or defers it.
 */
size_t pb_concerned(const struct pb_capture_policy *policy, const struct pb_transit *transit,
    enum pb_concern *ret_concern);

/* As facts say it (FORMAT 1.5); NULL: it is not known. */
const char *pb_concern_direction(enum pb_concern concern);

#endif
