/* `backup` and `copy`: an archive as it stands, somewhere else (FORMAT 7). */
#ifndef PB_COPIES_BACKUP_H
#define PB_COPIES_BACKUP_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/world.h"
#include "probant/status.h"

struct pb_backed_up {
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t size;        /* records */
	uint64_t written;     /* octets */
	uint64_t erased;      /* secrets that were destroyed since the last copy */
	bool keys;            /* the private keys are in it, sealed */
	char checkpoint[256]; /* of what is in it: the first lines are for people */
};

/*
 * Into a new file (a tar), or into a directory that is empty.  While a writer is at work, too; what
 * was committed when it is reached is in it.  PB_EEXIST: the file exists, or the directory is not
 * empty.  On failure no file of that name is left.
 */
enum pb_status pb_backup(const struct pb_world *world, const char *dir, const char *output,
    struct pb_backed_up *ret_made, struct pb_error *err) PB_MUST_CHECK;

/*
 * Bring the copy in `copy` up to date, and compare it with the archive; the archive notes that it
 * was done.  PB_ENOENT: the copy that was there is gone (its medium is not mounted), or its parent
 * is; PB_EEXIST: something else stands there; PB_ECORRUPT: it is not what the archive holds.
 */
enum pb_status pb_copy(const struct pb_world *world, const char *dir, const char *copy,
    struct pb_backed_up *ret_made, struct pb_error *err) PB_MUST_CHECK;

#endif
