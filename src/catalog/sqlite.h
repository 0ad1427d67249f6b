/* Within the room: SQLite as the catalog uses it. */
#ifndef PB_CATALOG_SQLITE_H
#define PB_CATALOG_SQLITE_H

#include <sqlite3.h>

#include "catalog/catalog.h"

enum pb_catalog_statement {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_UNDO,
	SQL_NOTE,
	SQL_SIZE,
	SQL_PLACE,
	SQL_SUMMARY,
	SQL_SEGMENT_OF,
	SQL_SEGMENT_NEXT,
	SQL_ADD,
	SQL_PUT_SEGMENT,
	SQL_PUT_NOTE,
	SQL_PUT_SUMMARY,
	SQL_OVERWRITE,
	SQL_DELETE,
	SQL_SETTLE,
	SQL_PUT_MARK,
	SQL_MARKS,
	SQL_CALLED_FIRST,
	SQL_CALLED_LAST,
	SQL_PUT_DUE,
	SQL_PUT_DUE_AFTER_OTHERS,
	SQL_PUT_DUE_OTHERS,
	SQL_DUE,
	SQL_DUE_DONE,
	SQL_DUE_BEGUN,
	SQL_DUE_UNKNOWN,
	SQL_DUE_AGAIN,
	SQL_PUT_OBSERVED,
	SQL_OBSERVED_COUNT,
	SQL_IS_OBSERVED,
	SQL_OBSERVATION,
	SQL_OVERWRITE_MARKS,
	SQL_DELETE_MARKS,
	SQL_DELETE_DUE,
	SQL_DELETE_OBSERVED,
	SQL_COUNT
};

struct pb_catalog {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *statement[SQL_COUNT]; /* prepared when first needed */
};

/* What SQLite answered, as a status. */
enum pb_status pb_sqlite_fail(
    const struct pb_catalog *catalog, int answer, const char *what, struct pb_error *err);

/*
 * It is there, and it is not what we write.  PB_ENOMEM if the look at it ended for want of memory,
 * which SQLite shows as a column that is not there.
 */
enum pb_status pb_sqlite_damaged(
    const struct pb_catalog *catalog, const char *why, struct pb_error *err);

/* The statement, ready to be bound; NULL after err was filled. */
sqlite3_stmt *pb_sqlite_statement(struct pb_catalog *catalog, enum pb_catalog_statement which,
    enum pb_status *ret_status, struct pb_error *err);

/*
 * Step to the first row.  PB_ENOENT: it has none.  bound: what the binding of its parameters
 * answered.  Reset it in any case.
 */
enum pb_status pb_sqlite_first(struct pb_catalog *catalog, sqlite3_stmt *statement, int bound,
    struct pb_error *err) PB_MUST_CHECK;

/* Step a statement that answers no row, and reset it. */
enum pb_status pb_sqlite_run(
    struct pb_catalog *catalog, sqlite3_stmt *statement, const char *what, struct pb_error *err);

/* Bound by what `answers` sums up (SQLITE_OK is 0), then run. */
enum pb_status pb_sqlite_run_bound(struct pb_catalog *catalog, sqlite3_stmt *statement, int answers,
    struct pb_error *err) PB_MUST_CHECK;

/* Of a record its marks are numbered so. */
#define PB_SQLITE_MARKS 16

/* Integers that SQLite keeps are signed. */
static inline sqlite3_int64
pb_sqlite_integer(uint64_t value)
{
	return (sqlite3_int64)value;
}

#endif
