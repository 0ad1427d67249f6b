/*
 * An mbox cut into its messages, in one pass and bounded memory (RFC 4155; the variants mboxo,
 * mboxrd, mboxcl, mboxcl2).
 *
 * A message begins behind a postmark and ends
 *   1. where its Content-Length says, if that leads exactly to the end, or to the next postmark, or
 *      to an empty line before either: so a body may hold lines that look like postmarks;
 *   2. else before an empty line that a postmark or the end follows, or at the end.
 * That one empty line is the mbox's, which RFC 4155 has written behind each message.  A postmark
 * directly behind another leaves an empty message between them.  Nothing is unquoted: a message is
 * its octets as they stand.
 */
#ifndef PB_CAPTURE_MBOX_H
#define PB_CAPTURE_MBOX_H

#include "capture/bytes.h"
#include "capture/finds.h"

/*
 * Hand out the messages of an mbox that stands at origin.  Where bytes cannot be looked ahead,
 * a Content-Length over PB_LIMIT_AT_HAND is not believed.  PB_OK also when it cannot be read to its
 * end: then that was refused.
 */
enum pb_status pb_mbox_split(const struct pb_bytes *bytes, const struct pb_message_origin *origin,
    const struct pb_finds *finds, struct pb_error *err) PB_MUST_CHECK;

#endif
