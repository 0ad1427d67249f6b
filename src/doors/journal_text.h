/* The text of a journal report: lines that name its sender and recipients ([MS-XJRNL] 2.1). */
#ifndef PB_DOORS_JOURNAL_TEXT_H
#define PB_DOORS_JOURNAL_TEXT_H

#include "core/buf.h"
#include "core/limits.h"
#include "probant/status.h"

/* RFC 2045 6; 7bit, 8bit and binary are one here. */
enum pb_journal_encoding { PB_JOURNAL_IDENTITY, PB_JOURNAL_BASE64, PB_JOURNAL_QUOTED };

struct pb_journal_addresses {
	char sender[PB_LIMIT_ADDRESS + 1]; /* "": none is named */
	struct pb_buf recipients;          /* each with a NUL */
	size_t count;
};

/* What does not decode, and what is no address, names nobody.  PB_ENOMEM. */
enum pb_status pb_journal_text_read(const uint8_t *text, size_t len,
    enum pb_journal_encoding encoding, struct pb_journal_addresses *addresses,
    struct pb_error *err) PB_MUST_CHECK;

void pb_journal_addresses_done(struct pb_journal_addresses *addresses); /* wiped */

#endif
