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

static void
put(struct pb_buf *to, const void *data, size_t len)
{
	pb_buf_clear(to);
	if (pb_buf_append(to, data, len) != PB_OK)
		abort();
}

/* person: with the text as a person reads it. */
static enum pb_wire_answer
view_message(
    const uint8_t *message, size_t len, bool person, struct pb_buf *view, struct pb_buf *text)
{
	enum pb_wire_answer answer;
	struct pb_facts facts;

	pb_facts_init(&facts);
	facts.reading.person = person;
	pb_parts_read(&facts, message, len);
	if (facts.subject != NULL)
		pb_report_text(&facts, facts.subject, strlen(facts.subject));
	pb_patient_compare(&facts);
	pb_write_view(&facts, view);
	put(text, facts.text->str, facts.text->len);
	answer = facts.reading.html_left ? PB_WIRE_HTML_LEFT : PB_WIRE_DONE;
	pb_facts_done(&facts);
	return answer;
}

void
pb_mime_view(const struct pb_mime *mime, const uint8_t *message, size_t len, struct pb_buf *view,
    struct pb_buf *text)
{
	(void)mime;
	(void)view_message(message, len, false, view, text);
}

enum pb_wire_answer
pb_mime_read(const struct pb_mime *mime, const uint8_t *message, size_t len, struct pb_buf *view,
    struct pb_buf *text)
{
	(void)mime;
	return view_message(message, len, true, view, text);
}

enum pb_wire_answer
pb_mime_attachment(const struct pb_mime *mime, const uint8_t *message, size_t len, uint64_t number,
    struct pb_buf *octets)
{
	enum pb_wire_answer answer = PB_WIRE_ABSENT;
	struct pb_facts facts;

	(void)mime;
	pb_buf_clear(octets);
	pb_facts_init(&facts);
	facts.taking.number = number;
	pb_parts_read(&facts, message, len);
	if (facts.taking.octets != NULL)
		answer = facts.taking.partial ? PB_WIRE_PARTIAL : PB_WIRE_DONE;
	if (answer == PB_WIRE_DONE)
		put(octets, facts.taking.octets->data, facts.taking.octets->len);
	pb_facts_done(&facts);
	return answer;
}
