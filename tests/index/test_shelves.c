#include "index/fixture.h"

#include "index/unit.h"

/* Enough words for several shelves: message i has word-i, its neighbours', and some of all. */
static struct pb_index_builder *
make_corpus(uint64_t from, uint64_t to, struct pb_index_builder *builder)
{
	char text[256];

	if (builder == NULL)
		builder = make_builder();
	for (uint64_t i = from; i < to; i++) {
		(void)snprintf(text, sizeof(text),
		    "bonjour patient%llu dossier%llu motlong%llumotlong%llu cabinet fictif",
		    (unsigned long long)i, (unsigned long long)(i / 2),
		    (unsigned long long)(i * 7919), (unsigned long long)i);
		add_message(builder, text);
		(void)snprintf(text, sizeof(text), "Auteur %llu <auteur%llu@essai.example>",
		    (unsigned long long)(i % 10), (unsigned long long)(i % 10));
		add_text(builder, PB_INDEX_FROM, text);
	}
	return builder;
}

#define MESSAGES 3000

static void
index_of_nothing_finds_nothing(void **state)
{
	struct pb_index_builder *builder = make_builder();
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY;
	struct stored stored;

	(void)state;
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	assert_int_equal(pb_index_first(stored.index), FIRST);
	assert_int_equal(pb_index_count(stored.index), 0);
	assert_null(pb_index_row(stored.index, FIRST));
	assert_asked(stored.index, "bonjour", "");
	assert_asked(stored.index, "type:15", "");
	close_index(&stored);
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

static void
index_gives_back_rows_and_words(void **state)
{
	struct pb_index_builder *builder = make_corpus(0, MESSAGES, NULL);
	struct pb_index_row sent = {
		.type = 15, .state = 3, .direction = 2, .cut = true, .time_s = 5, .size = UINT64_MAX
	};
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY;
	const struct pb_index_row *row;
	struct stored stored;

	(void)state;
	add_row(builder, &sent);
	sent.has_date = true;
	sent.date_s = INT64_MIN;
	add_row(builder, &sent);
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	assert_int_equal(pb_index_count(stored.index), MESSAGES + 2);
	assert_asked(stored.index, "patient0", "7 ");
	assert_asked(stored.index, "patient2999", "3006 ");
	assert_asked(stored.index, "DOSSIER70 bonjour", "147 148 ");
	assert_asked(stored.index, "motlong23757motlong3", "10 ");
	assert_asked(stored.index, "motlong23757*", "10 37 307 ");
	assert_asked(stored.index, "patient299*",
	    "306 2997 2998 2999 3000 3001 3002 3003 3004 "
	    "3005 3006 ");
	assert_asked(stored.index, "from:patient0", "");
	assert_asked(stored.index, "from:auteur7@essai.example patient17", "24 ");
	assert_asked(stored.index, "rien", "");
	row = pb_index_row(stored.index, FIRST + MESSAGES);
	assert_non_null(row);
	assert_true(row->state == 3 && row->direction == 2 && row->source == 0 && row->cut);
	assert_true(!row->has_date && row->time_s == 5 && row->size == UINT64_MAX);
	assert_true(pb_index_row(stored.index, FIRST + MESSAGES + 1)->date_s == INT64_MIN);
	assert_null(pb_index_row(stored.index, FIRST + MESSAGES + 2));
	assert_null(pb_index_row(stored.index, FIRST - 1));
	close_index(&stored);
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

static void
index_opens_with_its_key_and_its_name_alone(void **state)
{
	struct pb_index_builder *builder = make_corpus(0, 10, NULL), *other;
	struct pb_secret *key = make_key(1), *wrong = make_key(2);
	struct pb_buf file = PB_BUF_EMPTY;
	struct stored stored;

	(void)state;
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, wrong, ORIGIN, STEM), PB_EACCESS);
	close_index(&stored);
	assert_int_equal(
	    open_index(&stored, file.data, file.len, key, "autre.exemple/1", STEM), PB_ECORRUPT);
	close_index(&stored);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN,
			     "0000000000000007-0102030405060709"),
	    PB_ECORRUPT);
	close_index(&stored);
	other = make_builder();
	assert_int_equal(
	    pb_index_builder_load(other, file.data, file.len, wrong, NULL), PB_EACCESS);
	pb_index_builder_free(other);
	assert_int_equal(pb_index_builder_new(ORIGIN, STEM, 8, &other, NULL), PB_OK);
	assert_int_equal(pb_index_builder_load(other, file.data, file.len, key, NULL), PB_ECORRUPT);
	pb_index_builder_free(other);
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_secret_free(wrong);
	pb_index_builder_free(builder);
}

static void
index_extended_is_the_index_built_at_once(void **state)
{
	struct pb_index_builder *whole = make_corpus(0, 200, NULL),
				*part = make_corpus(0, 90, NULL);
	struct pb_secret *key = make_key(1);
	struct pb_buf expected = PB_BUF_EMPTY, file = PB_BUF_EMPTY;

	(void)state;
	write_index(whole, key, &expected);
	write_index(part, key, &file);
	pb_index_builder_free(part);
	part = make_builder();
	assert_int_equal(pb_index_builder_load(part, file.data, file.len, key, NULL), PB_OK);
	assert_int_equal(pb_index_builder_count(part), 90);
	(void)make_corpus(90, 200, part);
	pb_buf_clear(&file);
	write_index(part, key, &file);
	assert_int_equal(file.len, expected.len);
	assert_memory_equal(file.data, expected.data, file.len);
	pb_index_builder_free(part);
	pb_index_builder_free(whole);
	pb_buf_done(&expected);
	pb_buf_done(&file);
	pb_secret_free(key);
}

/* How many rows a query finds. */
static size_t
count_found(struct pb_index *index, const char *text)
{
	struct pb_buf matches = PB_BUF_EMPTY;
	struct pb_query *query = NULL;
	size_t count;

	assert_int_equal(pb_query_parse(text, &query, NULL), PB_OK);
	assert_int_equal(pb_query_run(query, index, &matches, NULL), PB_OK);
	count = matches.len / sizeof(struct pb_match);
	pb_buf_done(&matches);
	pb_query_free(query);
	return count;
}

static void
index_finds_prefixes_over_many_shelves(void **state)
{
	struct pb_index_builder *builder = make_corpus(0, MESSAGES, NULL);
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY;
	struct stored stored;

	(void)state;
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	assert_int_equal(count_found(stored.index, "motlong*"), MESSAGES);
	assert_int_equal(count_found(stored.index, "patient*"), MESSAGES);
	assert_int_equal(count_found(stored.index, "patient1*"), 1111);
	assert_int_equal(count_found(stored.index, "-patient1*"), MESSAGES - 1111);
	assert_int_equal(count_found(stored.index, "patient*-fictif"), 0);
	close_index(&stored);
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

/* What it answers to whatever the damaged file can still be asked. */
static void
judge_damaged(struct pb_buf *file, struct pb_secret *key, const char *const *expected,
    const char *const *queries, size_t count)
{
	struct pb_index_builder *builder = make_builder();
	enum pb_status status;
	struct stored stored;
	char out[4096];

	status = open_index(&stored, file->data, file->len, key, ORIGIN, STEM);
	assert_true(status == PB_OK || status == PB_ECORRUPT || status == PB_EACCESS);
	for (size_t i = 0; i < count && status == PB_OK; i++) {
		(void)ask(stored.index, queries[i], out, sizeof(out));
		if (strcmp(out, "ECORRUPT") != 0)
			assert_string_equal(out, expected[i]);
	}
	close_index(&stored);
	/* Whoever takes it up looks at every octet. */
	status = pb_index_builder_load(builder, file->data, file->len, key, NULL);
	assert_true(status == PB_ECORRUPT || status == PB_EACCESS);
	pb_index_builder_free(builder);
}

static void
index_damaged_anywhere_never_gives_other_answers(void **state)
{
	static const char *const queries[] = { "bonjour", "patient3", "m*", "date:2026-05" };
	static const char *const expected[] = { "7 8 9 10 11 12 ", "10 ", "7 8 9 10 11 12 ",
		"7 8 9 10 11 12 " };
	struct pb_index_builder *builder = make_corpus(0, 6, NULL);
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY;
	struct stored stored;
	size_t lengths[] = { 0, 1, 31, 32, 63, 64, 65, 300, 65535 };

	(void)state;
	write_index(builder, key, &file);
	assert_int_equal(file.len, 65536);
	for (size_t at = 0; at < file.len; at += at < 1500 ? 1 : 997) {
		file.data[at] ^= 0x20;
		judge_damaged(&file, key, expected, queries, CASES(queries));
		file.data[at] ^= 0x20;
	}
	for (size_t i = 0; i < CASES(lengths); i++) {
		struct pb_buf cut = { .data = file.data, .len = lengths[i], .cap = file.cap };

		judge_damaged(&cut, key, expected, queries, CASES(queries));
	}
	assert_int_equal(pb_buf_append_u8(&file, 0), PB_OK);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_ECORRUPT);
	close_index(&stored);
	judge_damaged(&file, key, expected, queries, CASES(queries));
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

/* All that the file says, in clear: no word of it may stand there. */
static void
assert_not_in_plain(
    const struct pb_buf *file, struct pb_secret *key, uint64_t count, const char *word)
{
	struct pb_unit_seal seal = {
		.origin = ORIGIN, .stem = STEM, .first_seq = FIRST, .count = count, .key = key
	};
	size_t begin = PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN;
	struct pb_buf copy = PB_BUF_EMPTY, plain = PB_BUF_EMPTY;
	uint64_t table_len;

	assert_int_equal(pb_buf_append(&copy, file->data, file->len), PB_OK);
	assert_int_equal(pb_unit_unseal(&seal, PB_UNIT_ROOT, copy.data + PB_INDEX_HEAD_LEN,
			     PB_INDEX_ROOT_LEN, NULL),
	    PB_OK);
	table_len = pb_get_u64(copy.data + PB_INDEX_HEAD_LEN + 8);
	assert_int_equal(
	    pb_unit_open(&seal, PB_UNIT_TABLE, copy.data + begin, (size_t)table_len, &plain, NULL),
	    PB_OK);
	assert_null(memmem(plain.data, plain.len, word, strlen(word)));
	assert_null(memmem(file->data, file->len, word, strlen(word)));
	pb_buf_done(&copy);
	pb_buf_done(&plain);
}

static void
index_forgets_a_record_wholly(void **state)
{
	struct pb_index_builder *with = make_corpus(0, 4, NULL), *without = make_corpus(0, 4, NULL);
	uint64_t gone[] = { FIRST + 4, FIRST + 100, 0 };
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY, expected = PB_BUF_EMPTY;
	struct pb_index_row row = make_row(1700000000),
			    empty = { .type = 15, .time_s = row.time_s };
	struct stored stored;

	(void)state;
	add_row(with, &row);
	add_text(with, PB_INDEX_BODY, "bonjour aaasecret cabinet");
	add_text(with, PB_INDEX_FROM, "aaa@secret.example");
	(void)make_corpus(5, 9, with);
	/* Taken out after it was written and taken up again, as `destroy` does. */
	write_index(with, key, &file);
	pb_index_builder_free(with);
	with = make_builder();
	assert_int_equal(pb_index_builder_load(with, file.data, file.len, key, NULL), PB_OK);
	assert_int_equal(pb_index_builder_forget(with, gone, CASES(gone), NULL), PB_OK);
	pb_buf_clear(&file);
	write_index(with, key, &file);

	add_row(without, &empty);
	(void)make_corpus(5, 9, without);
	write_index(without, key, &expected);
	assert_int_equal(file.len, expected.len);
	assert_memory_equal(file.data, expected.data, file.len);
	assert_not_in_plain(&file, key, 9, "aaa");
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	assert_asked(stored.index, "aaasecret", "");
	assert_asked(stored.index, "bonjour", "7 8 9 10 12 13 14 15 ");
	assert_asked(stored.index, "-bonjour", "");
	assert_asked(stored.index, "date:2023", "");
	close_index(&stored);
	pb_index_builder_free(with);
	pb_index_builder_free(without);
	pb_buf_done(&file);
	pb_buf_done(&expected);
	pb_secret_free(key);
}

static void
index_says_where_words_were_left_out(void **state)
{
	struct pb_index_builder *builder = make_builder();
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	struct stored stored;

	(void)state;
	add_message(builder, "court");
	for (unsigned i = 0; i < 70000; i++)
		assert_int_equal(pb_buf_printf(&text, "m%u ", i), PB_OK);
	add_message(builder, pb_buf_text(&text));
	add_message(builder, "m69999 m1");
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	assert_false(pb_index_row(stored.index, FIRST)->cut);
	assert_true(pb_index_row(stored.index, FIRST + 1)->cut);
	assert_false(pb_index_row(stored.index, FIRST + 2)->cut);
	assert_asked(stored.index, "m1", "8 9 ");
	assert_asked(stored.index, "m69999", "9 ");
	/* Whether it is not there must be looked up in the message. */
	assert_asked(stored.index, "-m69999", "7 8? ");
	close_index(&stored);
	pb_buf_done(&file);
	pb_buf_done(&text);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

static void
index_is_as_long_with_one_word_more(void **state)
{
	struct pb_secret *key = make_key(1);
	size_t len[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct pb_index_builder *builder = make_corpus(0, 500, NULL);
		struct pb_buf file = PB_BUF_EMPTY;

		add_message(builder, i == 0 ? "patient3" : "unmotquinestnullepartailleurs");
		write_index(builder, key, &file);
		len[i] = file.len;
		pb_buf_done(&file);
		pb_index_builder_free(builder);
	}
	assert_int_equal(len[0], len[1]);
	pb_secret_free(key);
}

static void
index_padding_grows_in_steps(void **state)
{
	(void)state;
	assert_int_equal(pb_unit_padded(64), 65536);
	assert_int_equal(pb_unit_padded(65536 - 16), 65536);
	assert_int_equal(pb_unit_padded(65536 - 15), 131072);
	assert_int_equal(pb_unit_padded(4 * 1024 * 1024 - 16), 4 * 1024 * 1024);
	/* From 4 MiB on by Padmé: 2^22 has 5 bits behind the first that may be set. */
	assert_int_equal(pb_unit_padded(4 * 1024 * 1024), 4 * 1024 * 1024 + 128 * 1024);
	assert_int_equal(pb_unit_padded(64 * 1024 * 1024), 64 * 1024 * 1024 + 2 * 1024 * 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_of_nothing_finds_nothing),
		cmocka_unit_test(index_gives_back_rows_and_words),
		cmocka_unit_test(index_finds_prefixes_over_many_shelves),
		cmocka_unit_test(index_opens_with_its_key_and_its_name_alone),
		cmocka_unit_test(index_extended_is_the_index_built_at_once),
		cmocka_unit_test(index_damaged_anywhere_never_gives_other_answers),
		cmocka_unit_test(index_forgets_a_record_wholly),
		cmocka_unit_test(index_says_where_words_were_left_out),
		cmocka_unit_test(index_is_as_long_with_one_word_more),
		cmocka_unit_test(index_padding_grows_in_steps),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
