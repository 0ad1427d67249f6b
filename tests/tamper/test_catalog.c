/*
 * One octet of the catalog changed at every offset, and the catalog cut: a list is the same, or
 * there is none; no vault is accused of it; and what `reindex` does gives the same rows.
 * CATALOG_STEP takes one offset of so many (1: all of them).
 */
#include "archive/fixture.h"

#include "archive/catchup.h"
#include "archive/rollback.h"
#include "archive/views.h"
#include "find/rows.h"
#include "find/views_check.h"
#include "lib/program.h"

#define STEP 37
#define MESSAGES 6

struct tampering {
	struct fixture *f;
	struct pb_archive *archive;
	struct pb_buf catalog; /* as it was */
	struct pb_buf rows;    /* what a list shows of it */
	size_t shown, refused;
};

static enum pb_status
update(struct pb_archive *archive, bool anew)
{
	char *program = test_program("probant-mime");
	struct pb_views_options options = { .program = program, .threads = 1, .anew = anew };
	struct pb_views *views = NULL;
	enum pb_status status = pb_views_new(archive, &options, &views, NULL);

	if (status == PB_OK)
		status = pb_views_update(views, archive, NULL);
	if (status == PB_OK)
		status = pb_views_finish(views, NULL);
	pb_views_free(views);
	free(program);
	return status;
}

/* As a list does it: caught up, then row by row; and how much is indexed. */
static enum pb_status
list(struct tampering *t, struct pb_buf *out)
{
	struct pb_views_standing standing;
	struct pb_catalog *catalog = NULL;
	struct pb_rows *rows = NULL;
	struct pb_row row;
	enum pb_status status;

	status = pb_catchup_open(
	    t->f->world.files, t->f->dir, t->f->created.origin, false, &catalog, NULL);
	if (status == PB_OK)
		status = pb_catchup_head(t->archive, catalog, NULL);
	if (status == PB_OK)
		status = pb_rows_new(t->archive, catalog, &rows, NULL);
	for (uint64_t seq = 0; status == PB_OK && seq < pb_archive_size(t->archive); seq++) {
		struct pb_json_writer w;

		status = pb_rows_read(rows, seq, &row, NULL);
		if (status != PB_OK)
			break;
		pb_json_writer_init(&w, out);
		pb_json_object_begin(&w, NULL);
		pb_row_json(&row, &w);
		pb_json_object_end(&w);
		assert_int_equal(pb_json_writer_status(&w), PB_OK);
	}
	if (status == PB_OK)
		status = pb_views_stand(catalog, &standing, NULL);
	if (status == PB_OK)
		assert_int_equal(pb_buf_printf(out, "%u of %u", (unsigned)standing.found,
				     (unsigned)standing.messages),
		    PB_OK);
	pb_rows_free(rows);
	pb_catalog_close(catalog);
	return status;
}

static void
put(struct tampering *t, const void *data, size_t len)
{
	(void)unlink(at(t->f, "catalog.db-wal"));
	(void)unlink(at(t->f, "catalog.db-shm"));
	(void)unlink(at(t->f, "catalog.db"));
	spit(at(t->f, "catalog.db"), data, len);
}

/* What stands in the file now accuses nobody, and is shown as it was, or not at all. */
static bool
is_harmless(struct tampering *t)
{
	struct pb_buf out = PB_BUF_EMPTY;
	enum pb_status status;
	bool right;

	assert_int_equal(pb_rollback_check(t->archive, NULL), PB_OK);
	status = list(t, &out);
	right = status != PB_OK ||
		(out.len == t->rows.len && memcmp(out.data, t->rows.data, out.len) == 0);
	t->shown += status == PB_OK;
	t->refused += status != PB_OK;
	pb_buf_done(&out);
	return right;
}

/* `reindex`: what is missing; and if it is not sound then, anew. */
static void
make_again(struct tampering *t)
{
	const struct pb_files *files = t->f->world.files;
	struct pb_catalog *catalog = NULL;
	struct pb_buf out = PB_BUF_EMPTY;
	bool sound = false;

	if (update(t->archive, false) == PB_OK) {
		assert_int_equal(
		    pb_catchup_open(files, t->f->dir, t->f->created.origin, false, &catalog, NULL),
		    PB_OK);
		assert_int_equal(pb_views_check(t->archive, catalog, &sound, NULL), PB_OK);
		pb_catalog_close(catalog);
	}
	if (!sound) {
		assert_int_equal(pb_catalog_remove(files, at(t->f, "catalog.db"), NULL), PB_OK);
		assert_int_equal(update(t->archive, true), PB_OK);
	}
	assert_int_equal(list(t, &out), PB_OK);
	assert_int_equal(out.len, t->rows.len);
	assert_memory_equal(out.data, t->rows.data, out.len);
	pb_buf_done(&out);
}

static void
begin(struct tampering *t, struct fixture *f)
{
	*t = (struct tampering){ .f = f };
	add_commits(f, f->key, MESSAGES);
	t->archive = open_archive(f, f->key);
	assert_int_equal(update(t->archive, false), PB_OK);
	t->catalog = slurp(at(f, "catalog.db"));
	assert_int_equal(list(t, &t->rows), PB_OK);
}

static void
end(struct tampering *t)
{
	close_archive(t->archive);
	pb_buf_done(&t->catalog);
	pb_buf_done(&t->rows);
}

static void
a_changed_octet_never_makes_a_wrong_list(void **state)
{
	const char *step_text = getenv("CATALOG_STEP");
	size_t step = step_text != NULL ? strtoul(step_text, NULL, 10) : STEP;
	struct tampering t;
	size_t tried = 0;

	begin(&t, *state);
	for (size_t offset = 0; offset < t.catalog.len; offset += offset < 100 ? 1 : step) {
		t.catalog.data[offset] ^= tried % 2 == 0 ? 0x01 : 0xff;
		put(&t, t.catalog.data, t.catalog.len);
		if (!is_harmless(&t))
			fail_msg("offset %zu: a wrong list", offset);
		if (tried % 100 == 50) {
			put(&t, t.catalog.data, t.catalog.len);
			make_again(&t);
		}
		t.catalog.data[offset] ^= tried % 2 == 0 ? 0x01 : 0xff;
		tried++;
	}
	assert_true(t.shown > 0 && t.refused > 0);
	end(&t);
}

static void
a_catalog_that_was_cut_never_makes_a_wrong_list(void **state)
{
	struct tampering t;

	begin(&t, *state);
	for (size_t len = 0; len < t.catalog.len; len += 1531) {
		put(&t, t.catalog.data, len);
		assert_true(is_harmless(&t));
	}
	put(&t, t.catalog.data, t.catalog.len / 2);
	make_again(&t);
	(void)unlink(at(t.f, "catalog.db"));
	make_again(&t);
	end(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_changed_octet_never_makes_a_wrong_list, set_up),
		cmocka_unit_test_setup(a_catalog_that_was_cut_never_makes_a_wrong_list, set_up),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
