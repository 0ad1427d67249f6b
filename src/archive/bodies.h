/*
 * Whether an archive indexes the words of bodies: private/index says so (FORMAT 3.1), and a record
 * of the log since when (FORMAT 1.5).
 */
#ifndef PB_ARCHIVE_BODIES_H
#define PB_ARCHIVE_BODIES_H

#include "archive/archive.h"

/* As long as nothing else was chosen they are.  PB_EDATA: the file says neither. */
enum pb_status pb_bodies_load(const struct pb_files *files, const char *dir, bool *ret_indexed,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * From now on they are, or are not.  Every index is destroyed with its key, and the catalog goes:
 * what follows (`reindex`) makes them anew.  On PB_OK all of it is durable.  After a failure it may
 * be done again; as long as the setting does not stand, indexes are made as before.
 */
enum pb_status pb_bodies_choose(
    struct pb_archive *archive, bool indexed, struct pb_error *err) PB_MUST_CHECK;

#endif
