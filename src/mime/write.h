/* The facts as the JSON of FORMAT 6.1. */
#ifndef PB_MIME_WRITE_H
#define PB_MIME_WRITE_H

#include "core/buf.h"
#include "mime/facts.h"

/* Into `view`, cleared first: at most PB_LIMIT_VIEW octets; lists and texts are cut for that. */
void pb_write_view(struct pb_facts *facts, struct pb_buf *view);

#endif
