/* Which archives of the policy a message concerns, by its transaction. */
#ifndef PB_DOORS_CONCERNED_H
#define PB_DOORS_CONCERNED_H

#include "capture/transit.h"
#include "doors/lookup.h"

/* What a message is to an archive. */
enum pb_concern {
	PB_CONCERN_NONE,
	PB_CONCERN_OTHER,    /* nobody's, and the policy sends it there */
	PB_CONCERN_RECEIVED, /* a recipient is one of its mailboxes */
	PB_CONCERN_SENT      /* the sender is, whoever the recipients are */
};

struct pb_concerned {
	/* One for each archive of the policy: what the message is to it; and how many of its
	 * recipients no archive has, though they are in a domain of this one's, or would be kept
	 * in it as nobody's. */
	enum pb_concern *concern;
	unsigned *unmapped;
	size_t count;     /* of archives that it concerns */
	unsigned lacking; /* recipients in a domain of ours that no archive has */
	bool meant;       /* that it is kept nowhere */
};

/* PB_EUNAVAIL, PB_ELIMIT (lookup.h), PB_ENOMEM: of an address it cannot be known; what is known
 * stands there. */
enum pb_status pb_concerned(struct pb_lookup *lookup, const struct pb_transit *transit,
    struct pb_concerned *concerned, struct pb_error *err) PB_MUST_CHECK;

/* As facts say it (FORMAT 1.5); NULL: it is not known. */
const char *pb_concern_direction(enum pb_concern concern);

#endif
