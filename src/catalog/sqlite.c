#include "catalog/sqlite.h"

#include "core/error.h"

static const char READING[] = N_("read the catalog");

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
	[SQL_PUT_MARK] = "INSERT OR REPLACE INTO mark VALUES (?1, ?2)",
	[SQL_MARKS] = "SELECT id, mac FROM mark WHERE id >= ?1 AND id < ?1 + 16",
	[SQL_CALLED_FIRST] = "SELECT id / 16 FROM mark WHERE mac = ?1 "
			     "AND (id < ?2 OR (id % 16 >= 8 AND id >= ?2 + 16)) "
			     "ORDER BY id LIMIT ?3",
	[SQL_CALLED_LAST] = "SELECT id / 16 FROM mark WHERE mac = ?1 "
			    "AND (id < ?2 OR (id % 16 >= 8 AND id >= ?2 + 16)) "
			    "ORDER BY id DESC LIMIT ?3",
	[SQL_PUT_DUE] = "INSERT OR IGNORE INTO due VALUES (?1, 0)",
	[SQL_PUT_DUE_AFTER_OTHERS] = "INSERT OR IGNORE INTO due SELECT ?1, 0 WHERE EXISTS "
				     "(SELECT 1 FROM mark WHERE mac = ?2 AND id < ?1 * 16)",
	[SQL_PUT_DUE_OTHERS] = "INSERT OR IGNORE INTO due SELECT id / 16, 0 FROM mark "
			       "WHERE mac = ?2 AND id >= ?1 * 16 + 16",
	[SQL_DUE] = "SELECT seq FROM due WHERE seq >= ?1 AND begun = 0 ORDER BY seq LIMIT 1",
	[SQL_DUE_DONE] = "DELETE FROM due WHERE seq = ?1",
	[SQL_DUE_BEGUN] = "UPDATE due SET begun = ?2 WHERE seq = ?1",
	[SQL_DUE_UNKNOWN] = "SELECT seq FROM due WHERE begun <> 0 LIMIT 1",
	[SQL_DUE_AGAIN] = "UPDATE due SET begun = 0 WHERE begun <> 0",
	[SQL_PUT_OBSERVED] = "INSERT OR REPLACE INTO observed VALUES (?1, ?2, ?3, ?4)",
	[SQL_OBSERVED_COUNT] = "SELECT count(*) FROM observed WHERE speaks = ?1 AND kind = ?2 "
			       "AND of < 9223372036854775807",
	[SQL_IS_OBSERVED] = "SELECT 1 FROM observed WHERE speaks = ?1 AND kind = ?2 AND of = ?3",
	[SQL_OBSERVATION] = "SELECT min(record) FROM (SELECT record FROM observed "
			    "WHERE speaks = ?1 AND record >= ?2 UNION ALL "
			    "SELECT record FROM observed WHERE of = ?1 AND record >= ?2)",
	[SQL_OVERWRITE_MARKS] = "UPDATE mark SET mac = zeroblob(16) "
				"WHERE id >= ?1 * 16 AND id < ?1 * 16 + 16",
	[SQL_DELETE_MARKS] = "DELETE FROM mark WHERE id >= ?1 * 16 AND id < ?1 * 16 + 16",
	[SQL_DELETE_DUE] = "DELETE FROM due WHERE seq = ?1",
	[SQL_DELETE_OBSERVED] = "DELETE FROM observed WHERE speaks = ?1 OR of = ?1",
};

enum pb_status
pb_sqlite_damaged(const struct pb_catalog *catalog, const char *why, struct pb_error *err)
{
	if (catalog->db != NULL && sqlite3_errcode(catalog->db) == SQLITE_NOMEM)
		return pb_fail_memory(err, READING);
	(void)pb_fail(err, PB_ECORRUPT, READING, why, "%s", catalog->path);
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
		*ret_status = pb_sqlite_fail(catalog, answer, READING, err);
		return NULL;
	}
	*ret_status = PB_OK;
	return *statement;
}

enum pb_status
pb_sqlite_first(
    struct pb_catalog *catalog, sqlite3_stmt *statement, int bound, struct pb_error *err)
{
	int answer = bound == SQLITE_OK ? sqlite3_step(statement) : bound;

	if (answer == SQLITE_ROW)
		return PB_OK;
	if (answer == SQLITE_DONE)
		return pb_fail(
		    err, PB_ENOENT, READING, N_("it has no such row"), "%s", catalog->path);
	return pb_sqlite_fail(catalog, answer, READING, err);
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

enum pb_status
pb_sqlite_run_bound(
    struct pb_catalog *catalog, sqlite3_stmt *statement, int answers, struct pb_error *err)
{
	if (answers == SQLITE_OK)
		return pb_sqlite_run(catalog, statement, N_("write to the catalog"), err);
	(void)sqlite3_clear_bindings(statement);
	return pb_fail_memory(err, N_("write to the catalog"));
}
