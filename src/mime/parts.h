/* The parts of a message (RFC 2046), one inside the other. */
#ifndef PB_MIME_PARTS_H
#define PB_MIME_PARTS_H

#include "mime/facts.h"

/* Header, text, attachments and what else the octets of a message tell. */
void pb_parts_read(struct pb_facts *facts, const uint8_t *data, size_t len);

#endif
