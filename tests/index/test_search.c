/* Random corpora and queries: the index finds what a plain reading of the texts finds. */
#include "index/fixture.h"
#include "lib/text.h"

#define MESSAGES 150
#define WORDS 12
#define TEXT (WORDS * 6 + 1) /* of so many words */
#define QUERY 512
#define VOCABULARY 14
#define QUERIES 400

/* Words that begin alike, and that no folding changes: the plain reading needs none. */
static const char *const vocabulary[VOCABULARY] = { "a", "ab", "abc", "abcd", "b", "ba", "bab", "c",
	"ca", "cab", "caba", "d", "da", "dab" };

struct message {
	struct pb_index_row row;
	/* body, from, to, subject; -1 ends */
	int word[5][WORDS + 1];
};

/* A term of a query as the plain reading sees it. */
struct term {
	bool negated, prefix;
	int field; /* 0: any of 1 to 4 */
	int count;
	int word[3];
};

static unsigned
draw(struct test_random *random, unsigned below)
{
	uint32_t value;

	(void)random->table.fill(random->table.ctx, &value, sizeof(value));
	return value % below;
}

static void
make_message(struct test_random *random, struct message *m)
{
	m->row = make_row(1778000000 + (int64_t)draw(random, 1000000));
	m->row.direction = (uint8_t)draw(random, 3);
	if (draw(random, 20) == 0)
		m->row.state = 2;
	for (int f = 1; f <= 4; f++) {
		int count = m->row.state == PB_INDEX_STATE_MADE ? (int)draw(random, WORDS) : 0;

		for (int i = 0; i < count; i++)
			m->word[f][i] = (int)draw(random, VOCABULARY);
		m->word[f][count] = -1;
	}
}

static void
field_text(const struct message *m, int field, char out[TEXT])
{
	out[0] = '\0';
	for (int i = 0; m->word[field][i] >= 0; i++) {
		test_append(out, TEXT, vocabulary[m->word[field][i]]);
		test_append(out, TEXT, " ");
	}
}

static bool
word_is(const struct term *t, int i, int word)
{
	const char *wanted = vocabulary[t->word[i]];

	if (t->prefix && i + 1 == t->count)
		return strncmp(vocabulary[word], wanted, strlen(wanted)) == 0;
	return t->word[i] == word;
}

static bool
stands_in(const struct term *t, const int *word)
{
	for (int from = 0; word[from] >= 0; from++) {
		int i = 0;

		while (i < t->count && word[from + i] >= 0 && word_is(t, i, word[from + i]))
			i++;
		if (i == t->count)
			return true;
	}
	return false;
}

static bool
admits(const struct term *t, const struct message *m)
{
	bool found = false;

	for (int f = 1; f <= 4; f++)
		if (t->field == 0 || t->field == f)
			found |= stands_in(t, m->word[f]);
	return m->row.state == PB_INDEX_STATE_MADE && found != t->negated;
}

static void
make_term(struct test_random *random, struct term *t, char query[QUERY])
{
	static const char *const fields[] = { "", "body:", "from:", "to:", "subject:" };

	t->negated = draw(random, 4) == 0;
	t->field = (int)draw(random, 5);
	t->count = draw(random, 3) == 0 ? 1 + (int)draw(random, 3) : 1;
	t->prefix = draw(random, 4) == 0;
	test_append(query, QUERY, t->negated ? "-" : "");
	test_append(query, QUERY, fields[t->field]);
	for (int i = 0; i < t->count; i++) {
		t->word[i] = (int)draw(random, VOCABULARY);
		/* A hyphen joins what would be a phrase in quotes. */
		test_append(query, QUERY, i > 0 ? "-" : "");
		test_append(query, QUERY, vocabulary[t->word[i]]);
	}
	test_append(query, QUERY, t->prefix ? "* " : " ");
}

static bool
confirmed(const struct pb_query *query, const struct message *m)
{
	char text[5][TEXT];
	const char *fields[PB_INDEX_FIELDS] = { NULL };
	bool match = false;

	for (int f = 1; f <= 4; f++) {
		field_text(m, f, text[f]);
		fields[f] = text[f];
	}
	assert_int_equal(pb_query_confirm(query, fields, &match, NULL), PB_OK);
	return match;
}

static void
judge(struct test_random *random, struct pb_index *index, const struct message *messages)
{
	struct pb_buf matches = PB_BUF_EMPTY;
	const struct pb_match *match;
	struct pb_query *query = NULL;
	char text[QUERY] = "";
	struct term term[3];
	int terms = 1 + (int)draw(random, 3);
	size_t next = 0, count;

	for (int i = 0; i < terms; i++)
		make_term(random, &term[i], text);
	assert_int_equal(pb_query_parse(text, &query, NULL), PB_OK);
	assert_int_equal(pb_query_run(query, index, &matches, NULL), PB_OK);
	match = (const struct pb_match *)(const void *)matches.data;
	count = matches.len / sizeof(*match);
	for (uint64_t i = 0; i < MESSAGES; i++) {
		bool expected = true, found = next < count && match[next].seq == FIRST + i;

		for (int j = 0; j < terms; j++)
			expected &= admits(&term[j], &messages[i]);
		if (found && match[next++].unsure)
			found = confirmed(query, &messages[i]);
		else if (found) /* and what is sure would be confirmed */
			assert_true(confirmed(query, &messages[i]));
		if (found != expected)
			fail_msg("%s: message %d: %d", text, (int)i, found);
	}
	assert_int_equal(next, count);
	pb_buf_done(&matches);
	pb_query_free(query);
}

static void
index_finds_what_a_plain_reading_finds(void **state)
{
	struct test_random random;

	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct pb_index_builder *builder = make_builder();
		struct pb_secret *key = make_key(seed);
		struct pb_buf file = PB_BUF_EMPTY;
		struct message *messages = calloc(MESSAGES, sizeof(*messages));
		struct stored stored;
		char text[TEXT];

		assert_non_null(messages);
		test_random_init(&random, seed);
		for (int i = 0; i < MESSAGES; i++) {
			make_message(&random, &messages[i]);
			add_row(builder, &messages[i].row);
			for (int f = 1; f <= 4; f++) {
				field_text(&messages[i], f, text);
				add_text(builder, (enum pb_index_field)f, text);
			}
		}
		write_index(builder, key, &file);
		assert_int_equal(
		    open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
		for (int i = 0; i < QUERIES; i++)
			judge(&random, stored.index, messages);
		close_index(&stored);
		free(messages);
		pb_buf_done(&file);
		pb_secret_free(key);
		pb_index_builder_free(builder);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(index_finds_what_a_plain_reading_finds),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
