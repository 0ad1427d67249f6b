#include "catalog/marks.h"

#include <string.h>

#include "catalog/sqlite.h"
#include "core/error.h"

/* The numbers of a record's marks: those of what was imported stand behind the others. */
#define IMPORTED 8

static const char READING[] = N_("read the catalog");

/* ---- one statement -------------------------------------------------------------------------- */

/* Integers, as many as it has. */
static int
bind_integers(sqlite3_stmt *statement, const uint64_t *value, int count)
{
	int answers = SQLITE_OK;

	for (int i = 0; i < count; i++)
		answers |= sqlite3_bind_int64(statement, i + 1, pb_sqlite_integer(value[i]));
	return answers;
}

static enum pb_status
run(struct pb_catalog *catalog, enum pb_catalog_statement which, const uint64_t *value, int count,
    struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);

	if (statement == NULL)
		return status;
	return pb_sqlite_run_bound(catalog, statement, bind_integers(statement, value, count), err);
}

/* The integer that it answers with.  PB_ENOENT: none. */
static enum pb_status
ask(struct pb_catalog *catalog, enum pb_catalog_statement which, const uint64_t *value, int count,
    uint64_t *ret_answer, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);

	if (statement == NULL)
		return status;
	status = pb_sqlite_first(catalog, statement, bind_integers(statement, value, count), err);
	if (status == PB_OK && sqlite3_column_type(statement, 0) == SQLITE_NULL)
		status =
		    pb_fail(err, PB_ENOENT, READING, N_("it has no such row"), "%s", catalog->path);
	if (status == PB_OK)
		*ret_answer = (uint64_t)sqlite3_column_int64(statement, 0);
	(void)sqlite3_reset(statement);
	return status;
}

/* ---- marks ---------------------------------------------------------------------------------- */

static void
complement(const uint8_t mark[PB_MARK_LEN], uint8_t out[PB_MARK_LEN])
{
	for (size_t i = 0; i < PB_MARK_LEN; i++)
		out[i] = (uint8_t)~mark[i];
}

static enum pb_status
run_with_mark(struct pb_catalog *catalog, enum pb_catalog_statement which, uint64_t number,
    const uint8_t mark[PB_MARK_LEN], struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, which, &status, err);
	int answers;

	if (statement == NULL)
		return status;
	answers = bind_integers(statement, &number, 1);
	answers |= sqlite3_bind_blob(statement, 2, mark, PB_MARK_LEN, SQLITE_STATIC);
	return pb_sqlite_run_bound(catalog, statement, answers, err);
}

/* Two that are called so are joined by queue id and transaction alone: Message-IDs are anybody's.
 */
static bool
joins(size_t slot)
{
	return slot == PB_MARK_QUEUE_ID || slot == PB_MARK_TRANSACTION;
}

static enum pb_status
put_called(
    struct pb_catalog *catalog, const struct pb_marks *marks, size_t slot, struct pb_error *err)
{
	uint8_t spoken[PB_MARK_LEN];
	uint64_t behind = marks->imported ? UINT64_MAX : marks->seq; /* -1: all */
	enum pb_status status = PB_OK;

	complement(marks->mark[slot], spoken);
	if (slot != PB_MARK_TRANSACTION)
		status = run_with_mark(catalog, SQL_PUT_DUE_OTHERS, behind, spoken, err);
	if (status == PB_OK && joins(slot))
		status =
		    run_with_mark(catalog, SQL_PUT_DUE_OTHERS, marks->seq, marks->mark[slot], err);
	if (status == PB_OK && joins(slot))
		status = run_with_mark(
		    catalog, SQL_PUT_DUE_AFTER_OTHERS, marks->seq, marks->mark[slot], err);
	return status;
}

static uint64_t
number_of(const struct pb_marks *marks, size_t slot)
{
	return marks->seq * PB_SQLITE_MARKS + (marks->imported ? IMPORTED : 0) + slot;
}

enum pb_status
pb_catalog_put_marks(struct pb_catalog *catalog, const struct pb_marks *marks, struct pb_error *err)
{
	enum pb_status status =
	    marks->report ? run(catalog, SQL_PUT_DUE, &marks->seq, 1, err) : PB_OK;
	uint8_t mark[PB_MARK_LEN];

	for (size_t slot = 0; status == PB_OK && slot < PB_MARK_SLOTS; slot++) {
		if (!marks->set[slot])
			continue;
		memcpy(mark, marks->mark[slot], sizeof(mark));
		if (slot < PB_MARK_SPOKEN)
			status = put_called(catalog, marks, slot, err);
		else
			complement(marks->mark[slot], mark);
		if (status == PB_OK)
			status =
			    run_with_mark(catalog, SQL_PUT_MARK, number_of(marks, slot), mark, err);
	}
	return status;
}

static bool
take_mark(sqlite3_stmt *statement, struct pb_marks *marks)
{
	uint64_t number = (uint64_t)sqlite3_column_int64(statement, 0) % PB_SQLITE_MARKS;
	uint64_t slot = number % IMPORTED;
	const void *mark = sqlite3_column_blob(statement, 1);

	if (slot >= PB_MARK_SLOTS || sqlite3_column_type(statement, 1) != SQLITE_BLOB ||
	    sqlite3_column_bytes(statement, 1) != PB_MARK_LEN || mark == NULL)
		return false;
	marks->set[slot] = true;
	marks->imported = number >= IMPORTED;
	if (slot < PB_MARK_SPOKEN)
		memcpy(marks->mark[slot], mark, PB_MARK_LEN);
	else
		complement(mark, marks->mark[slot]);
	return true;
}

enum pb_status
pb_catalog_marks(
    struct pb_catalog *catalog, uint64_t seq, struct pb_marks *ret_marks, struct pb_error *err)
{
	struct pb_marks marks = { .seq = seq };
	uint64_t first = seq * PB_SQLITE_MARKS;
	enum pb_status status;
	sqlite3_stmt *statement = pb_sqlite_statement(catalog, SQL_MARKS, &status, err);
	int bound;

	if (statement == NULL)
		return status;
	bound = bind_integers(statement, &first, 1);
	while (status == PB_OK) {
		status = pb_sqlite_first(catalog, statement, bound, err);
		if (status == PB_OK && !take_mark(statement, &marks))
			status = pb_sqlite_damaged(catalog, N_("it is damaged"), err);
	}
	(void)sqlite3_reset(statement);
	if (status != PB_ENOENT)
		return status;
	*ret_marks = marks;
	return PB_OK;
}

enum pb_status
pb_catalog_called(struct pb_catalog *catalog, const uint8_t mark[PB_MARK_LEN], uint64_t seq,
    bool last, uint64_t *ret_seqs, size_t max, size_t *ret_count, struct pb_error *err)
{
	enum pb_status status;
	sqlite3_stmt *statement =
	    pb_sqlite_statement(catalog, last ? SQL_CALLED_LAST : SQL_CALLED_FIRST, &status, err);
	size_t count = 0;
	int bound;

	if (statement == NULL)
		return status;
	bound = sqlite3_bind_blob(statement, 1, mark, PB_MARK_LEN, SQLITE_STATIC);
	bound |= sqlite3_bind_int64(statement, 2, pb_sqlite_integer(seq * PB_SQLITE_MARKS));
	bound |= sqlite3_bind_int64(statement, 3, pb_sqlite_integer(max));
	while (status == PB_OK && count < max) {
		status = pb_sqlite_first(catalog, statement, bound, err);
		if (status == PB_OK)
			ret_seqs[count++] = (uint64_t)sqlite3_column_int64(statement, 0);
	}
	(void)sqlite3_reset(statement);
	(void)sqlite3_clear_bindings(statement);
	if (status != PB_OK && status != PB_ENOENT)
		return status;
	*ret_count = count;
	return PB_OK;
}

/* ---- what is due ---------------------------------------------------------------------------- */

enum pb_status
pb_catalog_due(struct pb_catalog *catalog, uint64_t seq, uint64_t *ret_seq, struct pb_error *err)
{
	return ask(catalog, SQL_DUE, &seq, 1, ret_seq, err);
}

enum pb_status
pb_catalog_due_done(struct pb_catalog *catalog, uint64_t seq, struct pb_error *err)
{
	return run(catalog, SQL_DUE_DONE, &seq, 1, err);
}

enum pb_status
pb_catalog_due_begun(struct pb_catalog *catalog, uint64_t seq, bool begun, struct pb_error *err)
{
	const uint64_t value[] = { seq, begun };

	return run(catalog, SQL_DUE_BEGUN, value, 2, err);
}

enum pb_status
pb_catalog_due_unknown(struct pb_catalog *catalog, bool *ret_any, struct pb_error *err)
{
	uint64_t seq;
	enum pb_status status = ask(catalog, SQL_DUE_UNKNOWN, NULL, 0, &seq, err);

	if (status != PB_OK && status != PB_ENOENT)
		return status;
	*ret_any = status == PB_OK;
	return PB_OK;
}

enum pb_status
pb_catalog_due_again(struct pb_catalog *catalog, struct pb_error *err)
{
	return run(catalog, SQL_DUE_AGAIN, NULL, 0, err);
}

/* ---- what was observed ---------------------------------------------------------------------- */

enum pb_status
pb_catalog_put_observed(
    struct pb_catalog *catalog, const struct pb_observed *observed, struct pb_error *err)
{
	const uint64_t value[] = { observed->speaks, observed->kind, observed->of,
		observed->record };

	return run(catalog, SQL_PUT_OBSERVED, value, 4, err);
}

enum pb_status
pb_catalog_observed_count(struct pb_catalog *catalog, uint64_t speaks, uint8_t kind,
    size_t *ret_count, struct pb_error *err)
{
	const uint64_t value[] = { speaks, kind };
	uint64_t count = 0;
	enum pb_status status = ask(catalog, SQL_OBSERVED_COUNT, value, 2, &count, err);

	if (status == PB_OK)
		*ret_count = (size_t)count;
	return status;
}

enum pb_status
pb_catalog_is_observed(struct pb_catalog *catalog, const struct pb_observed *observed, bool *ret_is,
    struct pb_error *err)
{
	const uint64_t value[] = { observed->speaks, observed->kind, observed->of };
	uint64_t one;
	enum pb_status status = ask(catalog, SQL_IS_OBSERVED, value, 3, &one, err);

	if (status != PB_OK && status != PB_ENOENT)
		return status;
	*ret_is = status == PB_OK;
	return PB_OK;
}

enum pb_status
pb_catalog_observation(struct pb_catalog *catalog, uint64_t seq, uint64_t from,
    uint64_t *ret_record, struct pb_error *err)
{
	const uint64_t value[] = { seq, from };

	return ask(catalog, SQL_OBSERVATION, value, 2, ret_record, err);
}
