/* A webhook's bearer token (RFC 6750 2.1), as its file has it. */
#ifndef PB_HERALD_TOKEN_H
#define PB_HERALD_TOKEN_H

#include "core/world.h"

/* Without the line's end.  *ret_token is to be wiped.  PB_EDATA: it is none. */
enum pb_status pb_token_read(const struct pb_files *files, const char *path,
    struct pb_buf *ret_token, struct pb_error *err) PB_MUST_CHECK;

#endif
