/*
 * Which way a message went, by its own words: sent, if its From or Sender is one of the
 * archive's mailboxes, else received.  A claim of whoever wrote the message.
 */
#ifndef PB_CAPTURE_DIRECTION_H
#define PB_CAPTURE_DIRECTION_H

#include <stdbool.h>

#include "capture/mailboxes.h"
#include "core/limits.h"

struct pb_direction {
	const struct pb_mailboxes *mailboxes; /* borrowed; NULL, or none: nothing can be told */
	struct pb_buf field;                  /* From or Sender, as far as it came; wiped */
	char name[8]; /* of the field that a line begins: no longer one matters */
	size_t name_len;
	uint64_t seen; /* octets */
	enum { PB_DIRECTION_NAME, PB_DIRECTION_BODY, PB_DIRECTION_PASS, PB_DIRECTION_END } at;
	bool line_start;
	bool sent;
};

void pb_direction_init(struct pb_direction *direction, const struct pb_mailboxes *mailboxes);

/* A new message; then its octets, any number at a time, and its end.  PB_ENOMEM. */
void pb_direction_start(struct pb_direction *direction);
enum pb_status pb_direction_feed(struct pb_direction *direction, const void *data, size_t len,
    struct pb_error *err) PB_MUST_CHECK;
void pb_direction_end(struct pb_direction *direction);

/* "sent", "received", or NULL if no mailboxes are known. */
const char *pb_direction_told(const struct pb_direction *direction);

void pb_direction_done(struct pb_direction *direction);

#endif
