/* HTML, written into a buffer: what is ours, what comes from outside, numbers, dates. */
#ifndef PB_DOSSIER_HTML_H
#define PB_DOSSIER_HTML_H

#include "core/buf.h"
#include "dossier/words.h"

/* Borrows buf.  The first failure sticks, and is only that there is no memory. */
struct pb_html {
	struct pb_buf *buf;
	enum pb_dossier_language language;
	enum pb_status status;
};

/* Markup of ours, as it stands. */
void pb_html_put(struct pb_html *html, const char *markup);
/* Octets from outside: escaped, and shown as pb_text_safe does. */
void pb_html_text(struct pb_html *html, const void *data, size_t len);
/* "18 411" with a thin space that does not break; "18,411" in English. */
void pb_html_number(struct pb_html *html, uint64_t n);
void pb_html_hex(struct pb_html *html, const uint8_t *data, size_t len);
/* In words, for text. */
void pb_html_date(struct pb_html *html, int64_t time_s);
/* "2026-05-06 17:42:10", for tables. */
void pb_html_time(struct pb_html *html, int64_t time_s);

/* A sentence of ours in its language and number, with the spaces of its typography. */
void pb_html_say(struct pb_html *html, const struct pb_phrase *phrase, uint64_t n, uint64_t m);
/* The same between <tag> and </tag>. */
void pb_html_element(
    struct pb_html *html, const char *tag, const struct pb_phrase *phrase, uint64_t n, uint64_t m);
/* Text of ours, likewise. */
void pb_html_words(struct pb_html *html, const char *text);

#endif
