/*
 * What an export will hold, before anything of it is written: its range, the checkpoint that
 * covers it, the tokens, and what is disclosed of each record (FORMAT 5.3).
 */
#ifndef PB_EXPORT_PLAN_H
#define PB_EXPORT_PLAN_H

#include "export/anchor.h"
#include "export/held.h"
#include "export/leaves.h"
#include "export/select.h"

struct pb_export_plan {
	struct pb_manifest manifest; /* first: i, last: j */
	struct pb_closed_run *closed;
	size_t closed_count;
	struct pb_dossier_stamp *stamp; /* by size, then seq */
	size_t stamp_count;
	uint64_t *stamped;                /* their seqs, ascending */
	struct pb_export_held_sizes held; /* those that a consistency proof is added for */
	uint64_t opened;                  /* records of i..j, in whole or in part */
	uint64_t closed_records;          /* the others */
	uint64_t opened_messages;         /* of these, those that are messages */
	uint64_t opened_whole;            /* of these, those that are opened whole */
	uint64_t closed_messages;
	struct pb_export_select *select;
	const struct pb_export_destroyed *destroyed; /* borrowed of the leaves; in the range */
	size_t destroyed_count;
	struct pb_runs named;           /* by any of them */
	struct pb_runs observed;        /* observations that go along with what they name */
	const struct pb_runs *unopened; /* borrowed: records that do not open (export/unopened.h) */
};

/* What a plan is made from.  Borrowed. */
struct pb_export_search {
	const struct pb_export_options *options;
	const char *origin;
	struct pb_export_leaves *leaves;
	struct pb_reading *reading;
	struct pb_export_held_sizes held;
	const struct pb_runs *unopened; /* to be left closed */
	uint64_t until_size; /* 0, or: tokens over more records are as if they were not there */
};

#define PB_EXPORT_PLAN_EMPTY ((struct pb_export_plan){ .closed = NULL })

/*
 * Find it.  PB_EINVAL: no such record, or an as_of that no token is over or that does not
 * cover what was asked, or what is held; PB_EUNAVAIL: no token covers that yet; PB_ECORRUPT: an
 * anchor, or leaves that are not those of a stamped checkpoint.  pb_export_plan_done.
 */
enum pb_status pb_export_plan_make(const struct pb_export_search *search,
    struct pb_export_plan *ret_plan, struct pb_error *err) PB_MUST_CHECK;
void pb_export_plan_done(struct pb_export_plan *plan);

/*
 * What is disclosed of a record.  Record 0 beside the range: whole.  Nothing of one that was
 * destroyed, or does not open.  Of an observation its facts at least, if what it names is opened.
 */
void pb_export_plan_choose(const struct pb_export_plan *plan, const struct pb_leaf *leaf,
    struct pb_export_choice *ret_choice);

/* It is opened, and the format lets it be closed. */
bool pb_export_plan_may_close(const struct pb_export_plan *plan, const struct pb_leaf *leaf);

/* Was record seq destroyed, as a record of the range says?  ret_by: the first that does. */
bool pb_export_plan_destroyed(const struct pb_export_plan *plan, uint64_t seq, uint64_t *ret_by);

/* The anchor of record seq is one whose objects stand in stamps/. */
bool pb_export_plan_stamped(const struct pb_export_plan *plan, uint64_t seq);

#endif
