#include "catalog/catalog.h"

#include <inttypes.h>
#include <string.h>

#include "catalog/sqlite.h"
#include "core/cursor.h"
#include "core/error.h"
#include "core/limits.h"
#include "crypto/digest.h"

static const char READING[] = N_("read the catalog");
static const char WRITING[] = N_("write to the catalog");

/* ---- one row -------------------------------------------------------------------------------- */

/* A statement with one parameter at its first row.  PB_ENOENT: it has none.  Reset it in any case.
 */
static enum pb_status
first_row(struct pb_catalog *catalog, enum pb_catalog_statement which, bool bind, int64_t value,
    sqlite3_stmt **ret_statement, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);

	*ret_statement = statement;
	if (statement == NULL)
		return status;
	return pb_sqlite_first(
	    catalog, statement, bind ? sqlite3_bind_int64(statement, 1, value) : SQLITE_OK, err);
}

/* The octets of a column, appended. */
static enum pb_status
take_blob(
    struct pb_catalog *catalog, sqlite3_stmt *statement, struct pb_buf *buf, struct pb_error *err)
{
	const void *data = sqlite3_column_blob(statement, 0);
	int len = sqlite3_column_bytes(statement, 0);

	if (sqlite3_column_type(statement, 0) != SQLITE_BLOB)
		return pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	if (data == NULL && len > 0)
		return pb_fail_memory(err, READING);
	if (len > PB_LIMIT_SUMMARY)
		return pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	return pb_buf_append(buf, data, (size_t)len) == PB_OK ? PB_OK
							      : pb_fail_memory(err, READING);
}

enum pb_status
pb_catalog_note(struct pb_catalog *catalog, struct pb_buf *buf, struct pb_error *err)
{
	sqlite3_stmt *statement;
	enum pb_status status = first_row(catalog, SQL_NOTE, false, 0, &statement, err);

	if (status == PB_OK)
		status = take_blob(catalog, statement, buf, err);
	else if (status == PB_ENOENT)
		status = pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	(void)sqlite3_reset(statement);
	return status;
}

enum pb_status
pb_catalog_size(struct pb_catalog *catalog, uint64_t *ret_size, struct pb_error *err)
{
	sqlite3_stmt *statement;
	enum pb_status status = first_row(catalog, SQL_SIZE, false, 0, &statement, err);
	uint64_t size = 0;

	if (status == PB_OK) {
		sqlite3_int64 last = sqlite3_column_int64(statement, 0);

		size = (uint64_t)last + 1;
		if (last < 0 || last == INT64_MAX)
			status = pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	} else if (status == PB_ENOENT) {
		status = PB_OK;
	}
	(void)sqlite3_reset(statement);
	if (status == PB_OK)
		*ret_size = size;
	return status;
}

enum pb_status
pb_catalog_place(struct pb_catalog *catalog, uint64_t seq, struct pb_catalog_place *ret_place,
    struct pb_error *err)
{
	sqlite3_stmt *statement;
	enum pb_status status =
	    first_row(catalog, SQL_PLACE, true, pb_sqlite_integer(seq), &statement, err);

	if (status == PB_OK) {
		ret_place->segment = (uint64_t)sqlite3_column_int64(statement, 0);
		ret_place->offset = (uint64_t)sqlite3_column_int64(statement, 1);
	}
	(void)sqlite3_reset(statement);
	return status;
}

enum pb_status
pb_catalog_summary(
    struct pb_catalog *catalog, uint64_t seq, struct pb_buf *buf, struct pb_error *err)
{
	sqlite3_stmt *statement;
	enum pb_status status =
	    first_row(catalog, SQL_SUMMARY, true, pb_sqlite_integer(seq), &statement, err);

	if (status == PB_OK)
		status = take_blob(catalog, statement, buf, err);
	(void)sqlite3_reset(statement);
	return status;
}

/* ---- segments ------------------------------------------------------------------------------- */

/* Integers; their digest, with the row's other columns before, shows rot. */
#define PLAIN 7
#define COUNTS (PLAIN + PB_CATALOG_STATES)
#define COUNTS_LEN (8 * COUNTS)

static void
encode_counts(const struct pb_catalog_segment *segment, uint8_t counts[COUNTS_LEN])
{
	const uint64_t value[PLAIN] = { segment->end, segment->records, segment->messages,
		segment->viewed, segment->covered, segment->indexed, segment->found };

	for (size_t i = 0; i < PLAIN; i++)
		pb_put_u64(counts + 8 * i, value[i]);
	for (size_t i = 0; i < PB_CATALOG_STATES; i++)
		pb_put_u64(counts + 8 * (PLAIN + i), segment->state[i]);
}

static void
digest_row(const struct pb_catalog_segment *segment, const uint8_t counts[COUNTS_LEN],
    uint8_t digest[PB_DIGEST_LEN])
{
	uint8_t row[8 + PB_CATALOG_STEM_LEN + COUNTS_LEN];

	pb_put_u64(row, segment->first_seq);
	memcpy(row + 8, segment->stem, PB_CATALOG_STEM_LEN);
	memcpy(row + 8 + PB_CATALOG_STEM_LEN, counts, COUNTS_LEN);
	pb_digest_sha256(row, sizeof(row), digest);
}

static bool
column_is(sqlite3_stmt *statement, int column, int type, int len)
{
	return sqlite3_column_type(statement, column) == type &&
	       sqlite3_column_bytes(statement, column) == len;
}

/* Sizes that can be: anything else was not written by us. */
static bool
plausible(const struct pb_catalog_segment *s)
{
	uint64_t left = s->messages;

	for (size_t i = 0; i < PB_CATALOG_STATES; i++) {
		if (s->state[i] > left)
			return false;
		left -= s->state[i];
	}
	return s->records > 0 && s->first_seq <= INT64_MAX &&
	       s->records <= INT64_MAX - s->first_seq && s->messages <= s->records &&
	       s->viewed <= s->records && s->covered <= s->records && s->indexed <= s->messages &&
	       s->found <= s->indexed && s->end <= INT64_MAX;
}

static bool
decode_segment(sqlite3_stmt *statement, struct pb_catalog_segment *s)
{
	uint8_t counts[COUNTS_LEN], digest[PB_DIGEST_LEN];
	struct pb_cursor c;

	if (!column_is(statement, 1, SQLITE_TEXT, PB_CATALOG_STEM_LEN) ||
	    !column_is(statement, 2, SQLITE_BLOB, COUNTS_LEN) ||
	    !column_is(statement, 3, SQLITE_BLOB, PB_DIGEST_LEN))
		return false;
	memset(s, 0, sizeof(*s));
	s->first_seq = (uint64_t)sqlite3_column_int64(statement, 0);
	memcpy(s->stem, sqlite3_column_text(statement, 1), PB_CATALOG_STEM_LEN);
	memcpy(counts, sqlite3_column_blob(statement, 2), COUNTS_LEN);
	digest_row(s, counts, digest);
	if (memcmp(digest, sqlite3_column_blob(statement, 3), PB_DIGEST_LEN) != 0)
		return false;
	pb_cursor_init(&c, counts, sizeof(counts));
	s->end = pb_cursor_u64(&c);
	s->records = pb_cursor_u64(&c);
	s->messages = pb_cursor_u64(&c);
	s->viewed = pb_cursor_u64(&c);
	s->covered = pb_cursor_u64(&c);
	s->indexed = pb_cursor_u64(&c);
	s->found = pb_cursor_u64(&c);
	for (size_t i = 0; i < PB_CATALOG_STATES; i++)
		s->state[i] = pb_cursor_u64(&c);
	return plausible(s);
}

static enum pb_status
find_segment(struct pb_catalog *catalog, enum pb_catalog_statement which, int64_t value,
    struct pb_catalog_segment *ret_segment, struct pb_error *err)
{
	struct pb_catalog_segment segment;
	sqlite3_stmt *statement;
	enum pb_status status = first_row(catalog, which, true, value, &statement, err);

	if (status == PB_OK && !decode_segment(statement, &segment))
		status = pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	(void)sqlite3_reset(statement);
	if (status == PB_OK)
		*ret_segment = segment;
	return status;
}

enum pb_status
pb_catalog_segment_of(struct pb_catalog *catalog, uint64_t seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err)
{
	return find_segment(catalog, SQL_SEGMENT_OF, pb_sqlite_integer(seq), ret_segment, err);
}

enum pb_status
pb_catalog_segment_next(struct pb_catalog *catalog, bool first, uint64_t first_seq,
    struct pb_catalog_segment *ret_segment, struct pb_error *err)
{
	return find_segment(
	    catalog, SQL_SEGMENT_NEXT, first ? -1 : pb_sqlite_integer(first_seq), ret_segment, err);
}

/* ---- writing -------------------------------------------------------------------------------- */

static enum pb_status
run(struct pb_catalog *catalog, enum pb_catalog_statement which, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);

	return statement == NULL ? status : pb_sqlite_run(catalog, statement, WRITING, err);
}

enum pb_status
pb_catalog_begin(struct pb_catalog *catalog, struct pb_error *err)
{
	return run(catalog, SQL_BEGIN, err);
}

enum pb_status
pb_catalog_commit(struct pb_catalog *catalog, struct pb_error *err)
{
	enum pb_status status = run(catalog, SQL_COMMIT, err);

	if (status != PB_OK)
		pb_catalog_undo(catalog);
	return status;
}

void
pb_catalog_undo(struct pb_catalog *catalog)
{
	if (sqlite3_get_autocommit(catalog->db) == 0)
		(void)run(catalog, SQL_UNDO, NULL);
}

enum pb_status
pb_catalog_add(struct pb_catalog *catalog, uint64_t seq, const struct pb_catalog_place *place,
    struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, SQL_ADD, &status, err);
	int answers;

	if (statement == NULL)
		return status;
	answers = sqlite3_bind_int64(statement, 1, pb_sqlite_integer(seq));
	answers |= sqlite3_bind_int64(statement, 2, pb_sqlite_integer(place->segment));
	answers |= sqlite3_bind_int64(statement, 3, pb_sqlite_integer(place->offset));
	return pb_sqlite_run_bound(catalog, statement, answers, err);
}

enum pb_status
pb_catalog_put_segment(
    struct pb_catalog *catalog, const struct pb_catalog_segment *segment, struct pb_error *err)
{
	uint8_t counts[COUNTS_LEN], digest[PB_DIGEST_LEN];
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, SQL_PUT_SEGMENT, &status, err);
	int answers;

	if (statement == NULL)
		return status;
	pb_assert(plausible(segment));
	encode_counts(segment, counts);
	digest_row(segment, counts, digest);
	answers = sqlite3_bind_int64(statement, 1, pb_sqlite_integer(segment->first_seq));
	answers |=
	    sqlite3_bind_text(statement, 2, segment->stem, PB_CATALOG_STEM_LEN, SQLITE_STATIC);
	answers |= sqlite3_bind_blob(statement, 3, counts, sizeof(counts), SQLITE_STATIC);
	answers |= sqlite3_bind_blob(statement, 4, digest, sizeof(digest), SQLITE_STATIC);
	return pb_sqlite_run_bound(catalog, statement, answers, err);
}

enum pb_status
pb_catalog_put_note(struct pb_catalog *catalog, const void *note, size_t len, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, SQL_PUT_NOTE, &status, err);

	if (statement == NULL)
		return status;
	return pb_sqlite_run_bound(
	    catalog, statement, sqlite3_bind_blob64(statement, 1, note, len, SQLITE_STATIC), err);
}

enum pb_status
pb_catalog_put_summary(
    struct pb_catalog *catalog, uint64_t seq, const void *sealed, size_t len, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, SQL_PUT_SUMMARY, &status, err);
	int answers;

	if (statement == NULL)
		return status;
	answers = sqlite3_bind_int64(statement, 1, pb_sqlite_integer(seq));
	answers |= sqlite3_bind_blob64(statement, 2, sealed, len, SQLITE_STATIC);
	return pb_sqlite_run_bound(catalog, statement, answers, err);
}

/* ---- leaving no trace ----------------------------------------------------------------------- */

static enum pb_status
each(struct pb_catalog *catalog, enum pb_catalog_statement which, const uint64_t *seq, size_t count,
    struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);

		if (statement != NULL)
			status = pb_sqlite_run_bound(catalog, statement,
			    sqlite3_bind_int64(statement, 1, pb_sqlite_integer(seq[i])), err);
	}
	return status;
}

/* PRAGMA wal_checkpoint answers a row: whether somebody else was in the way. */
enum pb_status
pb_catalog_settle(struct pb_catalog *catalog, struct pb_error *err)
{
	sqlite3_stmt *statement;
	enum pb_status status = first_row(catalog, SQL_SETTLE, false, 0, &statement, err);

	if (status == PB_OK && sqlite3_column_int(statement, 0) != 0)
		status = pb_sqlite_fail(catalog, SQLITE_BUSY, WRITING, err);
	(void)sqlite3_reset(statement);
	return status;
}

/*
 * Written over in place first, and only then deleted: so what is deleted is zeros wherever SQLite
 * leaves it, also where secure_delete does not reach.
 */
enum pb_status
pb_catalog_forget(
    struct pb_catalog *catalog, const uint64_t *seq, size_t count, struct pb_error *err)
{
	static const enum pb_catalog_statement overwrite[] = { SQL_OVERWRITE, SQL_OVERWRITE_MARKS };
	static const enum pb_catalog_statement delete[] = { SQL_DELETE, SQL_DELETE_MARKS,
		SQL_DELETE_DUE, SQL_DELETE_OBSERVED };
	enum pb_status status = pb_catalog_begin(catalog, err);

	for (size_t i = 0; status == PB_OK && i < sizeof(overwrite) / sizeof(overwrite[0]); i++)
		status = each(catalog, overwrite[i], seq, count, err);
	if (status == PB_OK)
		status = pb_catalog_commit(catalog, err);
	else
		pb_catalog_undo(catalog);
	if (status == PB_OK)
		status = pb_catalog_settle(catalog, err);
	if (status == PB_OK)
		status = pb_catalog_begin(catalog, err);
	if (status != PB_OK)
		return status;
	for (size_t i = 0; status == PB_OK && i < sizeof(delete) / sizeof(delete[0]); i++)
		status = each(catalog, delete[i], seq, count, err);
	if (status == PB_OK)
		status = pb_catalog_commit(catalog, err);
	else
		pb_catalog_undo(catalog);
	return status == PB_OK ? pb_catalog_settle(catalog, err) : status;
}
