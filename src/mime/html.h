/* HTML as a text: what stands between the tags. */
#ifndef PB_MIME_HTML_H
#define PB_MIME_HTML_H

#include <glib.h>
#include <stddef.h>

/*
 * Appends the text of a page in UTF-8.  Tags, comments, scripts and styles are left out, elements
 * that begin a line do so, character references are resolved; nothing is loaded, nothing run.
 */
void pb_html_text(GString *to, const char *html, size_t len);

#endif
