/*
 * A rehearsal of recovery: does the key that is kept for the worst day open the archive today?
 * Nothing of a message is shown.  The log says that it took place (FORMAT 1.5), and a note beside
 * the reader's certificate when it last did with success.
 */
#ifndef PB_KEYS_REHEARSAL_H
#define PB_KEYS_REHEARSAL_H

#include "archive/archive.h"

#define PB_REHEARSAL_YEAR_S (365LL * 24 * 3600)

struct pb_rehearsal {
	uint64_t segments;
	uint64_t opened;  /* of those: their key, and a record if they hold a sealed one */
	uint64_t records; /* that were opened */
	char first_closed[PB_SEGMENT_NAME_LEN + 1]; /* a segment that did not open, or "" */
	enum pb_status why;                         /* what opening it answered */
};

/*
 * Open one sealed record of each segment, drawn at random, with the archive's key, and record it.
 * sheet: that key was typed in from its sheet.  PB_OK also where something did not open.
 * PB_EACCESS: the archive has no key.
 */
enum pb_status pb_rehearse(struct pb_archive *archive, bool sheet,
    struct pb_rehearsal *ret_rehearsal, struct pb_error *err) PB_MUST_CHECK;

/* How the recovery of an archive stands, for a glance: needs no key. */
struct pb_rehearsed {
	bool recovery;  /* a reader of today is there for recovery, or as an heir */
	int64_t last_s; /* local clock of the last rehearsal with such a key; 0: none is known */
};

enum pb_status pb_rehearsal_last(const struct pb_world *world, const char *dir,
    struct pb_rehearsed *ret_rehearsed, struct pb_error *err) PB_MUST_CHECK;

#endif
