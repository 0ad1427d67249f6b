#include "mime/view.h"

#include <gmime/gmime.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "mime/charset.h"
#include "mime/facts.h"
#include "mime/parts.h"
#include "mime/patient.h"
#include "mime/report.h"
#include "mime/write.h"

struct pb_mime {
	struct pb_charsets *charsets;
};

struct pb_mime *
pb_mime_start(void)
{
	static const char *fallback[] = { "utf-8", "windows-1252", NULL };
	struct pb_mime *mime = g_new0(struct pb_mime, 1);

	/* So that libarchive has names of files as UTF-8; the C library has this locale built in.
	 */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	g_mime_init();
	g_mime_parser_options_set_fallback_charsets(g_mime_parser_options_get_default(), fallback);
	mime->charsets = pb_charsets_open();
	return mime;
}

void
pb_mime_end(struct pb_mime *mime)
{
	if (mime == NULL)
		return;
	pb_charsets_close(mime->charsets);
	g_free(mime);
	g_mime_shutdown();
}

void
pb_mime_view(const struct pb_mime *mime, const uint8_t *message, size_t len, struct pb_buf *view,
    struct pb_buf *text)
{
	struct pb_facts facts;

	(void)mime;
	pb_facts_init(&facts);
	pb_parts_read(&facts, message, len);
	if (facts.subject != NULL)
		pb_report_text(&facts, facts.subject, strlen(facts.subject));
	pb_patient_compare(&facts);
	pb_write_view(&facts, view);
	pb_buf_clear(text);
	if (pb_buf_append(text, facts.text->str, facts.text->len) != PB_OK)
		abort();
	pb_facts_done(&facts);
}
