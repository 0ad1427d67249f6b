/* The closed vocabulary of a view (FORMAT 6.1), above all of its `class`. */
#ifndef PB_CORE_VIEW_CLASS_H
#define PB_CORE_VIEW_CLASS_H

#include <stdbool.h>

bool pb_class_is_kind(const char *text);        /* "letter" ... */
bool pb_class_is_urgency(const char *text);     /* "importance" ... */
bool pb_class_is_disposition(const char *text); /* RFC 8098 section 3.2.6.2 and older ones */
/* A media type that IANA registers, of those that mail has, in lower case. */
bool pb_class_is_type(const char *text);
/* LOINC: 1 to 7 digits, "-", a digit. */
bool pb_class_is_loinc(const char *text);
/* A finding on a message: "xdm_sha1" ... */
bool pb_class_is_finding(const char *text);
/* One which says that a view lacks something of its message. */
bool pb_class_is_left_out(const char *text);
/* A receipt's code: letters, digits, "-", ".", "_"; at most PB_LIMIT_MDN_CODE. */
bool pb_class_is_code(const char *text);

#endif
