#include "dossier/html.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define THIN "\u202f" /* narrow, and no line breaks there */
#define NO_BREAK "\u00a0"

static void
append(struct pb_html *html, const void *data, size_t len)
{
	if (html->status == PB_OK)
		html->status = pb_buf_append(html->buf, data, len);
}

void
pb_html_put(struct pb_html *html, const char *markup)
{
	append(html, markup, strlen(markup));
}

static void
put_escaped(struct pb_html *html, char c)
{
	switch (c) {
	case '&':
		pb_html_put(html, "&amp;");
		break;
	case '<':
		pb_html_put(html, "&lt;");
		break;
	case '>':
		pb_html_put(html, "&gt;");
		break;
	case '"':
		pb_html_put(html, "&quot;");
		break;
	case '\'':
		pb_html_put(html, "&#39;");
		break;
	default:
		append(html, &c, 1);
	}
}

void
pb_html_text(struct pb_html *html, const void *data, size_t len)
{
	struct pb_buf safe = PB_BUF_EMPTY;

	if (html->status == PB_OK)
		html->status = pb_text_safe(&safe, data, len);
	for (size_t i = 0; html->status == PB_OK && i < safe.len; i++)
		put_escaped(html, (char)safe.data[i]);
	pb_buf_done(&safe);
}

void
pb_html_number(struct pb_html *html, uint64_t n)
{
	char digits[21];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n);

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			pb_html_put(html, html->language == PB_FRENCH ? THIN : ",");
		append(html, digits + i, 1);
	}
}

void
pb_html_hex(struct pb_html *html, const uint8_t *data, size_t len)
{
	char two[3];

	for (size_t i = 0; i < len; i++) {
		pb_hex_encode(data + i, 1, two);
		pb_html_put(html, two);
	}
}

void
pb_html_date(struct pb_html *html, int64_t time_s)
{
	char text[PB_DOSSIER_DATE_LEN];

	pb_dossier_date(time_s, html->language, text);
	for (const char *c = text; *c != '\0'; c++) {
		if (*c == ' ')
			pb_html_put(html, html->language == PB_FRENCH ? THIN : NO_BREAK);
		else
			append(html, c, 1);
		/* Only between the day and the hour may a line end. */
		if (*c == ',' && c[1] == ' ') {
			pb_html_put(html, " ");
			c++;
		}
	}
}

void
pb_html_time(struct pb_html *html, int64_t time_s)
{
	char text[21];

	pb_time_format(time_s, text);
	if (text[4] != '-') {
		pb_html_words(html,
		    html->language == PB_FRENCH ? "hors du calendrier" : "not a calendar date");
		return;
	}
	append(html, text, 10);
	pb_html_put(html, " ");
	append(html, text + 11, 8);
}

/* Bytes of the space at text that typography makes thin: before ; : ! ? » and behind «. */
static bool
thin_space(const char *begin, const char *text)
{
	if (*text != ' ')
		return false;
	if (text[1] != '\0' && strchr(";:!?%", text[1]) != NULL)
		return true;
	if (strncmp(text + 1, "»", 2) == 0)
		return true;
	return text - begin >= 2 &&
	       (strncmp(text - 2, "«", 2) == 0 || strncmp(text - 2, "°", 2) == 0);
}

static void
put_words(struct pb_html *html, const char *text, const uint64_t *n, const uint64_t *m)
{
	for (const char *c = text; *c != '\0'; c++) {
		if (n != NULL && strncmp(c, "{n}", 3) == 0) {
			pb_html_number(html, *n);
			c += 2;
		} else if (m != NULL && strncmp(c, "{m}", 3) == 0) {
			pb_html_number(html, *m);
			c += 2;
		} else if (html->language == PB_FRENCH && thin_space(text, c)) {
			pb_html_put(html, THIN);
		} else if (*c == '\'') {
			pb_html_put(html, "’");
		} else {
			put_escaped(html, *c);
		}
	}
}

void
pb_html_words(struct pb_html *html, const char *text)
{
	put_words(html, text, NULL, NULL);
}

void
pb_html_say(struct pb_html *html, const struct pb_phrase *phrase, uint64_t n, uint64_t m)
{
	put_words(html, pb_phrase_of(phrase, html->language, n), &n, &m);
}

void
pb_html_element(
    struct pb_html *html, const char *tag, const struct pb_phrase *phrase, uint64_t n, uint64_t m)
{
	pb_html_put(html, "<");
	pb_html_put(html, tag);
	pb_html_put(html, ">");
	pb_html_say(html, phrase, n, m);
	pb_html_put(html, "</");
	append(html, tag, strcspn(tag, " "));
	pb_html_put(html, ">");
}
