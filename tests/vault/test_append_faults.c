/* Commits taken back, steps out of order, and every call that fails. */
#include "vault/expected.h"

#include <errno.h>

/* ---- back ----------------------------------------------------------------------------------- */

static void
append_undo_takes_back_every_step(void **state)
{
	const struct item items[] = { { 8, 3 * 1024 * 1024, false }, { 9, 10, true } };
	struct pb_append *append = create(pb_sys_files(), *state);
	struct expected e;
	unsigned steps;

	expect_begin(&e);
	expect_record(&e, 7, 10, false);
	expect_checkpoint(&e);
	assert_int_equal(commit(append, (struct item[]){ { 7, 10, false } }, 1), PB_OK);
	for (steps = 0; steps < STEPS_ALL; steps++) {
		assert_int_equal(commit_steps(append, items, CASES(items), steps), PB_OK);
		assert_int_equal(pb_append_undo(append, NULL), PB_OK);
		check_files(*state, &e);
		check_sha256(append, &e);
		assert_int_equal(pb_append_end(append), e.segment.len);
		assert_int_equal(pb_append_slots(append), 1);
	}
	expect_record(&e, 8, 3 * 1024 * 1024, false);
	expect_record(&e, 9, 10, true);
	expect_checkpoint(&e);
	assert_int_equal(commit(append, items, CASES(items)), PB_OK);
	check_files(*state, &e);
	check_sha256(append, &e);
	pb_append_close(append);
	expect_done(&e);
}

static void
append_undo_leaves_a_new_segment_its_header(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct expected e;

	expect_begin(&e);
	assert_int_equal(
	    commit_steps(append, (struct item[]){ { 7, 2 * 1024 * 1024, true } }, 1, STEPS_ALL - 1),
	    PB_OK);
	assert_int_equal(pb_append_undo(append, NULL), PB_OK);
	check_files(*state, &e);
	check_sha256(append, &e);
	pb_append_close(append);
	expect_done(&e);
}

/* ---- order and limits ----------------------------------------------------------------------- */

static void
append_takes_the_steps_in_their_order_only(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct pb_sealed sealed = make_sealed(7, 10);
	struct pb_secret *secrets[] = { sealed.r, NULL };
	uint8_t leaf[PB_LEAF_LEN], sha256[PB_DIGEST_LEN];
	struct pb_error err;

	make_leaf(7, leaf);
	/* no slots, none durable, not enough, too many */
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, &err), PB_EINVAL);
	assert_int_equal(err.status, PB_EINVAL);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_EINVAL);
	assert_int_equal(pb_append_secrets(append, secrets, 1, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	assert_int_equal(pb_append_secrets(append, secrets + 1, 1, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_EINVAL);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_EINVAL);
	assert_int_equal(pb_append_undo(append, NULL), PB_OK);

	/* nothing after its end, but the sync */
	assert_int_equal(pb_append_secrets(append, secrets, 1, NULL), PB_OK);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_EINVAL);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_OK);
	assert_int_equal(pb_append_secrets(append, secrets, 1, NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_EINVAL);
	assert_int_equal(pb_append_sha256(append, sha256, NULL), PB_EINVAL);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_OK);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_EINVAL);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_OK);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_EINVAL);
	assert_int_equal(pb_append_secrets(append, NULL, 0, NULL), PB_OK);
	pb_append_close(append);
	pb_sealed_done(&sealed);
}

static void
append_refuses_what_could_not_be_read(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct pb_sealed sealed = make_sealed(7, 10);
	struct pb_secret *short_one = NULL, *r = sealed.r;
	uint8_t leaf[PB_LEAF_LEN];
	struct expected e;

	make_leaf(7, leaf);
	assert_int_equal(pb_secret_new(16, &short_one, NULL), PB_OK);
	assert_int_equal(pb_append_secrets(append, &sealed.r, 1, NULL), PB_OK);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	sealed.payload_len = PB_LIMIT_PAYLOAD + 1;
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_ELIMIT);
	sealed.payload_len = UINT64_MAX;
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_ELIMIT);
	sealed.payload_len = 0;
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_ELIMIT);
	sealed.payload_len = 10;
	sealed.r = NULL;
	assert_int_equal(pb_append_record(append, leaf, &sealed, true, NULL), PB_EINVAL);
	sealed.r = short_one;
	assert_int_equal(pb_append_record(append, leaf, &sealed, true, NULL), PB_EINVAL);
	sealed.r = r;
	/* None of these left a trace. */
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_OK);
	assert_int_equal(pb_append_checkpoint(append, NOTE, 0, NULL), PB_ELIMIT);
	assert_int_equal(pb_append_checkpoint(append, NOTE, PB_LIMIT_NOTE + 1, NULL), PB_ELIMIT);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_OK);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_OK);
	expect_begin(&e);
	expect_record(&e, 7, 10, false);
	expect_checkpoint(&e);
	check_files(*state, &e);
	expect_done(&e);
	pb_append_close(append);
	pb_secret_free(short_one);
	pb_sealed_done(&sealed);
}

static void
append_does_not_go_on_after_a_payload_that_fails(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	const struct item items[] = { { 7, 10, false } };
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	uint8_t leaf[PB_LEAF_LEN];
	struct expected e;

	/* A payload of which less is there than it says. */
	sealed.files = pb_sys_files();
	sealed.fd = sealed.files->open_unnamed(sealed.files->ctx, *state);
	sealed.payload_len = 10;
	sealed.r = make_secret(1);
	make_leaf(7, leaf);
	assert_int_equal(pb_append_secrets(append, &sealed.r, 1, NULL), PB_OK);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_ECORRUPT);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_EINVAL);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_EINVAL);
	assert_int_equal(pb_append_undo(append, NULL), PB_OK);
	assert_int_equal(commit(append, items, 1), PB_OK);
	expect_begin(&e);
	expect_record(&e, 7, 10, false);
	expect_checkpoint(&e);
	check_files(*state, &e);
	expect_done(&e);
	pb_append_close(append);
	pb_sealed_done(&sealed);
}

/* ---- faults --------------------------------------------------------------------------------- */

static void
append_creation_that_fails_leaves_no_file(void **state)
{
	struct pb_segment_header header = make_header();
	struct pb_append *append = NULL;
	struct test_faulty_files faulty;
	enum pb_status status;
	uint64_t nth = 0;

	do {
		test_faulty_files_init(&faulty, pb_sys_files());
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = ENOSPC;
		faulty.fail_at = ++nth;
		status = pb_append_create(
		    &faulty.table, *state, &header, make_secret(KEY_SEED), &append, NULL);
		if (status != PB_OK) {
			assert_int_equal(status, PB_ENOSPC);
			assert_null(append);
			assert_false(exists(pb_sys_files(), *state, SEGMENT));
			assert_false(exists(pb_sys_files(), *state, KEYS));
		}
	} while (status != PB_OK);
	assert_int_equal(nth, 5); /* open, pwrite, open, pwrite */
	pb_append_close(append);
	pb_segment_header_done(&header);
}

/* Every later call says that the writer has stopped. */
static void
check_stopped(struct pb_append *append)
{
	struct pb_sealed sealed = make_sealed(7, 10);
	uint8_t leaf[PB_LEAF_LEN] = { 0 }, sha256[PB_DIGEST_LEN];
	struct pb_error err;

	assert_int_equal(pb_append_undo(append, &err), PB_ESTOPPED);
	assert_int_equal(err.status, PB_ESTOPPED);
	assert_int_equal(pb_append_secrets(append, &sealed.r, 1, NULL), PB_ESTOPPED);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_ESTOPPED);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_ESTOPPED);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_ESTOPPED);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_ESTOPPED);
	assert_int_equal(pb_append_sha256(append, sha256, NULL), PB_ESTOPPED);
	pb_sealed_done(&sealed);
}

/* One failure of a commit behind another: what stood before stands, or the writer stops. */
static bool
fail_commit(const char *dir, uint64_t nth, int error, const struct item *items, size_t count)
{
	struct test_faulty_files faulty;
	struct pb_append *append;
	struct expected e;
	enum pb_status status;
	bool sync;

	test_faulty_files_init(&faulty, pb_sys_files());
	append = create(&faulty.table, dir);
	expect_begin(&e);
	if (nth % 2 == 0) { /* with and without a commit before: the syncs of folders differ */
		expect_record(&e, 6, 10, false);
		expect_checkpoint(&e);
		assert_int_equal(commit(append, (struct item[]){ { 6, 10, false } }, 1), PB_OK);
	}
	faulty.fault = TEST_FAULT_ERROR;
	faulty.error = error;
	faulty.fail_at = faulty.calls + nth / 2 + 1;
	status = commit(append, items, count);
	faulty.fault = TEST_FAULT_NONE;
	sync = faulty.failed > 0 && strncmp(faulty.operation, "sync", 4) == 0;
	/* An interrupted write is taken up again; an interrupted sync is a failed one. */
	if (faulty.failed > 0 && (sync || error != EINTR))
		assert_int_not_equal(status, PB_OK);
	else
		assert_int_equal(status, PB_OK);
	if (sync) {
		check_stopped(append);
	} else if (status != PB_OK) {
		assert_int_equal(pb_append_secrets(append, NULL, 0, NULL), PB_EINVAL);
		assert_int_equal(pb_append_undo(append, NULL), PB_OK);
		check_files(dir, &e);
		check_sha256(append, &e);
		assert_int_equal(commit(append, items, count), PB_OK);
	}
	pb_append_close(append);
	expect_done(&e);
	return faulty.failed > 0;
}

static void
clear(const char *dir)
{
	static const char *const file[] = { SEGMENT, KEYS };
	size_t i;

	for (i = 0; i < CASES(file); i++) {
		char *path = pb_path_join(dir, file[i]);

		assert_int_equal(pb_sys_files()->unlink(NULL, path), 0);
		free(path);
	}
}

static void
append_that_fails_anywhere_goes_back_or_stops(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EINTR };
	const struct item items[] = { { 7, 100, true }, { 8, 2 * 1024 * 1024, false } };
	uint64_t nth, clean;
	size_t i;

	for (i = 0; i < CASES(errors); i++)
		for (nth = 0, clean = 0; clean < 2; nth++) {
			clean = fail_commit(*state, nth, errors[i], items, 2) ? 0 : clean + 1;
			clear(*state);
			assert_in_range(nth, 0, 40);
		}
}

/* A failure of undo itself: the writer stops, whatever failed. */
static void
append_undo_that_fails_stops_the_writer(void **state)
{
	const struct item items[] = { { 7, 2 * 1024 * 1024, false } };
	enum pb_status status = PB_EIO;
	uint64_t nth;

	for (nth = 1; status != PB_OK; nth++) {
		struct test_faulty_files faulty;
		struct pb_append *append;

		test_faulty_files_init(&faulty, pb_sys_files());
		append = create(&faulty.table, *state);
		assert_int_equal(commit_steps(append, items, 1, STEPS_ALL - 1), PB_OK);
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EIO;
		faulty.fail_at = faulty.calls + nth;
		status = pb_append_undo(append, NULL);
		if (status != PB_OK)
			check_stopped(append);
		pb_append_close(append);
		clear(*state);
	}
	/* stat, truncate, sync; stat, write, sync, truncate, sync; then none is left to fail */
	assert_int_equal(nth - 1, 9);
}

static void
append_is_not_disturbed_by_short_writes(void **state)
{
	const struct item items[] = { { 7, 100, true }, { 8, 2 * 1024 * 1024, false } };
	struct test_faulty_files faulty;
	struct pb_append *append;
	struct expected e;

	test_faulty_files_init(&faulty, pb_sys_files());
	faulty.fault = TEST_FAULT_SHORT;
	faulty.fail_at = 1;
	faulty.forever = true;
	append = create(&faulty.table, *state);
	assert_int_equal(commit(append, items, 2), PB_OK);
	assert_true(faulty.failed > 10);
	expect_begin(&e);
	expect_record(&e, 7, 100, true);
	expect_record(&e, 8, 2 * 1024 * 1024, false);
	expect_checkpoint(&e);
	check_files(*state, &e);
	check_sha256(append, &e);
	pb_append_close(append);
	expect_done(&e);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_archive, remove_archive)
	const struct CMUnitTest tests[] = {
		TEST(append_undo_takes_back_every_step),
		TEST(append_undo_leaves_a_new_segment_its_header),
		TEST(append_takes_the_steps_in_their_order_only),
		TEST(append_refuses_what_could_not_be_read),
		TEST(append_does_not_go_on_after_a_payload_that_fails),
		TEST(append_creation_that_fails_leaves_no_file),
		TEST(append_that_fails_anywhere_goes_back_or_stops),
		TEST(append_undo_that_fails_stops_the_writer),
		TEST(append_is_not_disturbed_by_short_writes),
	};

	return cmocka_run_group_tests_name("append_faults", tests, NULL, NULL);
}
