/* A file that grows, and its sums, which are made beside. */
#include "archive/fixture.h"
#include "bundle/zip.h"
#include "export/out.h"

#define LEN ((size_t)3 * 1024 * 1024 + 17) /* more than is kept at one time */

static const struct pb_export_wanted all = { .crc32 = true, .hash = { true, true, true } };

static uint8_t *
noise(size_t len)
{
	uint8_t *data = malloc(len);
	uint32_t x = 1;

	assert_non_null(data);
	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
	return data;
}

static int
new_file(struct fixture *f, char path[700])
{
	int fd;

	(void)snprintf(path, 700, "%s/out", f->root);
	(void)unlink(path);
	assert_int_equal(
	    pb_io_open(f->world.files, path, O_RDWR | O_CREAT | O_EXCL, 0600, &fd, NULL), PB_OK);
	return fd;
}

static void
assert_sums(const struct pb_export_sums *sums, const uint8_t *data, size_t len)
{
	uint8_t imprint[PB_STAMP_HASH_MAX];

	assert_int_equal(sums->file.len, len);
	assert_int_equal(sums->crc32, pb_zip_crc32(0, data, len));
	pb_digest_sha256(data, len, imprint);
	assert_memory_equal(sums->file.sha256, imprint, PB_DIGEST_LEN);
	for (int hash = 0; hash < 3; hash++) {
		pb_stamp_imprint((enum pb_stamp_hash)hash, data, len, imprint);
		assert_memory_equal(
		    sums->imprint[hash], imprint, pb_stamp_hash_len((enum pb_stamp_hash)hash));
	}
}

static void
nothing_has_the_sums_of_nothing(void **state)
{
	struct fixture *f = *state;
	struct pb_export_out *out = NULL;
	struct pb_export_sums sums;
	char path[700];
	int fd = new_file(f, path);

	assert_int_equal(pb_export_out_new(f->world.files, fd, path, 0, &all, &out, NULL), PB_OK);
	assert_int_equal(pb_export_out_end(out, &sums, NULL), PB_OK);
	assert_sums(&sums, (const uint8_t *)"", 0);
	assert_int_equal(size_of(path), 0);
	pb_export_out_free(out);
	pb_export_out_free(NULL);
	pb_io_close(f->world.files, &fd);
}

/* In pieces of all lengths: file and sums are those of the whole. */
static void
file_and_sums_are_those_of_what_was_written(void **state)
{
	static const size_t steps[] = { 1, 4095, 65536, 262144, 262145, LEN };
	struct fixture *f = *state;
	uint8_t *data = noise(LEN);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		/* Single bytes take long. */
		size_t len = steps[i] == 1 ? 300000 : LEN;
		struct pb_export_out *out = NULL;
		struct pb_export_sums sums;
		struct pb_buf file;
		char path[700];
		int fd = new_file(f, path);

		assert_int_equal(
		    pb_export_out_new(f->world.files, fd, path, 5, &all, &out, NULL), PB_OK);
		for (size_t at = 0; at < len; at += steps[i])
			assert_int_equal(
			    pb_export_out_write(out, data + at,
				len - at < steps[i] ? len - at : steps[i], false, NULL),
			    PB_OK);
		assert_int_equal(pb_export_out_end(out, &sums, NULL), PB_OK);
		assert_sums(&sums, data, len);
		file = slurp(path);
		assert_int_equal(file.len, 5 + len);
		assert_memory_equal(file.data + 5, data, len);
		pb_buf_done(&file);
		pb_export_out_free(out);
		pb_io_close(f->world.files, &fd);
	}
	free(data);
}

/* What stands there is summed and not written: here it is not even the same. */
static void
what_is_present_is_summed_and_left_as_it_is(void **state)
{
	static const size_t len[] = { 100, 700000, 3, 262144 * 2, 40 };
	struct fixture *f = *state;
	uint8_t *data = noise(LEN), *before = calloc(1, LEN);
	struct pb_export_out *out = NULL;
	struct pb_export_sums sums;
	struct pb_buf file;
	size_t at = 0;
	char path[700];
	int fd = new_file(f, path);

	spit(path, before, LEN);
	assert_int_equal(pb_export_out_new(f->world.files, fd, path, 0, &all, &out, NULL), PB_OK);
	for (size_t i = 0; i < 5; at += len[i++])
		assert_int_equal(
		    pb_export_out_write(out, data + at, len[i], i % 2 == 1, NULL), PB_OK);
	assert_int_equal(pb_export_out_end(out, &sums, NULL), PB_OK);
	assert_sums(&sums, data, at);
	file = slurp(path);
	at = 0;
	for (size_t i = 0; i < 5; at += len[i++])
		assert_memory_equal(file.data + at, (i % 2 == 1 ? before : data) + at, len[i]);
	pb_buf_done(&file);
	pb_export_out_free(out);
	pb_io_close(f->world.files, &fd);
	free(data);
	free(before);
}

static void
what_is_put_in_its_room_needs_no_copy(void **state)
{
	struct fixture *f = *state;
	uint8_t *data = noise(LEN);
	struct pb_export_out *out = NULL;
	struct pb_export_sums sums;
	struct pb_buf file;
	char path[700];
	int fd = new_file(f, path);

	assert_int_equal(pb_export_out_new(f->world.files, fd, path, 0, &all, &out, NULL), PB_OK);
	for (size_t at = 0; at < LEN;) {
		size_t room;
		uint8_t *to = pb_export_out_room(out, &room);

		assert_true(room > 0);
		room = room < 100000 ? room : 100000;
		room = room < LEN - at ? room : LEN - at;
		memcpy(to, data + at, room);
		assert_int_equal(pb_export_out_write(out, to, room, false, NULL), PB_OK);
		at += room;
	}
	assert_int_equal(pb_export_out_end(out, &sums, NULL), PB_OK);
	assert_sums(&sums, data, LEN);
	file = slurp(path);
	assert_memory_equal(file.data, data, LEN);
	pb_buf_done(&file);
	pb_export_out_free(out);
	pb_io_close(f->world.files, &fd);
	free(data);
}

static void
write_that_fails_is_told(void **state)
{
	struct fixture *f = *state;
	uint8_t *data = noise(LEN);
	struct pb_export_out *out = NULL;
	struct pb_export_sums sums;
	char path[700];
	int fd = new_file(f, path);

	assert_int_equal(pb_export_out_new(f->world.files, fd, path, 0, &all, &out, NULL), PB_OK);
	fail_call(f, 2, ENOSPC, true);
	assert_int_equal(pb_export_out_write(out, data, LEN, false, NULL), PB_ENOSPC);
	heal(f);
	pb_export_out_free(out);
	assert_int_equal(pb_export_out_new(f->world.files, fd, path, 0, &all, &out, NULL), PB_OK);
	assert_int_equal(pb_export_out_write(out, data, 10, false, NULL), PB_OK);
	fail_call(f, 1, EIO, true);
	assert_int_not_equal(pb_export_out_end(out, &sums, NULL), PB_OK);
	heal(f);
	pb_export_out_free(out);
	pb_io_close(f->world.files, &fd);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nothing_has_the_sums_of_nothing, set_up),
		cmocka_unit_test_setup(file_and_sums_are_those_of_what_was_written, set_up),
		cmocka_unit_test_setup(what_is_present_is_summed_and_left_as_it_is, set_up),
		cmocka_unit_test_setup(what_is_put_in_its_room_needs_no_copy, set_up),
		cmocka_unit_test_setup(write_that_fails_is_told, set_up),
	};

	return cmocka_run_group_tests(tests, found_template, forget_template);
}
