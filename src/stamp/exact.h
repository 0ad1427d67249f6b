/* FORMAT 5.2: a token of which no octet is free.  For this room's files alone. */
#ifndef PB_STAMP_EXACT_H
#define PB_STAMP_EXACT_H

#include "stamp/chain.h"

/*
 * Is the token in the form of FORMAT 5.2, as far as this path tells?  Where the path leads
 * to no chosen root, its certificates may be any beginning of the path.
 */
enum pb_status pb_exact_is(const struct pb_token *token, const struct pb_path *path,
    bool *ret_exact, struct pb_error *err) PB_MUST_CHECK;

/*
 * The token with the first `count` certificates of the path as its own, in the form of FORMAT
 * 5.2 but for what it signed, which stays as it is.  Appended.  PB_EDATA: it has another shape.
 */
enum pb_status pb_exact_write(const struct pb_token *token, const struct pb_path *path,
    size_t count, struct pb_buf *der) PB_MUST_CHECK;

#endif
