#include "catalog/sqlite.h"

#include "core/error.h"

static const char *const sql[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_UNDO] = "ROLLBACK",
	[SQL_NOTE] = "SELECT note FROM archive WHERE id = 1",
	[SQL_SIZE] = "SELECT seq FROM record ORDER BY seq DESC LIMIT 1",
	[SQL_PLACE] = "SELECT segment, offset FROM record WHERE seq = ?1",
	[SQL_SUMMARY] = "SELECT sealed FROM summary WHERE seq = ?1",
	[SQL_SEGMENT_OF] = "SELECT first_seq, stem, counts, digest FROM segment "
			   "WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1",
	[SQL_SEGMENT_NEXT] = "SELECT first_seq, stem, counts, digest FROM segment "
			     "WHERE first_seq > ?1 ORDER BY first_seq LIMIT 1",
	[SQL_ADD] = "INSERT INTO record VALUES (?1, ?2, ?3)",
	[SQL_PUT_SEGMENT] = "INSERT OR REPLACE INTO segment VALUES (?1, ?2, ?3, ?4)",
	[SQL_PUT_NOTE] = "UPDATE archive SET note = ?1 WHERE id = 1",
	[SQL_PUT_SUMMARY] = "INSERT OR REPLACE INTO summary VALUES (?1, ?2)",
	[SQL_OVERWRITE] = "UPDATE summary SET sealed = zeroblob(length(sealed)) WHERE seq = ?1",
	[SQL_DELETE] = "DELETE FROM summary WHERE seq = ?1",
	[SQL_SETTLE] = "PRAGMA wal_checkpoint(TRUNCATE)",
};

enum pb_status
pb_sqlite_damaged(const struct pb_catalog *catalog, const char *why, struct pb_error *err)
{
	if (catalog->db != NULL && sqlite3_errcode(catalog->db) == SQLITE_NOMEM)
		return pb_fail_memory(err, N_("read the catalog"));
	(void)pb_fail(err, PB_ECORRUPT, N_("read the catalog"), why, "%s", catalog->path);
	return pb_fail_todo(err, PB_ECORRUPT,
	    N_("the vault is not touched by that: `probant reindex` makes the catalog anew"));
}

enum pb_status
pb_sqlite_fail(const struct pb_catalog *catalog, int answer, const char *what, struct pb_error *err)
{
	int extended = catalog->db != NULL ? sqlite3_extended_errcode(catalog->db) : answer;

	if (answer == SQLITE_NOMEM || extended == SQLITE_IOERR_NOMEM)
		return pb_fail_memory(err, what);
	switch (answer & 0xff) {
	case SQLITE_FULL:
		return pb_fail(err, PB_ENOSPC, what, N_("the disk is full"), "%s", catalog->path);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		(void)pb_fail(
		    err, PB_ELOCKED, what, N_("another program holds it"), "%s", catalog->path);
		return pb_fail_todo(err, PB_ELOCKED, N_("try again when it is done"));
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return pb_fail(err, PB_EACCESS, what, N_("it cannot be opened for writing"), "%s",
		    catalog->path);
	case SQLITE_IOERR:
		return pb_fail(
		    err, PB_EIO, what, N_("reading or writing failed"), "%s", catalog->path);
	default: /* CORRUPT, NOTADB, and what only a damaged database leads to */
		return pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	}
}

sqlite3_stmt *
pb_sqlite_statement(struct pb_catalog *catalog, enum pb_catalog_statement which,
    enum pb_status *ret_status, struct pb_error *err)
{
	sqlite3_stmt **statement = &catalog->statement[which];
	int answer = SQLITE_OK;

	if (*statement == NULL)
		answer = sqlite3_prepare_v3(
		    catalog->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	if (answer != SQLITE_OK) {
		*ret_status = pb_sqlite_fail(catalog, answer, N_("read the catalog"), err);
		return NULL;
	}
	*ret_status = PB_OK;
	return *statement;
}

enum pb_status
pb_sqlite_run(
    struct pb_catalog *catalog, sqlite3_stmt *statement, const char *what, struct pb_error *err)
{
	int answer = sqlite3_step(statement);
	enum pb_status status = PB_OK;

	if (answer != SQLITE_DONE && answer != SQLITE_ROW)
		status = pb_sqlite_fail(catalog, answer, what, err);
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	return status;
}
