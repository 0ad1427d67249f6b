/* FORMAT 5.1 to 5.4: container, package, what stands where, SHA256SUMS and its note. */
#include "bundle_fixture.h"

/* ---- names and order ------------------------------------------------------------------------ */

static void
add_unknown(struct maker *maker)
{
	insert_file(maker, "README.txt", "SECRET.txt", "x");
}

static void
swap_last(struct maker *maker)
{
	struct file other = maker->file[maker->count - 1];

	maker->file[maker->count - 1] = maker->file[maker->count - 2];
	maker->file[maker->count - 2] = other;
}

static void
swap_records(struct maker *maker)
{
	size_t at = 0;
	struct file other;

	while (strcmp(maker->file[at].name, "records/1/message.eml") != 0)
		at++;
	other = maker->file[at];
	maker->file[at] = maker->file[at + 1];
	maker->file[at + 1] = other;
}

static void
drop_report(struct maker *maker)
{
	drop_file(maker, "rapport.html");
}

static void
double_leaves(struct maker *maker)
{
	insert_file(maker, "log/range-proof", "log/leaves.bin", "x");
}

static void
package_has_the_entries_of_its_format_in_their_order(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = add_unknown }, PB_CHECK_FILES, PB_INVALID,
	    "entry_unknown", PB_NO_SEQ);
	expect_found((struct order){ .edit = swap_last }, PB_CHECK_FILES, PB_INVALID, "entry_order",
	    PB_NO_SEQ);
	expect_found(
	    (struct order){ .edit = swap_records }, PB_CHECK_FILES, PB_INVALID, "entry_order", 1);
	expect_found((struct order){ .edit = drop_report }, PB_CHECK_FILES, PB_INVALID,
	    "entry_missing", PB_NO_SEQ);
	expect_found((struct order){ .edit = double_leaves }, PB_CHECK_FILES, PB_INVALID,
	    "entry_order", PB_NO_SEQ);
}

/* ---- the container -------------------------------------------------------------------------- */

static void
change_mimetype(struct maker *maker)
{
	maker->outer[0].bytes.data[0] ^= 1;
}

static void
rename_case(struct maker *maker)
{
	(void)snprintf(maker->outer[1].name, sizeof(maker->outer[1].name), "autre.zip");
}

static void
rename_device(struct maker *maker)
{
	(void)snprintf(maker->outer[1].name, sizeof(maker->outer[1].name), "nul.zip");
}

static void
add_outer(struct maker *maker)
{
	struct file *file = &maker->outer[maker->outer_count++];

	(void)snprintf(file->name, sizeof(file->name), "META-INF/x");
}

static void
drop_token(struct maker *maker)
{
	pb_buf_done(&maker->outer[--maker->outer_count].bytes);
}

static void
make_reply(struct maker *maker)
{
	struct pb_buf request = PB_BUF_EMPTY;

	pb_buf_clear(&maker->outer[2].bytes);
	stamp(maker, maker->package.data, maker->package.len, (int64_t)NOW_S * 1000000, &request,
	    &maker->outer[2].bytes);
	pb_buf_done(&request);
}

static void
container_holds_the_package_and_its_timestamp_alone(void **state)
{
	(void)state;
	expect_found((struct order){ .edit_container = change_mimetype }, PB_CHECK_FILES,
	    PB_INVALID, "container_mimetype", PB_NO_SEQ);
	expect_found((struct order){ .edit_container = rename_case }, PB_CHECK_FILES, PB_INVALID,
	    "container_case", PB_NO_SEQ);
	expect_found((struct order){ .edit_container = rename_device }, PB_CHECK_FILES, PB_INVALID,
	    "container_name", PB_NO_SEQ);
	expect_found((struct order){ .edit_container = add_outer }, PB_CHECK_FILES, PB_INVALID,
	    "container_entries", PB_NO_SEQ);
	expect_found((struct order){ .edit_container = drop_token }, PB_CHECK_FILES, PB_INVALID,
	    "container_entries", PB_NO_SEQ);
	expect_found((struct order){ .edit_container = make_reply }, PB_CHECK_FILES, PB_INVALID,
	    "container_token", PB_NO_SEQ);
}

/* ---- the ZIP itself ------------------------------------------------------------------------- */

static void
octets_that_no_entry_accounts_for_are_refused(void **state)
{
	struct maker *maker = make_bundle((struct order){ .bare = true });
	struct pb_verification *v;

	(void)state;
	assert_int_equal(pb_buf_append_text(&maker->bundle, "x"), PB_OK);
	v = check_all(maker, 0);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "zip_end", PB_NO_SEQ);
	pb_verification_free(v);
	/* A local header that says otherwise than the directory: of the first record's message. */
	maker->bundle.len--;
	for (size_t at = 0; at + 25 < maker->bundle.len; at++)
		if (memcmp(maker->bundle.data + at, "records/1/message.eml", 21) == 0) {
			maker->bundle.data[at - 4] ^= 1;
			break;
		}
	v = check_all(maker, 0);
	assert_found(v, PB_CHECK_FILES, PB_INVALID, "zip", 0);
	pb_verification_free(v);
	maker_free(maker);
}

/* ---- what the exporter states --------------------------------------------------------------- */

static void
state_other_format(struct maker *maker)
{
	replace(file_of(maker, "manifest.json"), "\"format\":1", "\"format\":2");
}

static void
state_nothing(struct maker *maker)
{
	replace(file_of(maker, "manifest.json"), "{", "[");
}

static void
state_other_range(struct maker *maker)
{
	replace(file_of(maker, "manifest.json"), "\"size\":8", "\"size\":9");
}

static void
state_other_log(struct maker *maker)
{
	replace(file_of(maker, "manifest.json"), ORIGIN, OTHER_ORIGIN);
}

static void
state_less(struct maker *maker)
{
	replace(
	    file_of(maker, "manifest.json"), "\"first\":0,\"last\":1", "\"first\":0,\"last\":0");
}

static void
state_more_disclosed(struct maker *maker)
{
	replace(file_of(maker, "manifest.json"), "\"what\":\"facts\"", "\"what\":\"parts\"");
	replace(file_of(maker, "manifest.json"), "\"what\":\"headers\"", "\"what\":\"facts\"");
}

static void
manifest_says_what_the_entries_are(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = state_other_format }, PB_CHECK_FILES, PB_INDETERMINATE,
	    "manifest_format", PB_NO_SEQ);
	expect_found((struct order){ .edit = state_nothing }, PB_CHECK_FILES, PB_INVALID,
	    "manifest_malformed", PB_NO_SEQ);
	expect_found((struct order){ .edit = state_other_range }, PB_CHECK_FILES, PB_INVALID,
	    "manifest_size", PB_NO_SEQ);
	expect_found((struct order){ .edit = state_other_log }, PB_CHECK_FILES, PB_INVALID,
	    "manifest_origin", PB_NO_SEQ);
	expect_found((struct order){ .edit = state_less }, PB_CHECK_FILES, PB_INVALID,
	    "manifest_disclosed", 1);
	expect_found((struct order){ .edit = state_more_disclosed }, PB_CHECK_FILES, PB_INVALID,
	    "manifest_what", 4);
}

/* ---- SHA256SUMS ----------------------------------------------------------------------------- */

static void
change_file(struct maker *maker)
{
	file_of(maker, "rapport.html")->data[0] ^= 1;
}

static void
change_message(struct maker *maker)
{
	file_of(maker, "records/1/message.eml")->data[0] ^= 1;
}

static void
change_sums(struct maker *maker)
{
	file_of(maker, "SHA256SUMS")->data[0] ^= 1;
}

static void
drop_line(struct maker *maker)
{
	struct pb_buf *sums = file_of(maker, "SHA256SUMS");
	uint8_t *end = memchr(sums->data, '\n', sums->len);
	size_t len = (size_t)(end - sums->data) + 1;

	memmove(sums->data, sums->data + len, sums->len - len);
	sums->len -= len;
}

static void
add_line(struct maker *maker)
{
	uint8_t sha256[PB_DIGEST_LEN] = { 0 };

	assert_int_equal(pb_sums_line(sha256, "x", file_of(maker, "SHA256SUMS")), PB_OK);
}

static void
break_note(struct maker *maker)
{
	pb_buf_clear(file_of(maker, "SHA256SUMS.note"));
}

static void
every_file_is_as_sha256sums_says(void **state)
{
	(void)state;
	expect_found((struct order){ .edit = change_file, .forget_sums = true }, PB_CHECK_PAYLOAD,
	    PB_INVALID, "sums_sha256", PB_NO_SEQ);
	expect_found((struct order){ .edit = change_message, .forget_sums = true },
	    PB_CHECK_PAYLOAD, PB_INVALID, "sums_sha256", 1);
	expect_found((struct order){ .edit_signed = change_sums }, PB_CHECK_PAYLOAD, PB_INVALID,
	    "sums_note_sha256", PB_NO_SEQ);
	expect_found((struct order){ .edit_signed = drop_line }, PB_CHECK_PAYLOAD, PB_INVALID,
	    "sums_line", PB_NO_SEQ);
	expect_found((struct order){ .edit_signed = add_line }, PB_CHECK_PAYLOAD, PB_INVALID,
	    "sums_rest", PB_NO_SEQ);
}

static void
sums_are_signed_by_the_key_of_record_zero(void **state)
{
	(void)state;
	expect_found((struct order){ .other_export = true }, PB_CHECK_PAYLOAD, PB_INVALID,
	    "sums_not_signed", PB_NO_SEQ);
	expect_found((struct order){ .edit_signed = break_note }, PB_CHECK_PAYLOAD, PB_INVALID,
	    "sums_note_malformed", PB_NO_SEQ);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(package_has_the_entries_of_its_format_in_their_order),
		cmocka_unit_test(container_holds_the_package_and_its_timestamp_alone),
		cmocka_unit_test(octets_that_no_entry_accounts_for_are_refused),
		cmocka_unit_test(manifest_says_what_the_entries_are),
		cmocka_unit_test(every_file_is_as_sha256sums_says),
		cmocka_unit_test(sums_are_signed_by_the_key_of_record_zero),
	};

	return cmocka_run_group_tests(tests, start_crypto, stop_authority);
}
