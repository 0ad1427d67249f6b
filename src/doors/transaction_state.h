/* A transaction from within: what transaction.c and delivery.c share. */
#ifndef PB_DOORS_TRANSACTION_STATE_H
#define PB_DOORS_TRANSACTION_STATE_H

#include "doors/concerned.h"
#include "doors/doorway.h"
#include "doors/kit.h"

/* What became of a message in one archive that it concerns. */
struct pb_destination {
	bool tried, kept;
	bool suspect; /* before this message the archive was failing */
};

/*
 * A message is sealed once as it streams, for the first archive that it concerns; for any other,
 * and for another attempt, it is sealed out of that record again, under a secret of its own each
 * time.  So a session holds one message, however many archives it goes to.
 */
struct pb_transaction {
	struct pb_doorway *doorway;
	struct pb_kit kit; /* kept from message to message */
	struct pb_concerned to;
	struct pb_destination *destination; /* one for each archive of the policy */
	enum pb_status mapped;              /* whom it concerns is known; or why not, in map_err */
	struct pb_error map_err;
	bool begun;
	struct pb_message_times times;
	uint64_t len;
	enum pb_status status; /* of taking the message in: the first failure sticks */
	struct pb_error err;
	struct pb_sealed sealed; /* when all octets have come */
	size_t sealed_for; /* the archive it may be handed to as it is; SIZE_MAX: none any more */
};

#endif
