#include "index/fixture.h"
#include "lib/text.h"

static void
query_is_understood_in_one_form(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "Dupont", "dupont" },
		{ "  b \t a\n a ", "a b" },
		{ "from:\xc3\x89lise SUBJECT:\"Compte  rendu\"",
		    "from:elise subject:\"compte rendu\"" },
		{ "cardio*", "cardio*" },
		{ "-brouillon -to:x", "-brouillon -to:x" },
		{ "peut-\xc3\xaatre", "\"peut etre\"" },
		{ "l'avis d\xe2\x80\x99"
		  "examen qu'il",
		    "avis examen il" },
		{ "\"l'avis\"", "\"l avis\"" },
		{ "aujourd'hui", "\"aujourd hui\"" },
		{ "compte-rend*", "compte-rend*" },
		{ "\"rendu*\"", "rendu" },
		{ "from:Jean.Dupont@MSS.example", "from:jean.dupont@mss.example" },
		{ "<jean@mss.example>", "jean@mss.example" },
		{ "from:@mss.example", "from:@mss.example" },
		{ "jean.dup@mss*", "jean.dup@mss*" },
		{ "a@b.example,c@d.example", "\"a b example c d example\"" },
		{ "\"jean@mss.example\"", "\"jean mss example\"" },
		{ "msgid:<1@a.Example>", "msgid:<1@a.example>" },
		{ "msgid:\"1@a.example\"", "msgid:\"1 a example\"" },
		{ "msgid:1$x:y@a*", "msgid:<1$x:y@a*" },
		{ "attachment:ihe_xdm.zip", "attachment:\"ihe xdm zip\"" },
		{ "12:30", "\"12 30\"" },
		{ "\xe6\x9d\xb1\xe4\xba\xac", "\"\xe6\x9d\xb1 \xe4\xba\xac\"" },
		{ "date:2026", "date:2026-01-01..2026-12-31" },
		{ "date:2024-02", "date:2024-02-01..2024-02-29" },
		{ "date:2026-04-30..2026-05-06", "date:2026-04-30..2026-05-06" },
		{ "date:..1999", "date:..1999-12-31" },
		{ "date:2026-05..", "date:2026-05-01.." },
		{ "date:2026 date:2026-05..", "date:2026-05-01..2026-12-31" },
		{ "type:imported,1 direction:sent source:import",
		    "direction:sent source:import type:1,15" },
		{ "type:1,15 type:15", "type:15" },
		{ "direction:unknown", "direction:unknown" },
		{ "b OR a", "a OR b" },
		{ "z b OU a OR b c", "a OR b c z" },
		{ "a OR A", "a" },
		{ "\"OR\" Or or", "or" },
		{ "subject:\"x y\" OR from:a@b.example -z",
		    "-z from:a@b.example OR subject:\"x y\"" },
		{ "subject: x", "subject:x" },
		{ "subject : x", "subject:x" },
		{ "objet\xc2\xa0: \"x y\"", "subject:\"x y\"" },
		{ "OBJET:a de:b \xc3\xa0:c A:c pi\xc3\xa8"
		  "ce:d Piece:d corps:e",
		    "attachment:d body:e from:b subject:a to:c" },
		{ "pie\xcc\x80"
		  "ce:d",
		    "attachment:d" }, /* an accent of its own */
		{ "source:lmtp,Milter,proxy", "source:milter,proxy,lmtp" },
		{ "sens:re\xc3\xa7u,ENVOY\xc3\x89 source:inconnu",
		    "direction:received,sent source:unknown" },
		{ "type:import\xc3\xa9,horodatage,cl\xc3\xa9", "type:12,13,15" },
		{ "type:timestamp", "type:12" },
		{ "date: 2026", "date:2026-01-01..2026-12-31" },
		{ "une phrase ORDINAIRE", "ordinaire phrase une" },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_query *query = NULL, *again = NULL;

		assert_int_equal(pb_query_parse(cases[i].text, &query, NULL), PB_OK);
		assert_string_equal(pb_query_text(query), cases[i].expected);
		/* The form is understood as itself. */
		assert_int_equal(pb_query_parse(pb_query_text(query), &again, NULL), PB_OK);
		assert_string_equal(pb_query_text(again), cases[i].expected);
		pb_query_free(again);
		pb_query_free(query);
	}
}

static void
query_that_means_nothing_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *at;
	} cases[] = {
		{ "", "" },
		{ "   ", "" },
		{ "a -", "3: -" },
		{ "a *", "3: *" },
		{ "a ...", "3: ..." },
		{ "b \"a c", "3: \"a c" },
		{ "\"a\"b", "4: b" },
		{ "subjet:a", "1: subjet:a" },
		{ "http://a.example", "1: http://a.example" },
		{ "from:", "1: from:" },
		{ "x date:2026-13", "3: date:2026-13" },
		{ "date:2026-02-29", "1: date:" },
		{ "date:..", "1: date:" },
		{ "date:", "1: date:" },
		{ "date:26-01-01", "1: date:" },
		{ "date:2026..2025", "1: date:" },
		{ "type:nothing", "6: nothing" },
		{ "type:7", "6: 7" },
		{ "type:1,", "8: " },
		{ "type:1 type:15", "8: type:15" },
		{ "direction:up", "11: up" },
		{ "source:imap", "8: imap" },
		{ "-date:2026", "1: -date" },
		{ "OR a", "1: OR a" },
		{ "a OR", "3: OR" },
		{ "a OR  ", "3: OR" },
		{ "a OU OR b", "6: OR b" },
		{ "a OR -b", "6: -b" },
		{ "-a OR b", "4: OR b" },
		{ "a OR type:1", "6: type:1" },
		{ "type:1 OR a", "8: OR a" },
		{ "objets:a", "1: objets:a" },
		{ "\xc3\xa9t\xc3\xa9:a", "1: \xc3\xa9t\xc3\xa9:a" },
		{ "sens:montant", "6: montant" },
		{ "a subject:", "3: subject:" },
		{ "objet :  ", "1: objet :" },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_query *query = NULL;
		struct pb_error err = { 0 };

		assert_int_equal(pb_query_parse(cases[i].text, &query, &err), PB_EINVAL);
		assert_null(query);
		assert_non_null(err.why);
		assert_int_equal(strncmp(err.object, cases[i].at, strlen(cases[i].at)), 0);
	}
}

static void
query_has_limits(void **state)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_query *query = NULL;

	(void)state;
	for (unsigned i = 0; i < PB_LIMIT_QUERY_TERMS; i++)
		assert_int_equal(pb_buf_printf(&text, "m%u ", i), PB_OK);
	assert_int_equal(pb_query_parse(pb_buf_text(&text), &query, NULL), PB_OK);
	pb_query_free(query);
	assert_int_equal(pb_buf_append_text(&text, "encore"), PB_OK);
	assert_int_equal(pb_query_parse(pb_buf_text(&text), &query, NULL), PB_EINVAL);
	pb_buf_clear(&text);
	for (unsigned i = 0; i <= PB_LIMIT_QUERY_WORDS; i++)
		assert_int_equal(pb_buf_append_text(&text, i == 0 ? "\"a" : " a"), PB_OK);
	assert_int_equal(pb_buf_append_text(&text, "\""), PB_OK);
	assert_int_equal(pb_query_parse(pb_buf_text(&text), &query, NULL), PB_EINVAL);
	pb_buf_clear(&text);
	while (text.len <= PB_LIMIT_QUERY)
		assert_int_equal(pb_buf_append_text(&text, "aaaaaaaaaa"), PB_OK);
	assert_int_equal(pb_query_parse(pb_buf_text(&text), &query, NULL), PB_EINVAL);
	pb_buf_done(&text);
}

/* Whatever is typed: it is refused, or its canonical form means the same. */
static void
query_of_any_text_is_refused_or_understood(void **state)
{
	static const char *const pieces[] = { "a", "B", "-", "\"", "*", " ", ":", "@", "<", ">",
		".", "..", ",", "'", " OR ", " OU ", "objet", "\xc2\xa0",
		"from:", "msgid:", "date:2026", "type:", "15", "x@y.example", "\xc3\xa9",
		"\xe6\x9d\xb1", "\xff", "\xc2\x80", "\t", "\\" };
	struct test_random random;

	(void)state;
	test_random_init(&random, 1);
	for (int i = 0; i < 20000; i++) {
		struct pb_query *query = NULL, *again = NULL;
		char text[128] = "";
		uint8_t draw[8];

		(void)random.table.fill(random.table.ctx, draw, sizeof(draw));
		for (size_t j = 0; j < 1 + draw[0] % 7u; j++)
			test_append(text, sizeof(text), pieces[draw[1 + j] % CASES(pieces)]);
		if (pb_query_parse(text, &query, NULL) != PB_OK)
			continue;
		if (pb_query_parse(pb_query_text(query), &again, NULL) != PB_OK ||
		    strcmp(pb_query_text(again), pb_query_text(query)) != 0)
			fail_msg("%s: %s: %s", text, pb_query_text(query),
			    again == NULL ? "refused" : pb_query_text(again));
		pb_query_free(again);
		pb_query_free(query);
	}
}

/* Three letters, an anchor, and one that could not be viewed. */
static struct pb_index_builder *
make_letters(void)
{
	struct pb_index_builder *builder = make_builder();
	struct pb_index_row row = make_row(1777507200); /* 2026-04-30T00:00:00Z */

	add_row(builder, &row); /* 7 */
	add_text(builder, PB_INDEX_FROM, "Cabinet Fictif <cabinet@essai.example>");
	add_text(builder, PB_INDEX_TO, "labo@essai.example");
	add_text(builder, PB_INDEX_SUBJECT, "Compte rendu de cardiologie");
	add_text(builder, PB_INDEX_MSGID, "<1@a.example>");
	add_text(builder, PB_INDEX_BODY,
	    "Le compte est rendu. L'\xc3\xa9"
	    "chographie est l\xc3\xa0.");
	row.date_s = 1778111999; /* 2026-05-06T23:59:59Z */
	row.direction = 2;
	add_row(builder, &row); /* 8 */
	add_text(builder, PB_INDEX_FROM, "labo@essai.example");
	add_text(builder, PB_INDEX_SUBJECT, "Rendu du compte, brouillon");
	add_text(builder, PB_INDEX_ATTACHMENT, "IHE_XDM.ZIP");
	row.has_date = false;
	row.time_s = 1778112000; /* 2026-05-07 */
	row.type = 1;
	row.direction = 0;
	row.source = 0;
	add_row(builder, &row); /* 9 */
	add_text(builder, PB_INDEX_BODY, "cardiogramme");
	row.type = 12;
	row.state = 0;
	add_row(builder, &row); /* 10 */
	row.type = 15;
	row.state = 3;
	add_row(builder, &row); /* 11 */
	return builder;
}

static void
query_finds_what_all_its_terms_admit(void **state)
{
	static const struct {
		const char *query, *expected;
	} cases[] = {
		{ "compte", "7 8 " },
		{ "COMPTE -brouillon", "7 " },
		{ "-compte", "9 " }, /* what has no words is not without them */
		{ "cardio*", "7 9 " },
		{ "subject:cardio*", "7 " },
		{ "body:compte", "7 " },
		{ "subject:compte", "7 8 " },
		{ "echographie", "7 " },
		{ "\xc3\x89"
		  "chographie la",
		    "7 " },
		{ "labo@essai.example", "7 8 " },
		{ "from:labo@essai.example", "8 " },
		{ "to:@essai.example", "7 " },
		{ "essai", "7 8 " },
		{ "msgid:1@a.example", "7 " },
		{ "msgid:<1@a.EXAMPLE>", "7 " },
		{ "1@a.example", "7 " },
		{ "msgid:1@a.exampl", "" },
		{ "\"compte rendu\"", "7? 8? " },
		{ "subject:\"compte rendu\"", "7? 8? " },
		{ "\"compte brouillon essai\"", "" }, /* in no field all of them */
		{ "-\"compte rendu\"", "7? 8? 9 " },
		{ "attachment:ihe_xdm.zip", "8? " },
		{ "attachment:zip", "8 " },
		{ "compte-rend*", "7? 8? " },
		{ "date:2026-04-30", "7 " },
		{ "date:2026-05-06", "8 " },
		{ "date:2026-05-07", "9 11 " },
		{ "date:2026-04-30..2026-05-06", "7 8 " },
		{ "date:2026-05-01..", "8 9 11 " },
		{ "date:..2026-05-06 compte", "7 8 " },
		{ "type:12", "10 " },
		{ "cardiogramme OR brouillon", "8 9 " },
		{ "cardiogramme OU brouillon", "8 9 " },
		{ "compte cardiogramme OR echographie", "7 " },
		{ "absent OR subject:cardio* OR brouillon -echographie", "8 " },
		{ "absent OR \"compte rendu\" direction:sent", "8? " },
		{ "brouillon OR \"rendu compte\"", "7? 8? " },
		{ "absent OR introuvable", "" },
		{ "brouillon or compte", "" }, /* a word */
		{ "brouillon \"OR\" compte", "" },
		{ "type:anchor compte", "" },
		{ "type:1", "9 " },
		{ "type:15", "7 8 11 " },
		{ "direction:received", "7 " },
		{ "direction:sent,unknown", "8 9 11 " },
		{ "source:import", "7 8 " },
		{ "source:unknown", "9 11 " },
	};
	struct pb_index_builder *builder = make_letters();
	struct pb_secret *key = make_key(1);
	struct pb_buf file = PB_BUF_EMPTY;
	struct stored stored;

	(void)state;
	write_index(builder, key, &file);
	assert_int_equal(open_index(&stored, file.data, file.len, key, ORIGIN, STEM), PB_OK);
	for (size_t i = 0; i < CASES(cases); i++) {
		char out[256];

		(void)ask(stored.index, cases[i].query, out, sizeof(out));
		if (strcmp(out, cases[i].expected) != 0)
			fail_msg("%s: %s, not %s", cases[i].query, out, cases[i].expected);
	}
	close_index(&stored);
	pb_buf_done(&file);
	pb_secret_free(key);
	pb_index_builder_free(builder);
}

static void
query_is_confirmed_by_the_message(void **state)
{
	static const struct {
		const char *query;
		bool expected;
	} cases[] = {
		{ "\"compte rendu\"", true },
		{ "body:\"compte rendu\"", false },
		{ "subject:\"COMPTE rendu\"", true },
		{ "\"rendu compte\"", false },
		{ "-\"rendu compte\"", true },
		{ "-\"compte rendu\"", false },
		{ "\"a a b\"", true }, /* begins anew within itself */
		{ "\"b a\"", false },
		{ "compte-rend*", true },
		{ "compte-ren", false },
		{ "rendu fin", true },
		{ "rendu absent", false },
		{ "from:jean@essai.example", true },
		{ "jean@essai", false },
		{ "jean@essai*", true },
		{ "\"rendu labo\"", false }, /* of two parts */
		{ "\"labo deux\"", true },
		{ "\"rendu compte\" OR \"labo deux\"", true },
		{ "absent OR \"rendu compte\"", false },
		{ "\"labo deux\" OR absent rendu", true },
		{ "\"labo deux\" OR absent manquant", false },
		{ "manquant absent OR fin", false },
	};
	const char *const fields[PB_INDEX_FIELDS] = {
		[PB_INDEX_SUBJECT] = "Re: Compte-rendu\fLabo deux",
		[PB_INDEX_BODY] = "compte, puis rendu a a a b fin",
		[PB_INDEX_FROM] = "Jean <jean@essai.example>",
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_query *query = NULL;
		bool match = !cases[i].expected;

		assert_int_equal(pb_query_parse(cases[i].query, &query, NULL), PB_OK);
		assert_int_equal(pb_query_confirm(query, fields, &match, NULL), PB_OK);
		if (match != cases[i].expected)
			fail_msg("%s: %d", cases[i].query, match);
		pb_query_free(query);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(query_is_understood_in_one_form),
		cmocka_unit_test(query_that_means_nothing_is_refused_with_its_place),
		cmocka_unit_test(query_has_limits),
		cmocka_unit_test(query_of_any_text_is_refused_or_understood),
		cmocka_unit_test(query_finds_what_all_its_terms_admit),
		cmocka_unit_test(query_is_confirmed_by_the_message),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
