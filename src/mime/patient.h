/* The patients that the documents of a package name, as HL7 CX: "id^^^&authority&ISO^PI". */
#ifndef PB_MIME_PATIENT_H
#define PB_MIME_PATIENT_H

#include "mime/facts.h"

/* Adds one, unless the same identifier of the same authority is there already. */
void pb_patient_add(struct pb_facts *facts, const char *patient);

/* After all parts: finds identifiers that differ from each other, or do not fit X-MSS-INS. */
void pb_patient_compare(struct pb_facts *facts);

#endif
