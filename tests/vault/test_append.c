#include "vault/commit.h"

#include <errno.h>
#include <stdio.h>

/* ---- what is written ------------------------------------------------------------------------ */

/* What must stand in the files, put together by hand. */
struct expected {
	struct pb_buf segment, keys;
};

static void
expect_begin(struct expected *e)
{
	static const uint8_t zeros[PB_SLOT_LEN];
	struct pb_segment_header header = make_header();
	struct pb_buf json = PB_BUF_EMPTY;

	*e = (struct expected){ .segment = PB_BUF_EMPTY, .keys = PB_BUF_EMPTY };
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_int_equal(pb_segment_prefix(json.data, json.len, &e->segment), PB_OK);
	assert_int_equal(pb_buf_append(&e->keys, zeros, sizeof(zeros)), PB_OK);
	pb_segment_header_done(&header);
	pb_buf_done(&json);
}

static void
expect_record(struct expected *e, uint64_t seq, size_t len, bool open)
{
	struct pb_sealed sealed = make_sealed(seq, len);
	uint8_t leaf[PB_LEAF_LEN], slot[PB_SLOT_LEN] = { 0 };
	struct pb_secret *key = make_secret(KEY_SEED);
	struct pb_buf *s = &e->segment;

	make_leaf(seq, leaf);
	assert_int_equal(pb_buf_append_u8(s, open ? 'P' : 'R'), PB_OK);
	assert_int_equal(pb_buf_append_u64(s, 160 + (open ? 32 : 0) + len), PB_OK);
	assert_int_equal(pb_buf_append(s, leaf, 160), PB_OK);
	if (open)
		assert_int_equal(pb_buf_append(s, pb_secret_bytes(sealed.r), 32), PB_OK);
	assert_int_equal(pb_buf_append(s, sealed.memory.data, len), PB_OK);
	if (!open)
		assert_int_equal(
		    pb_slot_encode(key, e->keys.len / PB_SLOT_LEN, sealed.r, slot, NULL), PB_OK);
	assert_int_equal(pb_buf_append(&e->keys, slot, sizeof(slot)), PB_OK);
	pb_secret_free(key);
	pb_sealed_done(&sealed);
}

static void
expect_checkpoint(struct expected *e)
{
	assert_int_equal(pb_buf_append_u8(&e->segment, 'C'), PB_OK);
	assert_int_equal(pb_buf_append_u64(&e->segment, strlen(NOTE)), PB_OK);
	assert_int_equal(pb_buf_append(&e->segment, NOTE, strlen(NOTE)), PB_OK);
}

static void
check_files(const char *dir, const struct expected *e)
{
	struct pb_buf bytes = PB_BUF_EMPTY;

	assert_int_equal(read_whole(pb_sys_files(), dir, SEGMENT, &bytes), PB_OK);
	assert_int_equal(bytes.len, e->segment.len);
	assert_memory_equal(bytes.data, e->segment.data, bytes.len);
	assert_int_equal(read_whole(pb_sys_files(), dir, KEYS, &bytes), PB_OK);
	assert_int_equal(bytes.len, e->keys.len);
	assert_memory_equal(bytes.data, e->keys.data, bytes.len);
	pb_buf_done(&bytes);
}

static void
check_sha256(struct pb_append *append, const struct expected *e)
{
	uint8_t sha256[PB_DIGEST_LEN], again[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	pb_digest_sha256(e->segment.data, e->segment.len, expected);
	assert_int_equal(pb_append_sha256(append, sha256, NULL), PB_OK);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	assert_int_equal(pb_append_sha256(append, again, NULL), PB_OK);
	assert_memory_equal(again, expected, sizeof(again));
}

static void
expect_done(struct expected *e)
{
	pb_buf_done(&e->segment);
	pb_buf_done(&e->keys);
}

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
	assert_int_equal(
	    commit(append,
	        (struct item[]){ { 7, 5 * 1024 * 1024 + 17, false }, { 8, 1024 * 1024, true },
	            { 9, 3, false } },
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
	assert_int_equal(pb_io_pwrite(files, sealed.fd, "spill", sealed.memory.data,
	                     sealed.memory.len, 0, NULL),
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

	(void)snprintf(r->calls + len, sizeof(r->calls) - len, "%s%s ", call,
	    name == NULL ? "" : name);
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
	assert_string_equal(
	    r.calls, "pwrite sync sync_dir/keys pwrite sync sync_dir/vault ");
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
	assert_int_equal(commit(append, (struct item[]){ { 7, 2 * 1024 * 1024, false } }, 1), PB_OK);
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
	assert_int_equal(pb_append_continue(pb_sys_files(), *state,
	                     "0000000000000008-0102030405060708", end, 1,
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
	assert_int_equal(commit_steps(append, (struct item[]){ { 7, 2 * 1024 * 1024, true } }, 1,
	                     STEPS_ALL - 1),
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
		TEST(append_writes_what_the_format_says),
		TEST(append_files_are_for_their_owner_alone),
		TEST(append_streams_large_payloads),
		TEST(append_streams_payloads_from_an_unnamed_file),
		TEST(append_commits_with_two_writes_and_two_syncs),
		TEST(append_continues_a_segment),
		TEST(append_does_not_continue_what_does_not_fit),
		TEST(append_never_overwrites_a_segment),
		TEST(append_refuses_a_header_that_could_not_be_read),
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

	return cmocka_run_group_tests_name("append", tests, NULL, NULL);
}
