/*
 * The catalog: where each record's frame stands, its sealed summary, and how far each segment is
 * indexed (FORMAT 6.2).  Derived: it may be lost, and it is never believed against the vault.
 *
 * Behind these calls stands SQLite; nobody else knows.  One thread at a time.  Every call may
 * answer PB_ENOMEM, PB_EIO, PB_ENOSPC, PB_ELOCKED (another process held it for longer than
 * PB_LIMIT_CATALOG_WAIT_MS) and PB_ECORRUPT: what stands there is not what was written, and
 * `reindex` makes it anew.
 */
#ifndef PB_CATALOG_CATALOG_H
#define PB_CATALOG_CATALOG_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/world.h"

#define PB_CATALOG_STEM_LEN 33 /* of a segment (FORMAT 3.1) */

struct pb_catalog;

/* Where a record's frame stands. */
struct pb_catalog_place {
	uint64_t segment; /* first seq of its segment */
	uint64_t offset;
};

/* How the view of a message ended: enum pb_view_state, and two more. */
#define PB_CATALOG_DESTROYED 0  /* its secret was */
#define PB_CATALOG_UNREADABLE 6 /* what the vault holds of it is damaged */
#define PB_CATALOG_STATES 7

/* A segment, as far as the catalog goes: its first `records` records, up to `end`. */
struct pb_catalog_segment {
	char stem[PB_CATALOG_STEM_LEN + 1];
	uint64_t first_seq;
	uint64_t end;      /* offset behind the last commit that is in the catalog */
	uint64_t records;  /* that have a row */
	uint64_t messages; /* of them */
	uint64_t viewed;   /* records, from the first on, that were looked at */
	uint64_t state[PB_CATALOG_STATES]; /* messages among the viewed, by how it went */
	uint64_t covered; /* records, from the first on, that the index file covers */
	uint64_t indexed; /* messages among the covered */
	uint64_t found;   /* messages with a view among the covered: what a search can find */
};

/* ---- opening -------------------------------------------------------------------------------- */

/*
 * The catalog in the file `path` of the archive `origin`.  create: made if there is none; else
 * PB_ENOENT.  files serves to look at the file before SQLite does: it must be a regular one of
 * this user.  PB_ECORRUPT: another schema, another version, another archive's.
 */
enum pb_status pb_catalog_open(const struct pb_files *files, const char *path, const char *origin,
    bool create, struct pb_catalog **ret_catalog, struct pb_error *err) PB_MUST_CHECK;

void pb_catalog_close(struct pb_catalog *catalog); /* NULL is fine */

/* Remove it, with what SQLite keeps beside it.  Nobody may have it open.  Fine if there is none. */
enum pb_status pb_catalog_remove(
    const struct pb_files *files, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* ---- reading -------------------------------------------------------------------------------- */

/*
 * The checkpoint that stands over all rows, as it was signed; the caller verifies it.  Appended to
 * buf; nothing for a catalog without rows.
 */
enum pb_status pb_catalog_note(
    struct pb_catalog *catalog, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;

/* How many records have a row: seq 0 to *ret_size - 1. */
enum pb_status pb_catalog_size(
    struct pb_catalog *catalog, uint64_t *ret_size, struct pb_error *err) PB_MUST_CHECK;

/* PB_ENOENT: no such row. */
enum pb_status pb_catalog_place(struct pb_catalog *catalog, uint64_t seq,
    struct pb_catalog_place *ret_place, struct pb_error *err) PB_MUST_CHECK;

/* The sealed summary, appended to buf.  PB_ENOENT: there is none. */
enum pb_status pb_catalog_summary(struct pb_catalog *catalog, uint64_t seq, struct pb_buf *buf,
    struct pb_error *err) PB_MUST_CHECK;

/* The segment that holds seq, and the first one behind `first_seq`.  PB_ENOENT. */
enum pb_status pb_catalog_segment_of(struct pb_catalog *catalog, uint64_t seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_catalog_segment_next(struct pb_catalog *catalog, bool first, uint64_t first_seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err) PB_MUST_CHECK;

/* ---- writing: between begin and commit, and nothing of it stays after undo --------------------
 */

enum pb_status pb_catalog_begin(struct pb_catalog *catalog, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_catalog_commit(struct pb_catalog *catalog, struct pb_error *err) PB_MUST_CHECK;
void pb_catalog_undo(struct pb_catalog *catalog); /* fine without a begin */

/* The next record's row. */
enum pb_status pb_catalog_add(struct pb_catalog *catalog, uint64_t seq,
    const struct pb_catalog_place *place, struct pb_error *err) PB_MUST_CHECK;

/* What is known of a segment from now on; it is added if it is new. */
enum pb_status pb_catalog_put_segment(struct pb_catalog *catalog,
    const struct pb_catalog_segment *segment, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_catalog_put_note(
    struct pb_catalog *catalog, const void *note, size_t len, struct pb_error *err) PB_MUST_CHECK;

/* Sets or replaces a summary. */
enum pb_status pb_catalog_put_summary(struct pb_catalog *catalog, uint64_t seq, const void *sealed,
    size_t len, struct pb_error *err) PB_MUST_CHECK;

/*
 * Outside begin and commit: overwrite and delete the summaries and marks (catalog/marks.h) of these
 * records and empty the write-ahead log, so that no trace is left in what SQLite keeps.  On PB_OK
 * it is durable.
 */
enum pb_status pb_catalog_forget(struct pb_catalog *catalog, const uint64_t *seq, size_t count,
    struct pb_error *err) PB_MUST_CHECK;

/* Bring everything into the database file and empty the write-ahead log. */
enum pb_status pb_catalog_settle(struct pb_catalog *catalog, struct pb_error *err) PB_MUST_CHECK;

#endif
