/*
 * Commits on a disk that loses power at every moment: what was acknowledged is
 * there, and no commit is ever whole without its secrets.
 */
#include "vault/commit.h"

#include <errno.h>
#include <fcntl.h>

#define DIR "/archive"
#define STATES 120

/* What the files hold after a commit. */
struct content {
	struct pb_buf segment, keys;
};

struct watch {
	struct test_powercut *disk;
	struct content kept; /* acknowledged; empty before the first commit */
	struct content next; /* what the commit under way makes of it */
	uint64_t states, whole;
};

static void
read_content(const struct pb_files *files, struct content *content)
{
	if (read_whole(files, DIR, SEGMENT, &content->segment) != PB_OK)
		pb_buf_clear(&content->segment);
	if (read_whole(files, DIR, KEYS, &content->keys) != PB_OK)
		pb_buf_clear(&content->keys);
}

static void
content_done(struct content *content)
{
	pb_buf_done(&content->segment);
	pb_buf_done(&content->keys);
}

static bool
begins_with(const struct pb_buf *bytes, const struct pb_buf *prefix)
{
	return bytes->len >= prefix->len &&
	       (prefix->len == 0 || memcmp(bytes->data, prefix->data, prefix->len) == 0);
}

static void
check_state(void *arg, struct test_powercut *state)
{
	struct watch *watch = arg;
	struct content left = { 0 };

	read_content(test_powercut_files(state), &left);
	assert_true(begins_with(&left.segment, &watch->kept.segment));
	assert_true(begins_with(&left.keys, &watch->kept.keys));
	if (watch->next.segment.len > 0 && begins_with(&left.segment, &watch->next.segment)) {
		assert_true(begins_with(&left.keys, &watch->next.keys));
		watch->whole++;
	}
	watch->states++;
	content_done(&left);
}

static void
cut_here(void *arg)
{
	struct watch *watch = arg;

	test_powercut_states(watch->disk, STATES, check_state, watch);
}

/* What a commit would leave, from a trial on another disk. */
static void
foresee(struct content *content, const struct item *first, size_t first_count,
    const struct item *second, size_t second_count)
{
	struct test_powercut *disk = test_powercut_new();
	const struct pb_files *files = test_powercut_files(disk);
	struct pb_append *append;

	assert_int_equal(files->mkdir(files->ctx, DIR, 0700), 0);
	make_folders(files, DIR);
	append = create(files, DIR);
	if (first_count > 0)
		assert_int_equal(commit(append, first, first_count), PB_OK);
	if (second_count > 0)
		assert_int_equal(commit(append, second, second_count), PB_OK);
	pb_append_close(append);
	read_content(files, content);
	test_powercut_free(disk);
}

static const struct item FIRST[] = { { 7, 40, true }, { 8, 600, false } };
static const struct item SECOND[] = { { 9, 700, false }, { 10, 30, false } };
static const struct item LARGE[] = { { 9, 3 * 1024 * 1024, false }, { 10, 30, false } };

static const struct pb_files *
start(struct watch *watch)
{
	const struct pb_files *files;

	*watch = (struct watch){ .disk = test_powercut_new() };
	files = test_powercut_files(watch->disk);
	assert_int_equal(files->mkdir(files->ctx, DIR, 0700), 0);
	assert_int_equal(files->sync_dir(files->ctx, "/"), 0);
	make_folders(files, DIR);
	test_powercut_watch(watch->disk, cut_here, watch);
	return files;
}

static void
finish(struct watch *watch)
{
	/* The watch saw something, and some of it was a commit that nobody was told of yet. */
	assert_true(watch->states > 50);
	assert_true(watch->whole > 0);
	content_done(&watch->kept);
	content_done(&watch->next);
	test_powercut_free(watch->disk);
}

/* From here on it is acknowledged: a cut right now must leave it. */
static void
acknowledge(struct watch *watch)
{
	content_done(&watch->kept);
	watch->kept = watch->next;
	watch->next = (struct content){ 0 };
	cut_here(watch);
}

static void
commits_survive_a_power_cut_at_any_moment(void **state)
{
	struct watch watch;
	struct pb_append *append;
	const struct pb_files *files = start(&watch);

	(void)state;
	foresee(&watch.next, FIRST, CASES(FIRST), NULL, 0);
	append = create(files, DIR);
	assert_int_equal(commit(append, FIRST, CASES(FIRST)), PB_OK);
	acknowledge(&watch);
	foresee(&watch.next, FIRST, CASES(FIRST), SECOND, CASES(SECOND));
	assert_int_equal(commit(append, SECOND, CASES(SECOND)), PB_OK);
	acknowledge(&watch);
	pb_append_close(append);
	finish(&watch);
}

static void
large_commits_survive_a_power_cut_at_any_moment(void **state)
{
	struct watch watch;
	struct pb_append *append;
	const struct pb_files *files = start(&watch);

	(void)state;
	append = create(files, DIR);
	foresee(&watch.next, FIRST, CASES(FIRST), NULL, 0);
	assert_int_equal(commit(append, FIRST, CASES(FIRST)), PB_OK);
	acknowledge(&watch);
	foresee(&watch.next, FIRST, CASES(FIRST), LARGE, CASES(LARGE));
	assert_int_equal(commit(append, LARGE, CASES(LARGE)), PB_OK);
	acknowledge(&watch);
	pb_append_close(append);
	finish(&watch);
}

/* Written, and nothing of it synced. */
static void
write_unsynced(const struct pb_files *files, const char *relative, const struct pb_buf *bytes)
{
	char *path = pb_path_join(DIR, relative);
	int fd = files->open(files->ctx, path, O_RDWR | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pb_io_pwrite(files, fd, path, bytes->data, bytes->len, 0, NULL), PB_OK);
	assert_int_equal(files->close(files->ctx, fd), 0);
	free(path);
}

/* What a process that was killed did not sync is durable with the next commit. */
static void
continued_segments_survive_a_power_cut(void **state)
{
	struct watch watch;
	struct pb_append *append;
	const struct pb_files *files = start(&watch);
	uint64_t end;

	(void)state;
	test_powercut_watch(watch.disk, NULL, NULL);
	foresee(&watch.next, FIRST, CASES(FIRST), NULL, 0);
	write_unsynced(files, SEGMENT, &watch.next.segment);
	write_unsynced(files, KEYS, &watch.next.keys);
	end = watch.next.segment.len;
	content_done(&watch.next);
	test_powercut_watch(watch.disk, cut_here, &watch);
	assert_int_equal(resume(files, DIR, end, CASES(FIRST), &append), PB_OK);
	foresee(&watch.next, FIRST, CASES(FIRST), SECOND, CASES(SECOND));
	assert_int_equal(commit(append, SECOND, CASES(SECOND)), PB_OK);
	acknowledge(&watch);
	pb_append_close(append);
	finish(&watch);
}

/* A layer whose writes can answer an error although the bytes arrived. */
struct liar {
	const struct pb_files *under;
	struct pb_files table;
	bool lies;
};

static int64_t
liar_pwrite(void *ctx, int fd, const void *from, size_t len, uint64_t offset)
{
	struct liar *liar = ctx;
	int64_t n = liar->under->pwrite(liar->under->ctx, fd, from, len, offset);

	return liar->lies ? -EIO : n;
}

#define FORWARD(name, params, args)                                                                \
	static int liar_##name params                                                              \
	{                                                                                          \
		struct liar *liar = ctx;                                                           \
                                                                                                   \
		return liar->under->name args;                                                     \
	}
FORWARD(open, (void *ctx, const char *path, int flags, unsigned mode),
    (liar->under->ctx, path, flags, mode))
FORWARD(close, (void *ctx, int fd), (liar->under->ctx, fd))
FORWARD(truncate, (void *ctx, int fd, uint64_t len), (liar->under->ctx, fd, len))
FORWARD(sync, (void *ctx, int fd), (liar->under->ctx, fd))
FORWARD(sync_dir, (void *ctx, const char *path), (liar->under->ctx, path))
FORWARD(
    stat_fd, (void *ctx, int fd, struct pb_file_info *ret_info), (liar->under->ctx, fd, ret_info))

static void
undo_never_leaves_a_commit_without_its_secrets(void **state)
{
	struct watch watch;
	struct pb_append *append;
	struct liar liar = { .under = start(&watch) };

	(void)state;
	liar.table = (struct pb_files){
		.ctx = &liar,
		.open = liar_open,
		.close = liar_close,
		.pwrite = liar_pwrite,
		.truncate = liar_truncate,
		.sync = liar_sync,
		.sync_dir = liar_sync_dir,
		.stat_fd = liar_stat_fd,
	};
	append = create(&liar.table, DIR);
	foresee(&watch.next, FIRST, CASES(FIRST), NULL, 0);
	assert_int_equal(commit(append, FIRST, CASES(FIRST)), PB_OK);
	acknowledge(&watch);

	foresee(&watch.next, FIRST, CASES(FIRST), SECOND, CASES(SECOND));
	assert_int_equal(commit_steps(append, SECOND, CASES(SECOND), STEPS_ALL - 1), PB_OK);
	liar.lies = true;
	watch.whole = 0;
	assert_int_equal(pb_append_sync_frames(append, NULL), PB_EIO);
	liar.lies = false;
	assert_true(watch.whole > 0);
	assert_int_equal(pb_append_undo(append, NULL), PB_OK);
	/* Taken back for good: no cut brings it back. */
	watch.whole = 0;
	cut_here(&watch);
	assert_int_equal(watch.whole, 0);
	assert_int_equal(commit(append, SECOND, CASES(SECOND)), PB_OK);
	acknowledge(&watch);
	watch.whole = 1;
	pb_append_close(append);
	finish(&watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commits_survive_a_power_cut_at_any_moment),
		cmocka_unit_test(large_commits_survive_a_power_cut_at_any_moment),
		cmocka_unit_test(continued_segments_survive_a_power_cut),
		cmocka_unit_test(undo_never_leaves_a_commit_without_its_secrets),
	};

	return cmocka_run_group_tests_name("append_powercut", tests, start_crypto, NULL);
}
