/* A session of LMTP (RFC 2033) from within: what lmtp.c and lmtp_data.c share. */
#ifndef PB_DOORS_LMTP_H
#define PB_DOORS_LMTP_H

#include "doors/doors.h"
#include "doors/lmtp_message.h"
#include "doors/smtp_envelope.h"
#include "net/stream.h"

struct pb_lmtp {
	struct pb_doorway *doorway;
	const struct pb_policy_door *door;
	struct pb_stream *client;
	struct pb_transaction *transaction;
	struct pb_smtp_envelope envelope;
	struct pb_lmtp_message message;
	char hello[256]; /* what the client calls itself (RFC 5321 4.5.3.1.2: 255); "": nothing yet
			  */
	unsigned refused;
	bool over;
};

/* A session from its greeting to its end: pb_session_fn. */
void pb_lmtp_session(struct pb_doorway *doorway, struct pb_stream *take_stream);

/* One line of an answer with its CR LF; and one that counts against the client. */
void pb_lmtp_say(struct pb_lmtp *p, const char *line);
void pb_lmtp_refuse(struct pb_lmtp *p, const char *line);

/* The mail transaction is over, or is not to be. */
void pb_lmtp_forget(struct pb_lmtp *p);

/* The commands by which octets come. */
void pb_lmtp_data(struct pb_lmtp *p);
void pb_lmtp_bdat(struct pb_lmtp *p, struct pb_smtp_text argument);

#endif
