/* Publishing the newest checkpoint with its tiles (FORMAT 2), and saving the frontier. */
#ifndef PB_ARCHIVE_PUBLISH_H
#define PB_ARCHIVE_PUBLISH_H

#include "archive/archive.h"

/* Both, if there is anything new and the writer has not stopped.  The log is safe whatever the
 * answer. */
enum pb_status pb_publish(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

/* Tiles that are full; and both, if the last time is a minute ago or more.  What fails is tried
 * again then. */
void pb_publish_if_due(struct pb_archive *archive);

/* The size that log/checkpoint states under the log's key; 0 if there is none. */
enum pb_status pb_published_size(const struct pb_files *files, const char *dir,
    const struct pb_note_verifier *verifier, uint64_t *ret_size,
    struct pb_error *err) PB_MUST_CHECK;

#endif
