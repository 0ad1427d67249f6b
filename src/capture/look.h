/* What octets begin with: a mailbox file, something packed, or neither. */
#ifndef PB_CAPTURE_LOOK_H
#define PB_CAPTURE_LOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"

/* So many octets are enough to tell. */
#define PB_LOOK_LEN PB_LIMIT_POSTMARK

enum pb_look {
	PB_LOOK_OTHER, /* a message, if it is one */
	PB_LOOK_MBOX,  /* a postmark (capture/postmark.h) */
	PB_LOOK_PACKED /* the magic of an archive or of a compression */
};

/*
 * The first octets of a file, all of it if it is shorter than PB_LOOK_LEN.  An archive must
 * begin as one: a message with a ZIP behind it is a message.
 */
enum pb_look pb_look(const uint8_t *data, size_t len);

/* The first line begins as a header field does (RFC 5322 2.2): a name and a colon. */
bool pb_look_field(const uint8_t *data, size_t len);

/* So many octets are enough to tell whether a message begins as mail does. */
#define PB_LOOK_MAIL_LEN 256

/* With a header field, or with a postmark that some writer of mboxes left there. */
bool pb_look_mail(const uint8_t *data, size_t len);

#endif
