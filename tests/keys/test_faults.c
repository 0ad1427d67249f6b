/* A change of readers that fails anywhere: it is made whole, or not at all. */
#include "keys/fixture.h"

/* The archive as a next start finds it: whole, and its readers are either the old or the new. */
static void
assert_before_or_after(struct fixture *f, bool done, uint64_t call)
{
	struct pb_readers readers;
	size_t count;

	heal(f);
	add_commits(f, NULL, 1);
	count = readers_of(f, &readers);
	if (count != 1 && count != 2)
		fail_msg("call %llu: %zu readers", (unsigned long long)call, count);
	if (done && count != 2)
		fail_msg("call %llu: it was said to be done", (unsigned long long)call);
	if (wrong_with(f) != NULL)
		fail_msg("call %llu: %s", (unsigned long long)call, wrong_with(f));
	if (opens(f, associate.key) != (count == 2 ? f->kept.count : 0))
		fail_msg(
		    "call %llu: he opens %zu", (unsigned long long)call, opens(f, associate.key));
}

static void
a_fault_at_any_call_leaves_the_old_readers_or_the_new(void **state)
{
	struct fixture *f = *state;
	uint64_t step = 1;
	bool failed = true;

	for (uint64_t call = 1; failed; call += step) {
		struct pb_archive *archive = prepare(f, f->key);
		char id[PB_READER_ID_SIZE];
		enum pb_status status;

		fail_call(f, call, call % 2 == 0 ? EIO : ENOSPC, call % 3 == 0);
		status = add(archive, true, id, NULL);
		failed = f->faulty.failed > 0;
		/* Many calls only look; of those that change something none is left out. */
		step = failed && (strstr(f->faulty.operation, "read") != NULL ||
				     strstr(f->faulty.operation, "stat") != NULL)
			   ? 3
			   : 1;
		(void)pb_archive_close(archive, NULL);
		assert_before_or_after(f, status == PB_OK, call);
		assert_true(call < 500);
	}
}

static void
after_a_failed_change_this_writer_writes_no_more(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, f->key);
	char id[PB_READER_ID_SIZE];
	uint64_t call = 1;

	/* Somewhere in the commit: the certificate stands there by then. */
	while (true) {
		fail_call(f, call++, EIO, true);
		if (add(archive, false, id, NULL) != PB_OK && archive->stopped)
			break;
		heal(f);
		assert_false(archive->renew && archive->append != NULL && !archive->stopped &&
			     archive->readers->restated);
		assert_true(call < 500);
	}
	heal(f);
	assert_int_equal(try_commit(f, archive, 1, 10, NULL), PB_ESTOPPED);
	close_archive(archive);
	assert_before_or_after(f, false, call);
}

static void
a_segment_that_was_begun_in_vain_is_not_built_on(void **state)
{
	struct fixture *f = *state;
	struct pb_archive *archive = prepare(f, NULL);
	char id[PB_READER_ID_SIZE];
	uint64_t call = 0;

	/* A commit that fails and is undone leaves a segment without one. */
	do {
		fail_call(f, ++call, ENOSPC, false);
		assert_true(call < 100);
	} while (try_commit(f, archive, 1, 10, NULL) == PB_OK ||
		 (!archive->stopped &&
		     (archive->append == NULL || pb_append_slots(archive->append) > 0)));
	heal(f);
	if (!archive->stopped) {
		assert_int_equal(add(archive, false, id, NULL), PB_ESTOPPED);
		assert_int_equal(
		    pb_reader_remove(archive, f->created.reader_id, NULL), PB_ESTOPPED);
	}
	close_archive(archive);
	add_commits(f, NULL, 1);
	assert_holds(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_at_any_call_leaves_the_old_readers_or_the_new),
		cmocka_unit_test(after_a_failed_change_this_writer_writes_no_more),
		cmocka_unit_test(a_segment_that_was_begun_in_vain_is_not_built_on),
	};

	return cmocka_run_group_tests(tests, make_associate, forget_associate);
}
