#include "vault/expected.h"

#include <stdio.h>

/* ---- what is written ------------------------------------------------------------------------ */

static void
append_writes_what_the_format_says(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct expected e;

	expect_begin(&e);
	check_files(*state, &e);
	assert_string_equal(pb_append_name(append), NAME);
	assert_int_equal(pb_append_end(append), e.segment.len);
	assert_int_equal(pb_append_slots(append), 0);
	check_sha256(append, &e);

	expect_record(&e, 7, 100, true);
	expect_record(&e, 8, 1000, false);
	expect_checkpoint(&e);
	assert_int_equal(
	    commit(append, (struct item[]){ { 7, 100, true }, { 8, 1000, false } }, 2), PB_OK);
	check_files(*state, &e);
	assert_int_equal(pb_append_end(append), e.segment.len);
	assert_int_equal(pb_append_slots(append), 2);
	check_sha256(append, &e);

	expect_record(&e, 9, 1, false);
	expect_checkpoint(&e);
	assert_int_equal(commit(append, (struct item[]){ { 9, 1, false } }, 1), PB_OK);
	check_files(*state, &e);
	assert_int_equal(pb_append_slots(append), 3);
	check_sha256(append, &e);
	pb_append_close(append);
	check_files(*state, &e);
	expect_done(&e);
}

static void
append_files_are_for_their_owner_alone(void **state)
{
	static const char *const file[] = { SEGMENT, KEYS };
	struct pb_append *append = create(pb_sys_files(), *state);
	struct pb_file_info info;
	size_t i;

	for (i = 0; i < CASES(file); i++) {
		char *path = pb_path_join(*state, file[i]);

		assert_int_equal(pb_sys_files()->stat(NULL, path, false, &info), 0);
		assert_int_equal(info.mode, 0600);
		free(path);
	}
	pb_append_close(append);
	pb_append_close(NULL);
}

static void
append_streams_large_payloads(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct expected e;

	expect_begin(&e);
	expect_record(&e, 7, 5 * 1024 * 1024 + 17, false);
	expect_record(&e, 8, 1024 * 1024, true);
	expect_record(&e, 9, 3, false);
	expect_checkpoint(&e);
	assert_int_equal(commit(append,
			     (struct item[]){ { 7, 5 * 1024 * 1024 + 17, false },
				 { 8, 1024 * 1024, true }, { 9, 3, false } },
			     3),
	    PB_OK);
	check_files(*state, &e);
	check_sha256(append, &e);
	pb_append_close(append);
	expect_done(&e);
}

static void
append_streams_payloads_from_an_unnamed_file(void **state)
{
	const struct pb_files *files = pb_sys_files();
	struct pb_append *append = create(files, *state);
	struct pb_sealed sealed = make_sealed(7, 2 * 1024 * 1024);
	uint8_t leaf[PB_LEAF_LEN];
	struct expected e;

	sealed.files = files;
	sealed.fd = files->open_unnamed(files->ctx, *state);
	assert_true(sealed.fd >= 0);
	assert_int_equal(
	    pb_io_pwrite(files, sealed.fd, "spill", sealed.memory.data, sealed.memory.len, 0, NULL),
	    PB_OK);
	pb_buf_done(&sealed.memory);
	make_leaf(7, leaf);
	assert_int_equal(pb_append_secrets(append, &sealed.r, 1, NULL), PB_OK);
	assert_int_equal(pb_append_sync_secrets(append, NULL), PB_OK);
	assert_int_equal(pb_append_record(append, leaf, &sealed, false, NULL), PB_OK);
	assert_int_equal(pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL), PB_OK);
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_OK);
	expect_begin(&e);
	expect_record(&e, 7, 2 * 1024 * 1024, false);
	expect_checkpoint(&e);
	check_files(*state, &e);
	check_sha256(append, &e);
	expect_done(&e);
	pb_sealed_done(&sealed);
	pb_append_close(append);
}

/* ---- how it is written ---------------------------------------------------------------------- */

/* A layer that writes down which calls change the disk. */
struct recorder {
	const struct pb_files *under;
	struct pb_files table;
	char calls[400];
};

static void
record(struct recorder *r, const char *call, const char *path)
{
	const char *name = path == NULL ? NULL : strrchr(path, '/');
	size_t len = strlen(r->calls);

	(void)snprintf(
	    r->calls + len, sizeof(r->calls) - len, "%s%s ", call, name == NULL ? "" : name);
}

static int64_t
recorder_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct recorder *r = ctx;

	record(r, "pwrite", NULL);
	return r->under->pwrite(r->under->ctx, fd, from, len, offset);
}

static int
recorder_sync(void *ctx, int fd)
{
	struct recorder *r = ctx;

	record(r, "sync", NULL);
	return r->under->sync(r->under->ctx, fd);
}

static int
recorder_sync_dir(void *ctx, const char *path)
{
	struct recorder *r = ctx;

	record(r, "sync_dir", path);
	return r->under->sync_dir(r->under->ctx, path);
}

static void
recorder_init(struct recorder *r, const struct pb_files *under)
{
	*r = (struct recorder){ .under = under, .table = *under };
	r->table.ctx = r;
	r->table.pwrite = recorder_pwrite;
	r->table.sync = recorder_sync;
	r->table.sync_dir = recorder_sync_dir;
}

static void
append_commits_with_two_writes_and_two_syncs(void **state)
{
	const struct item items[] = { { 7, 100, true }, { 8, 2000, false }, { 9, 5, false } };
	struct pb_append *append;
	struct recorder r;

	/* The system's table has no state, so the layer's ctx does it no harm. */
	recorder_init(&r, pb_sys_files());
	append = create(&r.table, *state);
	r.calls[0] = '\0';
	assert_int_equal(commit(append, items, CASES(items)), PB_OK);
	assert_string_equal(r.calls, "pwrite sync sync_dir/keys pwrite sync sync_dir/vault ");
	r.calls[0] = '\0';
	assert_int_equal(commit(append, items, CASES(items)), PB_OK);
	assert_string_equal(r.calls, "pwrite sync pwrite sync ");
	pb_append_close(append);
}

/* ---- continuing ----------------------------------------------------------------------------- */

static void
append_continues_a_segment(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state);
	struct expected e;

	expect_begin(&e);
	expect_record(&e, 7, 2 * 1024 * 1024, false);
	expect_checkpoint(&e);
	assert_int_equal(
	    commit(append, (struct item[]){ { 7, 2 * 1024 * 1024, false } }, 1), PB_OK);
	pb_append_close(append);

	assert_int_equal(resume(pb_sys_files(), *state, e.segment.len, 1, &append), PB_OK);
	assert_string_equal(pb_append_name(append), NAME);
	assert_int_equal(pb_append_end(append), e.segment.len);
	assert_int_equal(pb_append_slots(append), 1);
	expect_record(&e, 8, 50, false);
	expect_checkpoint(&e);
	assert_int_equal(commit(append, (struct item[]){ { 8, 50, false } }, 1), PB_OK);
	check_files(*state, &e);
	check_sha256(append, &e);

	/* The digest goes on from where it is. */
	expect_record(&e, 9, 50, false);
	expect_checkpoint(&e);
	assert_int_equal(commit(append, (struct item[]){ { 9, 50, false } }, 1), PB_OK);
	check_files(*state, &e);
	check_sha256(append, &e);
	pb_append_close(append);
	expect_done(&e);
}

static void
append_does_not_continue_what_does_not_fit(void **state)
{
	struct pb_append *append = create(pb_sys_files(), *state), *untouched = NULL;
	uint64_t end;

	assert_int_equal(commit(append, (struct item[]){ { 7, 10, false } }, 1), PB_OK);
	end = pb_append_end(append);
	pb_append_close(append);
	assert_int_equal(resume(pb_sys_files(), *state, end - 1, 1, &untouched), PB_ECORRUPT);
	assert_int_equal(resume(pb_sys_files(), *state, end + 1, 1, &untouched), PB_ECORRUPT);
	assert_int_equal(resume(pb_sys_files(), *state, end, 0, &untouched), PB_ECORRUPT);
	assert_int_equal(resume(pb_sys_files(), *state, end, 2, &untouched), PB_ECORRUPT);
	assert_int_equal(resume(pb_sys_files(), *state, end, UINT64_MAX, &untouched), PB_ECORRUPT);
	assert_int_equal(pb_append_continue(pb_sys_files(), *state, "../vault/x", end, 1,
			     make_secret(KEY_SEED), &untouched, NULL),
	    PB_EINVAL);
	assert_int_equal(
	    pb_append_continue(pb_sys_files(), *state, "0000000000000008-0102030405060708", end, 1,
		make_secret(KEY_SEED), &untouched, NULL),
	    PB_ENOENT);
	write_whole(pb_sys_files(), *state, KEYS, "", 0);
	assert_int_equal(resume(pb_sys_files(), *state, end, 0, &untouched), PB_ECORRUPT);
	assert_int_equal(resume(pb_sys_files(), *state, end, UINT64_MAX, &untouched), PB_ECORRUPT);
	assert_null(untouched);
}

static void
append_never_overwrites_a_segment(void **state)
{
	static const char *const file[] = { SEGMENT, KEYS };
	struct pb_segment_header header = make_header();
	struct pb_append *untouched = NULL;
	struct pb_buf bytes = PB_BUF_EMPTY;
	size_t i;

	for (i = 0; i < CASES(file); i++) {
		char *path = pb_path_join(*state, file[i]);

		write_whole(pb_sys_files(), *state, file[i], "kept", 4);
		assert_int_equal(pb_append_create(pb_sys_files(), *state, &header,
				     make_secret(KEY_SEED), &untouched, NULL),
		    PB_EEXIST);
		assert_int_equal(read_whole(pb_sys_files(), *state, file[i], &bytes), PB_OK);
		assert_int_equal(bytes.len, 4);
		assert_false(exists(pb_sys_files(), *state, file[1 - i]));
		assert_int_equal(pb_sys_files()->unlink(NULL, path), 0);
		free(path);
	}
	assert_null(untouched);
	pb_buf_done(&bytes);
	pb_segment_header_done(&header);
}

static void
append_refuses_a_header_that_could_not_be_read(void **state)
{
	struct pb_segment_header header = make_header();
	struct pb_append *untouched = NULL;

	(void)snprintf(header.origin, sizeof(header.origin), "not an origin");
	assert_int_equal(pb_append_create(pb_sys_files(), *state, &header, make_secret(KEY_SEED),
			     &untouched, NULL),
	    PB_EINVAL);
	(void)snprintf(header.origin, sizeof(header.origin), "%s", ORIGIN);
	pb_buf_done(&header.cms);
	assert_int_equal(pb_buf_reserve(&header.cms, PB_LIMIT_SEGMENT_HEADER), PB_OK);
	memset(header.cms.data, 0, PB_LIMIT_SEGMENT_HEADER);
	header.cms.len = PB_LIMIT_SEGMENT_HEADER;
	assert_int_equal(pb_append_create(pb_sys_files(), *state, &header, make_secret(KEY_SEED),
			     &untouched, NULL),
	    PB_ELIMIT);
	assert_null(untouched);
	assert_false(exists(pb_sys_files(), *state, SEGMENT));
	assert_false(exists(pb_sys_files(), *state, KEYS));
	pb_segment_header_done(&header);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_archive, remove_archive)
	const struct CMUnitTest tests[] = {
		TEST(append_writes_what_the_format_says),
		TEST(append_files_are_for_their_owner_alone),
		TEST(append_streams_large_payloads),
		TEST(append_streams_payloads_from_an_unnamed_file),
		TEST(append_commits_with_two_writes_and_two_syncs),
		TEST(append_continues_a_segment),
		TEST(append_does_not_continue_what_does_not_fit),
		TEST(append_never_overwrites_a_segment),
		TEST(append_refuses_a_header_that_could_not_be_read),
	};

	return cmocka_run_group_tests_name("append", tests, NULL, NULL);
}
