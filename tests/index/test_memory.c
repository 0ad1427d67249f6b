/* Memory that runs out while an index is made, opened or asked never looks like anything else. */
#include "index/fixture.h"

#include "lib/memory.h"

static const char *const texts[] = { "Bonjour \xc3\xa9l\xc3\xa8ve potassium <a@b.example>",
	"compte rendu du potassium", "rendu compte" };

/*
 * Made, written, taken up, written again, opened and asked: one status.  The file that is opened is
 * what was written the first time, as it always is under this key.
 */
static enum pb_status
go_through(struct pb_secret *key, const struct pb_files *files, int fd, bool store,
    size_t *ret_found, struct pb_error *err)
{
	struct pb_index_builder *first = NULL, *second = NULL;
	struct pb_buf file = PB_BUF_EMPTY, again = PB_BUF_EMPTY, matches = PB_BUF_EMPTY;
	const char *const fields[PB_INDEX_FIELDS] = { [PB_INDEX_BODY] = texts[1] };
	struct pb_index_row row = make_row(1778000000);
	const uint64_t gone = FIRST + 2;
	struct pb_query *query = NULL;
	struct pb_index *index = NULL;
	enum pb_status status;
	bool match = false;

	status = pb_index_builder_new(ORIGIN, STEM, FIRST, &first, err);
	for (size_t i = 0; i < CASES(texts) && status == PB_OK; i++) {
		status = pb_index_builder_row(first, &row, err);
		if (status == PB_OK)
			status = pb_index_builder_text(
			    first, PB_INDEX_BODY, texts[i], strlen(texts[i]), err);
	}
	if (status == PB_OK)
		status = pb_index_builder_forget(first, &gone, 1, err);
	if (status == PB_OK)
		status = pb_index_builder_write(first, key, &file, err);
	if (status == PB_OK)
		status = pb_index_builder_new(ORIGIN, STEM, FIRST, &second, err);
	if (status == PB_OK)
		status = pb_index_builder_load(second, file.data, file.len, key, err);
	if (status == PB_OK)
		status = pb_index_builder_write(second, key, &again, err);
	if (status == PB_OK && store)
		status = pb_io_pwrite(files, fd, "index.idx", again.data, again.len, 0, err);
	if (status == PB_OK)
		status = pb_index_open(files, fd, ORIGIN, STEM, key, &index, err);
	if (status == PB_OK)
		status = pb_query_parse("potassium -absent \"compte rendu\"", &query, err);
	if (status == PB_OK)
		status = pb_query_run(query, index, &matches, err);
	if (status == PB_OK)
		status = pb_query_confirm(query, fields, &match, err);
	if (status == PB_OK && match)
		*ret_found = matches.len / sizeof(struct pb_match);
	pb_query_free(query);
	pb_index_free(index);
	pb_index_builder_free(first);
	pb_index_builder_free(second);
	pb_buf_done(&file);
	pb_buf_done(&again);
	pb_buf_done(&matches);
	return status;
}

static void
index_without_memory_says_so(void **state)
{
	const struct pb_files *files;
	struct test_powercut *disk;
	struct pb_secret *key;
	bool can_fail = test_memory_can_fail(); /* else once, with memory */
	uint64_t failed = can_fail, nth;
	size_t found = 0;
	int fd = -1;

	(void)state;
	disk = test_powercut_new();
	files = test_powercut_files(disk);
	key = make_key(1);
	assert_int_equal(pb_io_create_file(files, "index.idx", "", 0, NULL), PB_OK);
	assert_int_equal(pb_io_open(files, "index.idx", O_RDWR, 0, &fd, NULL), PB_OK);
	/* libgcrypt tests AES at its first key, and what fails then stays failed. */
	assert_int_equal(go_through(key, files, fd, true, &found, NULL), PB_OK);
	assert_int_equal(found, 1);
	for (nth = 1; failed > 0; nth++) {
		struct pb_error err = { 0 };
		enum pb_status status;

		found = 0;
		test_memory_fail(nth, nth % 2 == 0);
		status = go_through(key, files, fd, false, &found, &err);
		failed = test_memory_restore();
		if (status == PB_OK)
			assert_int_equal(found, 1);
		else if (failed == 0 || status != PB_ENOMEM)
			fail_msg("allocation %d: %s: %s: %s", (int)nth, pb_status_name(status),
			    err.object, err.why == NULL ? "" : err.why);
	}
	assert_true(nth > 50 || !can_fail);
	pb_io_close(files, &fd);
	pb_secret_free(key);
	test_powercut_free(disk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_without_memory_says_so),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
