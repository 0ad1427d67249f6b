/*
 * Journal reports of Exchange and Microsoft 365: a message around another one, whose text says who
 * sent that and who received it ([MS-XJRNL] 2.1).  Read as it streams, from its head.
 */
#ifndef PB_DOORS_JOURNAL_REPORT_H
#define PB_DOORS_JOURNAL_REPORT_H

#include <stdbool.h>

#include "capture/transit.h"
#include "doors/journal_text.h"
#include "record/boundary.h"

enum pb_journal_is {
	PB_JOURNAL_UNKNOWN, /* more of the message is needed to say */
	PB_JOURNAL_NONE,    /* a message as any other */
	PB_JOURNAL_REPORT
};

enum pb_journal_at {
	PB_JOURNAL_HEADER,
	PB_JOURNAL_BETWEEN, /* before the first part, or in one that does not matter */
	PB_JOURNAL_PART,    /* in the header of a part */
	PB_JOURNAL_TEXT,
	PB_JOURNAL_END
};

struct pb_journal_report {
	/* Where it is read: [line, scanned) has no LF; a field, or the text, begins at `begin`. */
	enum pb_journal_at at;
	size_t line, scanned, begin;
	bool in_field;
	/* What the header said. */
	bool named;  /* it calls itself one */
	bool online; /* Exchange Online took it through */
	struct pb_boundary boundary;
	/* What the header of the part said. */
	bool plain, message;
	enum pb_journal_encoding encoding;
	struct pb_journal_addresses addresses;
	struct pb_transit_recipient *recipient;
};

void pb_journal_report_init(struct pb_journal_report *report);

/*
 * The message from its beginning as far as it has come: each time more of it, perhaps at another
 * place.  last: more of it will not be shown, and the answer is not PB_JOURNAL_UNKNOWN.  Once
 * anything else was answered, do not call it again.  PB_ENOMEM.
 */
enum pb_status pb_journal_report_read(struct pb_journal_report *report, const uint8_t *head,
    size_t len, bool last, enum pb_journal_is *ret_is, struct pb_error *err) PB_MUST_CHECK;

/*
 * Of a report: transit, which has its transaction, gains whom it names: the sender, and recipients
 * before those of the transaction, who stay, so that nobody keeps mail out of an archive by calling
 * it a report.  Borrowed until pb_journal_report_done.
 */
enum pb_status pb_journal_report_state(struct pb_journal_report *report, struct pb_transit *transit,
    struct pb_error *err) PB_MUST_CHECK;

/* Wipe and release; it may be initialised again. */
void pb_journal_report_done(struct pb_journal_report *report);

#endif
