/* What is known of a message that is on its way by a door: its transaction (RFC 5321 3.3). */
#ifndef PB_CAPTURE_TRANSIT_H
#define PB_CAPTURE_TRANSIT_H

#include "core/json.h"

struct pb_transit_recipient {
	const char *address;    /* without angle brackets: octets from outside */
	const char *parameters; /* "NOTIFY=NEVER ORCPT=...", or NULL */
};

/* NULL where it is not known.  All is borrowed; all but the first four may be octets from outside.
 */
struct pb_transit {
	const char *source;    /* "milter", "proxy", "lmtp" */
	const char *door;      /* its name in the policy */
	const char *fidelity;  /* "octets", "rebuilt", "copy" */
	const char *direction; /* "received", "sent": by transaction.c */
	const char *mail_from; /* "" is the empty reverse-path */
	const char *mail_parameters;
	const struct pb_transit_recipient *recipient;
	size_t recipient_count;
	/* What the MTA understands by recipients that are written otherwise: not kept, but it says
	 * whose the message is. */
	const char *const *known_as;
	size_t known_as_count;
	const char
	    *client_address; /* as the MTA tells of its client (XFORWARD, macros), else the peer */
	const char *client_name;
	const char *helo;
	const char *login;       /* who authenticated with the MTA */
	const char *tls_version; /* of the session with the MTA's client */
	const char *tls_cipher;
	const char *tls_subject; /* of its certificate */
	const char *queue_id;
	const char *mta; /* the MTA's name of itself */
	/* What the door had to do to octets, and knows: "folds", "cr", ...; closed words of ours.
	 */
	const char *const *rebuilt;
	size_t rebuilt_count;
	const char *journal; /* "exchange", "microsoft365": it is a report around a message */
};

/* The members of facts and envelope (FORMAT 1.5, message captured). */
void pb_transit_state_facts(const struct pb_transit *transit, struct pb_json_writer *w);
void pb_transit_state_envelope(const struct pb_transit *transit, struct pb_json_writer *w);

#endif
