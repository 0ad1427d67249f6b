/* A CDA document (HL7 CDA R2), as it comes: who its patient is. */
#ifndef PB_MIME_CDA_H
#define PB_MIME_CDA_H

#include "mime/facts.h"

struct pb_cda;
struct pb_cda *pb_cda_new(void);
void pb_cda_feed(struct pb_cda *cda, const void *data, size_t len);
/*
 * The identifiers of its patient, in the form that METADATA.XML has them in, added to the facts.
 * XML that is not well-formed, or no CDA, gives what was read before that showed.
 */
void pb_cda_end(struct pb_cda *take_cda, struct pb_facts *facts);

#endif
