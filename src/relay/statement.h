/*
 * What a listener states of capture (type 3).  It stands open in every bundle of its time, whatever
 * is asked for (FORMAT 5.3): one that does not open there, or has no facts, would spoil them all,
 * and can't be taken out again.  So it is looked into before it counts.
 */
#ifndef PB_RELAY_STATEMENT_H
#define PB_RELAY_STATEMENT_H

#include "record/sealed.h"

/* PB_EDATA: it is no gap or alarm as a door states it (FORMAT 1.5), or not sealed for that log. */
enum pb_status pb_statement_check(
    const char *origin, struct pb_sealed *sealed, struct pb_error *err) PB_MUST_CHECK;

#endif
