/*
 * What an MTA tells a milter of its client and of the envelope at hand (struct pb_transit), out of
 * the data of the commands that say it.
 */
#ifndef PB_DOORS_TOLD_H
#define PB_DOORS_TOLD_H

#include "capture/transit.h"
#include "core/buf.h"
#include "doors/smtp_envelope.h"

enum pb_told_text {
	PB_TOLD_MTA,
	PB_TOLD_OF_CLIENT, /* what follows is forgotten when another client connects */
	PB_TOLD_CLIENT_NAME = PB_TOLD_OF_CLIENT,
	PB_TOLD_CLIENT_ADDRESS,
	PB_TOLD_HELO,
	PB_TOLD_TLS_VERSION,
	PB_TOLD_TLS_CIPHER,
	PB_TOLD_TLS_SUBJECT,
	PB_TOLD_OF_MESSAGE, /* what follows is forgotten behind each message */
	PB_TOLD_QUEUE_ID = PB_TOLD_OF_MESSAGE,
	PB_TOLD_LOGIN,
	PB_TOLD_RECIPIENT, /* the one that comes next, as the MTA understands it */
	PB_TOLD_COUNT
};

/* All zeros: nothing was told. */
struct pb_told {
	struct pb_buf text[PB_TOLD_COUNT]; /* with its NUL; empty: not known */
	struct pb_smtp_envelope envelope;
	struct pb_buf known_as; /* of recipients that are written otherwise, each with its NUL */
	size_t known_as_count;
	const char **known; /* by pb_told_state, into known_as */
};

/*
 * The data of SMFIC_MACRO, _CONNECT, _HELO, _MAIL, _RCPT.  Another client's connection, and another
 * MAIL, begin anew.  PB_EDATA: not of their form, or longer than it may be; PB_ELIMIT: a recipient
 * too many, who is not among them then; PB_ENOMEM.
 */
typedef enum pb_status pb_told_fn(
    struct pb_told *told, const uint8_t *data, size_t len, struct pb_error *err);
pb_told_fn pb_told_macros, pb_told_connect, pb_told_helo, pb_told_mail, pb_told_recipient;

/* Sets what was told, borrowed until more is told; the other members stay.  PB_ENOMEM. */
enum pb_status pb_told_state(
    struct pb_told *told, struct pb_transit *transit, struct pb_error *err) PB_MUST_CHECK;

void pb_told_message_over(struct pb_told *told);
/* All is forgotten, wiped and released. */
void pb_told_done(struct pb_told *told);

#endif
