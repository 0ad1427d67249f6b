/* What trust_parse.c reads a trust file into and trust.c judges by. */
#ifndef PB_LOG_TRUST_MEMBERS_H
#define PB_LOG_TRUST_MEMBERS_H

#include "log/trust.h"

#define PB_TRUST_NOWHERE SIZE_MAX /* no index */

struct pb_trust_word {
	const char *at;
	size_t len; /* bytes; 0 past the last word */
};

/*
 * A witness or a group.  Each is a member of one group at most (tlog-policy, "Defining a
 * witness group"), and of a later one: so they make trees, whose roots stand last.
 */
struct pb_trust_member {
	struct pb_trust_word name;
	bool witness;
	struct pb_note_verifier verifier; /* of a witness */
	size_t needed;                    /* of a group: members that must have witnessed */
	size_t group;                     /* that it is a member of, or PB_TRUST_NOWHERE */
};

struct pb_trust {
	char *text; /* the file: names point into it */
	struct pb_note_verifier *logs;
	size_t logs_count;
	struct pb_trust_member *members;
	size_t members_count;
	bool quorum_stated;
	size_t quorum; /* a member, or PB_TRUST_NOWHERE for `none` */
};

#endif
