/* Taking back the end of a file that was never acknowledged. */
#ifndef PB_VAULT_CUT_H
#define PB_VAULT_CUT_H

#include <stdbool.h>

#include "core/world.h"
#include "probant/status.h"

/*
 * Cut the open file to len bytes, durably.  wipe: what goes is first overwritten
 * with zeros, durably, so that no secret stays in blocks the file no longer owns.
 * A file that is no longer than len is only synced.
 *
 * Whoever takes back a commit cuts the segment before the key file: the other way
 * round a power cut could leave a whole commit whose secrets are gone.
 */
enum pb_status pb_cut_file(const struct pb_files *files, int fd, const char *path, uint64_t len,
    bool wipe, struct pb_error *err) PB_MUST_CHECK;

#endif
