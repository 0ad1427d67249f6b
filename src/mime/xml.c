#include "mime/xml.h"

#include <glib.h>
#include <string.h>

#include "core/limits.h"

static void
refuse(struct pb_xml *xml)
{
	xml->refused = true;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

static void
on_entity(void *arg, const XML_Char *name, int is_parameter, const XML_Char *value, int value_len,
    const XML_Char *base, const XML_Char *system, const XML_Char *public, const XML_Char *notation)
{
	(void)name;
	(void)is_parameter;
	(void)value;
	(void)value_len;
	(void)base;
	(void)system;
	(void)public;
	(void)notation;
	refuse(arg);
}

void
pb_xml_init(struct pb_xml *xml)
{
	/* No memory ends the process, and does not look like a document that is no XML. */
	static const XML_Memory_Handling_Suite memory = { g_malloc, g_realloc, g_free };

	*xml = (struct pb_xml){ .parser = XML_ParserCreate_MM(NULL, &memory, "\t") };
	XML_SetUserData(xml->parser, xml);
	XML_SetEntityDeclHandler(xml->parser, on_entity);
}

void
pb_xml_feed(struct pb_xml *xml, const void *data, size_t len)
{
	const char *at = data;
	size_t n;

	for (; len > 0 && !xml->refused; at += n, len -= n) {
		n = MIN(len, (size_t)1 << 20);
		if (XML_Parse(xml->parser, at, (int)n, XML_FALSE) != XML_STATUS_OK)
			xml->refused = true;
	}
}

bool
pb_xml_done(struct pb_xml *xml)
{
	bool whole = !xml->refused && XML_Parse(xml->parser, "", 0, XML_TRUE) == XML_STATUS_OK;

	whole = whole && !xml->refused;
	XML_ParserFree(xml->parser);
	xml->parser = NULL;
	return whole;
}

bool
pb_xml_enter(struct pb_xml *xml)
{
	if (++xml->depth > PB_LIMIT_XML_DEPTH)
		refuse(xml);
	return !xml->refused;
}

void
pb_xml_leave(struct pb_xml *xml)
{
	xml->depth--;
}

const char *
pb_xml_attribute(const char **attributes, const char *name)
{
	for (; attributes[0] != NULL; attributes += 2) {
		if (strcmp(attributes[0], name) == 0)
			return attributes[1];
	}
	return NULL;
}

const char *
pb_xml_local(const char *name)
{
	const char *tab = strrchr(name, '\t');

	return tab != NULL ? tab + 1 : name;
}
