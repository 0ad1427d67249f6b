/* What was handed in and waits for its receipt, in the order in which receipts come. */
#ifndef PB_CAPTURE_RECEIPTS_H
#define PB_CAPTURE_RECEIPTS_H

#include "capture/import.h"

struct pb_waiting {
	struct pb_waiting *next;
	struct pb_import_item item; /* its texts are behind it */
	bool second;
};

struct pb_receipts {
	struct pb_waiting *first;
	struct pb_waiting **last;
};

void pb_receipts_init(struct pb_receipts *receipts);

/* What is spoken of when a message of that origin is. */
struct pb_import_item pb_import_item(const struct pb_message_origin *origin);

/* The newest that waits; NULL without memory. */
struct pb_waiting *pb_receipts_wait(
    struct pb_receipts *receipts, const struct pb_message_origin *origin, bool second);

/* The oldest that waits, no longer; NULL: none.  Freed with free(). */
struct pb_waiting *pb_receipts_next(struct pb_receipts *receipts);

void pb_receipts_done(struct pb_receipts *receipts);

#endif
