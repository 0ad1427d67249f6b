/* What a record of type 8 states: whose secrets are destroyed, and why (FORMAT 1.5). */
#ifndef PB_RECORD_DESTRUCTION_H
#define PB_RECORD_DESTRUCTION_H

#include "core/buf.h"
#include "core/json.h"
#include "core/runs.h"

/* A closed vocabulary, so that no word of anybody gets into facts. */
enum pb_destruction_reason {
	PB_DESTROY_RETENTION, /* its time is over */
	PB_DESTROY_ERASURE,   /* somebody asked for it, and may */
	PB_DESTROY_COURT,     /* ordered */
	PB_DESTROY_ERROR,     /* it should never have been kept here */
	PB_DESTROY_RESTORED,  /* a newer state of this log had destroyed it already */
	PB_DESTROY_COUNT
};

const char *pb_destruction_reason_name(enum pb_destruction_reason reason); /* "retention"... */
bool pb_destruction_reason_parse(const char *name, enum pb_destruction_reason *ret_reason);

/* Only what has content can be destroyed: types 1, 2 and 15. */
bool pb_destruction_possible(uint8_t type);

/* Facts of 1 to PB_LIMIT_DESTROYED runs, appended.  PB_ELIMIT, PB_ENOMEM. */
enum pb_status pb_destruction_encode(const struct pb_runs *runs, enum pb_destruction_reason reason,
    struct pb_buf *facts) PB_MUST_CHECK;

/*
 * The runs that the facts of record `seq` state, into an empty set.  PB_EDATA: they are not as
 * FORMAT 1.5 says, which is ascending, maximal, and all before seq; PB_ENOMEM.
 */
enum pb_status pb_destruction_decode(const struct pb_json *facts, uint64_t seq,
    struct pb_runs *ret_runs, enum pb_destruction_reason *ret_reason) PB_MUST_CHECK;

#endif
