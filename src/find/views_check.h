/* Is what is derived sound?  Looked at whole, for `reindex`. */
#ifndef PB_FIND_VIEWS_CHECK_H
#define PB_FIND_VIEWS_CHECK_H

#include "archive/archive.h"
#include "catalog/catalog.h"

/*
 * Read every row, as a list would, and every octet of every index that the archive's reader key
 * opens.  *ret_sound false: something is not as it was written; it must be made anew.  Another
 * status than PB_OK is about us.
 */
enum pb_status pb_views_check(const struct pb_archive *archive, struct pb_catalog *catalog,
    bool *ret_sound, struct pb_error *err) PB_MUST_CHECK;

#endif
