#include "vault/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "vault/frames.h"

#define SEGMENT "vault/" NAME ".seg"
#define NOTE "not really a note\n"

/* A segment made by hand: header, 'R' of 1000 bytes, 'P' of 20, 'C'. */
struct fixture {
	struct test_powercut *disk; /* in memory: hundreds of files need no medium */
	const struct pb_files *files;
	const char *dir;
	char *real; /* a directory to remove */
	struct pb_buf bytes;
	uint64_t start, open, checkpoint; /* where the frames begin */
};

static void
add(struct pb_buf *buf, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(buf, data, len), PB_OK);
}

static void
add_frame(struct pb_buf *buf, char tag, uint64_t len)
{
	assert_int_equal(pb_buf_append_u8(buf, (uint8_t)tag), PB_OK);
	assert_int_equal(pb_buf_append_u64(buf, len), PB_OK);
}

static void
add_record(struct pb_buf *buf, char tag, uint64_t seq, size_t payload_len)
{
	uint8_t leaf[PB_LEAF_LEN], r[32], payload[1000];

	make_leaf(seq, leaf);
	fill(seq + 100, r, sizeof(r));
	fill(seq + 200, payload, sizeof(payload));
	add_frame(buf, tag, sizeof(leaf) + (tag == 'P' ? sizeof(r) : 0) + payload_len);
	add(buf, leaf, sizeof(leaf));
	if (tag == 'P')
		add(buf, r, sizeof(r));
	add(buf, payload, payload_len);
}

static void
put_segment(const struct fixture *f)
{
	write_whole(f->files, f->dir, SEGMENT, f->bytes.data, f->bytes.len);
}

static int
set_up(void **state)
{
	static struct fixture f;
	struct pb_segment_header header = make_header();
	struct pb_buf json = PB_BUF_EMPTY;

	f = (struct fixture){ .disk = test_powercut_new(), .dir = "/archive" };
	f.files = test_powercut_files(f.disk);
	*state = &f;
	assert_int_equal(f.files->mkdir(f.files->ctx, f.dir, 0700), 0);
	make_folders(f.files, f.dir);
	assert_int_equal(pb_segment_header_encode(&header, &json), PB_OK);
	assert_int_equal(pb_segment_prefix(json.data, json.len, &f.bytes), PB_OK);
	pb_segment_header_done(&header);
	pb_buf_done(&json);
	f.start = f.bytes.len;
	add_record(&f.bytes, 'R', 7, 1000);
	f.open = f.bytes.len;
	add_record(&f.bytes, 'P', 8, 20);
	f.checkpoint = f.bytes.len;
	add_frame(&f.bytes, 'C', strlen(NOTE));
	add(&f.bytes, NOTE, strlen(NOTE));
	put_segment(&f);
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_buf_done(&f->bytes);
	test_powercut_free(f->disk);
	return 0;
}

/* The same on real files. */
static int
set_up_real(void **state)
{
	struct fixture *f;

	(void)set_up(state);
	f = *state;
	f->files = pb_sys_files();
	f->dir = f->real = test_directory();
	make_folders(f->files, f->dir);
	put_segment(f);
	return 0;
}

static int
tear_down_real(void **state)
{
	struct fixture *f = *state;

	test_directory_remove(f->real);
	return tear_down(state);
}

static struct pb_frames *
open_segment(const struct fixture *f)
{
	struct pb_frames *frames = NULL;

	assert_int_equal(pb_frames_open(f->files, f->dir, NAME, &frames, NULL), PB_OK);
	return frames;
}

static enum pb_status
try_open(const struct fixture *f, struct pb_error *err)
{
	struct pb_frames *frames = NULL;
	enum pb_status status = pb_frames_open(f->files, f->dir, NAME, &frames, err);

	if (status != PB_OK) {
		assert_null(frames);
		assert_int_equal(err->status, status);
	}
	pb_frames_close(frames);
	return status;
}

/* ---- good path ------------------------------------------------------------------------------ */

static void
frames_show_the_header_as_it_stands(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames = open_segment(f);
	const struct pb_buf *json = pb_frames_header_json(frames);

	assert_string_equal(pb_frames_header(frames)->origin, ORIGIN);
	assert_int_equal(pb_frames_header(frames)->first_seq, 7);
	assert_int_equal(json->len, f->start - PB_SEGMENT_PREFIX_LEN);
	assert_memory_equal(json->data, f->bytes.data + PB_SEGMENT_PREFIX_LEN, json->len);
	assert_int_equal(pb_frames_start(frames), f->start);
	assert_int_equal(pb_frames_size(frames), f->bytes.len);
	pb_frames_drop_cache(frames);
	pb_frames_close(frames);
	pb_frames_close(NULL);
}

static void
frames_read_from_front_to_back(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames = open_segment(f);
	struct pb_frame frame;
	uint8_t leaf[PB_LEAF_LEN], r[32];

	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	make_leaf(7, leaf);
	assert_int_equal(frame.tag, PB_FRAME_SEALED);
	assert_int_equal(frame.offset, f->start);
	assert_int_equal(frame.end, f->open);
	assert_memory_equal(frame.leaf, leaf, sizeof(leaf));
	assert_int_equal(frame.payload.len, 1000);

	assert_int_equal(pb_frames_read(frames, frame.end, &frame, NULL), PB_OK);
	make_leaf(8, leaf);
	fill(108, r, sizeof(r));
	assert_int_equal(frame.tag, PB_FRAME_OPEN);
	assert_int_equal(frame.end, f->checkpoint);
	assert_memory_equal(frame.leaf, leaf, sizeof(leaf));
	assert_memory_equal(frame.r, r, sizeof(r));
	assert_int_equal(frame.payload.len, 20);

	assert_int_equal(pb_frames_read(frames, frame.end, &frame, NULL), PB_OK);
	assert_int_equal(frame.tag, PB_FRAME_CHECKPOINT);
	assert_int_equal(frame.payload.len, strlen(NOTE));
	assert_int_equal(frame.end, f->bytes.len);
	assert_int_equal(pb_frames_read(frames, frame.end, &frame, NULL), PB_EEND);
	pb_frames_close(frames);
}

/* A frame is a value: it may be copied, and others read, while its payload is in use. */
static void
frames_payload_stays_usable(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames = open_segment(f);
	struct pb_frame frame, first, note;
	uint8_t payload[1000], read[1000];
	uint64_t offset;

	assert_int_equal(pb_frames_read(frames, f->checkpoint, &note, NULL), PB_OK);
	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	first = frame;
	for (offset = f->start; offset < f->bytes.len; offset = frame.end)
		assert_int_equal(pb_frames_read(frames, offset, &frame, NULL), PB_OK);
	fill(207, payload, sizeof(payload));
	assert_int_equal(first.payload.read(first.payload.ctx, 0, read, 1000, NULL), PB_OK);
	assert_memory_equal(read, payload, 1000);
	assert_int_equal(first.payload.read(first.payload.ctx, 990, read, 10, NULL), PB_OK);
	assert_memory_equal(read, payload + 990, 10);
	assert_int_equal(
	    note.payload.read(note.payload.ctx, 0, read, note.payload.len, NULL), PB_OK);
	assert_memory_equal(read, NOTE, strlen(NOTE));
	pb_frames_close(frames);
}

static void
frames_payload_ends_where_it_ends(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames = open_segment(f);
	struct pb_frame frame;
	struct pb_error err;
	uint8_t read[1001] = { 9 };

	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	assert_int_equal(frame.payload.read(frame.payload.ctx, 0, read, 1001, &err), PB_ECORRUPT);
	assert_non_null(strstr(err.object, SEGMENT));
	assert_int_equal(
	    frame.payload.read(frame.payload.ctx, UINT64_MAX, read, 2, &err), PB_ECORRUPT);
	assert_int_equal(frame.payload.read(frame.payload.ctx, 1000, read, 0, &err), PB_OK);
	assert_int_equal(read[0], 9);
	pb_frames_close(frames);
}

/* The file may be damaged under a reader: what is there now counts. */
static void
frames_read_again_what_stands_there_now(void **state)
{
	struct fixture *f = *state;
	const struct pb_files *files = f->files;
	struct pb_frames *frames = open_segment(f);
	struct pb_frame frame;
	char *path = pb_path_join(f->dir, SEGMENT);
	uint8_t len[8], read[2000];
	int fd = files->open(files->ctx, path, O_RDWR, 0);

	assert_true(fd >= 0);
	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	pb_put_u64(len, PB_LEAF_LEN + 1020);
	assert_int_equal(pb_io_pwrite(files, fd, path, len, 8, f->start + 1, NULL), PB_OK);
	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	assert_int_equal(frame.payload.len, 1020);
	assert_int_equal(frame.payload.read(frame.payload.ctx, 0, read, 1020, NULL), PB_OK);
	/* Then it is cut. */
	assert_int_equal(files->truncate(files->ctx, fd, f->start + 100), 0);
	assert_int_equal(frame.payload.read(frame.payload.ctx, 0, read, 1020, NULL), PB_ECORRUPT);
	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_ECORRUPT);
	assert_int_equal(files->close(files->ctx, fd), 0);
	pb_frames_close(frames);
	free(path);
}

static void
frames_that_can_not_be_read_are_said_so(void **state)
{
	struct fixture *f = *state;
	struct test_faulty_files faulty;
	enum pb_status status = PB_EIO;
	uint64_t nth;

	for (nth = 1; status != PB_OK; nth++) {
		struct pb_frames *frames = NULL;
		uint8_t sha256[PB_DIGEST_LEN];
		struct pb_frame frame;

		test_faulty_files_init(&faulty, f->files);
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = EIO;
		faulty.fail_at = nth;
		status = pb_frames_open(&faulty.table, f->dir, NAME, &frames, NULL);
		if (status == PB_OK)
			status = pb_frames_read(frames, f->start, &frame, NULL);
		if (status == PB_OK)
			status = pb_frames_payload_sha256(&frame, sha256, NULL);
		if (status != PB_OK)
			assert_int_equal(status, PB_EIO);
		pb_frames_close(frames);
	}
	/* open, stat, prefix, header, frame, payload; then none is left to fail */
	assert_int_equal(nth - 1, 7);
}

static void
frames_digest_a_payload(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames;
	struct pb_frame frame;
	uint8_t sha256[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];
	struct pb_sealed large = make_sealed(5, 300000);

	/* Longer than one step of reading. */
	f->bytes.len = f->start;
	add_frame(&f->bytes, 'R', PB_LEAF_LEN + large.payload_len);
	add(&f->bytes, large.memory.data, PB_LEAF_LEN);
	add(&f->bytes, large.memory.data, large.memory.len);
	put_segment(f);
	frames = open_segment(f);
	assert_int_equal(pb_frames_read(frames, f->start, &frame, NULL), PB_OK);
	assert_int_equal(pb_frames_payload_sha256(&frame, sha256, NULL), PB_OK);
	pb_digest_sha256(large.memory.data, large.memory.len, expected);
	assert_memory_equal(sha256, expected, sizeof(sha256));
	pb_frames_close(frames);
	pb_sealed_done(&large);
}

/* ---- damage --------------------------------------------------------------------------------- */

static void
frames_cut_at_every_length_are_torn_there(void **state)
{
	struct fixture *f = *state;
	size_t whole = f->bytes.len;
	struct pb_frame frame;
	struct pb_error err;
	char where[32];

	for (f->bytes.len = 0; f->bytes.len < whole; f->bytes.len++) {
		struct pb_frames *frames;
		uint64_t offset = f->start, last = f->start;
		enum pb_status status = PB_OK;

		put_segment(f);
		if (f->bytes.len < f->start) {
			assert_int_equal(try_open(f, &err), PB_ECORRUPT);
			assert_non_null(strstr(err.object, SEGMENT " offset "));
			continue;
		}
		frames = open_segment(f);
		while ((status = pb_frames_read(frames, offset, &frame, &err)) == PB_OK) {
			assert_true(frame.end <= f->bytes.len);
			last = offset = frame.end;
		}
		if (f->bytes.len == f->start || f->bytes.len == f->open ||
		    f->bytes.len == f->checkpoint) {
			assert_int_equal(status, PB_EEND);
		} else {
			assert_int_equal(status, PB_ECORRUPT);
			(void)snprintf(where, sizeof(where), " offset %d", (int)last);
			assert_non_null(strstr(err.object, where));
		}
		pb_frames_close(frames);
	}
}

static void
frames_of_an_unknown_tag_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_frame untouched = { .tag = 99 };
	struct pb_error err;
	unsigned tag;

	for (tag = 0; tag < 256; tag++) {
		struct pb_frames *frames;

		if (tag == 'R' || tag == 'P' || tag == 'C')
			continue;
		f->bytes.data[f->open] = (uint8_t)tag;
		put_segment(f);
		frames = open_segment(f);
		assert_int_equal(pb_frames_read(frames, f->open, &untouched, &err), PB_ECORRUPT);
		assert_non_null(strstr(err.object, SEGMENT));
		pb_frames_close(frames);
	}
	assert_int_equal(untouched.tag, 99);
}

static void
frames_of_an_impossible_length_are_refused(void **state)
{
	static const struct {
		char tag;
		uint64_t len;
	} bad[] = {
		{ 'R', 0 },
		{ 'R', PB_LEAF_LEN },
		{ 'R', PB_LEAF_LEN + PB_LIMIT_PAYLOAD + 1 },
		{ 'R', UINT64_MAX },
		{ 'R', UINT64_MAX - 8 },
		{ 'R', (uint64_t)INT64_MAX + 1 },
		{ 'P', PB_LEAF_LEN + 32 },
		{ 'P', PB_LEAF_LEN + 32 + PB_LIMIT_PAYLOAD + 1 },
		{ 'P', PB_LEAF_LEN + 32 + PB_LIMIT_PAYLOAD },
		{ 'C', 0 },
		{ 'C', PB_LIMIT_NOTE + 1 },
		{ 'C', PB_LIMIT_NOTE },
	};
	struct fixture *f = *state;
	struct pb_frame untouched = { .tag = 99 };
	size_t i;

	for (i = 0; i < CASES(bad); i++) {
		struct pb_frames *frames;

		f->bytes.data[f->start] = (uint8_t)bad[i].tag;
		pb_put_u64(f->bytes.data + f->start + 1, bad[i].len);
		put_segment(f);
		frames = open_segment(f);
		assert_int_equal(pb_frames_read(frames, f->start, &untouched, NULL), PB_ECORRUPT);
		pb_frames_close(frames);
	}
	assert_int_equal(untouched.tag, 99);
}

static void
frames_stand_between_header_and_end(void **state)
{
	struct fixture *f = *state;
	struct pb_frames *frames = open_segment(f);
	struct pb_frame untouched = { .tag = 99 };

	assert_int_equal(pb_frames_read(frames, 0, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(pb_frames_read(frames, f->start - 1, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(pb_frames_read(frames, f->bytes.len + 1, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(pb_frames_read(frames, UINT64_MAX, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(untouched.tag, 99);
	pb_frames_close(frames);
}

static void
frames_with_a_flipped_header_are_refused_or_another_header(void **state)
{
	struct fixture *f = *state;
	struct pb_error err;
	size_t i;

	for (i = 0; i < f->start; i++) {
		struct pb_frames *frames = NULL;

		f->bytes.data[i] ^= 0x01;
		put_segment(f);
		if (pb_frames_open(f->files, f->dir, NAME, &frames, &err) == PB_OK) {
			assert_in_range(i, PB_SEGMENT_PREFIX_LEN, f->start - 1);
			assert_memory_equal(pb_frames_header_json(frames)->data,
			    f->bytes.data + PB_SEGMENT_PREFIX_LEN,
			    f->start - PB_SEGMENT_PREFIX_LEN);
		} else {
			assert_int_equal(err.status, PB_ECORRUPT);
			assert_non_null(strstr(err.object, SEGMENT));
		}
		pb_frames_close(frames);
		f->bytes.data[i] ^= 0x01;
	}
}

static void
frames_under_another_name_are_refused(void **state)
{
	static const char other[] = "0000000000000008-0102030405060708";
	struct fixture *f = *state;
	struct pb_frames *untouched = NULL;

	write_whole(f->files, f->dir, "vault/0000000000000008-0102030405060708.seg", f->bytes.data,
	    f->bytes.len);
	assert_int_equal(pb_frames_open(f->files, f->dir, other, &untouched, NULL), PB_ECORRUPT);
	assert_int_equal(
	    pb_frames_open(f->files, f->dir, "0000000000000009-0102030405060708", &untouched, NULL),
	    PB_ENOENT);
	assert_null(untouched);
}

static void
frames_of_a_folder_are_refused(void **state)
{
	struct fixture *f = *state;
	struct pb_error err;
	char *path = pb_path_join(f->dir, SEGMENT);

	assert_int_equal(f->files->unlink(f->files->ctx, path), 0);
	assert_int_equal(f->files->mkdir(f->files->ctx, path, 0700), 0);
	assert_int_equal(try_open(f, &err), PB_ECORRUPT);
	free(path);
}

/* ---- all segments --------------------------------------------------------------------------- */

static void
count(void *arg, const char *name)
{
	unsigned *strangers = arg;

	assert_non_null(name);
	++*strangers;
}

static void
frames_list_segments_in_order(void **state)
{
	static const char *const file[] = {
		"vault/00000000000000ff-aaaaaaaaaaaaaaaa.seg",
		"vault/0000000000000100-0000000000000000.seg",
		"vault/0000000000000000-ffffffffffffffff.seg",
		"vault/00000000000000ff-0000000000000001.seg",
		"vault/00000000000000ff-000000000000001.seg",
		"vault/00000000000000ff-0000000000000001.key",
		"vault/stray",
	};
	struct fixture *f = *state;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	unsigned strangers = 0;
	size_t n = 0, i;

	for (i = 0; i < CASES(file); i++)
		write_whole(f->files, f->dir, file[i], "", 0);
	assert_int_equal(
	    pb_frames_list(f->files, f->dir, &names, &n, count, &strangers, NULL), PB_OK);
	assert_int_equal(n, 5);
	assert_string_equal(names[0], "0000000000000000-ffffffffffffffff");
	assert_string_equal(names[1], NAME);
	assert_string_equal(names[2], "00000000000000ff-0000000000000001");
	assert_string_equal(names[3], "00000000000000ff-aaaaaaaaaaaaaaaa");
	assert_string_equal(names[4], "0000000000000100-0000000000000000");
	assert_int_equal(strangers, 3);
	free(names);
}

static void
frames_list_of_nothing_is_empty(void **state)
{
	struct fixture *f = *state;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;
	char *path = pb_path_join(f->dir, SEGMENT);
	size_t n = 99;

	assert_int_equal(f->files->unlink(f->files->ctx, path), 0);
	assert_int_equal(pb_frames_list(f->files, f->dir, &names, &n, NULL, NULL, NULL), PB_OK);
	assert_int_equal(n, 0);
	free(names);
	names = NULL;
	assert_int_equal(
	    pb_frames_list(f->files, "no-archive", &names, &n, NULL, NULL, NULL), PB_ENOENT);
	assert_null(names);
	free(path);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define REAL(name)                                                                                 \
	{                                                                                          \
#name "_on_a_disk", name, set_up_real, tear_down_real, NULL                        \
	}
	const struct CMUnitTest tests[] = {
		TEST(frames_show_the_header_as_it_stands),
		REAL(frames_show_the_header_as_it_stands),
		TEST(frames_read_from_front_to_back),
		REAL(frames_read_from_front_to_back),
		TEST(frames_payload_stays_usable),
		REAL(frames_payload_stays_usable),
		TEST(frames_payload_ends_where_it_ends),
		TEST(frames_read_again_what_stands_there_now),
		TEST(frames_that_can_not_be_read_are_said_so),
		TEST(frames_digest_a_payload),
		REAL(frames_digest_a_payload),
		TEST(frames_cut_at_every_length_are_torn_there),
		TEST(frames_of_an_unknown_tag_are_refused),
		TEST(frames_of_an_impossible_length_are_refused),
		TEST(frames_stand_between_header_and_end),
		TEST(frames_with_a_flipped_header_are_refused_or_another_header),
		TEST(frames_under_another_name_are_refused),
		TEST(frames_of_a_folder_are_refused),
		TEST(frames_list_segments_in_order),
		REAL(frames_list_segments_in_order),
		TEST(frames_list_of_nothing_is_empty),
	};

	return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
