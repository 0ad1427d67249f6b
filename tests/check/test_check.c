#include "check/vector_archive.h"

/* ---- safety --------------------------------------------------------------------------------- */

static void
directory_that_is_no_archive_is_a_status(void **state)
{
	struct fixture *f = *state;
	struct pb_error err;

	assert_int_equal(
	    pb_archive_check(f->world, "build/no-such-directory", &f->options, &f->v, &err),
	    PB_ENOENT);
	assert_int_equal(
	    pb_archive_check(f->world, at(f, "readers"), &f->options, &f->v, &err), PB_ENOENT);
	assert_non_null(strstr(err.object, "vault"));
	assert_null(f->v);
}

static void
what_to_verify_with_must_be_readable(void **state)
{
	struct fixture *f = *state;
	struct pb_check_options options = f->options;

	options.trust = "log nonsense\nquorum none\n";
	options.trust_len = strlen(options.trust);
	assert_int_equal(pb_archive_check(f->world, f->dir, &options, &f->v, NULL), PB_EDATA);
	options = f->options;
	options.against = "nonsense";
	options.against_len = strlen(options.against);
	assert_int_equal(pb_archive_check(f->world, f->dir, &options, &f->v, NULL), PB_EDATA);
	options = f->options;
	options.tsa_roots = "nonsense";
	options.tsa_roots_len = strlen(options.tsa_roots);
	assert_int_equal(pb_archive_check(f->world, f->dir, &options, &f->v, NULL), PB_EDATA);
	assert_null(f->v);
}

static void
empty_vault_is_invalid(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < LOOKED_AT; i++)
		remove_file(f, paths[i]);
	expect(f, PB_CHECK_CHAIN, PB_INVALID, "log_empty", PB_NO_SEQ, "");
}

/* ---- the good path -------------------------------------------------------------------------- */

static void
archive_that_others_made_is_valid(void **state)
{
	struct fixture *f = *state;

	use_key(f);
	assert_int_equal(check(f), PB_VALID);
	assert_int_equal(pb_verification_records(f->v), RECORDS);
	assert_int_equal(pb_verification_size(f->v), RECORDS);
	assert_string_equal(pb_verification_origin(f->v), "cabinet-exemple.example/2026/0badcafe");
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_COMMITMENT)->count, RECORDS);
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_SECRETS)->count, RECORDS + 2);
	/* two segments and four tiles */
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_FILES)->count, 6);
	/* No anchor stands in it, and it is no bundle. */
	for (int i = 0; i < PB_CHECK_COUNT; i++)
		assert_int_equal(pb_verification_check(f->v, (enum pb_check_id)i)->verdict,
		    i == PB_CHECK_TOKENS || i == PB_CHECK_AUTHORITIES || i == PB_CHECK_RANGE
			? PB_NOT_APPLICABLE
			: PB_VALID);
}

static void
witnesses_of_the_published_checkpoint_count(void **state)
{
	struct fixture *f = *state;
	struct pb_buf note = read_file(f, TEST_VECTORS "/archive.witnessed");

	f->options.against = NULL;
	assert_int_equal(check(f), PB_INDETERMINATE);
	f->options.trust = f->witnessed.data;
	f->options.trust_len = f->witnessed.len;
	expect_only(f, PB_CHECK_UNIQUE_VIEW, PB_INDETERMINATE, "quorum_missed", PB_NO_SEQ, "");
	write_file(f, "log/checkpoint", note.data, note.len);
	assert_int_equal(check(f), PB_VALID);
	assert_string_equal(
	    pb_verification_unique_view(f->v), "witnessed by those whom the trust file asks for");
	for (size_t offset = 0; offset < note.len; offset++) {
		uint8_t flipped = note.data[offset] ^ 0x01;

		patch(f, "log/checkpoint", offset, &flipped, 1);
		assert_int_not_equal(check(f), PB_VALID);
		patch(f, "log/checkpoint", offset, &note.data[offset], 1);
	}
	pb_buf_done(&note);
}

static void
quick_check_opens_nothing_that_is_sealed(void **state)
{
	struct fixture *f = *state;

	use_key(f);
	f->options.quick = true;
	assert_int_equal(check(f), PB_VALID);
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_COMMITMENT)->count, 2);
	find_code(f, PB_CHECK_COMMITMENT, "records_closed");
}

static void
see_progress(void *ctx, uint64_t records, uint64_t bytes)
{
	uint64_t *seen = ctx;

	assert_true(records >= seen[0] && bytes > seen[1]);
	seen[0] = records;
	seen[1] = bytes;
}

static void
progress_is_told_to_the_last_byte(void **state)
{
	struct fixture *f = *state;
	uint64_t seen[2] = { 0, 0 };

	f->options.progress = see_progress;
	f->options.progress_ctx = seen;
	assert_int_equal(check(f), PB_VALID);
	assert_int_equal(seen[0], RECORDS);
	assert_int_equal(seen[1], 7119 - 1468 + 3601 - 1468);
}

/* ---- faults --------------------------------------------------------------------------------- */

static enum pb_status
check_over(struct fixture *f, const struct pb_files *files)
{
	struct pb_world world = *f->world;

	world.files = files;
	pb_verification_free(f->v);
	f->v = NULL;
	return pb_archive_check(&world, f->dir, &f->options, &f->v, NULL);
}

static void
every_call_that_fails_is_a_status(void **state)
{
	struct fixture *f = *state;
	struct test_faulty_files faulty;

	use_key(f);
	test_faulty_files_init(&faulty, f->files);
	faulty.fault = TEST_FAULT_ERROR;
	faulty.error = EIO;
	do {
		faulty.fail_at++;
		faulty.calls = faulty.failed = 0;
		if (check_over(f, &faulty.table) != PB_EIO && faulty.failed > 0)
			fail_msg("call %d, %s", (int)faulty.fail_at, faulty.operation);
	} while (faulty.failed > 0);
	assert_true(faulty.fail_at > 50);
	assert_int_equal(pb_verification_verdict(f->v), PB_VALID);
}

static void
archive_is_read_by_threads_as_well(void **state)
{
	struct fixture *f = *state;

	use_key(f);
	f->options.threads = 2;
	assert_int_equal(check(f), PB_VALID);
	assert_int_equal(pb_verification_check(f->v, PB_CHECK_FILES)->count, 6);
}

static void
short_reads_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct test_faulty_files faulty;

	use_key(f);
	test_faulty_files_init(&faulty, f->files);
	faulty.fault = TEST_FAULT_SHORT;
	faulty.fail_at = 1;
	faulty.forever = true;
	assert_int_equal(check_over(f, &faulty.table), PB_OK);
	assert_int_equal(pb_verification_verdict(f->v), PB_VALID);
}

/* Whatever it finds, it takes no lock and changes nothing. */
static void
check_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_files reading = *f->files;

	reading.open_unnamed = NULL;
	reading.pwrite = NULL;
	reading.truncate = NULL;
	reading.sync = NULL;
	reading.sync_dir = NULL;
	reading.mkdir = NULL;
	reading.rename = NULL;
	reading.unlink = NULL;
	reading.lock = NULL;
	assert_int_equal(check_over(f, &reading), PB_OK);
	assert_int_equal(pb_verification_verdict(f->v), PB_VALID);
	cut(f, "vault/" SECOND ".seg", 3317);
	assert_int_equal(check_over(f, &reading), PB_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(directory_that_is_no_archive_is_a_status),
		TEST(what_to_verify_with_must_be_readable),
		TEST(empty_vault_is_invalid),
		TEST(archive_that_others_made_is_valid),
		TEST(witnesses_of_the_published_checkpoint_count),
		TEST(quick_check_opens_nothing_that_is_sealed),
		TEST(progress_is_told_to_the_last_byte),
		TEST(every_call_that_fails_is_a_status),
		TEST(archive_is_read_by_threads_as_well),
		TEST(short_reads_change_nothing),
		TEST(check_writes_nothing),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
