/* Whether an answer of the child is a view (FORMAT 6.1): it may be an attacker's by then. */
#ifndef PB_VIEW_CHECK_H
#define PB_VIEW_CHECK_H

#include <stddef.h>

#include "probant/status.h"

/*
 * Strict JSON with the members of FORMAT 6.1 and no others, each of its type, `class` of its
 * closed vocabulary, text_len as given.  PB_EDATA where not; PB_ENOMEM.
 */
enum pb_status pb_view_check(const void *json, size_t len, size_t text_len) PB_MUST_CHECK;

#endif
