/*
 * The cutter: a message as it streams in becomes header and body slices
 * (FORMAT 1.4).  One pass, constant memory; the slices concatenate to the input
 * byte for byte, whatever the input is.  Nothing in a message makes it fail:
 * only the sink can.
 */
#ifndef PB_RECORD_CUTTER_H
#define PB_RECORD_CUTTER_H

#include "record/parts.h"

struct pb_cutter;

/* Borrows sink for its lifetime.  PB_ENOMEM. */
enum pb_status pb_cutter_new(const struct pb_part_sink *sink, struct pb_cutter **ret_cutter,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The next bytes of the message, any number.  Answers what the sink answered;
 * if that is a failure the message is forgotten and the next bytes begin another.
 */
enum pb_status pb_cutter_write(
    struct pb_cutter *cutter, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;

/*
 * The message ends here: what was held back goes to the sink; ready for the
 * next message whatever the answer is.
 */
enum pb_status pb_cutter_finish(struct pb_cutter *cutter, struct pb_error *err) PB_MUST_CHECK;

void pb_cutter_free(struct pb_cutter *cutter);

#endif
