#include "index/fixture.h"

/* Words joined with "|". */
static enum pb_status
join(void *arg, const char *word, size_t len)
{
	struct pb_buf *out = arg;

	if (out->len > 0)
		assert_int_equal(pb_buf_append_text(out, "|"), PB_OK);
	assert_int_equal(pb_buf_append(out, word, len), PB_OK);
	return PB_OK;
}

static void
assert_words(const char *text, const char *expected)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_fold *fold = NULL;

	assert_int_equal(pb_fold_new(&fold, NULL), PB_OK);
	assert_int_equal(pb_words_each(fold, text, strlen(text), join, &out), PB_OK);
	assert_string_equal(pb_buf_text(&out), expected);
	pb_buf_done(&out);
	pb_fold_free(fold);
}

static void
assert_whole(const char *text, bool identifiers, const char *expected)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_fold *fold = NULL;

	assert_int_equal(pb_fold_new(&fold, NULL), PB_OK);
	assert_int_equal(pb_words_whole(fold, text, strlen(text), identifiers, join, &out), PB_OK);
	assert_string_equal(pb_buf_text(&out), expected);
	pb_buf_done(&out);
	pb_fold_free(fold);
}

static void
words_of_nothing_are_none(void **state)
{
	(void)state;
	assert_words("", "");
	assert_words(" \t\r\n.,;-@\x01", "");
	assert_whole("", false, "");
	assert_whole("", true, "");
	assert_whole("@ @. @@ @", false, "");
}

static void
words_fold_what_accents_and_case_differ_in(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "Compte rendu", "compte|rendu" },
		{ "d\xc3\xa9j\xc3\xa0 VU \xc3\x80 No\xc3\xabl", "deja|vu|a|noel" },
		/* the same, decomposed (NFD) */
		{ "de\xcc\x81ja\xcc\x80", "deja" },
		{ "l'\xc5\x93uvre \xc3\x86sthetique C\xc5\x92UR", "l|oeuvre|aesthetique|coeur" },
		/* U+2019 and a soft hyphen U+00AD */
		{ "d\xe2\x80\x99"
		  "examen ordon\xc2\xadnance",
		    "d|examen|ordonnance" },
		/* ligature fi, full width, superscript, a number in a circle */
		{ "\xef\xac\x81n \xef\xbc\xa1\xef\xbc\xa2 m\xc2\xb2 \xe2\x91\xa0", "fin|ab|m2|1" },
		{ "Stra\xc3\x9f"
		  "e STRASSE \xc5\x81\xc3\xb3"
		  "d\xc5\xba S\xc3\xb8ren",
		    "strasse|strasse|lodz|soren" },
		/* Greek: final sigma and accents */
		{ "\xce\x9f\xce\x94\xce\x9f\xce\xa3 \xcf\x8c\xce\xb4\xce\xbf\xcf\x82",
		    "\xce\xbf\xce\xb4\xce\xbf\xcf\x83|\xce\xbf\xce\xb4\xce\xbf\xcf\x83" },
		/* Cyrillic yo, short i */
		{ "\xd0\x81\xd0\x99", "\xd0\xb5\xd0\xb8" },
		/* Arabic: alef with hamza, harakat, tatweel; digits */
		{ "\xd8\xa3\xd8\xad\xd9\x85\xd9\x8e\xd8\xaf "
		  "\xd8\xa7\xd8\xad\xd9\x80\xd9\x85\xd8\xaf",
		    "\xd8\xa7\xd8\xad\xd9\x85\xd8\xaf|\xd8\xa7\xd8\xad\xd9\x85\xd8\xaf" },
		{ "\xd9\xa1\xd9\xa2", "12" },
		/* Hebrew points */
		{ "\xd7\xa9\xd6\xb8\xd7\x9c\xd7\x95\xd6\xb9\xd7\x9d",
		    "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d" },
		/* Hindi: vowel signs stay, virama goes */
		{ "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa5\x8d\xe0\xa4\xa4\xe0\xa5\x87",
		    "\xe0\xa4\xa8\xe0\xa4\xae\xe0\xa4\xb8\xe0\xa4\xa4\xe0\xa5\x87" },
		/* Han and kana: a word each */
		{ "\xe6\x9d\xb1\xe4\xba\xac"
		  "ab\xe3\x81\x8c",
		    "\xe6\x9d\xb1|\xe4\xba\xac|ab|\xe3\x81\x8b" },
		/* one half: its fraction slash parts */
		{ "\xc2\xbd", "1|2" },
		{ "IHE_XDM.ZIP 2026-05-06 1 85 05 78 006",
		    "ihe|xdm|zip|2026|05|06|1|85|05|78|006" },
		{ "jean.dupont@mss.example", "jean|dupont|mss|example" },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++)
		assert_words(cases[i].text, cases[i].expected);
}

static void
words_are_parted_by_what_is_no_utf8(void **state)
{
	(void)state;
	assert_words("caf\xe9 noir", "caf|noir");
	assert_words("a\xc3", "a");
	assert_words("\xff\xfe"
		     "b\xed\xa0\x80"
		     "c",
	    "b|c");
	assert_whole("a\xff"
		     "b@c.example",
	    false, "ab@c.example|@c.example");
}

static void
words_count_by_their_beginning(void **state)
{
	char text[200], expected[200];

	(void)state;
	memset(text, 'x', 100);
	memcpy(text + 100, " y", 3);
	memset(expected, 'x', PB_WORD_MAX);
	memcpy(expected + PB_WORD_MAX, "|y", 3);
	assert_words(text, expected);
	/* A character that does not fit ends the word, and nothing behind it counts. */
	memset(text, 'x', PB_WORD_MAX - 1);
	memcpy(text + PB_WORD_MAX - 1, "\xce\xb1z", 4);
	expected[PB_WORD_MAX - 1] = '\0';
	assert_words(text, expected);
}

static void
whole_addresses_stand_beside_their_words(void **state)
{
	(void)state;
	assert_whole("J\xc3\xa9"
		     "a <Jean.DUPONT@MSS.example>, x@y.",
	    false, "jean.dupont@mss.example|@mss.example|x@y|@y");
	assert_whole("mailto:a+b@c.example;(d@e.example)", false,
	    "a+b@c.example|@c.example|d@e.example|@e.example");
	assert_whole("a@b@c", false, "a@b|@b|b@c|@c");
	assert_whole("<A.1$x@h.example> <b>", true, "a.1$x@h.example|b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_nothing_are_none),
		cmocka_unit_test(words_fold_what_accents_and_case_differ_in),
		cmocka_unit_test(words_are_parted_by_what_is_no_utf8),
		cmocka_unit_test(words_count_by_their_beginning),
		cmocka_unit_test(whole_addresses_stand_beside_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
