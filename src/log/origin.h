/* Origins: the names of logs (FORMAT 2). */
#ifndef PB_LOG_ORIGIN_H
#define PB_LOG_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>

/* [a-z0-9.-]+(/[a-z0-9.-]+)*, at most 191 bytes: what `init --origin` takes. */
bool pb_origin_name_valid(const char *name, size_t len);

/* A name, "/" and 8 lower-case hex digits, at most 200 bytes. */
bool pb_origin_valid(const char *origin, size_t len);

#endif
