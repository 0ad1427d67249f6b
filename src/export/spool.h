/*
 * Bytes that are made once and stand in a package behind their length and CRC: kept in a file
 * without a name until both are known.
 */
#ifndef PB_EXPORT_SPOOL_H
#define PB_EXPORT_SPOOL_H

#include "core/buf.h"
#include "export/package.h"

struct pb_export_spool;

/* tmp: a directory.  Borrows files. */
enum pb_status pb_export_spool_new(const struct pb_files *files, const char *tmp,
    struct pb_export_spool **ret_spool, struct pb_error *err) PB_MUST_CHECK;
/* What stands in buf, which is emptied. */
enum pb_status pb_export_spool_add(
    struct pb_export_spool *spool, struct pb_buf *buf, struct pb_error *err) PB_MUST_CHECK;
/* All of it as one entry; nothing is added then. */
enum pb_status pb_export_spool_entry(struct pb_export_spool *spool,
    struct pb_export_package *package, const struct pb_package_name *name,
    struct pb_error *err) PB_MUST_CHECK;
void pb_export_spool_free(struct pb_export_spool *spool); /* NULL is fine */

#endif
