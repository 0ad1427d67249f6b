/*
 * The before-queue proxy (Postfix: smtpd_proxy_filter): one session between a client and the next
 * hop.  Commands and replies pass one by one, a message's octets as they come; its end is held back
 * until the message is kept, so that nothing is delivered that was not.
 */
#ifndef PB_DOORS_PROXY_H
#define PB_DOORS_PROXY_H

#include "doors/doors.h"
#include "doors/proxy_hop.h"
#include "doors/smtp_envelope.h"

/*
 * Between commands: envelope.begun, and a message come in part, only while the next hop is
 * connected.  Whatever hangs it up ends the mail.
 */
struct pb_proxy {
	struct pb_doorway *doorway;
	const struct pb_policy_door *door;
	struct pb_stream *client;
	struct pb_proxy_hop hop;
	struct pb_transaction *transaction;
	struct pb_smtp_envelope envelope; /* of what the next hop accepted */
	char hello[PB_LIMIT_FORWARDED];   /* what the client calls itself; "": not known */
	bool chunks;                      /* the next hop understands BDAT, as it said */
	struct pb_transit transit;        /* of the message that has begun */
	bool begun;      /* there is one in `transaction`: by BDAT, between commands */
	uint64_t size;   /* of it so far, octets */
	unsigned errors; /* commands that were refused here */
	bool over;
};

/* A session of pb_proxy_serve, to its end. */
void pb_proxy_session(struct pb_doorway *doorway, struct pb_stream *take_stream);

/* ---- between proxy.c and proxy_data.c -------------------------------------------------------- */

/* To the client, who is gone if it fails: then the session is over. */
void pb_proxy_say(struct pb_proxy *p, const char *reply);
/* What the next hop said last. */
void pb_proxy_relay(struct pb_proxy *p);
/*
 * Ask the next hop, connecting to it if need be.  false: it is not there, the client has been told,
 * and the session is over.
 */
bool pb_proxy_ask(struct pb_proxy *p, const void *line, size_t len);
/* The mail is over, with what was written of its message, of which nothing is kept. */
void pb_proxy_forget(struct pb_proxy *p);

/* DATA and BDAT, with what follows them. */
void pb_proxy_data(struct pb_proxy *p, const void *line, size_t len);
void pb_proxy_bdat(struct pb_proxy *p, const struct pb_smtp_command *command);

#endif
