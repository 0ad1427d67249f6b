/*
 * Rows: what `list` and `find` show of a record.  A row is read from its sealed summary, which only
 * opens for the leaf that stands in the vault; where there is none yet, from the record itself.
 */
#ifndef PB_FIND_ROWS_H
#define PB_FIND_ROWS_H

#include "archive/archive.h"
#include "catalog/catalog.h"
#include "core/json.h"
#include "record/leaf.h"

struct pb_rows;

enum pb_row_state {
	PB_ROW_SEEN,      /* a message with its view, or a record that is no message */
	PB_ROW_UNSEEN,    /* not viewed yet */
	PB_ROW_FAILED,    /* it was tried: `why` says how that went */
	PB_ROW_DESTROYED, /* its secret was destroyed: only its leaf can be told */
	PB_ROW_UNREADABLE /* damaged in the vault: only its leaf can be told */
};

/* Borrowed until the next call. */
struct pb_row {
	struct pb_leaf leaf;
	bool message;
	enum pb_row_state state;
	const char *why;            /* PB_ROW_FAILED: "died", "timeout", ... */
	const struct pb_json *json; /* the row of FORMAT 6.2; NULL if only the leaf can be told */
	const struct pb_json *view; /* FORMAT 6.1; NULL if there is none */
	struct pb_error problem;    /* PB_ROW_UNREADABLE: what was found */
};

/*
 * Over a catalog that is up to date (pb_views_update), read with the archive's reader key.  Borrows
 * both.
 */
enum pb_status pb_rows_new(const struct pb_archive *archive, struct pb_catalog *catalog,
    struct pb_rows **ret_rows, struct pb_error *err) PB_MUST_CHECK;

/*
 * The row of record seq; any order, ascending is cheapest.  PB_ECORRUPT: the catalog is not what
 * it was, `reindex` makes it anew; PB_EACCESS: this reader cannot open its segment; PB_ENOENT.
 */
enum pb_status pb_rows_read(
    struct pb_rows *rows, uint64_t seq, struct pb_row *ret_row, struct pb_error *err) PB_MUST_CHECK;

/*
 * The members of a row, into an object that the caller begins and ends: seq, captured, type, event,
 * speaks and of (of an observation), direction, source, from, to, cc, date, subject, message_id,
 * attachments (names), size, sha256, and state unless it was seen.
 */
void pb_row_json(const struct pb_row *row, struct pb_json_writer *w);

/* "seen", "unseen", "died", "destroyed"... */
const char *pb_row_state_name(const struct pb_row *row);

void pb_rows_free(struct pb_rows *rows); /* NULL is fine */

#endif
