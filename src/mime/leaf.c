#include "mime/leaf.h"

#include <string.h>

#include "core/limits.h"
#include "mime/charset.h"
#include "mime/html.h"
#include "mime/report.h"
#include "mime/xdm.h"

static char *
copy_if_any(const char *text)
{
	return text != NULL && text[0] != '\0' ? g_strdup(text) : NULL;
}

char *
pb_leaf_file_name(const struct pb_leaf *leaf, bool *ret_attachment)
{
	const struct pb_field *field = pb_fields_find(leaf->fields, "Content-Disposition");
	GMimeContentDisposition *disposition = NULL;
	char *value, *name = NULL;

	*ret_attachment = false;
	if (field != NULL) {
		value = pb_field_unified(field);
		disposition = g_mime_content_disposition_parse(NULL, value);
		g_free(value);
	}
	if (disposition != NULL) {
		*ret_attachment = g_mime_content_disposition_is_attachment(disposition);
		name =
		    copy_if_any(g_mime_content_disposition_get_parameter(disposition, "filename"));
		g_object_unref(disposition);
	}
	if (name == NULL)
		name = copy_if_any(g_mime_content_type_get_parameter(leaf->type, "name"));
	return name;
}

/* HTML 13.2.5.20: where a script ends that has "<!--" in it depends on more than is followed here.
 */
static bool
has_doubtful_script(const char *html, size_t len)
{
	const char *end = html + len, *at = html;

	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		if (end - at >= 7 && g_ascii_strncasecmp(at, "<script", 7) == 0)
			return memmem(at, (size_t)(end - at), "<!--", 4) != NULL;
		at++;
	}
	return false;
}

/* The text of a part, for the words of a person. */
static void
read_text(struct pb_facts *facts, const struct pb_leaf *leaf)
{
	const char *charset = g_mime_content_type_get_parameter(leaf->type, "charset");
	GByteArray *octets = g_byte_array_new();
	GString *decoded = g_string_new(NULL), *text = decoded;
	const uint8_t *data = leaf->data;
	size_t len = MIN(leaf->len, PB_LIMIT_VIEW_DECODED);

	if (leaf->encoding != PB_ENCODING_NONE) {
		if (!pb_decode(leaf->encoding, data, leaf->len, PB_LIMIT_VIEW_DECODED, octets))
			facts->text_cut = true;
		data = octets->data;
		len = octets->len;
	} else if (len < leaf->len) {
		facts->text_cut = true;
	}
	pb_charset_decode(decoded, charset, data, len);
	if (g_mime_content_type_is_type(leaf->type, "text", "html")) {
		text = g_string_new(NULL);
		pb_html_text(text, decoded->str, decoded->len);
		if (has_doubtful_script(decoded->str, decoded->len))
			facts->text_cut = true;
	}
	pb_facts_text(facts, text->str, text->len);
	if (facts->reading.plain != NULL &&
	    g_mime_content_type_is_type(leaf->type, "text", "plain") &&
	    text->str[strspn(text->str, " \t\r\n\f")] != '\0')
		*facts->reading.plain = true;
	if (leaf->outermost)
		pb_report_text(facts, text->str, text->len);
	if (text != decoded)
		g_string_free(text, TRUE);
	g_string_free(decoded, TRUE);
	g_byte_array_unref(octets);
}

/* Where there is a text/plain that says something, the HTML beside it is left out. */
static bool
is_left_out(struct pb_facts *facts, const struct pb_leaf *leaf)
{
	struct pb_reading *reading = &facts->reading;

	if (reading->plain == NULL || !*reading->plain ||
	    !g_mime_content_type_is_type(leaf->type, "text", "html"))
		return false;
	reading->html_left = true;
	return true;
}

/* Decoded it is never longer than it stands. */
static void
take(struct pb_taking *taking, const struct pb_leaf *leaf, uint64_t size)
{
	taking->partial = leaf->partial;
	taking->octets = g_byte_array_sized_new((guint)size);
	if (!leaf->partial && !pb_decode(leaf->encoding, leaf->data, leaf->len,
				  PB_LIMIT_VIEW_MESSAGE, taking->octets))
		taking->partial = true;
}

static void
add_attachment(struct pb_facts *facts, const struct pb_leaf *leaf, const char *name)
{
	struct pb_attachment *attachment = g_new0(struct pb_attachment, 1);
	char *type = g_mime_content_type_get_mime_type(leaf->type);
	char *lower = g_ascii_strdown(type, -1);

	attachment->name = name != NULL ? pb_facts_line(facts, name, strlen(name)) : NULL;
	attachment->type = pb_facts_line(facts, lower, strlen(lower));
	attachment->size = pb_decode_size(leaf->encoding, leaf->data, leaf->len);
	if (++facts->attachments_total == facts->taking.number)
		take(&facts->taking, leaf, attachment->size);
	pb_facts_add(facts, facts->attachments, attachment);
	g_free(lower);
	g_free(type);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && g_ascii_strcasecmp(text + len - end_len, end) == 0;
}

/* Transport-neutral encapsulation: a container of Outlook's, whose inside is not looked at. */
static bool
is_tnef(GMimeContentType *type, const char *name)
{
	return g_mime_content_type_is_type(type, "application", "ms-tnef") ||
	       g_mime_content_type_is_type(type, "application", "vnd.ms-tnef") ||
	       (name != NULL && g_ascii_strcasecmp(name, "winmail.dat") == 0);
}

static void
read_xdm(struct pb_facts *facts, const struct pb_leaf *leaf)
{
	GByteArray *zip;

	if (leaf->encoding == PB_ENCODING_NONE) {
		pb_xdm_read(facts, leaf->data, leaf->len);
		return;
	}
	zip = g_byte_array_new();
	if (pb_decode(leaf->encoding, leaf->data, leaf->len, PB_LIMIT_XDM, zip))
		pb_xdm_read(facts, zip->data, zip->len);
	else
		pb_xdm_unread(facts, "limit");
	g_byte_array_unref(zip);
}

/* The machine-readable part of a report, of the message itself: true. */
static bool
read_report(struct pb_facts *facts, const struct pb_leaf *leaf)
{
	bool mdn = g_mime_content_type_is_type(leaf->type, "message", "disposition-notification");
	bool dsn = g_mime_content_type_is_type(leaf->type, "message", "delivery-status") ||
		   g_mime_content_type_is_type(leaf->type, "message", "global-delivery-status");
	bool headers = g_mime_content_type_is_type(leaf->type, "text", "rfc822-headers");
	GByteArray *octets;

	if (!mdn && !dsn && !headers)
		return false;
	read_text(facts, leaf); /* some programs show it */
	if (!leaf->outermost)
		return true;
	octets = g_byte_array_new();
	if (!pb_decode(leaf->encoding, leaf->data, leaf->len, PB_LIMIT_HEADER, octets))
		facts->cut = true;
	if (mdn)
		pb_report_mdn(facts, octets->data, octets->len);
	else if (dsn)
		pb_report_dsn(facts, octets->data, octets->len);
	else
		pb_report_original(facts, octets->data, octets->len);
	g_byte_array_unref(octets);
	return true;
}

/* Is it read as a text?  attachment: it is said to be one. */
static bool
has_text(
    const struct pb_facts *facts, const struct pb_leaf *leaf, const char *name, bool attachment)
{
	bool text = g_mime_content_type_is_type(leaf->type, "text", "*");

	/* Such as message/partial, which programs show as a text that they can't explain. */
	if (g_mime_content_type_is_type(leaf->type, "message", "*"))
		return true;
	if (facts->reading.person)
		return text && !attachment;
	return (text && !attachment && name == NULL) ||
	       g_mime_content_type_is_type(leaf->type, "text", "plain") ||
	       g_mime_content_type_is_type(leaf->type, "text", "html");
}

void
pb_leaf_read(struct pb_facts *facts, const struct pb_leaf *leaf)
{
	bool attachment;
	char *name;

	if (read_report(facts, leaf))
		return;
	name = pb_leaf_file_name(leaf, &attachment);
	if (attachment || name != NULL || !g_mime_content_type_is_type(leaf->type, "text", "*"))
		add_attachment(facts, leaf, name);
	if (has_text(facts, leaf, name, attachment) && !is_left_out(facts, leaf))
		read_text(facts, leaf);
	if (is_tnef(leaf->type, name))
		pb_facts_find(facts, "tnef", NULL);
	if (name != NULL && ends_with(name, "IHE_XDM.ZIP"))
		read_xdm(facts, leaf);
	g_free(name);
}
