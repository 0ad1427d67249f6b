/* The class of a message: a closed vocabulary that can be shown where nothing else is. */
#ifndef PB_MIME_CLASS_H
#define PB_MIME_CLASS_H

#include "core/json.h"
#include "mime/facts.h"

/* Writes the member "class" (FORMAT 6.1). */
void pb_class_write(const struct pb_facts *facts, struct pb_json_writer *w);

#endif
