/* Where things stand in an archive's directory. */
#ifndef PB_ARCHIVE_PATHS_H
#define PB_ARCHIVE_PATHS_H

#include "core/limits.h"
#include "core/world.h"
#include "probant/status.h"

#define PB_DIR_VAULT "vault"
#define PB_DIR_KEYS "keys"
#define PB_DIR_LOG "log"
#define PB_DIR_READERS "readers"
#define PB_DIR_PRIVATE "private"
#define PB_DIR_QUARANTINE "quarantine"
#define PB_DIR_TMP "tmp"
#define PB_DIR_TSA "tsa"
#define PB_DIR_INDEX "index"
#define PB_FILE_LOCK "lock"
#define PB_FILE_FRONTIER "frontier"
#define PB_FILE_CATALOG "catalog.db"
#define PB_FILE_ROLLBACK "rollback"
#define PB_FILE_DESTROYING "destroying"
#define PB_FILE_CAPTURING "capturing"
#define PB_FILE_LOG_KEY "private/log.key"
#define PB_FILE_EXPORT_KEY "private/export.key"
#define PB_FILE_TSA_KEY "private/tsa.key"
#define PB_FILE_TSA_CONFIG "tsa/authorities.json"

struct pb_path {
	char text[PB_LIMIT_PATH];
};

/* dir/name, or dir/name/file if file is not NULL.  PB_ELIMIT: longer than PB_LIMIT_PATH. */
enum pb_status pb_path_make(struct pb_path *path, const char *dir, const char *name,
    const char *file, struct pb_error *err) PB_MUST_CHECK;

/*
 * PB_EACCESS unless `path` belongs to this user and nobody else may read or
 * write it (no bits of 077): an archive that others can touch is refused.
 */
enum pb_status pb_path_private(
    const struct pb_files *files, const char *path, struct pb_error *err) PB_MUST_CHECK;

#endif
