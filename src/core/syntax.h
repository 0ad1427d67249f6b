/* What a person writes in a setting: whether it is one. */
#ifndef PB_CORE_SYNTAX_H
#define PB_CORE_SYNTAX_H

#include <stdbool.h>

/* A name that we give: 1 to 32 lower-case letters, digits and hyphens. */
bool pb_syntax_name(const char *text);

/* An address of http or https: nothing in it would end a header line or be obeyed by a terminal. */
bool pb_syntax_url(const char *text);

/* An object identifier in dotted decimal: two arcs or more, the first 0 to 2, none with a leading
 * zero. */
bool pb_syntax_oid(const char *text);

#endif
