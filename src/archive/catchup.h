/*
 * The catalog beside the vault: where it stands, and rows for what the vault has and it lacks
 * (FORMAT 6.2).  Needs no key.  The archive's lock is held.
 */
#ifndef PB_ARCHIVE_CATCHUP_H
#define PB_ARCHIVE_CATCHUP_H

#include "archive/archive.h"
#include "catalog/catalog.h"

/* The catalog of the archive in dir; statuses as pb_catalog_open. */
enum pb_status pb_catchup_open(const struct pb_files *files, const char *dir, const char *origin,
    bool create, struct pb_catalog **ret_catalog, struct pb_error *err) PB_MUST_CHECK;

/*
 * Append the rows of every record up to offset `end` of the segment `stem`, behind its last
 * commit there.  One transaction for each segment: a crash leaves a catalog that is behind.
 * PB_ECORRUPT: the catalog does not fit the vault, or the vault is damaged; err says which.
 */
enum pb_status pb_catchup(const struct pb_files *files, const char *dir, struct pb_catalog *catalog,
    const char *stem, uint64_t end, struct pb_error *err) PB_MUST_CHECK;

/* The same up to the head of an archive that is open for writing. */
enum pb_status pb_catchup_head(const struct pb_archive *archive, struct pb_catalog *catalog,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * The same at the end of a writer, if there is a catalog: then it knows of what was written, and a
 * vault that is put back later is found out.  Derived: whatever fails is left to the next reader.
 */
void pb_catchup_behind(const struct pb_archive *archive);

#endif
