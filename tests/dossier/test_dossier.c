/* What a person finds in a package: the texts and rapport.html (FORMAT 5.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dossier/html.h"
#include "dossier/report.h"
#include "dossier/texts.h"
#include "record/types.h"

#define NOON_S INT64_C(1778083320) /* 6 May 2026, 16:02 UTC */
#define US INT64_C(1000000)

/* A dossier of records 5 to 14 under a checkpoint of 15, and what a test changes of it. */
struct fixture {
	struct pb_manifest manifest;
	struct pb_dossier_stamp stamp[3];
	struct pb_closed_run closed[1];
	struct pb_dossier dossier;
	struct pb_buf out;
};

static void
stamp_is(struct pb_dossier_stamp *stamp, uint64_t size, int64_t time_s, bool local)
{
	*stamp = (struct pb_dossier_stamp){ .seq = size,
		.size = size,
		.gen_time_us = time_s * US + 250000,
		.has_accuracy = true,
		.accuracy_us = 1000000,
		.local = local };
	(void)snprintf(stamp->tsa, sizeof(stamp->tsa), "%s", local ? "local" : "Autorité d'essai");
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pb_dossier *d;

	assert_non_null(f);
	d = &f->dossier;
	(void)snprintf(f->manifest.case_name, sizeof(f->manifest.case_name), "2026-014");
	(void)snprintf(
	    f->manifest.origin, sizeof(f->manifest.origin), "essai.example/main/01234567");
	f->manifest.first = 5;
	f->manifest.last = 14;
	f->manifest.size = 15;
	stamp_is(&f->stamp[0], 5, NOON_S, false);
	stamp_is(&f->stamp[1], 10, NOON_S + 8 * 3600 + 240, false);
	stamp_is(&f->stamp[2], 15, NOON_S + 86400, false);
	f->closed[0] = (struct pb_closed_run){ .first = 8, .last = 8 };
	*d = (struct pb_dossier){ .manifest = &f->manifest,
		.closed = f->closed,
		.closed_count = 1,
		.stamp = f->stamp,
		.stamp_count = 3,
		.opened = 9,
		.closed_records = 1,
		.beside = true,
		.verifier_key = "essai.example/main/01234567+89abcdef+AAAA",
		.software = "probant 0.1.0" };
	pb_dossier_count(&d->count, PB_RECORD_ANCHOR, PB_DISCLOSE_ALL, true);
	for (int i = 0; i < 8; i++)
		pb_dossier_count(&d->count, PB_RECORD_MESSAGE, PB_DISCLOSE_FACTS, false);
	pb_dossier_count(&d->count, PB_RECORD_MESSAGE, PB_DISCLOSE_NONE, false);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pb_manifest_done(&f->manifest);
	pb_buf_done(&f->out);
	free(f);
	return 0;
}

static struct pb_dossier_record
record_of(const struct fixture *f, uint64_t row)
{
	return (struct pb_dossier_record){ .row = row,
		.seq = 6,
		.type = PB_RECORD_MESSAGE,
		.time_s = (uint64_t)NOON_S,
		.what = PB_DISCLOSE_FACTS,
		.after = &f->stamp[0],
		.before = &f->stamp[1] };
}

/* The whole report, with as many lines. */
static const char *
report(struct fixture *f, uint64_t rows)
{
	const char *text;

	pb_buf_clear(&f->out);
	assert_int_equal(pb_dossier_report_begin(&f->dossier, &f->out), PB_OK);
	for (uint64_t row = 0; row < rows; row++) {
		const struct pb_dossier_record record = record_of(f, row);

		assert_int_equal(pb_dossier_report_record(&f->dossier, &record, &f->out), PB_OK);
	}
	assert_int_equal(pb_dossier_report_end(&f->dossier, &f->out), PB_OK);
	text = pb_buf_text(&f->out);
	assert_non_null(text);
	return text;
}

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text++;
	}
	return n;
}

#define HAS(text, what) assert_true(strstr(text, what) != NULL)
#define HAS_NOT(text, what) assert_true(strstr(text, what) == NULL)

static void
recipient_is(struct fixture *f, const char *octets, size_t len)
{
	assert_int_equal(pb_buf_append(&f->manifest.recipient, octets, len), PB_OK);
}

/* ---- what comes from outside ---------------------------------------------------------------- */

static void
recipient_is_escaped(void **state)
{
	struct fixture *f = *state;
	static const char evil[] = "<script>alert('x')</script> & \"Co\"";
	const char *text;

	recipient_is(f, evil, sizeof(evil) - 1);
	text = report(f, 1);
	HAS(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;Co&quot;");
	HAS_NOT(text, "<script");
}

static void
octets_that_are_no_text_and_overrides_are_shown_as_hex(void **state)
{
	struct fixture *f = *state;
	const char *text;

	recipient_is(f, "a\xff\x1b\xe2\x80\xae", 6);
	text = report(f, 1);
	HAS(text, "a\\xff\\x1b\\xe2\\x80\\xae");
	HAS_NOT(text, "\xe2\x80\xae");
}

static void
name_of_an_authority_is_escaped(void **state)
{
	struct fixture *f = *state;

	(void)snprintf(f->stamp[1].tsa, sizeof(f->stamp[1].tsa), "<b>TSA</b>");
	HAS(report(f, 1), "<td>&lt;b&gt;TSA&lt;/b&gt;</td>");
}

static void
page_loads_and_runs_nothing(void **state)
{
	const char *text = report(*state, 1);

	HAS(text, "default-src 'none'; style-src 'unsafe-inline'");
	HAS_NOT(text, "http://");
	HAS_NOT(text, "https://");
	HAS_NOT(text, "url(");
	HAS_NOT(text, "<img");
	HAS_NOT(text, "<script");
}

/* ---- form ----------------------------------------------------------------------------------- */

static void
elements_are_closed(void **state)
{
	static const char *const tags[][2] = { { "<section", "</section>" }, { "<div", "</div>" },
		{ "<table", "</table>" }, { "<tbody", "</tbody>" }, { "<tr", "</tr>" },
		{ "<td", "</td>" }, { "<li", "</li>" }, { "<dd", "</dd>" }, { "<ol", "</ol>" },
		{ "<ul", "</ul>" }, { "<h2", "</h2>" }, { "<code", "</code>" }, { "<dl", "</dl>" },
		{ "<caption", "</caption>" } };
	const char *text = report(*state, 3);

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		assert_int_equal(count(text, tags[i][0]), count(text, tags[i][1]));
	assert_int_equal(count(text, "<table"), count(text, "<caption"));
	HAS(text, "<th scope=\"row\"");
	HAS(text, "<th scope=\"col\"");
	HAS(text, "<html lang=\"fr\">");
	HAS(text, "<section id=\"english\" lang=\"en\">");
}

static void
french_has_thin_spaces_and_no_phrase_is_left_open(void **state)
{
	struct fixture *f = *state;
	const char *text;

	f->manifest.size = 18411;
	text = report(f, 1);
	HAS(text, "18\u202f411 enregistrements");
	HAS(text, "18,411 records");
	HAS(text, "7\u202fmai\u202f2026, 0\u202fh\u202f06\u202fmin\u202f02\u202fs\u202fUTC");
	HAS(text, "7\u00a0May\u00a02026, 00:06:02\u00a0UTC");
	HAS_NOT(text, "{n}");
	HAS_NOT(text, "{m}");
	HAS_NOT(text, "(null)");
}

static void
first_of_the_month_is_premier(void **state)
{
	char text[PB_DOSSIER_DATE_LEN];

	(void)state;
	pb_dossier_date(INT64_C(1777593600), PB_FRENCH, text);
	assert_string_equal(text, "1er mai 2026, 0 h 00 min 00 s UTC");
	pb_dossier_date(INT64_C(1777593600), PB_ENGLISH, text);
	assert_string_equal(text, "1 May 2026, 00:00:00 UTC");
	pb_dossier_date(INT64_MAX, PB_FRENCH, text);
	assert_string_equal(text, "hors du calendrier");
}

static void
same_dossier_gives_the_same_octets_in_any_locale(void **state)
{
	static enum pb_status (*const texts[])(const struct pb_dossier *,
	    struct pb_buf *) = { pb_dossier_lisezmoi, pb_dossier_readme, pb_dossier_verifier,
		pb_dossier_verifier_windows, pb_dossier_report_begin, pb_dossier_report_end };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct pb_buf again = PB_BUF_EMPTY;

		pb_buf_clear(&f->out);
		assert_int_equal(texts[i](&f->dossier, &f->out), PB_OK);
		(void)setlocale(LC_ALL, "fr_FR.UTF-8");
		assert_int_equal(texts[i](&f->dossier, &again), PB_OK);
		(void)setlocale(LC_ALL, "C");
		assert_true(f->out.len > 0);
		assert_int_equal(f->out.len, again.len);
		assert_memory_equal(f->out.data, again.data, again.len);
		pb_buf_done(&again);
	}
}

/* ---- bounds --------------------------------------------------------------------------------- */

/* FORMAT 2.2: genTime and accuracy, rounded so that nothing is proven by rounding. */
static void
bounds_are_rounded_outwards(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(pb_dossier_after_s(&f->stamp[0]), NOON_S - 1);
	assert_int_equal(pb_dossier_before_s(&f->stamp[0]), NOON_S + 2);
	f->stamp[0].accuracy_us = UINT64_MAX;
	assert_true(pb_dossier_after_s(&f->stamp[0]) < 0);
	assert_true(pb_dossier_before_s(&f->stamp[0]) > NOON_S);
	HAS(report(f, 1), "hors du calendrier");
}

/* 5 is an anchor: it, then 6..9, 10, 11..14. */
static void
intervals_follow_the_tokens(void **state)
{
	struct fixture *f = *state;
	const char *text = strstr(report(f, 0), "<section class=\"intervals\">");

	assert_non_null(text);
	HAS(text, "<th scope=\"row\" class=\"n\">5</th><td class=\"n\">5</td><td>pas de borne");
	HAS(text, "<th scope=\"row\" class=\"n\">6</th><td class=\"n\">9</td>");
	HAS(text, "<th scope=\"row\" class=\"n\">10</th><td class=\"n\">10</td>");
	HAS(text, "<th scope=\"row\" class=\"n\">11</th><td class=\"n\">14</td>");
	HAS(report(f, 0), "15 h 56 min");
}

static void
local_bounds_stand_in_parentheses(void **state)
{
	struct fixture *f = *state;
	struct pb_dossier_record record = record_of(f, 0);

	assert_int_equal(pb_dossier_report_record(&f->dossier, &record, &f->out), PB_OK);
	HAS(pb_buf_text(&f->out), "<td class=\"t\">2026-05-06 16:01:59</td>");
	pb_buf_clear(&f->out);
	record.local_after = record.after;
	record.after = record.before = NULL;
	assert_int_equal(pb_dossier_report_record(&f->dossier, &record, &f->out), PB_OK);
	HAS(pb_buf_text(&f->out),
	    "<td class=\"t\">(2026-05-06 16:01:59)</td><td class=\"t\">—</td>");
}

static void
whole_message_has_its_size_and_digest(void **state)
{
	struct fixture *f = *state;
	struct pb_dossier_record record = record_of(f, 0);

	record.what = PB_DISCLOSE_ALL;
	record.has_message = true;
	record.message_len = 1234;
	memset(record.message_sha256, 0xab, 32);
	assert_int_equal(pb_dossier_report_record(&f->dossier, &record, &f->out), PB_OK);
	HAS(pb_buf_text(&f->out), "1\u202f234 octets<code class=\"digest\">abababab");
}

/* ---- caps ----------------------------------------------------------------------------------- */

static void
list_ends_after_as_many_rows_and_says_so(void **state)
{
	struct fixture *f = *state;
	size_t rows = count(report(f, PB_DOSSIER_ROWS), "2026-05-06 16:02:00</td>");
	const char *text;

	assert_int_equal(rows, PB_DOSSIER_ROWS);
	HAS_NOT(report(f, 1), "sont listés");
	f->dossier.opened = 5000;
	text = report(f, PB_DOSSIER_ROWS + 7);
	assert_int_equal(count(text, "2026-05-06 16:02:00</td>"), PB_DOSSIER_ROWS);
	HAS(text, "Les 2\u202f000 premiers sont listés, sur 5\u202f001");
}

static void
closed_runs_and_tokens_are_capped(void **state)
{
	struct fixture *f = *state;
	size_t many = PB_DOSSIER_ROWS + 10;
	struct pb_closed_run *run = calloc(many, sizeof(*run));
	struct pb_dossier_stamp *stamp = calloc(many, sizeof(*stamp));
	const char *text;

	assert_non_null(run);
	assert_non_null(stamp);
	for (size_t i = 0; i < many; i++) {
		run[i].first = run[i].last = 6 + 2 * i;
		stamp_is(&stamp[i], 5 + i, NOON_S + (int64_t)i, false);
	}
	f->manifest.last = f->manifest.size = 5 + 2 * many;
	f->dossier.closed = run;
	f->dossier.stamp = stamp;
	f->dossier.closed_count = f->dossier.stamp_count = many;
	text = report(f, 0);
	assert_int_equal(count(text, "<td>hors de la sélection"), PB_DOSSIER_ROWS);
	assert_int_equal(count(text, "<td>tierce</td>"), PB_DOSSIER_ROWS);
	assert_true(
	    count(strstr(text, "class=\"intervals\""), "UTC</td></tr>") <= 2 * PB_DOSSIER_ROWS);
	HAS(text, "premières suites sont listées, sur 2\u202f010");
	HAS(text, "premiers jetons sont listés, sur 2\u202f010");
	free(run);
	free(stamp);
}

/* ---- variants ------------------------------------------------------------------------------- */

#define OWN "Les dates viennent de l’archive elle-même\u202f: aucun tiers ne les confirme."

static void
authority_of_the_archive_itself_is_said_first(void **state)
{
	struct fixture *f = *state;
	const char *text;

	HAS_NOT(report(f, 1), OWN);
	HAS_NOT(report(f, 1), "aucune date n’est prouvée");
	f->stamp[0].local = true;
	text = report(f, 1);
	HAS_NOT(text, OWN);
	HAS(text, "<ol>\n<li>1 horodatage sur 3 vient de l’archive elle-même");
	f->stamp[1].local = f->stamp[2].local = true;
	text = report(f, 1);
	HAS(text, "<ol>\n<li>" OWN);
	HAS(text, "aucune date n’est prouvée");
	HAS_NOT(text, "pas de borne");
	pb_buf_clear(&f->out);
	assert_int_equal(pb_dossier_lisezmoi(&f->dossier, &f->out), PB_OK);
	HAS(pb_buf_text(&f->out), "aucun tiers\n");
}

static void
nothing_closed_is_said(void **state)
{
	struct fixture *f = *state;
	const char *text;

	HAS(report(f, 1), "1 enregistrement de la plage n’est pas communiqué.");
	f->dossier.closed_records = 0;
	f->dossier.closed_count = 0;
	text = report(f, 1);
	HAS(text, "Aucun\u202f: tout ce que la plage contient est communiqué");
	HAS_NOT(text, "n’est pas communiqué.");
}

static void
one_imported_message_is_one(void **state)
{
	struct fixture *f = *state;

	pb_dossier_count(&f->dossier.count, PB_RECORD_IMPORTED, PB_DISCLOSE_ALL, false);
	HAS(report(f, 1), "<li>1 message a été importé d’un fichier");
	HAS(report(f, 1), "<li>1 message was imported from a file");
	pb_dossier_count(&f->dossier.count, PB_RECORD_IMPORTED, PB_DISCLOSE_NONE, false);
	HAS(report(f, 1), "<li>2 messages ont été importés de fichiers");
}

static void
gaps_steps_and_recoveries_are_exceptions(void **state)
{
	struct fixture *f = *state;
	const char *text = report(f, 1);

	HAS_NOT(text, "Horodatage interrompu");
	HAS_NOT(text, "a reculé");
	pb_dossier_count(&f->dossier.count, PB_RECORD_ANCHOR, PB_DISCLOSE_ALL, false);
	pb_dossier_count(&f->dossier.count, PB_RECORD_CAPTURE, PB_DISCLOSE_ALL, false);
	pb_dossier_count(&f->dossier.count, PB_RECORD_RECOVERY, PB_DISCLOSE_ALL, false);
	HAS_NOT(report(f, 1), "a reculé"); /* a record of the capture may say other things */
	f->dossier.count.steps = 1;
	text = report(f, 1);
	HAS(text, "Horodatage interrompu\u202f: 1 enregistrement dit");
	HAS(text, "L’horloge de l’archive a reculé 1 fois");
	HAS(text, "remise en ordre 1 fois");
	HAS(text, "clock went back once");
}

static void
shared_tokens_are_said_to_be_so(void **state)
{
	struct fixture *f = *state;

	HAS_NOT(report(f, 1), "Shared tokens");
	f->stamp[1].shared = f->stamp[2].shared = true;
	HAS(report(f, 1), "Jetons partagés\u202f: 2.");
	HAS(report(f, 1), "Shared tokens: 2.");
}

static void
qualified_is_what_the_token_says(void **state)
{
	struct fixture *f = *state;

	HAS_NOT(report(f, 1), "eIDAS");
	f->stamp[2].qualified = true;
	HAS(report(f, 1), "non confirmé");
}

static void
nothing_promises_a_legal_effect(void **state)
{
	static const char *const words[] = { "certifié", "certified", "garanti", "valeur l",
		"VALIDE", "legally" };
	const char *text = report(*state, 1);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		HAS_NOT(text, words[i]);
}

/* ---- texts ---------------------------------------------------------------------------------- */

static void
commands_of_verifier_begin_with_four_spaces_and_name_the_case(void **state)
{
	struct fixture *f = *state;
	const char *text;

	assert_int_equal(pb_dossier_verifier(&f->dossier, &f->out), PB_OK);
	text = pb_buf_text(&f->out);
	HAS(text, "\n    CASE=2026-014\n");
	HAS(text, "\n    echo \"TOUT CONCORDE / ALL AGREES\"\n");
	HAS_NOT(text, "\t");
	HAS_NOT(text, "\r");
}

static void
texts_name_the_bundle_and_warn(void **state)
{
	struct fixture *f = *state;
	const char *text;

	assert_int_equal(pb_dossier_lisezmoi(&f->dossier, &f->out), PB_OK);
	text = pb_buf_text(&f->out);
	HAS(text, "DOSSIER 2026-014\n");
	HAS(text, "secret médical");
	HAS(text, "NE LE TÉLÉVERSEZ SUR AUCUN SITE");
	HAS(text, "n° 5 à 14");
	HAS(text, "entre deux horodatages");
	HAS(text, "  Établi par       probant ");
	HAS(text, "font partie du logiciel\nprobant, dans la version nommée plus haut");
	pb_buf_clear(&f->out);
	assert_int_equal(pb_dossier_readme(&f->dossier, &f->out), PB_OK);
	text = pb_buf_text(&f->out);
	HAS(text, "DO NOT UPLOAD");
	HAS(text, "5 to 14: 9 opened, 1 closed");
	HAS(text, "  Made by          probant ");
	HAS(text, "are part of the software\nprobant, in the version named above");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(recipient_is_escaped),
		TEST(octets_that_are_no_text_and_overrides_are_shown_as_hex),
		TEST(name_of_an_authority_is_escaped),
		TEST(page_loads_and_runs_nothing),
		TEST(elements_are_closed),
		TEST(french_has_thin_spaces_and_no_phrase_is_left_open),
		TEST(first_of_the_month_is_premier),
		TEST(same_dossier_gives_the_same_octets_in_any_locale),
		TEST(bounds_are_rounded_outwards),
		TEST(intervals_follow_the_tokens),
		TEST(local_bounds_stand_in_parentheses),
		TEST(whole_message_has_its_size_and_digest),
		TEST(list_ends_after_as_many_rows_and_says_so),
		TEST(closed_runs_and_tokens_are_capped),
		TEST(authority_of_the_archive_itself_is_said_first),
		TEST(nothing_closed_is_said),
		TEST(one_imported_message_is_one),
		TEST(gaps_steps_and_recoveries_are_exceptions),
		TEST(shared_tokens_are_said_to_be_so),
		TEST(qualified_is_what_the_token_says),
		TEST(nothing_promises_a_legal_effect),
		TEST(commands_of_verifier_begin_with_four_spaces_and_name_the_case),
		TEST(texts_name_the_bundle_and_warn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
