/* The catalog as a database: what is put in comes out, what is forgotten leaves no trace, and what
 * was written by somebody else is not read. */
#include "catalog/fixture.h"

#include <sqlite3.h>

static enum pb_status
try_open(struct fixture *f, const char *origin, struct pb_error *err)
{
	struct pb_catalog *catalog = NULL;
	enum pb_status status = pb_catalog_open(f->files, f->path, origin, false, &catalog, err);

	pb_catalog_close(catalog);
	return status;
}

/* `count` records of one segment, with a summary each. */
static void
fill(struct pb_catalog *catalog, uint64_t count)
{
	struct pb_catalog_segment segment = {
		.stem = STEM, .end = 4096 * count, .records = count, .messages = count / 2
	};
	char summary[200];

	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	for (uint64_t seq = 0; seq < count; seq++) {
		struct pb_catalog_place place = { .segment = 0, .offset = 4096 * seq };

		memset(summary, 'a', sizeof(summary));
		(void)snprintf(summary, sizeof(summary), "summary of record %06u.", (unsigned)seq);
		assert_int_equal(pb_catalog_add(catalog, seq, &place, NULL), PB_OK);
		assert_int_equal(
		    pb_catalog_put_summary(catalog, seq, summary, sizeof(summary), NULL), PB_OK);
	}
	assert_int_equal(pb_catalog_put_segment(catalog, &segment, NULL), PB_OK);
	assert_int_equal(pb_catalog_put_note(catalog, "a note", 6, NULL), PB_OK);
	assert_int_equal(pb_catalog_commit(catalog, NULL), PB_OK);
}

static void
run_sql(struct fixture *f, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* ---- what is put in comes out --------------------------------------------------------------- */

static void
there_is_none_until_it_is_made(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog;
	struct stat st;

	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ENOENT);
	catalog = make(f);
	pb_catalog_close(catalog);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_OK);
	assert_int_equal(pb_catalog_remove(f->files, f->path, NULL), PB_OK);
	assert_int_equal(pb_catalog_remove(f->files, f->path, NULL), PB_OK);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ENOENT);
}

static void
an_empty_one_has_no_rows(void **state)
{
	struct pb_catalog *catalog = make(*state);
	struct pb_catalog_segment segment;
	struct pb_catalog_place place;
	struct pb_buf buf = PB_BUF_EMPTY;
	uint64_t size = 7;

	assert_int_equal(pb_catalog_size(catalog, &size, NULL), PB_OK);
	assert_int_equal(size, 0);
	assert_int_equal(pb_catalog_note(catalog, &buf, NULL), PB_OK);
	assert_int_equal(buf.len, 0);
	assert_int_equal(pb_catalog_place(catalog, 0, &place, NULL), PB_ENOENT);
	assert_int_equal(pb_catalog_summary(catalog, 0, &buf, NULL), PB_ENOENT);
	assert_int_equal(pb_catalog_segment_of(catalog, 0, &segment, NULL), PB_ENOENT);
	pb_catalog_close(catalog);
}

static void
what_is_put_in_comes_out(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog = make(f);
	struct pb_catalog_segment segment;
	struct pb_catalog_place place;
	struct pb_buf buf = PB_BUF_EMPTY;
	uint64_t size;

	fill(catalog, 50);
	pb_catalog_close(catalog);
	catalog = make(f);
	assert_int_equal(pb_catalog_size(catalog, &size, NULL), PB_OK);
	assert_int_equal(size, 50);
	assert_int_equal(pb_catalog_place(catalog, 49, &place, NULL), PB_OK);
	assert_int_equal(place.offset, 49 * 4096);
	assert_int_equal(pb_catalog_summary(catalog, 49, &buf, NULL), PB_OK);
	assert_memory_equal(buf.data, "summary of record 000049.", 25);
	pb_buf_clear(&buf);
	assert_int_equal(pb_catalog_note(catalog, &buf, NULL), PB_OK);
	assert_memory_equal(buf.data, "a note", 6);
	assert_int_equal(pb_catalog_segment_of(catalog, 30, &segment, NULL), PB_OK);
	assert_string_equal(segment.stem, STEM);
	assert_int_equal(segment.records, 50);
	assert_int_equal(segment.messages, 25);
	assert_int_equal(pb_catalog_segment_next(catalog, true, 0, &segment, NULL), PB_OK);
	assert_int_equal(pb_catalog_segment_next(catalog, false, 0, &segment, NULL), PB_ENOENT);
	pb_catalog_close(catalog);
	pb_buf_done(&buf);
}

static void
what_is_undone_never_was(void **state)
{
	struct pb_catalog *catalog = make(*state);
	struct pb_catalog_place place = { 0 };
	uint64_t size;

	assert_int_equal(pb_catalog_begin(catalog, NULL), PB_OK);
	assert_int_equal(pb_catalog_add(catalog, 0, &place, NULL), PB_OK);
	pb_catalog_undo(catalog);
	pb_catalog_undo(catalog);
	assert_int_equal(pb_catalog_size(catalog, &size, NULL), PB_OK);
	assert_int_equal(size, 0);
	pb_catalog_close(catalog);
}

/* ---- no trace ------------------------------------------------------------------------------- */

static void
what_is_forgotten_stands_in_no_file(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog = make(f);
	const uint64_t seq[] = { 0, 17, 18, 399, 799 };
	char text[40], wal[500];

	(void)snprintf(wal, sizeof(wal), "%s-wal", f->path);
	fill(catalog, 800);
	assert_int_equal(pb_catalog_forget(catalog, seq, 5, NULL), PB_OK);
	for (size_t i = 0; i < 5; i++) {
		struct pb_buf buf = PB_BUF_EMPTY;

		(void)snprintf(text, sizeof(text), "summary of record %06u.", (unsigned)seq[i]);
		assert_false(holds(f->path, text, strlen(text)));
		assert_false(holds(wal, text, strlen(text)));
		assert_int_equal(pb_catalog_summary(catalog, seq[i], &buf, NULL), PB_ENOENT);
	}
	assert_true(holds(f->path, "summary of record 000019.", 25));
	assert_int_equal(pb_catalog_forget(catalog, seq, 5, NULL), PB_OK);
	pb_catalog_close(catalog);
}

/* ---- what was written by somebody else ------------------------------------------------------- */

static void
another_archives_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct pb_error err = { 0 };

	pb_catalog_close(make(f));
	assert_int_equal(try_open(f, "tilleuls.example/autre/0a1b2c3d", &err), PB_ECORRUPT);
	assert_non_null(strstr(err.todo, "reindex"));
}

static void
another_schema_is_not_read(void **state)
{
	static const char *const more[] = {
		"CREATE VIEW x AS SELECT 1",
		"CREATE TABLE x(a)",
		"CREATE INDEX x ON record(offset)",
		"CREATE TRIGGER x AFTER INSERT ON record BEGIN DELETE FROM record; END",
		"PRAGMA user_version = 1",
		"PRAGMA application_id = 1",
		"DROP TABLE summary",
		"DROP INDEX mark_mac",
		"DELETE FROM archive",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		pb_catalog_close(make(f));
		run_sql(f, more[i]);
		assert_int_equal(try_open(f, ORIGIN, NULL), PB_ECORRUPT);
		assert_int_equal(pb_catalog_remove(f->files, f->path, NULL), PB_OK);
	}
}

static void
what_is_no_database_is_not_read(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->path, "w");

	assert_non_null(file);
	for (int i = 0; i < 3000; i++)
		(void)fputs("no database\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ECORRUPT);
}

static void
a_link_is_not_followed(void **state)
{
	struct fixture *f = *state;
	char *other = pb_path_join(f->dir, "other"), *wal = pb_path_join(f->dir, "catalog.db-wal");

	pb_catalog_close(make(f));
	assert_int_equal(rename(f->path, other), 0);
	assert_int_equal(symlink(other, f->path), 0);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ECORRUPT);
	assert_int_equal(unlink(f->path), 0);
	assert_int_equal(rename(other, f->path), 0);
	assert_int_equal(symlink("/dev/null", wal), 0);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ECORRUPT);
	free(other);
	free(wal);
}

/* A rollback journal (SQLite's file format, 3) of no pages, in the name of a super-journal. */
static void
write_journal(const char *path, const char *super)
{
	static const uint8_t magic[8] = { 0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7 };
	struct pb_buf journal = PB_BUF_EMPTY;
	uint32_t sum = 0;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (const char *at = super; *at != '\0'; at++)
		sum += (uint8_t)*at;
	assert_int_equal(pb_buf_append(&journal, magic, 8), PB_OK);
	assert_int_equal(pb_buf_append_u32(&journal, 0), PB_OK);    /* records */
	assert_int_equal(pb_buf_append_u32(&journal, 1), PB_OK);    /* nonce */
	assert_int_equal(pb_buf_append_u32(&journal, 5), PB_OK);    /* pages of the database */
	assert_int_equal(pb_buf_append_u32(&journal, 512), PB_OK);  /* of a sector */
	assert_int_equal(pb_buf_append_u32(&journal, 4096), PB_OK); /* of a page */
	while (journal.len < 512)
		assert_int_equal(pb_buf_append_u8(&journal, 0), PB_OK);
	assert_int_equal(pb_buf_append_u32(&journal, 0x40000000 / 4096 + 1), PB_OK);
	assert_int_equal(pb_buf_append_text(&journal, super), PB_OK);
	assert_int_equal(pb_buf_append_u32(&journal, (uint32_t)strlen(super)), PB_OK);
	assert_int_equal(pb_buf_append_u32(&journal, sum), PB_OK);
	assert_int_equal(pb_buf_append(&journal, magic, 8), PB_OK);
	assert_int_equal(fwrite(journal.data, 1, journal.len, file), journal.len);
	assert_int_equal(fclose(file), 0);
	pb_buf_done(&journal);
}

static void
a_journal_that_was_planted_is_not_played_back(void **state)
{
	struct fixture *f = *state;
	char *other = pb_path_join(f->dir, "other");
	char *journal = pb_path_join(f->dir, "catalog.db-journal");
	FILE *file = fopen(other, "w");

	assert_non_null(file);
	(void)fputs("somebody's\n", file);
	assert_int_equal(fclose(file), 0);
	pb_catalog_close(make(f));
	write_journal(journal, other);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_OK);
	assert_int_equal(access(other, F_OK), 0);
	assert_int_equal(mkfifo(journal, 0600), 0);
	assert_int_equal(try_open(f, ORIGIN, NULL), PB_ECORRUPT);
	assert_int_equal(pb_catalog_remove(f->files, f->path, NULL), PB_OK);
	assert_int_not_equal(access(journal, F_OK), 0);
	free(other);
	free(journal);
}

static void
counts_that_were_changed_are_found_out(void **state)
{
	static const char *const change[] = {
		"UPDATE segment SET counts = zeroblob(112)",
		"UPDATE segment SET stem = '0000000000000000-0102030405060709'",
		"UPDATE segment SET first_seq = 1",
		"UPDATE segment SET digest = zeroblob(32)",
		"UPDATE segment SET counts = 'text'",
		"UPDATE segment SET stem = 1",
	};
	struct fixture *f = *state;
	struct pb_catalog_segment segment;

	for (size_t i = 0; i < sizeof(change) / sizeof(change[0]); i++) {
		struct pb_catalog *catalog = make(f);

		fill(catalog, 3);
		pb_catalog_close(catalog);
		run_sql(f, change[i]);
		catalog = make(f);
		assert_int_equal(pb_catalog_segment_of(catalog, 2, &segment, NULL), PB_ECORRUPT);
		pb_catalog_close(catalog);
		assert_int_equal(pb_catalog_remove(f->files, f->path, NULL), PB_OK);
	}
}

static void
who_reads_beside_a_writer_sees_what_is_committed(void **state)
{
	struct fixture *f = *state;
	struct pb_catalog *catalog = make(f), *other = make(f);
	struct pb_buf buf = PB_BUF_EMPTY;

	fill(catalog, 3);
	assert_int_equal(pb_catalog_summary(other, 2, &buf, NULL), PB_OK);
	pb_catalog_close(other);
	pb_catalog_close(catalog);
	pb_buf_done(&buf);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(there_is_none_until_it_is_made),
		CASE(an_empty_one_has_no_rows),
		CASE(what_is_put_in_comes_out),
		CASE(what_is_undone_never_was),
		CASE(what_is_forgotten_stands_in_no_file),
		CASE(another_archives_is_not_read),
		CASE(another_schema_is_not_read),
		CASE(what_is_no_database_is_not_read),
		CASE(a_link_is_not_followed),
		CASE(a_journal_that_was_planted_is_not_played_back),
		CASE(counts_that_were_changed_are_found_out),
		CASE(who_reads_beside_a_writer_sees_what_is_committed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
