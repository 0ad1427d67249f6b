/* What becomes of a message that cannot be kept: whether it may pass, and the note of it. */
#ifndef PB_DOORS_PASSING_H
#define PB_DOORS_PASSING_H

#include "doors/transaction_state.h"

/*
 * By the policy, if it is not kept now.  Since the first failure so long: as long as no message
 * for that archive was kept, or the map's server did not answer, and the door was not started anew.
 */
bool pb_passing_may(const struct pb_transaction *t);

/* It passes once that is durable.  Where it is not known whose it is, any archive may lack it. */
enum pb_status pb_passing_note(struct pb_transaction *t, const struct pb_transit *transit,
    const char *reason, struct pb_error *err) PB_MUST_CHECK;

#endif
