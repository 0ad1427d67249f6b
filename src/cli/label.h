/* What stands behind a label, a line each, on stdout; from outside, made safe for a terminal. */
#ifndef PB_CLI_LABEL_H
#define PB_CLI_LABEL_H

#include "core/json.h"

/* The label and the room behind it; "": the room alone. */
void pb_label(const char *label);

/* A text made safe; alone, or as a line behind its label. */
void pb_label_text(const char *text);
void pb_label_line(const char *label, const char *text);

/* A JSON value as a person reads it, without a line end. */
void pb_label_value(const struct pb_json *value);

/* The members of an object, each behind its key; NULL has none. */
void pb_label_members(const struct pb_json *object);

#endif
