/*
 * Opening the catalog.  It may have been written by somebody else: nothing in it is run, and only
 * exactly our schema is used.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog/sqlite.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

#define APPLICATION_ID 0x50424341 /* "PBCA" */
#define VERSION 2
#define STATEMENT_MAX 512 /* the longest of ours has half of it */
#define JOURNAL "-journal"

static const char OPENING[] = N_("open the catalog");

/* In this order; they are compared with what the file holds, character by character. */
static const struct {
	const char *type;
	const char *name;
	const char *table;
	const char *text;
} schema[] = {
	{ "table", "archive", "archive",
	    "CREATE TABLE archive(id INTEGER PRIMARY KEY, origin TEXT NOT NULL, note BLOB "
	    "NOT NULL)" },
	{ "table", "segment", "segment",
	    "CREATE TABLE segment(first_seq INTEGER PRIMARY KEY, stem TEXT NOT NULL, counts BLOB "
	    "NOT NULL, digest BLOB NOT NULL)" },
	{ "table", "record", "record",
	    "CREATE TABLE record(seq INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER "
	    "NOT NULL)" },
	{ "table", "summary", "summary",
	    "CREATE TABLE summary(seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL)" },
	{ "table", "mark", "mark", "CREATE TABLE mark(id INTEGER PRIMARY KEY, mac BLOB NOT NULL)" },
	{ "index", "mark_mac", "mark", "CREATE INDEX mark_mac ON mark(mac)" },
	{ "table", "due", "due",
	    "CREATE TABLE due(seq INTEGER PRIMARY KEY, begun INTEGER NOT NULL)" },
	{ "table", "observed", "observed",
	    "CREATE TABLE observed(speaks INTEGER NOT NULL, kind INTEGER NOT NULL, of INTEGER "
	    "NOT NULL, record INTEGER NOT NULL, PRIMARY KEY(speaks, kind, of)) WITHOUT ROWID" },
	{ "index", "observed_of", "observed", "CREATE INDEX observed_of ON observed(of)" },
};
#define ENTRIES (sizeof(schema) / sizeof(schema[0]))

/* ---- the file ------------------------------------------------------------------------------- */

/* What SQLite keeps: the database, its write-ahead log, and that one's index; JOURNAL before there
 * is such a log. */
static const char *const suffix[] = { "", "-wal", "-shm", JOURNAL };
#define FILES (sizeof(suffix) / sizeof(suffix[0]))

static enum pb_status
beside(const char *path, const char *end, char out[PB_LIMIT_PATH], struct pb_error *err)
{
	int len = snprintf(out, PB_LIMIT_PATH, "%s%s", path, end);

	if (len < 0 || len >= PB_LIMIT_PATH)
		return pb_fail(err, PB_ELIMIT, OPENING, N_("the path is too long"), "%s", path);
	return PB_OK;
}

/* A link would lead SQLite to anybody's file. */
static enum pb_status
look(const struct pb_files *files, const char *path, bool *ret_there, struct pb_error *err)
{
	struct pb_file_info info;
	int answer = files->stat(files->ctx, path, false, &info);

	*ret_there = answer == 0;
	if (answer == -ENOENT)
		return PB_OK;
	if (answer < 0)
		return pb_fail_sys(err, answer, OPENING, "%s", path);
	if (info.type != PB_FILE_REGULAR || !info.owned) {
		(void)pb_fail(
		    err, PB_ECORRUPT, OPENING, N_("it is not a file of this user"), "%s", path);
		return pb_fail_todo(
		    err, PB_ECORRUPT, N_("remove it; `probant reindex` makes the catalog anew"));
	}
	return PB_OK;
}

/* SQLite gives the files beside the database its mode, so that one decides for all. */
static enum pb_status
make_file(const struct pb_files *files, const char *path, struct pb_error *err)
{
	int fd = -1;
	enum pb_status status = pb_io_open(files, path, O_RDWR | O_CREAT | O_EXCL, 0600, &fd, err);

	pb_io_close(files, &fd);
	return status;
}

/*
 * With write-ahead logging there is no other journal.  SQLite would play back one that stands
 * there, and then remove the file that it names, wherever that is.  One of our own is left by a
 * crash before the first table: without it the database is empty, or found damaged.
 */
static enum pb_status
drop_journal(const struct pb_files *files, const char *path, struct pb_error *err)
{
	char name[PB_LIMIT_PATH];
	enum pb_status status = beside(path, JOURNAL, name, err);
	bool there = false;
	int answer = 0;

	if (status == PB_OK)
		status = look(files, name, &there, err);
	if (status == PB_OK && there)
		answer = files->unlink(files->ctx, name);
	return answer < 0 ? pb_fail_sys(err, answer, OPENING, "%s", name) : status;
}

static enum pb_status
check_files(const struct pb_files *files, const char *path, bool create, struct pb_error *err)
{
	char name[PB_LIMIT_PATH];
	enum pb_status status = PB_OK;
	bool there = false;

	for (size_t i = FILES; status == PB_OK && i-- > 0;) {
		status = beside(path, suffix[i], name, err);
		if (status == PB_OK)
			status = look(files, name, &there, err);
	}
	if (status == PB_OK)
		status = drop_journal(files, path, err);
	if (status != PB_OK || there)
		return status;
	if (!create)
		return pb_fail(err, PB_ENOENT, OPENING, N_("there is no such file"), "%s", path);
	return make_file(files, path, err);
}

enum pb_status
pb_catalog_remove(const struct pb_files *files, const char *path, struct pb_error *err)
{
	char name[PB_LIMIT_PATH];
	enum pb_status status;
	int answer;

	/* The database last: what is left of a removal that was cut short is still found damaged.
	 */
	for (size_t i = FILES; i-- > 0;) {
		status = beside(path, suffix[i], name, err);
		if (status != PB_OK)
			return status;
		answer = files->unlink(files->ctx, name);
		if (answer < 0 && answer != -ENOENT)
			return pb_fail_sys(err, answer, N_("remove the catalog"), "%s", name);
	}
	return PB_OK;
}

/* ---- the connection ------------------------------------------------------------------------- */

static enum pb_status
execute(struct pb_catalog *catalog, const char *text, struct pb_error *err)
{
	int answer = sqlite3_exec(catalog->db, text, NULL, NULL, NULL);

	return answer == SQLITE_OK ? PB_OK : pb_sqlite_fail(catalog, answer, OPENING, err);
}

/* One integer or text that a statement answers with. */
static enum pb_status
ask(struct pb_catalog *catalog, const char *text, sqlite3_int64 *ret_value, struct pb_error *err)
{
	sqlite3_stmt *statement = NULL;
	int answer = sqlite3_prepare_v2(catalog->db, text, -1, &statement, NULL);

	if (answer == SQLITE_OK)
		answer = sqlite3_step(statement);
	if (answer == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(statement, 0);
	(void)sqlite3_finalize(statement);
	return answer == SQLITE_ROW ? PB_OK : pb_sqlite_fail(catalog, answer, OPENING, err);
}

/* What a foreign file might ask for, it does not get. */
static enum pb_status
confine(struct pb_catalog *catalog, struct pb_error *err)
{
	sqlite3 *db = catalog->db;

	(void)sqlite3_extended_result_codes(db, 0);
	(void)sqlite3_busy_timeout(db, PB_LIMIT_CATALOG_WAIT_MS);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, 2 * PB_LIMIT_SUMMARY);
	(void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, 2048);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, 16);
	(void)sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, 16);
	(void)sqlite3_limit(db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
	(void)sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
	return execute(catalog,
	    "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; "
	    "PRAGMA secure_delete = ON; PRAGMA cache_size = -4096",
	    err);
}

/*
 * Derived, so its last transactions may be lost; but what stands there stays whole: in WAL mode
 * NORMAL syncs before and after a checkpoint.
 */
static enum pb_status
set_journal(struct pb_catalog *catalog, struct pb_error *err)
{
	return execute(catalog,
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; "
	    "PRAGMA wal_autocheckpoint = 2000; PRAGMA journal_size_limit = 0",
	    err);
}

/* ---- the schema ----------------------------------------------------------------------------- */

static enum pb_status
write_schema(struct pb_catalog *catalog, const char *origin, struct pb_error *err)
{
	char text[STATEMENT_MAX];
	sqlite3_stmt *statement = NULL;
	enum pb_status status;
	int answer;

	(void)snprintf(text, sizeof(text), "PRAGMA application_id = %d; PRAGMA user_version = %d",
	    APPLICATION_ID, VERSION);
	status = execute(catalog, "BEGIN IMMEDIATE", err);
	for (size_t i = 0; status == PB_OK && i < ENTRIES; i++)
		status = execute(catalog, schema[i].text, err);
	if (status == PB_OK)
		status = execute(catalog, text, err);
	if (status != PB_OK)
		return status;
	answer = sqlite3_prepare_v2(
	    catalog->db, "INSERT INTO archive VALUES (1, ?1, x'')", -1, &statement, NULL);
	if (answer == SQLITE_OK)
		answer = sqlite3_bind_text(statement, 1, origin, -1, SQLITE_STATIC);
	if (answer == SQLITE_OK)
		answer = sqlite3_step(statement);
	(void)sqlite3_finalize(statement);
	if (answer != SQLITE_DONE)
		return pb_sqlite_fail(catalog, answer, OPENING, err);
	return execute(catalog, "COMMIT", err);
}

static bool
same(sqlite3_stmt *statement, int column, const char *expected)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text != NULL && strcmp(text, expected) == 0;
}

static enum pb_status
check_schema(struct pb_catalog *catalog, struct pb_error *err)
{
	sqlite3_stmt *statement = NULL;
	int answer = sqlite3_prepare_v2(catalog->db,
	    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid", -1, &statement,
	    NULL);
	bool ours = true;
	size_t count = 0;

	while (answer == SQLITE_OK || answer == SQLITE_ROW) {
		answer = sqlite3_step(statement);
		if (answer != SQLITE_ROW)
			break;
		ours = ours && count < ENTRIES && same(statement, 0, schema[count].type) &&
		       same(statement, 1, schema[count].name) &&
		       same(statement, 2, schema[count].table) &&
		       same(statement, 3, schema[count].text);
		count++;
	}
	(void)sqlite3_finalize(statement);
	if (answer != SQLITE_DONE)
		return pb_sqlite_fail(catalog, answer, OPENING, err);
	if (!ours || count != ENTRIES)
		return pb_sqlite_damaged(
		    catalog, N_("it is not laid out as this version writes it"), err);
	return PB_OK;
}

static enum pb_status
check_origin(struct pb_catalog *catalog, const char *origin, struct pb_error *err)
{
	sqlite3_stmt *statement = NULL;
	int answer = sqlite3_prepare_v2(
	    catalog->db, "SELECT origin FROM archive WHERE id = 1", -1, &statement, NULL);
	bool ours = false;

	if (answer == SQLITE_OK)
		answer = sqlite3_step(statement);
	if (answer == SQLITE_ROW)
		ours = same(statement, 0, origin);
	(void)sqlite3_finalize(statement);
	if (answer != SQLITE_ROW && answer != SQLITE_DONE)
		return pb_sqlite_fail(catalog, answer, OPENING, err);
	return ours ? PB_OK : pb_sqlite_damaged(catalog, N_("it is that of another archive"), err);
}

static enum pb_status
check_version(struct pb_catalog *catalog, struct pb_error *err)
{
	sqlite3_int64 id = 0, version = 0;
	enum pb_status status = ask(catalog, "PRAGMA application_id", &id, err);

	if (status == PB_OK)
		status = ask(catalog, "PRAGMA user_version", &version, err);
	if (status == PB_OK && (id != APPLICATION_ID || version != VERSION))
		status = pb_sqlite_damaged(catalog, N_("it is not a catalog of this version"), err);
	return status;
}

/* An empty one is what a crash may leave between the file and its tables. */
static enum pb_status
ready(struct pb_catalog *catalog, const char *origin, bool create, struct pb_error *err)
{
	sqlite3_int64 tables = 0;
	enum pb_status status = ask(catalog, "SELECT count(*) FROM sqlite_schema", &tables, err);

	if (status != PB_OK)
		return status;
	if (tables == 0 && !create)
		return pb_fail(err, PB_ENOENT, OPENING, N_("it is empty"), "%s", catalog->path);
	status = set_journal(catalog, err);
	if (status == PB_OK && tables == 0)
		status = write_schema(catalog, origin, err);
	if (status == PB_OK)
		status = check_version(catalog, err);
	if (status == PB_OK)
		status = check_schema(catalog, err);
	if (status == PB_OK)
		status = check_origin(catalog, origin, err);
	return status;
}

enum pb_status
pb_catalog_open(const struct pb_files *files, const char *path, const char *origin, bool create,
    struct pb_catalog **ret_catalog, struct pb_error *err)
{
	struct pb_catalog *catalog = NULL;
	enum pb_status status = check_files(files, path, create, err);
	int answer;

	if (status != PB_OK)
		return status;
	catalog = calloc(1, sizeof(*catalog));
	if (catalog == NULL || (catalog->path = strdup(path)) == NULL) {
		free(catalog);
		return pb_fail_memory(err, OPENING);
	}
	answer = sqlite3_open_v2(path, &catalog->db,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, "unix");
	status = answer == SQLITE_OK ? confine(catalog, err)
				     : pb_sqlite_fail(catalog, answer, OPENING, err);
	if (status == PB_OK)
		status = ready(catalog, origin, create, err);
	if (status != PB_OK) {
		pb_catalog_close(catalog);
		return status;
	}
	*ret_catalog = catalog;
	return PB_OK;
}

void
pb_catalog_close(struct pb_catalog *catalog)
{
	if (catalog == NULL)
		return;
	for (size_t i = 0; i < SQL_COUNT; i++)
		(void)sqlite3_finalize(catalog->statement[i]);
	(void)sqlite3_close(catalog->db);
	free(catalog->path);
	free(catalog);
}
