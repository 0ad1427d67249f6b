/* The names in a directory, in order of their bytes. */
#ifndef PB_ARCHIVE_LISTING_H
#define PB_ARCHIVE_LISTING_H

#include <stddef.h>

#include "core/buf.h"
#include "core/world.h"

struct pb_listing {
	char **name; /* count of them, NUL-terminated; owned */
	size_t count;
};

#define PB_LISTING_EMPTY ((struct pb_listing){ 0 })

/* A directory that is not there has no names.  Free with pb_listing_done. */
enum pb_status pb_listing_read(const struct pb_files *files, const char *path,
    struct pb_listing *ret_listing, struct pb_error *err) PB_MUST_CHECK;
void pb_listing_done(struct pb_listing *listing);

#endif
