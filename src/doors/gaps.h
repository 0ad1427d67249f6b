/*
 * Mail that a door let through though it could not be kept: remembered in a file, a line for each
 * message and archive, until the log says so.  Of a message it holds the MTA's name alone.
 */
#ifndef PB_DOORS_GAPS_H
#define PB_DOORS_GAPS_H

#include <stdbool.h>

#include "core/world.h"

struct pb_gaps;

/* dir/<door>.gap; what stands in it counts.  Borrows files. */
enum pb_status pb_gaps_new(const struct pb_files *files, const char *dir, const char *door,
    struct pb_gaps **ret_gaps, struct pb_error *err) PB_MUST_CHECK;

/* A message and an archive that it should have come into. */
struct pb_gap {
	const char *archive; /* its name in the policy; "": not known, in pb_gaps_record alone */
	const char *reason;  /* a word of ours (FORMAT 1.5, gap) */
	int64_t time_us;     /* local clock; 0: not known */
	const uint8_t *queue_id;
	size_t queue_id_len; /* 0: not known */
};

/*
 * On PB_OK they are durable, all of them, and the message may pass.  PB_ELIMIT: no more is
 * remembered; or a message's name or reason is of no form that can be.  For all threads.
 */
enum pb_status pb_gaps_add(struct pb_gaps *gaps, const struct pb_gap *gap, size_t count,
    struct pb_error *err) PB_MUST_CHECK;

bool pb_gaps_empty(struct pb_gaps *gaps);
size_t pb_gaps_count(struct pb_gaps *gaps); /* lines */

/*
 * Call `record` with all that are of one archive and one reason, in the order of time, for each
 * such run; those for which it answers PB_OK are taken away then.  The first failure, of which the
 * rest is tried all the same.  One thread at a time; others may add meanwhile.
 */
typedef enum pb_status pb_gap_record_fn(
    void *ctx, const struct pb_gap *run, size_t count, struct pb_error *err);
enum pb_status pb_gaps_record(
    struct pb_gaps *gaps, pb_gap_record_fn *record, void *ctx, struct pb_error *err) PB_MUST_CHECK;

/* Away with the file, of a door that is no more, if nothing is left in it. */
enum pb_status pb_gaps_remove(struct pb_gaps *gaps, struct pb_error *err) PB_MUST_CHECK;

void pb_gaps_free(struct pb_gaps *gaps); /* NULL is fine */

#endif
