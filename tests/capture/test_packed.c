/* The mail in an archive: what its entries are, their names say, and then their content. */
#include "capture/fixture.h"

#define BLOCK 512
#define BOX "From - Thu Apr 30 08:15:00 2026\na: b\n\nFrom - Thu Apr 30 08:15:00 2026\nc: d\n"

/* An entry of a tar (POSIX ustar interchange format). */
static void
add(struct pb_buf *tar, const char *name, const char *text)
{
	uint8_t block[BLOCK] = { 0 };
	size_t len = strlen(text);
	unsigned sum = 0;

	assert_true(len < BLOCK);
	(void)snprintf((char *)block, 100, "%s", name);
	memcpy(block + 100, "0000600", 8);
	(void)snprintf((char *)block + 124, 12, "%011o", (unsigned)len & 0777);
	memcpy(block + 136, "00000000000", 12);
	memcpy(block + 148, "        0", 9);
	memcpy(block + 257, "ustar\00000", 8);
	for (size_t i = 0; i < BLOCK; i++)
		sum += block[i];
	(void)snprintf((char *)block + 148, 8, "%06o", sum & 0777777U);
	assert_int_equal(pb_buf_append(tar, block, BLOCK), PB_OK);
	memset(block, 0, BLOCK);
	memcpy(block, text, len);
	if (len > 0)
		assert_int_equal(pb_buf_append(tar, block, BLOCK), PB_OK);
}

static void
end(struct pb_buf *tar)
{
	static const uint8_t zeros[2 * BLOCK];

	assert_int_equal(pb_buf_append(tar, zeros, sizeof(zeros)), PB_OK);
}

static void
an_entry_named_eml_is_one_message(void **state)
{
	struct fixture *f = *state;
	struct pb_buf tar = PB_BUF_EMPTY, message = PB_BUF_EMPTY;

	add(&tar, "box.eml", BOX);
	add(&tar, "box", BOX);
	add(&tar, "zip.EML", "PK\x05\x06 is no archive");
	add(&tar, "notes", "rien\n");
	add(&tar, "M/cur/1.a:2,S", BOX);
	add(&tar, "M/.Sent/maildirfolder", ""); /* a mark of Maildir++: not told */
	add(&tar, "empty.eml", "");
	end(&tar);
	put(f, "x.tar", tar.data, tar.len);
	assert_int_equal(IMPORT(f, "x.tar"), PB_OK);
	assert_heard(&f->heard.kept, "x.tar!box.eml\nx.tar!box@32\nx.tar!box@70\nx.tar!zip.EML\n"
				     "x.tar!M/cur/1.a:2,S\nx.tar!empty.eml\n");
	assert_heard(&f->heard.skipped, "x.tar!notes\n");
	assert_heard(&f->heard.refused, "");
	open_sealed(&f->sealed[0], &message, NULL, NULL);
	assert_string_equal(pb_buf_text(&message), BOX);
	pb_buf_done(&message);
	pb_buf_done(&tar);
}

/* Wherever it ends: what came whole is kept, and that something is missing is said. */
static void
of_an_archive_that_was_cut_off_what_came_whole_is_kept(void **state)
{
	struct fixture *f = *state;
	struct pb_buf tar = PB_BUF_EMPTY;
	size_t len;

	add(&tar, "a.eml", "a: b\n");
	add(&tar, "b.eml", "c: d\n");
	for (len = 2 * BLOCK + 1; len < tar.len; len += 171) {
		pb_buf_clear(&f->heard.kept);
		pb_buf_clear(&f->heard.refused);
		f->heard.messages = 0;
		put(f, "x.tar", tar.data, len);
		assert_int_equal(IMPORT(f, "x.tar"), PB_OK);
		assert_non_null(strstr(pb_buf_text(&f->heard.kept), "x.tar!a.eml\n"));
		if (f->heard.refused.len == 0)
			fail_msg("cut off at %zu, and nothing said", len);
	}
	pb_buf_done(&tar);
}

/* Each call fails once: no message is lost unsaid. */
static void
no_failure_loses_a_message_unsaid(void **state)
{
	struct fixture *f = *state;
	struct pb_buf tar = PB_BUF_EMPTY;
	uint64_t i, failed = 1;

	add(&tar, "a.eml", "a: b\n");
	add(&tar, "b.eml", "c: d\n");
	end(&tar);
	put(f, "x.tar", tar.data, tar.len);
	for (i = 1; failed > 0; i++) {
		size_t kept = f->count;

		pb_buf_clear(&f->heard.refused);
		f->heard.messages = 0;
		f->faulty.calls = f->faulty.failed = 0;
		f->faulty.fail_at = i;
		f->faulty.fault = TEST_FAULT_ERROR;
		f->faulty.error = EIO;
		assert_int_equal(IMPORT(f, "x.tar"), PB_OK);
		f->faulty.fault = TEST_FAULT_NONE;
		failed = f->faulty.failed;
		if (f->count - kept < 2 && f->heard.refused.len == 0)
			fail_msg("call %llu (%s) lost a message unsaid", (unsigned long long)i,
			    f->faulty.operation);
		while (f->count > 0)
			pb_sealed_done(&f->sealed[--f->count]);
		f->told = 0;
	}
	assert_true(i > 3);
	pb_buf_done(&tar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_entry_named_eml_is_one_message, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    of_an_archive_that_was_cut_off_what_came_whole_is_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    no_failure_loses_a_message_unsaid, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
