/* Writer and reader together: the octets, what comes back, and each of them changed. */
#include "bundle/fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/memory.h"
#include "lib/world.h"

static const char *const three[] = { "README.txt", "records/0/leaf.bin", "SHA256SUMS" };

/* APPNOTE 4.3.7, 4.3.12, 4.3.16 by hand, and FORMAT 5.1. */
static void
zip_has_the_octets_that_format_prescribes(void **state)
{
	static const uint8_t expected[] =
	    "PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0"   /* version 20, flags, stored, time, date */
	    "\xac\x2a\x93\xd8\x02\0\0\0\x02\0\0\0" /* CRC-32 of "hi", twice its length */
	    "\x01\0\0\0"
	    "ahi"
	    "PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\x21\0"
	    "\xac\x2a\x93\xd8\x02\0\0\0\x02\0\0\0"
	    "\x01\0\0\0\0\0\0\0\0\0\0\0\0\0" /* comment, disk, attributes */
	    "\0\0\0\0"
	    "a"
	    "PK\x05\x06\0\0\0\0\x01\0\x01\0\x2f\0\0\0\x21\0\0\0\0\0";
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;

	(void)state;
	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_entry(writer, "a", "hi", 2, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	assert_int_equal(zip.len, sizeof(expected) - 1);
	assert_memory_equal(zip.data, expected, zip.len);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	pb_buf_done(&zip);
}

/* FORMAT 5.1, last point. */
static void
names_are_of_few_characters_in_plain_segments(void **state)
{
	static const char *const good[] = { "a", "A/b/C", "a.b", "a..b", "-", "_", "a/-b_c.d",
		"0" };
	static const char *const bad[] = { "", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a",
		"a/./b", ".a", "a.", "a./b", "a/.b", "a\\b", "C:", "a b", "a\tb", "\xc3\xa9", "a*",
		"a~1" };
	char longest[PB_ZIP_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < CASES(good); i++)
		assert_true(pb_zip_name_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < CASES(bad); i++)
		if (pb_zip_name_valid(bad[i], strlen(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(pb_zip_name_valid("a\0b", 3));
	memset(longest, 'n', sizeof(longest));
	assert_true(pb_zip_name_valid(longest, PB_ZIP_NAME_MAX));
	assert_false(pb_zip_name_valid(longest, PB_ZIP_NAME_MAX + 1));
}

static void
writer_refuses_a_name_and_goes_on(void **state)
{
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;

	(void)state;
	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_entry(writer, "../a", "x", 1, NULL), PB_EINVAL);
	assert_int_equal(pb_zip_writer_entry(writer, "a", "x", 1, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	assert_int_equal(judge(&zip), PB_OK);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	pb_buf_done(&zip);
}

static void
zip_of_nothing_is_read(void **state)
{
	struct pb_buf zip = write_zip(NULL, 0);

	(void)state;
	assert_int_equal(zip.len, 22);
	assert_int_equal(judge(&zip), PB_OK);
	pb_buf_done(&zip);
}

static void
entries_come_back_in_their_order(void **state)
{
	struct pb_buf zip = write_zip(three, CASES(three)), content = PB_BUF_EMPTY;
	struct pb_zip_bytes bytes = bytes_of(&zip);
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_entry entry;
	char expected[64], piece[3];

	(void)state;
	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_count(reader), CASES(three));
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < CASES(three); i++) {
			assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_OK);
			assert_string_equal(entry.name, three[i]);
			pb_buf_clear(&content);
			assert_int_equal(
			    pb_zip_reader_whole(reader, &entry, 64, &content, NULL), PB_OK);
			snprintf(expected, sizeof(expected), "content of %s", three[i]);
			assert_string_equal(pb_buf_text(&content), expected);
			assert_int_equal(
			    pb_zip_reader_read(reader, &entry, 8, piece, 2, NULL), PB_OK);
			assert_memory_equal(piece, "of", 2);
		}
		assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_EEND);
		assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_EEND);
		pb_zip_reader_rewind(reader);
	}
	pb_zip_reader_free(reader);
	pb_buf_done(&content);
	pb_buf_done(&zip);
}

static void
entry_beyond_its_limit_is_not_read(void **state)
{
	struct pb_buf zip = write_zip(three, 1), content = PB_BUF_EMPTY;
	struct pb_zip_bytes bytes = bytes_of(&zip);
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_entry entry;

	(void)state;
	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_OK);
	assert_int_equal(
	    pb_zip_reader_whole(reader, &entry, (size_t)entry.len - 1, &content, NULL), PB_ELIMIT);
	assert_int_equal(content.len, 0);
	assert_int_equal(
	    pb_zip_reader_whole(reader, &entry, (size_t)entry.len, &content, NULL), PB_OK);
	pb_zip_reader_free(reader);
	pb_buf_done(&content);
	pb_buf_done(&zip);
}

/* A container: the package is a ZIP inside, read through a window. */
static void
zip_inside_a_zip_is_read(void **state)
{
	struct pb_buf inner = write_zip(three, CASES(three)), zip = PB_BUF_EMPTY;
	struct pb_buf spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_window window;
	struct pb_zip_bytes bytes, inside;
	struct pb_zip_entry entry;

	(void)state;
	assert_int_equal(pb_zip_writer_new(&sink, &files, 3, &writer, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_entry(writer, "mimetype", "x", 1, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_entry(writer, "a.zip", inner.data, inner.len, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_entry(writer, "z", "x", 1, NULL), PB_OK);
	assert_int_equal(pb_zip_writer_end(writer, NULL), PB_OK);
	bytes = bytes_of(&zip);
	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_OK);
	assert_int_equal(pb_zip_reader_next(reader, &entry, NULL), PB_OK);
	pb_zip_window(reader, &entry, &window, &inside);
	assert_int_equal(inside.len, inner.len);
	assert_int_equal(walk(&inside, 64, NULL), PB_OK);
	pb_zip_reader_free(reader);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	pb_buf_done(&zip);
	pb_buf_done(&inner);
}

static void
every_octet_changed_is_refused(void **state)
{
	static const uint8_t masks[] = { 0x01, 0x20, 0x80, 0xff };
	struct pb_buf zip = write_zip(three, CASES(three));

	(void)state;
	assert_int_equal(judge(&zip), PB_OK);
	for (size_t i = 0; i < zip.len; i++)
		for (size_t m = 0; m < CASES(masks); m++) {
			zip.data[i] ^= masks[m];
			if (judge(&zip) != PB_ECORRUPT)
				fail_msg("octet %zu xor %02x: taken", i, masks[m]);
			zip.data[i] ^= masks[m];
		}
	pb_buf_done(&zip);
}

static void
every_prefix_and_suffix_is_refused(void **state)
{
	struct pb_buf zip = write_zip(three, CASES(three));

	(void)state;
	for (size_t cut = 1; cut <= zip.len; cut++) {
		struct pb_buf prefix = { .data = zip.data, .len = zip.len - cut };
		struct pb_buf suffix = { .data = zip.data + cut, .len = zip.len - cut };

		if (judge(&prefix) != PB_ECORRUPT || judge(&suffix) != PB_ECORRUPT)
			fail_msg("%zu octets cut off: taken", cut);
	}
	pb_buf_done(&zip);
}

static void
an_octet_more_or_less_anywhere_is_refused(void **state)
{
	struct pb_buf zip = write_zip(three, CASES(three)), other = PB_BUF_EMPTY;
	static const uint8_t extra[] = { 0, 'P', 0xff };

	(void)state;
	for (size_t at = 0; at <= zip.len; at++) {
		for (size_t e = 0; e < CASES(extra); e++) {
			pb_buf_clear(&other);
			assert_int_equal(pb_buf_append(&other, zip.data, at), PB_OK);
			assert_int_equal(pb_buf_append(&other, &extra[e], 1), PB_OK);
			assert_int_equal(pb_buf_append(&other, zip.data + at, zip.len - at), PB_OK);
			if (judge(&other) != PB_ECORRUPT)
				fail_msg("%02x put in at %zu: taken", extra[e], at);
		}
		if (at == zip.len)
			break;
		pb_buf_clear(&other);
		assert_int_equal(pb_buf_append(&other, zip.data, at), PB_OK);
		assert_int_equal(pb_buf_append(&other, zip.data + at + 1, zip.len - at - 1), PB_OK);
		if (judge(&other) != PB_ECORRUPT)
			fail_msg("octet %zu taken out: taken", at);
	}
	pb_buf_done(&other);
	pb_buf_done(&zip);
}

/* ---- promises and faults -------------------------------------------------------------------- */

/* How a child ends that breaks a promise to the writer. */
static void
breaks_a_promise(int which)
{
	struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
	const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
	const struct pb_files files = memory_files(&spool);
	struct pb_zip_writer *writer = NULL;
	uint32_t crc32 = pb_zip_crc32(0, "ab", 2);
	enum pb_status status;

	status = pb_zip_writer_new(&sink, &files, 3, &writer, NULL);
	if (status == PB_OK)
		status = pb_zip_writer_begin(writer, "a", 2, crc32 ^ (which == 2), NULL);
	if (status == PB_OK)
		status = pb_zip_writer_data(writer, "abc",
		    which == 0   ? 1
		    : which == 1 ? 3
				 : 2,
		    NULL);
	if (status == PB_OK && which == 3)
		status = pb_zip_writer_end(writer, NULL);
	if (status == PB_OK)
		status = pb_zip_writer_end(writer, NULL);
	pb_zip_writer_free(writer);
	pb_buf_done(&spool);
	pb_buf_done(&zip);
	_exit(status);
}

static void
a_broken_promise_ends_the_program(void **state)
{
	(void)state;
	for (int which = 0; which <= 4; which++) {
		struct rlimit none = { 0, 0 };
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			setrlimit(RLIMIT_CORE, &none);
			signal(SIGABRT, SIG_DFL);
			(void)!freopen("/dev/null", "w", stderr);
			breaks_a_promise(which);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		/* Too short, too long, another CRC, ended twice; the last keeps all promises. */
		assert_true(which < 4 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT
				      : WIFEXITED(status) && WEXITSTATUS(status) == PB_OK);
	}
}

struct failing {
	struct pb_buf *zip;
	int left; /* calls that still succeed */
};

static enum pb_status
sink_failing(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct failing *failing = ctx;

	if (failing->left-- == 0)
		return PB_ENOSPC;
	return sink_append(failing->zip, data, len, err);
}

static enum pb_status
read_failing(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	struct failing *failing = ctx;

	if (failing->left-- == 0)
		return PB_EIO;
	return buf_read(failing->zip, offset, to, len, err);
}

static enum pb_status
write_two(const struct pb_zip_sink *sink, const struct pb_files *files)
{
	struct pb_zip_writer *writer = NULL;
	enum pb_status status = pb_zip_writer_new(sink, files, 3, &writer, NULL);

	if (status == PB_OK)
		status = pb_zip_writer_entry(writer, "a", "x", 1, NULL);
	if (status == PB_OK)
		status = pb_zip_writer_entry(writer, "b", "y", 1, NULL);
	if (status == PB_OK)
		status = pb_zip_writer_end(writer, NULL);
	pb_zip_writer_free(writer);
	return status;
}

static void
each_failure_of_the_sink_is_told(void **state)
{
	enum pb_status status = PB_ENOSPC;

	(void)state;
	for (int left = 0; status != PB_OK; left++) {
		struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
		const struct pb_files files = memory_files(&spool);
		struct failing failing = { .zip = &zip, .left = left };
		const struct pb_zip_sink sink = { .ctx = &failing, .write = sink_failing };

		status = write_two(&sink, &files);
		assert_int_equal(status, left < 6 ? PB_ENOSPC : PB_OK);
		pb_buf_done(&spool);
		pb_buf_done(&zip);
	}
}

static void
each_failure_of_the_spool_is_told(void **state)
{
	(void)state;
	for (uint64_t at = 1; at <= 3; at++) {
		struct pb_buf zip = PB_BUF_EMPTY, spool = PB_BUF_EMPTY;
		const struct pb_zip_sink sink = { .ctx = &zip, .write = sink_append };
		const struct pb_files files = memory_files(&spool);
		struct test_faulty_files faulty;

		test_faulty_files_init(&faulty, &files);
		faulty.fail_at = at;
		faulty.fault = TEST_FAULT_ERROR;
		faulty.error = 5; /* EIO */
		assert_int_equal(write_two(&sink, &faulty.table), at <= 2 ? PB_EIO : PB_OK);
		pb_buf_done(&spool);
		pb_buf_done(&zip);
	}
}

/* A disk that fails is no forged bundle. */
static void
each_failure_to_read_is_no_corruption(void **state)
{
	struct pb_buf zip = write_zip(three, CASES(three));
	enum pb_status status = PB_EIO;

	(void)state;
	for (int left = 0; status != PB_OK; left++) {
		struct failing failing = { .zip = &zip, .left = left };
		struct pb_zip_bytes bytes = {
			.ctx = &failing, .len = zip.len, .read = read_failing
		};

		/* End records, the directory, the local headers, which stand near each other, and
		 * the bytes of each entry. */
		status = walk(&bytes, 64, NULL);
		assert_int_equal(status, left < 6 ? PB_EIO : PB_OK);
	}
	pb_buf_done(&zip);
}

static void
memory_that_runs_out_is_no_corruption(void **state)
{
	struct pb_buf zip = write_zip(three, CASES(three));
	enum pb_status status = PB_ENOMEM;

	(void)state;
	if (!test_memory_can_fail()) {
		pb_buf_done(&zip);
		skip();
	}
	for (uint64_t nth = 1; status != PB_OK; nth++) {
		test_memory_fail(nth, false);
		status = judge(&zip);
		(void)test_memory_restore();
		assert_true(status == PB_OK || status == PB_ENOMEM);
		assert_true(nth < 10);
	}
	pb_buf_done(&zip);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_of_few_characters_in_plain_segments),
		cmocka_unit_test(writer_refuses_a_name_and_goes_on),
		cmocka_unit_test(zip_of_nothing_is_read),
		cmocka_unit_test(zip_has_the_octets_that_format_prescribes),
		cmocka_unit_test(entries_come_back_in_their_order),
		cmocka_unit_test(entry_beyond_its_limit_is_not_read),
		cmocka_unit_test(zip_inside_a_zip_is_read),
		cmocka_unit_test(every_octet_changed_is_refused),
		cmocka_unit_test(every_prefix_and_suffix_is_refused),
		cmocka_unit_test(an_octet_more_or_less_anywhere_is_refused),
		cmocka_unit_test(a_broken_promise_ends_the_program),
		cmocka_unit_test(each_failure_of_the_sink_is_told),
		cmocka_unit_test(each_failure_of_the_spool_is_told),
		cmocka_unit_test(each_failure_to_read_is_no_corruption),
		cmocka_unit_test(memory_that_runs_out_is_no_corruption),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
