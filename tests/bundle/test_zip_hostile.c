/* ZIPs made to deceive: headers that hold together, but are not those of FORMAT 5.1. */
#include "bundle/fixture.h"

#include "bundle/zip_format.h"

/* A ZIP put together by hand: bodies, directory and end can each be made to lie. */
struct forged {
	struct pb_buf zip;
	struct pb_buf directory;
	struct pb_zip_end end;
};

static void
put(struct pb_buf *buf, const void *data, size_t len)
{
	assert_int_equal(pb_buf_append(buf, data, len), PB_OK);
}

static struct pb_zip_entry
entry_of(const char *name, const char *content)
{
	struct pb_zip_entry entry = { .len = strlen(content) };

	memcpy(entry.name, name, strlen(name));
	entry.crc32 = pb_zip_crc32(0, content, strlen(content));
	return entry;
}

static void
add_local(struct forged *forged, struct pb_zip_entry *entry, const char *content)
{
	uint8_t local[PB_ZIP_LOCAL_MAX];

	entry->header = forged->zip.len;
	put(&forged->zip, local, pb_zip_local_encode(entry, local));
	put(&forged->zip, content, strlen(content));
}

static void
add_central(struct forged *forged, const struct pb_zip_entry *entry)
{
	uint8_t central[PB_ZIP_CENTRAL_MAX];

	put(&forged->directory, central, pb_zip_central_encode(entry, central));
	forged->end.count++;
}

static void
add(struct forged *forged, const char *name, const char *content)
{
	struct pb_zip_entry entry = entry_of(name, content);

	add_local(forged, &entry, content);
	add_central(forged, &entry);
}

/* The directory behind what stands there. */
static void
add_directory(struct forged *forged)
{
	forged->end.directory = forged->zip.len;
	forged->end.directory_len = forged->directory.len;
	put(&forged->zip, forged->directory.data, forged->directory.len);
}

static void
add_end(struct forged *forged)
{
	uint8_t records[PB_ZIP_END64_LEN];

	put(&forged->zip, records, pb_zip_end_encode(&forged->end, records));
}

static void
discard(struct forged *forged)
{
	pb_buf_done(&forged->zip);
	pb_buf_done(&forged->directory);
	*forged = (struct forged){ 0 };
}

static void
expect(struct forged *forged, enum pb_status status)
{
	assert_int_equal(judge(&forged->zip), status);
	discard(forged);
}

static void
finish(struct forged *forged, enum pb_status status)
{
	add_directory(forged);
	add_end(forged);
	expect(forged, status);
}

/* Without it, the refusals below would prove nothing. */
static void
honest_zip_put_together_so_is_read(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	add(&forged, "a", "one");
	add(&forged, "b/c", "");
	add(&forged, "d", "two");
	finish(&forged, PB_OK);
}

static void
one_name_twice_is_refused_whatever_its_case(void **state)
{
	static const char *const again[] = { "Readme", "README", "readme" };
	struct forged forged = { 0 };

	(void)state;
	for (size_t i = 0; i < CASES(again); i++) {
		add(&forged, "Readme", "one");
		add(&forged, again[i], "two");
		finish(&forged, PB_ECORRUPT);
	}
	add(&forged, "Readme", "one");
	add(&forged, "Readme.", "two");
	finish(&forged, PB_ECORRUPT); /* for its name */
	add(&forged, "Readme", "one");
	add(&forged, "Readme2", "two");
	finish(&forged, PB_OK);
}

static void
names_that_lead_elsewhere_are_refused(void **state)
{
	static const char *const bad[] = { "../a", "/a", "a//b", "a/", ".a", "a.", "a\\b", "C:a",
		"a/../b", "a b", "\xc3\xa9" };
	struct forged forged = { 0 };

	(void)state;
	for (size_t i = 0; i < CASES(bad); i++) {
		add(&forged, bad[i], "one");
		finish(&forged, PB_ECORRUPT);
	}
	add(&forged, "", "one");
	finish(&forged, PB_ECORRUPT);
}

/* A bomb of many entries over one run of bytes needs entries that overlap. */
static void
entries_that_overlap_are_refused(void **state)
{
	struct forged forged = { 0 };
	struct pb_zip_entry entry = entry_of("a", "one"), other;

	(void)state;
	add_local(&forged, &entry, "one");
	add_central(&forged, &entry);
	other = entry_of("b", "one");
	other.header = entry.header;
	add_central(&forged, &other);
	finish(&forged, PB_ECORRUPT);

	/* An entry within the bytes of another. */
	entry = entry_of("inner", "x");
	add_local(&forged, &entry, "x");
	other = entry_of("outer", "");
	other.len = forged.zip.len;
	discard(&forged);
	other.crc32 = 0;
	add_local(&forged, &other, "");
	add_local(&forged, &entry, "x");
	add_central(&forged, &other);
	add_central(&forged, &entry);
	finish(&forged, PB_ECORRUPT);
}

static void
bytes_between_are_refused_even_if_offsets_say_so(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	/* Before the first entry. */
	put(&forged.zip, "hidden", 6);
	add(&forged, "a", "one");
	finish(&forged, PB_ECORRUPT);
	/* Between two. */
	add(&forged, "a", "one");
	put(&forged.zip, "hidden", 6);
	add(&forged, "b", "two");
	finish(&forged, PB_ECORRUPT);
	/* Behind the last. */
	add(&forged, "a", "one");
	put(&forged.zip, "hidden", 6);
	finish(&forged, PB_ECORRUPT);
	/* Instead of any. */
	put(&forged.zip, "hidden", 6);
	finish(&forged, PB_ECORRUPT);
	/* Behind the directory. */
	add(&forged, "a", "one");
	add_directory(&forged);
	put(&forged.zip, "hidden", 6);
	add_end(&forged);
	expect(&forged, PB_ECORRUPT);
	/* In the directory, behind its last header. */
	add(&forged, "a", "one");
	put(&forged.directory, "hidden", 6);
	finish(&forged, PB_ECORRUPT);
	/* Behind the end. */
	add(&forged, "a", "one");
	add_directory(&forged);
	add_end(&forged);
	put(&forged.zip, "hidden", 6);
	expect(&forged, PB_ECORRUPT);
}

static void
entry_that_the_directory_does_not_list_is_refused(void **state)
{
	struct forged forged = { 0 };
	struct pb_zip_entry entry = entry_of("hidden", "secret");

	(void)state;
	add(&forged, "a", "one");
	add_local(&forged, &entry, "secret");
	finish(&forged, PB_ECORRUPT);
	/* Nor one that stands there twice over. */
	entry = entry_of("a", "one");
	add(&forged, "a", "one");
	add_local(&forged, &entry, "one");
	finish(&forged, PB_ECORRUPT);
}

static void
directory_that_says_other_things_is_refused(void **state)
{
	static const char *const content = "one";

	(void)state;
	for (int which = 0; which < 5; which++) {
		struct forged forged = { 0 };
		struct pb_zip_entry entry = entry_of("a", content), said;

		add_local(&forged, &entry, content);
		said = entry;
		said.name[0] = which == 0 ? 'b' : 'a';
		said.len += which == 1 ? 1 : which == 2 ? UINT64_MAX : 0;
		said.crc32 ^= which == 3;
		said.header += which == 4;
		add_central(&forged, &said);
		finish(&forged, PB_ECORRUPT);
	}
}

/* Local and central headers agree on a length that is not there. */
static void
lengths_that_reach_too_far_are_refused(void **state)
{
	static const uint64_t lens[] = { 4, 100, 1000, 0xfffffffe, 0xffffffff, UINT64_C(1) << 32,
		UINT64_MAX / 2, UINT64_MAX - 34, UINT64_MAX - 50, UINT64_MAX - 51, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < CASES(lens); i++) {
		struct forged forged = { 0 };
		struct pb_zip_entry entry = entry_of("a", "one");

		entry.len = lens[i];
		add_local(&forged, &entry, "one");
		add_central(&forged, &entry);
		finish(&forged, PB_ECORRUPT);
	}
}

static void
end_that_states_what_is_not_there_is_refused(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	for (int which = 0; which < 8; which++) {
		add(&forged, "a", "one");
		add(&forged, "b", "two");
		add_directory(&forged);
		if (which == 0)
			forged.end.count = 1;
		else if (which == 1)
			forged.end.count = 3;
		else if (which == 2)
			forged.end.count = UINT64_MAX;
		else if (which == 3)
			forged.end.directory++;
		else if (which == 4)
			forged.end.directory_len--;
		else if (which == 5)
			forged.end.directory += 47, forged.end.directory_len -= 47,
			    forged.end.count--;
		else if (which == 6)
			forged.end.directory = UINT64_MAX;
		else
			forged.end.directory_len = UINT64_MAX;
		add_end(&forged);
		expect(&forged, PB_ECORRUPT);
	}
}

/* Before any walk, so that a count can be believed as far as memory or progress go. */
static void
more_entries_than_the_directory_can_hold_are_refused_at_once(void **state)
{
	struct forged forged = { 0 };
	struct pb_zip_reader *reader = NULL;
	struct pb_zip_bytes bytes;

	(void)state;
	add(&forged, "a", "one");
	add_directory(&forged);
	forged.end.count = UINT64_MAX;
	add_end(&forged);
	bytes = bytes_of(&forged.zip);
	assert_int_equal(pb_zip_reader_new(&bytes, &reader, NULL), PB_ECORRUPT);
	assert_null(reader);
	discard(&forged);
}

/* Offset and length that only wrap around to the right sum. */
static void
offsets_that_overflow_are_refused(void **state)
{
	static const uint64_t back[] = { 1, 50, 98, 1000, UINT64_MAX / 2 };
	struct forged forged = { 0 };

	(void)state;
	for (size_t i = 0; i < CASES(back); i++) {
		uint64_t sum;

		add(&forged, "a", "one");
		add_directory(&forged);
		sum = forged.zip.len;
		forged.end.directory = UINT64_MAX - back[i];
		forged.end.directory_len = sum - forged.end.directory;
		add_end(&forged);
		expect(&forged, PB_ECORRUPT);
	}
}

/* ZIP64 where all values fit: a second way to say the same. */
static void
zip64_that_is_not_needed_is_refused(void **state)
{
	struct forged forged = { 0 };
	struct pb_zip_end large = { .count = 0xffff };
	uint8_t records[PB_ZIP_END64_LEN];

	(void)state;
	for (int with_none = 0; with_none <= 1; with_none++) {
		add(&forged, "a", "one");
		add_directory(&forged);
		assert_int_equal(pb_zip_end_encode(&large, records), sizeof(records));
		records[24] = records[32] = 1;
		records[25] = records[33] = 0;
		records[40] = (uint8_t)forged.end.directory_len;
		records[48] = (uint8_t)forged.end.directory;
		records[64] = (uint8_t)forged.zip.len;
		put(&forged.zip, records, 76);
		pb_zip_end_encode(&forged.end, records);
		if (with_none)
			memset(records + 8, 0xff, 12);
		put(&forged.zip, records, 22);
		expect(&forged, PB_ECORRUPT);
	}
}

/* The reader asks for 98 octets only of what has them. */
static void
short_end_that_asks_for_zip64_is_refused(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	add_end(&forged);
	memset(forged.zip.data + 8, 0xff, 12);
	expect(&forged, PB_ECORRUPT);
	expect(&forged, PB_ECORRUPT); /* nothing at all */
}

static void
comment_is_refused(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	add(&forged, "a", "one");
	add_directory(&forged);
	add_end(&forged);
	forged.zip.data[forged.zip.len - 2] = 3;
	put(&forged.zip, "hey", 3);
	expect(&forged, PB_ECORRUPT);
	/* One that looks like another end, of the same directory. */
	add(&forged, "a", "one");
	add_directory(&forged);
	add_end(&forged);
	forged.zip.data[forged.zip.len - 2] = 22;
	add_end(&forged);
	expect(&forged, PB_ECORRUPT);
}

static void
header_longer_than_any_is_refused(void **state)
{
	struct forged forged = { 0 };

	(void)state;
	add(&forged, "a", "one");
	memset(forged.directory.data + 28, 0xff, 4); /* lengths of name and extra field */
	finish(&forged, PB_ECORRUPT);
	/* A length in ZIP64 whose extra field is too short to hold it. */
	add(&forged, "a", "one");
	memset(forged.directory.data + 20, 0xff, 8);
	finish(&forged, PB_ECORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(honest_zip_put_together_so_is_read),
		cmocka_unit_test(one_name_twice_is_refused_whatever_its_case),
		cmocka_unit_test(names_that_lead_elsewhere_are_refused),
		cmocka_unit_test(entries_that_overlap_are_refused),
		cmocka_unit_test(bytes_between_are_refused_even_if_offsets_say_so),
		cmocka_unit_test(entry_that_the_directory_does_not_list_is_refused),
		cmocka_unit_test(directory_that_says_other_things_is_refused),
		cmocka_unit_test(lengths_that_reach_too_far_are_refused),
		cmocka_unit_test(end_that_states_what_is_not_there_is_refused),
		cmocka_unit_test(more_entries_than_the_directory_can_hold_are_refused_at_once),
		cmocka_unit_test(offsets_that_overflow_are_refused),
		cmocka_unit_test(zip64_that_is_not_needed_is_refused),
		cmocka_unit_test(short_end_that_asks_for_zip64_is_refused),
		cmocka_unit_test(comment_is_refused),
		cmocka_unit_test(header_longer_than_any_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
