/* A sealed message on its way to the writer, for each archive that it concerns. */
#ifndef PB_DOORS_DELIVERY_H
#define PB_DOORS_DELIVERY_H

#include "doors/transaction_state.h"

/*
 * Hand t->sealed over for every destination, until it is durable in all or deadline_us has come.
 * `kept` says of each whether it is, whatever the answer.  A connection that broke is made anew
 * once.  As long as an archive that failed before fails again, the others are not handed a message
 * that the client will bring once more, unless it may pass.
 */
enum pb_status pb_delivery(struct pb_transaction *t, const struct pb_transit *transit,
    int64_t deadline_us, bool may_pass, struct pb_error *err) PB_MUST_CHECK;

#endif
