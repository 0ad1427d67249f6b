/* Files that stand where they should not. */
#ifndef PB_CHECK_STRAYS_H
#define PB_CHECK_STRAYS_H

#include "archive/listing.h"
#include "vault/segment.h"
#include "verify/verification.h"

/* A file of `dir` that no part of FORMAT puts there. */
void pb_strays_find(struct pb_verification *v, const char *dir, const char *name);

/* Of the names in keys/, those without a segment of that name. */
void pb_strays_keys(struct pb_verification *v, const struct pb_listing *keys,
    char (*segments)[PB_SEGMENT_NAME_LEN + 1], size_t count);

#endif
