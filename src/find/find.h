/*
 * Searching an archive by the indexes of its segments, and saying how complete that is.
 *
 * What is found was found in what is derived; what is shown of it is read from the record.  The
 * archive's lock is held as long as a struct pb_find lives, so that what it opened stays as it is.
 */
#ifndef PB_FIND_FIND_H
#define PB_FIND_FIND_H

#include "archive/archive.h"
#include "catalog/catalog.h"
#include "index/query.h"

struct pb_find;

/* How complete a search is. */
struct pb_find_standing {
	uint64_t records;  /* it is over seq 0 to records - 1 */
	uint64_t messages; /* among them */
	uint64_t indexed;  /* messages whose words are in an index */
	/* Messages that an index covers without their words, by how their view ended. */
	uint64_t state[PB_CATALOG_STATES];
	uint64_t uncovered; /* messages that no index covers, or none that opens */
	uint64_t closed;    /* of those: in segments that this reader's key can't open */
	uint64_t cut;       /* indexed, but not with all of their words */
	bool bodies;        /* words of bodies are indexed, by the setting and by every index */
};

/*
 * Open every index that the archive's reader key opens, over a catalog that is up to date
 * (pb_views_update, pb_views_finish).  program: probant-mime, by which phrases are confirmed; NULL:
 * it is not there, and a phrase in a body can't be searched for.  Borrows all of it.
 */
enum pb_status pb_find_new(const struct pb_archive *archive, struct pb_catalog *catalog,
    const char *program, struct pb_find **ret_find, struct pb_error *err) PB_MUST_CHECK;
void pb_find_free(struct pb_find *find); /* NULL is fine */

const struct pb_find_standing *pb_find_standing(const struct pb_find *find); /* borrowed */

enum pb_find_sort {
	PB_FIND_DATE, /* newest first */
	PB_FIND_SEQ,  /* from the first on */
	PB_FIND_SIZE  /* largest first */
};

/* What a query found, one after the other. */
struct pb_found;

/* Borrows find and query.  PB_ECORRUPT: an index is damaged, `reindex` makes it again. */
enum pb_status pb_find_run(struct pb_find *find, const struct pb_query *query,
    enum pb_find_sort sort, bool reverse, struct pb_found **ret_found,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The next record that was found.  One that the index is not sure of is looked into first: that
 * opens the message and takes its time.  One that could be viewed for the index and can't be now is
 * passed over, and stays among those that are left.  PB_EEND: no more.  PB_EUNAVAIL: it can't be
 * looked into, since probant-mime is not there; PB_ECORRUPT: it is damaged.
 */
enum pb_status pb_found_next(
    struct pb_found *found, struct pb_match *ret_match, struct pb_error *err) PB_MUST_CHECK;

/* How many are left or were passed over, some of which may not be meant; and how many of them may.
 */
size_t pb_found_left(const struct pb_found *found, size_t *ret_unsure);

void pb_found_free(struct pb_found *found); /* NULL is fine */

#endif
