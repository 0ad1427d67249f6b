/* Expat as it is used on XML from outside: no entities, no depth without end. */
#ifndef PB_MIME_XML_H
#define PB_MIME_XML_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>

struct pb_xml {
	XML_Parser parser;
	unsigned depth;
	bool refused;
};

/*
 * Handlers get `xml` itself, so it is the first member of what they need.  A declaration of an
 * entity ends the reading (a few of them expand to gigabytes); so does an element deeper than
 * PB_LIMIT_XML_DEPTH.
 */
void pb_xml_init(struct pb_xml *xml);
void pb_xml_feed(struct pb_xml *xml, const void *data, size_t len);
/* Whether all that came is one whole document; releases the parser. */
bool pb_xml_done(struct pb_xml *xml);

/* To be called first by the handlers of elements; enter: false where reading ends. */
bool pb_xml_enter(struct pb_xml *xml);
void pb_xml_leave(struct pb_xml *xml);

/* The value of an attribute without a namespace, or NULL. */
const char *pb_xml_attribute(const char **attributes, const char *name);
/* A name without its namespace (expat writes it in front, a TAB between). */
const char *pb_xml_local(const char *name);

#endif
