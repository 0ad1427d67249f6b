/* The archive's own signing keys, in private/. */
#ifndef PB_ARCHIVE_OWN_KEY_H
#define PB_ARCHIVE_OWN_KEY_H

#include "archive/archive.h"

/*
 * The key in `file`, which must be the one that record 0 states.  PB_ENOENT; PB_EACCESS: others
 * may read it; PB_ECORRUPT: another key.
 */
enum pb_status pb_own_key_load(const struct pb_files *files, const char *dir, const char *file,
    const struct pb_note_verifier *stated, struct pb_ed25519 **ret_key,
    struct pb_error *err) PB_MUST_CHECK;

/* The key that signs bundles (FORMAT 5.4).  PB_EUNAVAIL: the archive was made without one. */
enum pb_status pb_own_key_export(const struct pb_archive *archive, struct pb_ed25519 **ret_key,
    struct pb_error *err) PB_MUST_CHECK;

#endif
