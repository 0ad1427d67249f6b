/* What may stand in a copy or a backup of an archive, and where (FORMAT 7.1). */
#ifndef PB_COPIES_NAMES_H
#define PB_COPIES_NAMES_H

#include <stdbool.h>

#define PB_COPIES_SUMS "SHA256SUMS"
#define PB_COPIES_FACTS "backup.json"
#define PB_COPIES_CHECKPOINT "checkpoint"
#define PB_COPIES_PRIVATE "private.cms"
/* Where a file stands while it is written. */
#define PB_COPIES_TEMPORARY "copying.tmp"

/*
 * A path of such a thing: nothing outside, nothing hidden, nothing that an archive does not have;
 * nor what is derived (.state), or what a writer would take for unfinished business (.pending).
 */
bool pb_copies_name_valid(const char *path);

#endif
