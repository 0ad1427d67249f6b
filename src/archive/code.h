/* The code that opens a recovery file: shown once, stored nowhere. */
#ifndef PB_ARCHIVE_CODE_H
#define PB_ARCHIVE_CODE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/world.h"
#include "probant/status.h"

#define PB_CODE_SIZE 48 /* with its NUL */

/* 160 random bits as 8 groups of 4 signs that are not taken for one another. */
enum pb_status pb_code_make(const struct pb_random *random, char ret_code[PB_CODE_SIZE],
    struct pb_error *err) PB_MUST_CHECK;

/*
 * Is the text such a code, but written otherwise: in small letters, without hyphens or with others,
 * O for 0, I or L for 1?  Then ret_code is how it was shown; wiped by the caller.
 */
bool pb_code_typed(const char *text, size_t len, char ret_code[PB_CODE_SIZE]);

#endif
