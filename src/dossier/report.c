#include "dossier/report.h"

#include <inttypes.h>
#include <string.h>

#include "dossier/sections.h"

/* ---- the page ------------------------------------------------------------------------------- */

static const char BEFORE_TITLE[] =
    "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>";

/* Binders take 25 mm at the left; one accent, for rules; nothing is said by colour. */
static const char STYLE[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light; --accent: #1F3A5F; }\n"
    "body { font: 10.5pt/14pt 'Source Serif 4', Charter, Cambria, Georgia, "
    "'Liberation Serif', serif; color: #000; background: #fff; "
    "max-width: 170mm; margin: 10mm auto; padding: 0 5mm; hyphens: manual; }\n"
    "h1 { font-size: 18pt; line-height: 22pt; margin: 0 0 2mm; }\n"
    "h2 { font: bold 9pt/12pt 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, "
    "'Liberation Sans', sans-serif; letter-spacing: .06em; text-transform: uppercase; "
    "color: var(--accent); border-bottom: .6pt solid var(--accent); "
    "margin: 7mm 0 2.5mm; padding-bottom: .8mm; break-after: avoid; }\n"
    "h3 { font-size: 10.5pt; line-height: 14pt; margin: 0 0 1.5mm; break-after: avoid; }\n"
    "p, ul, ol { margin: 0 0 2mm; }\n"
    "ul, ol { padding-left: 5mm; } li { margin-bottom: 1mm; }\n"
    "header { border-bottom: 1.2pt solid var(--accent); padding-bottom: 3mm; }\n"
    "table, dl, .note { font-family: 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, "
    "'Liberation Sans', sans-serif; font-size: 9pt; line-height: 12pt; }\n"
    "dl { display: grid; grid-template-columns: max-content 1fr; gap: .8mm 6mm; margin: 0; }\n"
    "dt { color: #444; } dd { margin: 0; overflow-wrap: anywhere; }\n"
    "table { border-collapse: collapse; width: 100%; margin: 0 0 3mm; }\n"
    "caption { break-after: avoid; text-align: left; caption-side: top; padding-bottom: 1.2mm; }\n"
    "th, td { text-align: left; vertical-align: top; padding: .7mm 4mm .7mm 0; "
    "border-bottom: .4pt solid #999; }\n"
    "thead th { border-bottom: .8pt solid var(--accent); vertical-align: bottom; }\n"
    "tbody th { font-weight: normal; }\n"
    "tr.total > * { font-weight: bold; border-bottom: 0; }\n"
    "th:last-child, td:last-child { padding-right: 0; }\n"
    ".n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; width: 1%; "
    "}\n"
    ".facts .n { width: 17%; }\n"
    "th.n, td.n { text-align: right; }\n"
    ".t { font-variant-numeric: tabular-nums; }\n"
    "tr, li, dd { break-inside: avoid; }\n"
    "code { font: 8pt/11pt 'Source Code Pro', Consolas, Menlo, 'Liberation Mono', "
    "monospace; overflow-wrap: anywhere; }\n"
    ".digest { display: block; color: #333; }\n"
    ".boxed { border: .8pt solid var(--accent); padding: 1mm 4mm 2mm; break-inside: avoid; "
    "margin-top: 6mm; } .boxed h2 { border: 0; margin: 1mm 0; }\n"
    ".three { display: grid; grid-template-columns: 1fr 1fr 1fr; gap: 5mm; }\n"
    ".three { break-inside: avoid; } .three > div { border-top: .8pt solid var(--accent); "
    "padding-top: 1.5mm; }\n"
    ".three ul { padding-left: 4mm; } .note { color: #333; }\n"
    "#english { border-top: 1.2pt solid var(--accent); margin-top: 10mm; padding-top: 3mm; }\n"
    "@media screen and (max-width: 160mm) { .three { display: block; } "
    "table { display: block; overflow-x: auto; } }\n"
    "@media print { body { max-width: none; margin: 0; padding: 0; } "
    "#english { break-before: page; border: 0; margin: 0; } }\n";

/* Case and origin have no character that CSS or HTML knows (FORMAT 5.2, 2). */
static void
put_page(struct pb_html *html, const struct pb_manifest *m)
{
	pb_html_put(html, BEFORE_TITLE);
	pb_html_put(html, "Dossier ");
	pb_html_put(html, m->case_name);
	pb_html_put(html, STYLE);
	pb_html_put(html, "@page { size: A4; margin: 20mm 20mm 22mm 25mm; @bottom-left { "
			  "font: 7.5pt sans-serif; content: \"Dossier ");
	pb_html_put(html, m->case_name);
	pb_html_put(html, " · ");
	pb_html_put(html, m->origin);
	pb_html_put(html, "\"; } @bottom-right { font: 7.5pt sans-serif; "
			  "content: counter(page) \" / \" counter(pages); } }\n"
			  "</style>\n</head>\n<body>\n<main>\n");
}

/* ---- the list of opened records ------------------------------------------------------------- */

static const struct pb_phrase LIST = { { "Enregistrements communiqués", "Opened records" },
	{ NULL, NULL } };
static const struct pb_phrase LIST_CAPTION = {
	{ "Heures UTC. L'heure locale est une allégation. « Entré après » et « entré avant » : "
	  "bornes "
	  "prouvées par des autorités tierces ; entre parenthèses, selon l'archive elle-même.",
	    "In English: times in UTC; number, type, local clock (a claim), entered the log after "
	    "and "
	    "before (proven by third-party authorities; in parentheses, by the archive itself), "
	    "what "
	    "is disclosed." },
	{ NULL, NULL }
};
static const struct pb_phrase LIST_ABOVE = {
	{ NULL, "They are listed above, once for both languages: {n} under “Enregistrements "
		"communiqués”." },
	{ NULL, NULL }
};
static const struct pb_phrase LIST_CUT = {
	{ "Les {m} premiers sont listés, sur {n} ; tous sont dans records/.",
	    "The first {m} of {n} are listed; all are in records/." },
	{ NULL, NULL }
};
static const struct pb_phrase LIST_COLUMNS[] = {
	{ { "N°", NULL }, { NULL, NULL } },
	{ { "Type", NULL }, { NULL, NULL } },
	{ { "Heure locale", NULL }, { NULL, NULL } },
	{ { "Entré après", NULL }, { NULL, NULL } },
	{ { "Entré avant", NULL }, { NULL, NULL } },
	{ { "Communiqué", NULL }, { NULL, NULL } },
};

static void
put_list(struct pb_html *html, const struct pb_dossier *d)
{
	uint64_t listed = d->opened + (d->beside ? 1 : 0);

	struct pb_html english = { .buf = html->buf, .language = PB_ENGLISH };

	pb_html_put(html, "<section>\n");
	pb_html_element(html, "h2", &LIST, listed, 0);
	if (listed > PB_DOSSIER_ROWS)
		pb_html_element(html, "p", &LIST_CUT, listed, PB_DOSSIER_ROWS);
	english.status = html->status;
	pb_html_element(&english, "p lang=\"en\" class=\"note\"", &LIST_CAPTION, 0, 0);
	html->status = english.status;
	pb_dossier_table(html, &LIST_CAPTION, "nttttt", LIST_COLUMNS);
}

/* The English part: types and dates of the list need no second one. */
static void
put_list_above(struct pb_html *html, const struct pb_dossier *d)
{
	uint64_t listed = d->opened + (d->beside ? 1 : 0);

	pb_html_put(html, "<section>\n");
	pb_html_element(html, "h2", &LIST, listed, 0);
	pb_html_element(html, "p", &LIST_ABOVE, listed, 0);
	if (listed > PB_DOSSIER_ROWS)
		pb_html_element(html, "p", &LIST_CUT, listed, PB_DOSSIER_ROWS);
	pb_html_put(html, "</section>\n");
}

/* All that stands before the list, in its language. */
static void
put_above_list(struct pb_html *html, const struct pb_dossier *d)
{
	pb_dossier_head(html, d);
	pb_dossier_first(html, d);
	pb_dossier_facts(html, d);
	pb_dossier_claims(html, d);
	pb_dossier_values(html, d);
	pb_dossier_stamps(html, d);
	pb_dossier_intervals(html, d);
}

enum pb_status
pb_dossier_report_begin(const struct pb_dossier *d, struct pb_buf *buf)
{
	struct pb_html html = { .buf = buf, .language = PB_FRENCH };

	put_page(&html, d->manifest);
	put_above_list(&html, d);
	put_list(&html, d);
	return html.status;
}

static void
put_bound(struct pb_html *html, const struct pb_dossier_stamp *stamp,
    const struct pb_dossier_stamp *local, bool before)
{
	const struct pb_dossier_stamp *best = stamp != NULL ? stamp : local;

	pb_html_put(html, "<td class=\"t\">");
	if (best == NULL) {
		pb_html_put(html, "—");
	} else {
		pb_html_put(html, stamp == NULL ? "(" : "");
		pb_html_time(html, before ? pb_dossier_before_s(best) : pb_dossier_after_s(best));
		pb_html_put(html, stamp == NULL ? ")" : "");
	}
	pb_html_put(html, "</td>");
}

/* What is disclosed; of a whole message, its size and digest. */
static void
put_what(struct pb_html *html, const struct pb_dossier_record *r)
{
	static const struct pb_phrase size = { { "{n} octets", "{n} octets" },
		{ "{n} octet", "{n} octet" } };

	pb_html_put(html, "<td>");
	pb_html_words(html, pb_dossier_what(r->what, html->language));
	if (r->beside)
		pb_html_words(html, " (hors plage)");
	if (r->has_message) {
		pb_html_put(html, ", ");
		pb_html_say(html, &size, r->message_len, 0);
		pb_html_put(html, "<code class=\"digest\">");
		pb_html_hex(html, r->message_sha256, sizeof(r->message_sha256));
		pb_html_put(html, "</code>");
	}
	pb_html_put(html, "</td>");
}

enum pb_status
pb_dossier_report_record(
    const struct pb_dossier *d, const struct pb_dossier_record *r, struct pb_buf *buf)
{
	struct pb_html html = { .buf = buf, .language = PB_FRENCH };

	(void)d;
	if (r->row >= PB_DOSSIER_ROWS)
		return PB_OK;
	pb_html_put(&html, "<tr><th scope=\"row\" class=\"n\">");
	pb_html_number(&html, r->seq);
	pb_html_put(&html, "</th><td>");
	pb_html_words(&html, pb_dossier_type(r->type, html.language));
	pb_html_put(&html, "</td><td class=\"t\">");
	pb_html_time(&html, r->time_s <= INT64_MAX ? (int64_t)r->time_s : INT64_MAX);
	pb_html_put(&html, "</td>");
	put_bound(&html, r->after, r->local_after, false);
	put_bound(&html, r->before, r->local_before, true);
	put_what(&html, r);
	pb_html_put(&html, "</tr>\n");
	return html.status;
}

enum pb_status
pb_dossier_report_end(const struct pb_dossier *d, struct pb_buf *buf)
{
	struct pb_html html = { .buf = buf, .language = PB_FRENCH };

	pb_html_put(&html, "</tbody>\n</table>\n</section>\n");
	pb_dossier_closed(&html, d);
	html.language = PB_ENGLISH;
	pb_html_put(&html, "<section id=\"english\" lang=\"en\">\n");
	put_above_list(&html, d);
	put_list_above(&html, d);
	pb_dossier_closed(&html, d);
	pb_html_put(&html, "</section>\n</main>\n</body>\n</html>\n");
	return html.status;
}
