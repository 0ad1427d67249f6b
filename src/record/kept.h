/*
 * What was sealed, kept in memory for somebody of the same process who looks at it soon, so that
 * it need not be read and opened for that.  All of it together is bounded; what there is no room
 * for is opened where it is stored.
 *
 * Octets come and go in about the same order: they stand in one ring.  For all threads.
 */
#ifndef PB_RECORD_KEPT_H
#define PB_RECORD_KEPT_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_keep;

/* Of so many octets. */
enum pb_status pb_keep_new(
    size_t size, struct pb_keep **ret_keep, struct pb_error *err) PB_MUST_CHECK;
/* Nothing is kept in it any more.  NULL is fine. */
void pb_keep_free(struct pb_keep *keep);

struct pb_kept {
	struct pb_keep *keep; /* borrowed; NULL: there is nothing */
	uint8_t *data;
	size_t len;
};

#define PB_KEPT_NOTHING ((struct pb_kept){ .keep = NULL })

/* A copy of them; nothing, where there is no room or keep is NULL. */
struct pb_kept pb_keep_copy(struct pb_keep *keep, const void *data, size_t len);
/* Wiped; it is nothing then. */
void pb_kept_done(struct pb_kept *kept);

#endif
