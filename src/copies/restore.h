/* `restore`: an archive out of a backup or a copy (FORMAT 7.2). */
#ifndef PB_COPIES_RESTORE_H
#define PB_COPIES_RESTORE_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/world.h"
#include "probant/archive.h"

struct pb_restore;

/*
 * Read `from`, a file or a directory, into a directory beside `to`, which must not exist; what a
 * backup states about itself is checked.  PB_EEXIST; PB_EDATA: it is no backup, was cut off or
 * changed.  Nothing is left on failure.
 */
enum pb_status pb_restore_begin(const struct pb_world *world, const char *from, const char *to,
    struct pb_restore **ret_restore, struct pb_error *err) PB_MUST_CHECK;

/* Where it stands meanwhile; borrowed.  Its reader's key is asked for there. */
const char *pb_restore_dir(const struct pb_restore *restore);
bool pb_restore_has_private(const struct pb_restore *restore); /* a reader's key opens it */

struct pb_restored_seen {
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t size;      /* records that came back */
	int64_t made_s;     /* when the copy was made */
	bool incomplete;    /* it was cut off while it was brought up to date */
	bool locked;        /* to verification (archive/restored.h) */
	uint64_t ledger;    /* records of the newer state; 0: none was named */
	uint64_t destroyed; /* records whose secret went because of it */
};

/*
 * key: a reader's, or NULL if there is nothing private.  What the log itself says is destroyed
 * goes first.  ledger: an archive, copy or backup of a newer state of the same log, or NULL: then
 * the archive is locked.  In the end all of it is verified (*ret_verification, owned) and stands at
 * `to`, whatever was found.  PB_EINVAL: the ledger is of another log, or older; PB_EACCESS: the
 * key opens nothing here.
 */
enum pb_status pb_restore_finish(struct pb_restore *restore, const struct pb_reader_key *key,
    const char *ledger, struct pb_restored_seen *ret_seen,
    struct pb_verification **ret_verification, struct pb_error *err) PB_MUST_CHECK;

/* What was not finished is removed.  NULL is fine. */
void pb_restore_free(struct pb_restore *restore);

#endif
