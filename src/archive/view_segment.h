/*
 * One segment: each record opened in memory, its message viewed by the child, its summary sealed
 * into the catalog, its words put into the segment's index.
 */
#ifndef PB_ARCHIVE_VIEW_SEGMENT_H
#define PB_ARCHIVE_VIEW_SEGMENT_H

#include "catalog/catalog.h"
#include "core/world.h"
#include "crypto/secret.h"
#include "record/kept.h"

struct pb_view_job {
	char stem[PB_CATALOG_STEM_LEN + 1];
	uint64_t end;          /* of the segment's last commit; 0: as the catalog has it */
	bool open;             /* more may come: `end` moves on (shared->more) */
	struct pb_secret *key; /* of the segment; owned */
	bool own; /* this process wrote it just now: stored octets needn't be held against leaves */
	bool anew; /* views and index are made again, even if they are there */
};

/* What threads share: the catalog, and whether to go on. */
struct pb_views_shared {
	struct pb_catalog *catalog;
	bool bodies;                   /* their words are indexed */
	struct pb_secret *machine_key; /* what marks are made under */
	void *ctx;
	void (*lock)(void *ctx);
	void (*unlock)(void *ctx);
	/* Called before each record; false: stop, with PB_ESTOPPED. */
	bool (*go_on)(void *ctx);
	/* What was sealed as record seq, owned by the caller; false: it is not at hand. */
	bool (*fresh)(void *ctx, uint64_t seq, struct pb_kept *ret_plain);
	/* The job is done up to *end: wait for more of its segment, if more may come.  false: that
	 * was all; else *end is where it ends now. */
	bool (*more)(void *ctx, const struct pb_view_job *job, uint64_t *end);
};

/* What one thread works with: a child, an opener, its buffers. */
struct pb_view_tools;

/* Borrows all of it but dir and origin.  program: probant-mime's path. */
enum pb_status pb_view_tools_new(const struct pb_world *world, const char *dir, const char *origin,
    const char *program, const struct pb_views_shared *shared, struct pb_view_tools **ret_tools,
    struct pb_error *err) PB_MUST_CHECK;
void pb_view_tools_free(struct pb_view_tools *tools); /* NULL is fine */

/*
 * Bring the catalog up to `end` of it, and to where that moves, then its summaries and its index.
 * What is done is kept, also on failure.  PB_EUNAVAIL: the child program can't be started.
 * PB_ECORRUPT: of the catalog or of the vault; a message that harms its child, or a secret that was
 * destroyed, is a state and no failure.
 */
enum pb_status pb_view_segment(struct pb_view_tools *tools, const struct pb_view_job *job,
    uint64_t end, struct pb_error *err) PB_MUST_CHECK;

#endif
