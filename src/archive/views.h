/*
 * Views, summaries and index of an archive's messages, made by threads behind whoever writes.
 *
 * Everything here is derived: a failure leaves messages that are not indexed yet, and never touches
 * what was captured.  The archive's lock is held as long as a struct pb_views lives.
 */
#ifndef PB_ARCHIVE_VIEWS_H
#define PB_ARCHIVE_VIEWS_H

#include "archive/archive.h"
#include "archive/said.h"
#include "catalog/catalog.h"
#include "record/sealed.h"

struct pb_views;

struct pb_views_options {
	const char *program; /* probant-mime; NULL: it is not there, and nothing is viewed */
	unsigned threads;    /* at most PB_LIMIT_VIEW_THREADS; 0: one */
	bool own; /* what is offered was written by this process: it is not read twice to check */
	bool follow; /* what the archive's writer has open is viewed as it grows */
	bool anew;   /* views and indexes are made again, even if they are there */
	/* Called now and then by a thread, one at a time; may be NULL. */
	void (*progress)(void *ctx, uint64_t records);
	void *progress_ctx;
};

/* Opens the catalog, or makes it.  Borrows world and options' program; copies the rest. */
enum pb_status pb_views_new(const struct pb_archive *archive,
    const struct pb_views_options *options, struct pb_views **ret_views,
    struct pb_error *err) PB_MUST_CHECK;

/* Stops at the next record, waits for the threads.  NULL is fine. */
void pb_views_free(struct pb_views *views);

/*
 * From now on each segment that the archive's writer closes is handed over, with its key; it must
 * be undone (views NULL) before views are freed.
 */
void pb_views_attach(struct pb_archive *archive, struct pb_views *views);

/*
 * A segment up to offset `end`, behind a commit, with its key (copied).  Never waits: what there is
 * no room for is left for a later `reindex`.
 */
void pb_views_offer(
    struct pb_views *views, const char *stem, uint64_t end, struct pb_secret *segment_key);

/* The same of the segment that the archive's writer has open; false: it has none. */
bool pb_views_offer_open(struct pb_views *views, const struct pb_archive *archive);

/* Where the archive's writer may keep what it seals until it is viewed; NULL, also of views NULL:
 * nowhere. */
struct pb_keep *pb_views_keep(const struct pb_views *views);

/*
 * That one has grown by a commit of these: it is viewed as it grows, if views follow; what was
 * sealed as them is taken over, where it is there.
 */
void pb_views_grown(struct pb_views *views, const struct pb_archive *archive,
    struct pb_sealed *const *items, size_t count);

/*
 * Bring the catalog up to the archive's head and hand over every segment that something is missing
 * of and that can be opened: by its reader key, or since it is being written.  Waits for room.
 */
enum pb_status pb_views_update(
    struct pb_views *views, const struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/*
 * Wait until all that was handed over is done, and bring it into the database file.  The first
 * failure of any thread: PB_EUNAVAIL: the child can't be started.
 */
enum pb_status pb_views_finish(struct pb_views *views, struct pb_error *err) PB_MUST_CHECK;

/* All that was handed over is done, or failed.  Never waits. */
bool pb_views_are_done(struct pb_views *views);

/*
 * State what messages that were looked at say of others (archive/observe.h); beside threads that
 * are at work.
 */
enum pb_status pb_views_observe(struct pb_views *views, struct pb_archive *archive,
    const struct pb_said_closed *closed, bool *ret_more, size_t *ret_count,
    struct pb_error *err) PB_MUST_CHECK;

/* Borrowed, and only while no thread is at work: after pb_views_finish. */
struct pb_catalog *pb_views_catalog(const struct pb_views *views);

/* ---- how far it is -------------------------------------------------------------------------- */

struct pb_views_standing {
	uint64_t records; /* in the catalog */
	uint64_t messages;
	uint64_t
	    state[PB_CATALOG_STATES]; /* of messages; what is missing to all was not viewed yet */
	uint64_t found;               /* messages that a search finds by its indexes */
};

/* PB_OK: *ret_standing is filled. */
enum pb_status pb_views_stand(struct pb_catalog *catalog, struct pb_views_standing *ret_standing,
    struct pb_error *err) PB_MUST_CHECK;

#endif
