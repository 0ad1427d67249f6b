/* The recovery sheet as a page of A4 that a browser prints: no script, nothing from elsewhere. */
#include <string.h>

#include "dossier/html.h"
#include "dossier/sheet.h"
#include "dossier/sheet_words.h"

static const char BEFORE[] =
    "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" "
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"referrer\" content=\"no-referrer\">\n"
    "<title>Fiche de secours</title>\n<style>\n"
    ":root { color-scheme: light; --accent: #1F3A5F; }\n"
    "@page { size: A4; margin: 13mm 18mm 10mm 25mm; }\n"
    "* { box-sizing: border-box; }\n"
    "body { font: 9.5pt/12.5pt 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, "
    "'Liberation Sans', sans-serif; color: #000; background: #fff; max-width: 167mm; "
    "margin: 10mm auto; }\n"
    "h1 { font-size: 17pt; line-height: 20pt; margin: 0 0 2mm; }\n"
    "h2 { font-size: 9pt; line-height: 12pt; letter-spacing: .05em; text-transform: uppercase; "
    "color: var(--accent); border-bottom: .6pt solid var(--accent); margin: 3.5mm 0 1.5mm; "
    "padding-bottom: .6mm; }\n"
    "p { margin: 0 0 1mm; } p.keep { font-weight: bold; }\n"
    "[lang=en] { color: #444; font-weight: normal; }\n"
    "dl { display: grid; grid-template-columns: 44mm 1fr; gap: .6mm 4mm; margin: 0; }\n"
    "dt { line-height: 11pt; } dt [lang=en] { display: block; font-size: 8pt; } dd { margin: 0; "
    "overflow-wrap: anywhere; }\n"
    "code { font: 8.5pt/12pt 'Source Code Pro', Consolas, Menlo, 'Liberation Mono', monospace; }\n"
    "ol.key { list-style: none; margin: 0 .5mm 2mm 0; padding: 1.5mm 4mm; border: .8pt solid #000; "
    "}\n"
    "ol.key li { font: 11.5pt/15pt 'Source Code Pro', Consolas, Menlo, 'Liberation Mono', "
    "monospace; white-space: pre; border-bottom: .3pt dotted #999; }\n"
    "ol.key li:last-child { border: 0; }\n"
    "td, th { text-align: left; font-weight: normal; vertical-align: bottom; padding: .6mm 0; }\n"
    "table { border-collapse: collapse; width: 100%; } th { width: 62mm; height: 7mm; }\n"
    "td { border-bottom: .5pt solid #000; } th [lang=en] { display: block; font-size: 8pt; }\n"
    "@media print { body { margin: 0; max-width: none; } }\n"
    "</style>\n</head>\n<body>\n<main>\n";

/* French, and the same in English, in one element. */
static void
put_both(struct pb_html *html, enum pb_sheet_word word)
{
	struct pb_html english = { .buf = html->buf, .language = PB_ENGLISH };

	pb_html_words(html, pb_sheet_words[word][PB_FRENCH]);
	pb_html_put(html, " <span lang=\"en\">");
	english.status = html->status;
	pb_html_words(&english, pb_sheet_words[word][PB_ENGLISH]);
	html->status = english.status;
	pb_html_put(html, "</span>");
}

static void
put_element(struct pb_html *html, const char *before, enum pb_sheet_word word, const char *after)
{
	pb_html_put(html, before);
	put_both(html, word);
	pb_html_put(html, after);
}

static void
put_fact(struct pb_html *html, enum pb_sheet_word word, const char *value)
{
	put_element(html, "<dt>", word, "</dt><dd><code>");
	pb_html_text(html, value, strlen(value));
	pb_html_put(html, "</code></dd>\n");
}

static void
put_facts(struct pb_html *html, const struct pb_sheet *sheet)
{
	pb_html_put(html, "<dl>\n");
	put_fact(html, PB_SHEET_LOG, sheet->origin);
	put_fact(html, PB_SHEET_LOG_KEY, sheet->verifier_key);
	put_fact(html, PB_SHEET_THIS_READER, sheet->reader_id);
	put_element(html, "<dt>", PB_SHEET_READERS, "</dt><dd>");
	for (size_t i = 0; i < sheet->reader_count; i++) {
		pb_html_put(html, i > 0 ? "<br><code>" : "<code>");
		pb_html_text(html, sheet->reader[i].id, strlen(sheet->reader[i].id));
		pb_html_put(html, "</code> ");
		pb_html_text(html, sheet->reader[i].role, strlen(sheet->reader[i].role));
	}
	pb_html_put(html, "</dd>\n");
	put_element(html, "<dt>", PB_SHEET_MADE, "</dt><dd>");
	pb_html_date(html, sheet->made_s);
	pb_html_put(html, "</dd>\n</dl>\n");
}

static void
put_lines(struct pb_html *html, const char *lines)
{
	pb_html_put(html, "<ol class=\"key\">\n");
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		pb_html_put(html, "<li>");
		pb_html_text(html, lines, len);
		pb_html_put(html, "</li>\n");
		lines += len + (lines[len] == '\n');
	}
	pb_html_put(html, "</ol>\n");
}

static void
put_blanks(struct pb_html *html)
{
	pb_html_put(html, "<table>\n");
	for (int word = PB_SHEET_CODE_PLACE; word <= PB_SHEET_REPLACED; word++)
		put_element(html, "<tr><th>", (enum pb_sheet_word)word, "</th><td></td></tr>\n");
	pb_html_put(html, "</table>\n");
}

enum pb_status
pb_sheet_html(const struct pb_sheet *sheet, struct pb_buf *out)
{
	struct pb_html html = { .buf = out, .language = PB_FRENCH };

	pb_html_put(&html, BEFORE);
	put_element(&html, "<h1>", PB_SHEET_TITLE, "</h1>\n");
	put_element(&html, "<p>", PB_SHEET_WHAT, "</p>\n");
	put_element(&html, "<p class=\"keep\">", PB_SHEET_KEEP, "</p>\n");
	put_facts(&html, sheet);
	put_element(&html, "<h2>", PB_SHEET_KEY, "</h2>\n");
	put_lines(&html, sheet->lines);
	put_element(&html, "<p>", PB_SHEET_SIGNS, "</p>\n");
	put_element(&html, "<h2>", PB_SHEET_USE, "</h2>\n<dl>\n");
	put_fact(&html, PB_SHEET_REHEARSE, "probant key rehearse -a ARCHIVE --sheet");
	put_fact(&html, PB_SHEET_RESTORE, "probant key restore-sheet -a ARCHIVE -o secours.pem");
	pb_html_put(&html, "</dl>\n");
	put_element(&html, "<p>", PB_SHEET_ALONE, "</p>\n");
	put_element(&html, "<h2>", PB_SHEET_BY_HAND, "</h2>\n");
	put_blanks(&html);
	pb_html_put(&html, "</main>\n</body>\n</html>\n");
	return html.status;
}
