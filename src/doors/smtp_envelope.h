/*
 * What a session of SMTP or LMTP says of a message before its octets come: from whom and to whom
 * (RFC 5321 3.3), and what the MTA tells of its own client (Postfix's XFORWARD).
 */
#ifndef PB_DOORS_SMTP_ENVELOPE_H
#define PB_DOORS_SMTP_ENVELOPE_H

#include "capture/transit.h"
#include "core/buf.h"
#include "core/limits.h"
#include "doors/smtp_command.h"
#include "probant/status.h"

/* "NAME ADDR PORT PROTO HELO IDENT SOURCE": what is announced behind XFORWARD. */
#define PB_SMTP_FORWARDED "NAME ADDR PORT PROTO HELO IDENT SOURCE"
enum pb_smtp_forwarded {
	PB_FORWARDED_NAME,
	PB_FORWARDED_ADDR,
	PB_FORWARDED_PORT,
	PB_FORWARDED_PROTO,
	PB_FORWARDED_HELO,
	PB_FORWARDED_IDENT,
	PB_FORWARDED_SOURCE,
	PB_FORWARDED_COUNT
};

/* Read freely.  All zeros: empty. */
struct pb_smtp_envelope {
	bool begun; /* MAIL came */
	size_t recipients;
	struct pb_buf text; /* reverse-path, its parameters, each recipient, its: each with a NUL */
	struct pb_transit_recipient *recipient; /* by pb_smtp_envelope_state, into text */
	/* "": not told, or said to be unavailable. */
	char forwarded[PB_FORWARDED_COUNT][PB_LIMIT_FORWARDED];
};

/* MAIL, not begun, and RCPT, begun, were understood.  PB_ELIMIT: too many of them; PB_ENOMEM. */
enum pb_status pb_smtp_envelope_mail(struct pb_smtp_envelope *envelope,
    const struct pb_smtp_path *path, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_smtp_envelope_recipient(struct pb_smtp_envelope *envelope,
    const struct pb_smtp_path *path, struct pb_error *err) PB_MUST_CHECK;

/* The argument of XFORWARD.  false, as it was: it is not one. */
bool pb_smtp_envelope_forward(struct pb_smtp_envelope *envelope, struct pb_smtp_text argument);

/*
 * Fill the members of transit that are known here: reverse-path, recipients, client, HELO, queue
 * id.  Borrowed until the envelope changes.  Those that are not known stay as they are.
 */
enum pb_status pb_smtp_envelope_state(struct pb_smtp_envelope *envelope, struct pb_transit *transit,
    struct pb_error *err) PB_MUST_CHECK;

/* Wipe; the next message may begin.  What was forwarded was of this one. */
void pb_smtp_envelope_reset(struct pb_smtp_envelope *envelope);
void pb_smtp_envelope_done(struct pb_smtp_envelope *envelope);

#endif
