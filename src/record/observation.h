/*
 * What a record of type 2 states: which record speaks of which earlier messages, and what it says
 * of them (FORMAT 1.5).  Its facts name nobody; words that a sender chose stand in its envelope.
 */
#ifndef PB_RECORD_OBSERVATION_H
#define PB_RECORD_OBSERVATION_H

#include <stdbool.h>

#include "core/json.h"
#include "core/limits.h"

enum pb_observation_kind {
	PB_OBSERVED_DELIVERY = 1, /* by a delivery report (RFC 3464) */
	PB_OBSERVED_DISPOSITION,  /* by a disposition notification (RFC 8098) */
	PB_OBSERVED_AGAIN,        /* the same octets from the same sender to the same recipients */
	PB_OBSERVED_QUEUE_ID      /* the same MTA had it under the same name */
};
#define PB_OBSERVATION_KINDS 5

/* By which names it is spoken of: bits. */
enum pb_observation_by {
	PB_OBSERVED_BY_MESSAGE_ID = 1,
	PB_OBSERVED_BY_ENVELOPE_ID = 2,
	PB_OBSERVED_BY_QUEUE_ID = 4,
	PB_OBSERVED_BY_TRANSACTION = 8
};

/* 1. of[] is ascending by seq. */
struct pb_observation {
	enum pb_observation_kind kind;
	uint64_t speaks;
	struct {
		uint64_t seq;
		unsigned by;
	} of[PB_LIMIT_OBSERVED];
	size_t count;
	bool more; /* others are called so, too */
};

const char *pb_observation_kind_name(enum pb_observation_kind kind); /* "delivery" ... */

/* The facts; view (FORMAT 6.1): of the record that speaks, may be NULL.  PB_ENOMEM. */
enum pb_status pb_observation_facts(const struct pb_observation *observation,
    const struct pb_json *view, struct pb_buf *facts) PB_MUST_CHECK;

/* The envelope; nothing is appended where it has nothing to tell.  PB_ENOMEM. */
enum pb_status pb_observation_envelope(const struct pb_observation *observation,
    const struct pb_json *view, struct pb_buf *envelope) PB_MUST_CHECK;

/* What facts state.  False: they are not those of an observation. */
bool pb_observation_read(const struct pb_json *facts, struct pb_observation *ret_observation);

/* Is that record named, in either place? */
bool pb_observation_names(const struct pb_observation *observation, uint64_t seq);

#endif
