/*
 * Marks: what records are called, and what they speak of, as keyed digests (FORMAT 6.2), so that a
 * later record is joined to an earlier one without a word of either on the disk.
 *
 * Marks of a name are equal where the name is.  One that a record speaks of stands as its
 * complement, so that who looks for the one kind never passes over the other.
 *
 * Statuses as in catalog/catalog.h.
 */
#ifndef PB_CATALOG_MARKS_H
#define PB_CATALOG_MARKS_H

#include "catalog/catalog.h"

#define PB_MARK_LEN 16

/* What a record is called, and below PB_MARK_SPOKEN what it says of the one it speaks of. */
enum pb_mark_slot {
	PB_MARK_MESSAGE_ID,
	PB_MARK_ENVELOPE_ID,
	PB_MARK_QUEUE_ID,
	PB_MARK_TRANSACTION,
	PB_MARK_SPOKEN, /* and these of the names before it, in their order */
	PB_MARK_SLOTS = PB_MARK_SPOKEN + 3
};

/* All marks of one record; those that it has not are not set. */
struct pb_marks {
	uint64_t seq;
	bool report;   /* it speaks of another, whether or not it says of which */
	bool imported; /* where it stands in the log says nothing of when it came */
	bool set[PB_MARK_SLOTS];
	uint8_t mark[PB_MARK_SLOTS][PB_MARK_LEN];
};

/*
 * Between begin and commit.  A record that has something to be joined with, whichever of the two
 * came in first, is due from then on.
 */
enum pb_status pb_catalog_put_marks(
    struct pb_catalog *catalog, const struct pb_marks *marks, struct pb_error *err) PB_MUST_CHECK;

/* PB_OK also if it has none. */
enum pb_status pb_catalog_marks(struct pb_catalog *catalog, uint64_t seq,
    struct pb_marks *ret_marks, struct pb_error *err) PB_MUST_CHECK;

/*
 * Other records that are called so, which came before `seq` or were imported: at most `max`, the
 * first of them, or the last; ascending or descending accordingly.
 */
enum pb_status pb_catalog_called(struct pb_catalog *catalog, const uint8_t mark[PB_MARK_LEN],
    uint64_t seq, bool last, uint64_t *ret_seqs, size_t max, size_t *ret_count,
    struct pb_error *err) PB_MUST_CHECK;

/* ---- what is due ---------------------------------------------------------------------------- */

/* The first record from `seq` on that is to be looked at.  PB_ENOENT: there is none. */
enum pb_status pb_catalog_due(struct pb_catalog *catalog, uint64_t seq, uint64_t *ret_seq,
    struct pb_error *err) PB_MUST_CHECK;
/* Between begin and commit: it was; or what is said of it is being committed, or was not. */
enum pb_status pb_catalog_due_done(
    struct pb_catalog *catalog, uint64_t seq, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_catalog_due_begun(
    struct pb_catalog *catalog, uint64_t seq, bool begun, struct pb_error *err) PB_MUST_CHECK;
/* Those that were begun, and of which nobody knows how it ended; and they are due again. */
enum pb_status pb_catalog_due_unknown(
    struct pb_catalog *catalog, bool *ret_any, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_catalog_due_again(struct pb_catalog *catalog, struct pb_error *err) PB_MUST_CHECK;

/* ---- what was observed ---------------------------------------------------------------------- */

#define PB_OBSERVED_NOBODY INT64_MAX

/* One row for each record that an observation names, or one with PB_OBSERVED_NOBODY. */
struct pb_observed {
	uint64_t speaks; /* the record that speaks */
	uint64_t of;
	uint64_t record; /* of the observation */
	uint8_t kind;    /* record/observation.h */
};

/* Between begin and commit. */
enum pb_status pb_catalog_put_observed(struct pb_catalog *catalog,
    const struct pb_observed *observed, struct pb_error *err) PB_MUST_CHECK;

/* How many rows there are of what it speaks of in that way; and whether this is one. */
enum pb_status pb_catalog_observed_count(struct pb_catalog *catalog, uint64_t speaks, uint8_t kind,
    size_t *ret_count, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_catalog_is_observed(struct pb_catalog *catalog,
    const struct pb_observed *observed, bool *ret_is, struct pb_error *err) PB_MUST_CHECK;

/*
 * The observations that name a record, in either place, from record `from` on: the first of them.
 * PB_ENOENT: no more.
 */
enum pb_status pb_catalog_observation(struct pb_catalog *catalog, uint64_t seq, uint64_t from,
    uint64_t *ret_record, struct pb_error *err) PB_MUST_CHECK;

#endif
