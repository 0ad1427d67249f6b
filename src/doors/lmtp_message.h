/*
 * The octets of a message on their way into a transaction.  Where journal reports come, its head
 * waits until it is known whom it concerns.
 */
#ifndef PB_DOORS_LMTP_MESSAGE_H
#define PB_DOORS_LMTP_MESSAGE_H

#include "doors/journal_report.h"
#include "doors/transaction.h"

enum pb_lmtp_fate {
	PB_LMTP_GOOD, /* it was kept, or need not be */
	PB_LMTP_NOT_KEPT,
	PB_LMTP_TOO_LARGE /* and will be so tomorrow */
};

/* door and transaction are set, and borrowed; the rest is zeros.  Read freely. */
struct pb_lmtp_message {
	const struct pb_policy_door *door;
	struct pb_transaction *transaction;
	bool open;
	bool waiting; /* in head; the transaction has not begun */
	bool given_up;
	uint64_t size;
	struct pb_transit transit;
	struct pb_journal_report report;
	struct pb_buf head;
};

/* transit is copied, what it points to borrowed until the end; NULL: it cannot be kept. */
void pb_lmtp_message_begin(struct pb_lmtp_message *message, const struct pb_transit *transit);
void pb_lmtp_message_write(struct pb_lmtp_message *message, const void *data, size_t len);

/* All octets have come. */
enum pb_lmtp_fate pb_lmtp_message_end(struct pb_lmtp_message *message);

/* It goes no further, if one is open. */
void pb_lmtp_message_drop(struct pb_lmtp_message *message);
void pb_lmtp_message_done(struct pb_lmtp_message *message);

#endif
