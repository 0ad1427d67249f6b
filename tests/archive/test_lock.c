/* The archive's lock: waited for, let go of, taken again. */
#include "archive/fixture.h"

#include "archive/lock.h"

struct waiting {
	struct fixture *f;
	struct pb_archive *writer; /* closed when `until_us` were slept */
	int64_t until_us;
	unsigned told;
	int64_t told_after_us;
};

static void
writer_ends(void *arg)
{
	struct waiting *w = arg;

	if (w->writer == NULL || w->f->clock.slept_us < w->until_us)
		return;
	close_archive(w->writer);
	w->writer = NULL;
}

static void
tell(void *ctx)
{
	struct waiting *w = ctx;

	w->told++;
	w->told_after_us = w->f->clock.slept_us;
}

static enum pb_status
open_beside(struct waiting *w, uint32_t limit_s, int64_t until_us, struct pb_error *err)
{
	const struct pb_patience patience = { .limit_s = limit_s, .waiting = tell, .ctx = w };
	struct pb_archive *archive = NULL;
	enum pb_status status;

	w->writer = open_archive(w->f, NULL);
	w->until_us = until_us;
	w->f->clock.asleep = writer_ends;
	w->f->clock.arg = w;
	status = pb_archive_open_patiently(&w->f->world, w->f->dir, NULL, &patience, &archive, err);
	if (status == PB_OK)
		close_archive(archive);
	if (w->writer != NULL)
		close_archive(w->writer);
	return status;
}

static void
a_writer_that_ends_soon_is_waited_for(void **state)
{
	struct waiting w = { .f = *state };

	assert_int_equal(open_beside(&w, 10, 300000, NULL), PB_OK);
	assert_true(w.f->clock.slept_us >= 300000 && w.f->clock.slept_us < 1000000);
	assert_int_equal(w.told, 0);
}

static void
who_waits_longer_is_told_once(void **state)
{
	struct waiting w = { .f = *state };

	assert_int_equal(open_beside(&w, 10, 7000000, NULL), PB_OK);
	assert_true(w.f->clock.slept_us >= 7000000 && w.f->clock.slept_us < 8000000);
	assert_int_equal(w.told, 1);
	assert_true(w.told_after_us >= 1000000 && w.told_after_us < 2000000);
}

static void
a_writer_that_goes_on_is_waited_for_no_longer_than_was_said(void **state)
{
	struct waiting w = { .f = *state };
	struct pb_error err = { 0 };

	assert_int_equal(open_beside(&w, 10, INT64_MAX, &err), PB_ELOCKED);
	assert_true(w.f->clock.slept_us >= 10000000 && w.f->clock.slept_us < 11000000);
	assert_non_null(strstr(err.todo, "again"));
}

static void
without_patience_nobody_sleeps(void **state)
{
	struct waiting w = { .f = *state };

	assert_int_equal(open_beside(&w, 0, 1, NULL), PB_ELOCKED);
	assert_int_equal(w.f->clock.slept_us, 0);
}

static void
another_failure_than_a_lock_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = NULL;

	assert_int_equal(unlink(at(f, PB_FILE_LOCK)), 0);
	assert_int_equal(pb_archive_open(&f->world, f->dir, NULL, &archive, NULL), PB_ENOENT);
	assert_int_equal(f->clock.slept_us, 0);
}

static void
what_others_wrote_is_there_when_it_is_taken_up(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key), *other;
	const char *dir = archive->dir;

	commit(f, archive, 1);
	pb_archive_let_go(archive);
	assert_int_equal(try_commit(f, archive, 1, 40, NULL), PB_ESTOPPED);
	other = open_archive(f, NULL);
	commit(f, other, 2);
	close_archive(other);
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_OK);
	assert_ptr_equal(archive->dir, dir);
	assert_string_equal(archive->dir, f->dir);
	assert_int_equal(pb_archive_size(archive), 5); /* a segment of the other's */
	commit(f, archive, 1);
	close_archive(archive);
	assert_holds(f);
}

/* Who captures has no reader key, and others come and go: the segment is still the same. */
static void
the_segment_in_use_goes_on_without_a_reader_key(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	size_t before = 0, after = 0;

	commit(f, archive, 1);
	free(segments(f, &before));
	pb_archive_let_go(archive);
	add_commits(f, f->key, 1);
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_OK);
	commit(f, archive, 1);
	pb_archive_let_go(archive);
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_OK);
	pb_archive_let_go(archive);
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_OK);
	commit(f, archive, 1);
	free(segments(f, &after));
	assert_int_equal(after, before);
	close_archive(archive);
	assert_holds(f);
}

static void
a_segment_that_others_began_is_not_written_to_with_the_key_of_the_one_before(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, NULL);
	size_t before = 0, after = 0;

	commit(f, archive, 1);
	pb_archive_let_go(archive);
	add_commits(f, NULL, 1);
	free(segments(f, &before));
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_OK);
	commit(f, archive, 1);
	free(segments(f, &after));
	assert_int_equal(after, before + 1);
	close_archive(archive);
	assert_holds(f);
}

static void
look_whether_wanted(void *arg)
{
	struct waiting *w = arg;

	if (w->writer == NULL)
		return;
	w->told += pb_archive_wanted(w->writer);
	writer_ends(w);
}

static void
a_writer_sees_that_somebody_waits(void **state)
{
	struct waiting w = { .f = *state };
	const struct pb_patience patience = { .limit_s = 10 };
	struct pb_archive *archive = NULL;

	w.writer = open_archive(w.f, NULL);
	w.until_us = 1;
	w.f->clock.asleep = look_whether_wanted;
	w.f->clock.arg = &w;
	assert_false(pb_archive_wanted(w.writer));
	assert_int_equal(
	    pb_archive_open_patiently(&w.f->world, w.f->dir, NULL, &patience, &archive, NULL),
	    PB_OK);
	assert_int_equal(w.told, 1);
	assert_false(pb_archive_wanted(archive));
	close_archive(archive);
}

static void
what_cannot_be_taken_up_writes_nothing_and_is_closed(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = open_archive(f, f->key), *other;
	const struct pb_buf facts = PB_BUF_EMPTY;

	pb_archive_let_go(archive);
	other = open_archive(f, f->key);
	assert_int_equal(pb_archive_take_up(archive, 0, NULL), PB_ELOCKED);
	assert_int_equal(try_commit(f, archive, 1, 40, NULL), PB_ESTOPPED);
	assert_int_equal(
	    pb_commit_own(archive, PB_RECORD_CAPTURE, &facts, NULL, NULL, NULL), PB_ESTOPPED);
	close_archive(archive);
	commit(f, other, 1);
	close_archive(other);
	assert_holds(f);
}

/* Whatever call fails on the way back: the log is as it was, and who holds it can close it. */
static void
whatever_fails_when_it_is_taken_up_harms_nothing(void **state)
{
	struct fixture *f = *state;
	enum pb_status status = PB_EIO;
	struct pb_archive *archive;
	uint64_t nth;

	for (nth = 1; status != PB_OK; nth++) {
		fresh(f);
		archive = open_archive(f, f->key);
		commit(f, archive, 1);
		pb_archive_let_go(archive);
		fail_call(f, nth, EIO, false);
		status = pb_archive_take_up(archive, 10, NULL);
		if (f->faulty.failed > 0 && status == PB_OK)
			status = PB_EIO; /* that call was for what is derived */
		heal(f);
		close_archive(archive);
		assert_holds(f);
	}
	assert_true(nth > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_writer_that_ends_soon_is_waited_for, set_up),
		cmocka_unit_test_setup(who_waits_longer_is_told_once, set_up),
		cmocka_unit_test_setup(
		    a_writer_that_goes_on_is_waited_for_no_longer_than_was_said, set_up),
		cmocka_unit_test_setup(without_patience_nobody_sleeps, set_up),
		cmocka_unit_test_setup(another_failure_than_a_lock_is_not_waited_for, set_up),
		cmocka_unit_test_setup(what_others_wrote_is_there_when_it_is_taken_up, set_up),
		cmocka_unit_test_setup(the_segment_in_use_goes_on_without_a_reader_key, set_up),
		cmocka_unit_test_setup(
		    a_segment_that_others_began_is_not_written_to_with_the_key_of_the_one_before,
		    set_up),
		cmocka_unit_test_setup(a_writer_sees_that_somebody_waits, set_up),
		cmocka_unit_test_setup(whatever_fails_when_it_is_taken_up_harms_nothing, set_up),
		cmocka_unit_test_setup(
		    what_cannot_be_taken_up_writes_nothing_and_is_closed, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
