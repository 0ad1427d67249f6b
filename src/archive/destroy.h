/*
 * Destroying the secrets of records (FORMAT 3.5): what they held can be read by nobody any more,
 * while the log stays whole and says what was destroyed and why.
 */
#ifndef PB_ARCHIVE_DESTROY_H
#define PB_ARCHIVE_DESTROY_H

#include "archive/archive.h"
#include "record/destruction.h"
#include "vault/frames.h"

/*
 * Destroy the secrets of all records of `runs`.  Those that are gone already are left out.
 *
 * On PB_OK a record of type 8 (*ret_seq; may be NULL) stands in the log, durable, and the slots
 * are zeros on the medium.  PB_ENOENT: no such record, or none of them has a secret left.
 * PB_EINVAL: one of them is of a type that is never destroyed.  PB_ELIMIT: too scattered for one
 * record.  Nothing is changed then.  Any failure behind the record leaves a writer that has
 * stopped; the next opening goes on with it.
 */
enum pb_status pb_archive_destroy(struct pb_archive *archive, const struct pb_runs *runs,
    enum pb_destruction_reason reason, uint64_t *ret_seq, struct pb_error *err) PB_MUST_CHECK;

/*
 * On opening, when the head is found: what a crash left of a destruction.  If its record
 * reached the log it is finished, else it never was.  Costs one look where there is none.
 */
enum pb_status pb_destroy_finish(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/* The runs that the open record in `frame` destroys, into an empty set; as pb_facts_read. */
enum pb_status pb_destroy_read(const struct pb_frames *frames, const struct pb_frame *frame,
    struct pb_runs *ret_runs, struct pb_error *err) PB_MUST_CHECK;

#endif
