/* Every allocation fails in turn: the call says so, nothing leaks, nothing is half done. */
#include "vault/commit.h"

#include "lib/memory.h"
#include "log/tree.h"
#include "vault/frames.h"
#include "vault/tiles.h"

/* One use of the room; everything it makes is released again whatever happens. */
typedef enum pb_status use_fn(const char *dir, struct pb_error *err);

/* `between` each use: what it left. */
static void
run_out_everywhere(const char *dir, use_fn *use, void (*between)(const char *dir))
{
	struct pb_error err;
	enum pb_status status;
	uint64_t nth, failures = 1;

	/* Once with enough: libgcrypt tests a cipher when it is first used. */
	assert_int_equal(use(dir, &err), PB_OK);
	if (between != NULL)
		between(dir);
	if (!test_memory_can_fail())
		return;
	for (nth = 1; failures > 0; nth++) {
		test_memory_fail(nth, false);
		status = use(dir, &err);
		failures = test_memory_restore();
		if (failures == 0)
			assert_int_equal(status, PB_OK);
		if (status != PB_OK) {
			assert_int_equal(status, PB_ENOMEM);
			assert_int_equal(err.status, PB_ENOMEM);
		}
		if (between != NULL)
			between(dir);
	}
	assert_true(nth > 6);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Made before memory runs out. */
static struct {
	struct pb_segment_header header;
	struct pb_sealed sealed;
	uint8_t leaf[PB_LEAF_LEN];
} made;

static int
make_things(void **state)
{
	if (make_archive(state) != 0)
		return -1;
	made.header = make_header();
	made.sealed = make_sealed(7, 100);
	make_leaf(7, made.leaf);
	return 0;
}

static int
release_things(void **state)
{
	pb_segment_header_done(&made.header);
	pb_sealed_done(&made.sealed);
	return remove_archive(state);
}

static enum pb_status
write_commit(struct pb_append *append, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	status = pb_append_secrets(append, &made.sealed.r, 1, err);
	if (status == PB_OK)
		status = pb_append_sync_secrets(append, err);
	if (status == PB_OK)
		status = pb_append_record(append, made.leaf, &made.sealed, false, err);
	if (status == PB_OK)
		status = pb_append_checkpoint(append, NOTE, strlen(NOTE), err);
	if (status == PB_OK)
		status = pb_append_sync_frames(append, err);
	if (status == PB_OK)
		status = pb_append_sha256(append, sha256, err);
	return status;
}

static enum pb_status
use_append(const char *dir, struct pb_error *err)
{
	struct pb_append *append = NULL;
	struct pb_secret *key = NULL;
	enum pb_status status;
	uint64_t end = 0;

	status = pb_secret_new(32, &key, err);
	if (status == PB_OK)
		status = pb_append_create(pb_sys_files(), dir, &made.header, key, &append, err);
	if (status == PB_OK)
		status = write_commit(append, err);
	if (status == PB_OK)
		end = pb_append_end(append);
	pb_append_close(append);
	append = NULL;
	if (status == PB_OK)
		status = pb_secret_new(32, &key, err);
	if (status == PB_OK)
		status = pb_append_continue(pb_sys_files(), dir, NAME, end, 1, key, &append, err);
	if (status == PB_OK)
		status = write_commit(append, err);
	pb_append_close(append);
	return status;
}

static void
remove_segment(const char *dir)
{
	static const char *const file[] = { SEGMENT, KEYS };
	const struct pb_files *files = pb_sys_files();
	size_t i;

	for (i = 0; i < CASES(file); i++) {
		char *path = pb_path_join(dir, file[i]);

		(void)files->unlink(files->ctx, path);
		free(path);
	}
}

static void
append_says_that_memory_ran_out(void **state)
{
	run_out_everywhere(*state, use_append, remove_segment);
}

/* ---- reading -------------------------------------------------------------------------------- */

static int
make_segment(void **state)
{
	struct pb_append *append;

	if (make_archive(state) != 0)
		return -1;
	append = create(pb_sys_files(), *state);
	assert_int_equal(commit(append, (struct item[]){ { 7, 100, true } }, 1), PB_OK);
	pb_append_close(append);
	return 0;
}

static enum pb_status
use_frames(const char *dir, struct pb_error *err)
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	struct pb_frames *frames = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_frame frame;
	enum pb_status status;
	size_t count = 0;

	status = pb_frames_list(pb_sys_files(), dir, &names, &count, NULL, NULL, err);
	if (status == PB_OK)
		status = pb_frames_open(pb_sys_files(), dir, names[0], &frames, err);
	if (status == PB_OK)
		status = pb_frames_read(frames, pb_frames_start(frames), &frame, err);
	if (status == PB_OK)
		status = pb_frames_payload_sha256(&frame, sha256, err);
	pb_frames_close(frames);
	free(names);
	return status;
}

static void
frames_say_that_memory_ran_out(void **state)
{
	run_out_everywhere(*state, use_frames, NULL);
}

/* ---- publishing ----------------------------------------------------------------------------- */

static enum pb_status
read_leaves(void *ctx, uint64_t first, unsigned count, uint8_t *out, struct pb_error *err)
{
	unsigned i;

	(void)ctx, (void)err;
	for (i = 0; i < count; i++)
		make_leaf(first + i, out + (size_t)i * PB_LEAF_LEN);
	return PB_OK;
}

static enum pb_status
use_tiles(const char *dir, struct pb_error *err)
{
	static const struct pb_leaf_reader leaves = { .leaves = read_leaves };
	const struct pb_checkpoint checkpoint = { .size = 300 };

	return pb_tiles_publish(pb_sys_files(), dir, &leaves, &checkpoint, NOTE, strlen(NOTE), err);
}

static void
spoil_tiles(const char *dir)
{
	write_whole(pb_sys_files(), dir, "log/tile/1/000.p/1", "", 0);
	write_whole(pb_sys_files(), dir, "log/tile/0/001.p/44", "", 0);
	write_whole(pb_sys_files(), dir, "log/checkpoint", "", 0);
}

static void
tiles_say_that_memory_ran_out(void **state)
{
	run_out_everywhere(*state, use_tiles, spoil_tiles);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    append_says_that_memory_ran_out, make_things, release_things),
		cmocka_unit_test_setup_teardown(
		    frames_say_that_memory_ran_out, make_segment, remove_archive),
		cmocka_unit_test_setup_teardown(
		    tiles_say_that_memory_ran_out, make_archive, remove_archive),
	};

	return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
