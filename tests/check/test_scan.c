/* A segment in one pass: what it gives is what the file and each frame give by themselves. */
#include "archive/fixture.h"

#include "check/scan.h"

/* Bodies around blocks and around what is read at a time. */
static const size_t bodies[] = { 0, 1, 63, 64, 65, 4000, 262143 - 400, 262144, 300000, 1000003 };

static void
fill(struct fixture *f, char name[PB_SEGMENT_NAME_LEN + 1])
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1];
	struct pb_archive *a;
	size_t count;

	fresh(f);
	a = open_archive(f, f->key);
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		assert_int_equal(try_commit(f, a, i % 3 + 1, bodies[i], NULL), PB_OK);
	close_archive(a);
	names = segments(f, &count);
	memcpy(name, names[count - 1], PB_SEGMENT_NAME_LEN + 1);
	free(names);
}

static char *
path_of(struct fixture *f, const char *name)
{
	char file[PB_SEGMENT_NAME_LEN + 16];

	(void)snprintf(file, sizeof(file), "vault/%s.seg", name);
	return pb_path_join(f->dir, file);
}

static void
scan(struct fixture *f, const char *name, unsigned width, struct pb_scan *ret_scan)
{
	struct pb_lanes lanes;

	memset(ret_scan, 0, sizeof(*ret_scan));
	pb_lanes_init(&lanes);
	pb_lanes_narrow(&lanes, width);
	pb_scan_segment(f->world.files, f->dir, name, &lanes, ret_scan);
}

static void
assert_file_right(struct fixture *f, const char *name, const struct pb_scan *got)
{
	char *path = path_of(f, name);
	struct pb_buf whole = slurp(path);
	uint8_t right[PB_DIGEST_LEN];

	assert_int_equal(got->status, PB_OK);
	assert_int_equal(got->len, whole.len);
	pb_digest_sha256(whole.data, whole.len, right);
	assert_memory_equal(got->sha256, right, sizeof(right));
	pb_buf_done(&whole);
	free(path);
}

/* How many payloads were found; all of them right. */
static size_t
count_right(struct fixture *f, const char *name, struct pb_scan *got)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame;
	uint8_t right[PB_DIGEST_LEN];
	const uint8_t *sha256;
	size_t count = 0;
	uint64_t offset;

	assert_int_equal(pb_frames_open(f->world.files, f->dir, name, &frames, NULL), PB_OK);
	for (offset = pb_frames_start(frames);
	     pb_frames_read(frames, offset, &frame, NULL) == PB_OK; offset = frame.end) {
		sha256 = pb_scan_payload(got, offset);
		if (sha256 == NULL)
			continue;
		assert_int_not_equal(frame.tag, PB_FRAME_CHECKPOINT);
		assert_int_equal(pb_frames_payload_sha256(&frame, right, NULL), PB_OK);
		assert_memory_equal(sha256, right, sizeof(right));
		count++;
	}
	pb_frames_close(frames);
	return count;
}

static void
assert_scanned(struct fixture *f, unsigned width)
{
	char name[PB_SEGMENT_NAME_LEN + 1];
	struct pb_scan got;

	fill(f, name);
	scan(f, name, width, &got);
	assert_file_right(f, name, &got);
	assert_int_equal(count_right(f, name, &got), f->kept.count + 1); /* and the segment's own */
	pb_scan_done(&got);
}

static void
file_and_payloads_have_their_digests(void **state)
{
	assert_scanned(*state, 8);
}

static void
so_they_have_without_lanes(void **state)
{
	assert_scanned(*state, 1);
}

/* The file's own digest is right whatever stands in it; payloads as far as it reads. */
static void
file_that_is_cut_or_damaged_is_passed_over_whole(void **state)
{
	struct fixture *f = *state;
	char name[PB_SEGMENT_NAME_LEN + 1], *path;
	struct pb_scan got;
	uint64_t size;

	fill(f, name);
	path = path_of(f, name);
	size = size_of(path);
	for (uint64_t cut = size - 1; cut > 100; cut = cut * 2 / 3) {
		cut_file(path, cut);
		scan(f, name, 8, &got);
		assert_file_right(f, name, &got);
		assert_true(cut < 300000 || count_right(f, name, &got) > 0);
		pb_scan_done(&got);
	}
	spit(path, "no segment", 10);
	scan(f, name, 8, &got);
	assert_file_right(f, name, &got);
	assert_int_equal(got.payloads.len, 0);
	pb_scan_done(&got);
	free(path);
}

static void
what_is_not_there_is_not_asked_for(void **state)
{
	struct fixture *f = *state;
	char name[PB_SEGMENT_NAME_LEN + 1];
	struct pb_scan got;

	fill(f, name);
	scan(f, name, 8, &got);
	assert_null(pb_scan_payload(&got, 1));
	assert_null(pb_scan_payload(&got, UINT64_MAX));
	pb_scan_done(&got);
	name[PB_SEGMENT_NAME_LEN - 1] ^= 1;
	scan(f, name, 8, &got);
	assert_int_equal(got.status, PB_ENOENT);
	pb_scan_done(&got);
}

/* A read that fails is told, at each of them. */
static void
read_that_fails_is_a_status(void **state)
{
	struct fixture *f = *state;
	char name[PB_SEGMENT_NAME_LEN + 1];
	struct pb_scan got;
	bool done = false;
	uint64_t nth;

	fill(f, name);
	for (nth = 1; !done; nth++) {
		fail_call(f, nth, EIO, false);
		scan(f, name, 8, &got);
		done = f->faulty.failed == 0;
		heal(f);
		if (got.status == PB_OK)
			assert_file_right(f, name, &got);
		else
			assert_int_equal(got.status, PB_EIO);
		pb_scan_done(&got);
	}
	assert_true(nth > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_and_payloads_have_their_digests),
		cmocka_unit_test(so_they_have_without_lanes),
		cmocka_unit_test(file_that_is_cut_or_damaged_is_passed_over_whole),
		cmocka_unit_test(what_is_not_there_is_not_asked_for),
		cmocka_unit_test(read_that_fails_is_a_status),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
