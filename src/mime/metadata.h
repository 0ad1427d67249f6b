/* METADATA.XML of an XDM package: a registry's entry for each document (ebXML). */
#ifndef PB_MIME_METADATA_H
#define PB_MIME_METADATA_H

#include "mime/facts.h"

/*
 * The documents that METADATA.XML states, appended to `documents` (struct pb_document), and the
 * identifiers of its patients.  false: not well-formed XML, or it declares entities, which are
 * never expanded.
 */
bool pb_metadata_read(struct pb_facts *facts, GPtrArray *documents, const uint8_t *xml, size_t len);

#endif
