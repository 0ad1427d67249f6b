/*
 * The archive's exclusive lock: taken, waited for, let go of while others are asked, and taken
 * again.
 */
#ifndef PB_ARCHIVE_LOCK_H
#define PB_ARCHIVE_LOCK_H

#include "archive/archive.h"

/* Take the lock of dir at once.  PB_ELOCKED: another writer is at work. */
enum pb_status pb_archive_lock(
    const struct pb_files *files, const char *dir, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/*
 * The same, but a writer that is at work is waited for as long as patience lasts.  Who waits holds
 * a lock of the archive's directory itself, by which the writer sees that he is wanted to let go.
 */
enum pb_status pb_archive_lock_patiently(const struct pb_world *world, const char *dir,
    const struct pb_patience *patience, int *ret_fd, struct pb_error *err) PB_MUST_CHECK;

/* Somebody waits for the lock that this archive holds. */
bool pb_archive_wanted(const struct pb_archive *archive);

/*
 * A daemon captures into it (FORMAT 3.1, capturing), whose mail waits as long as this one holds the
 * lock: an hour of it is an hour of mail.
 */
bool pb_archive_captured(const struct pb_archive *archive);

/*
 * Others may write: what is new is published as closing does it, and the lock is free.  Until it
 * is taken up the archive is a stopped one: nothing is written through it.  The key of the segment
 * in use stays in memory.
 */
void pb_archive_let_go(struct pb_archive *archive);

/*
 * Open it again in its place, with all that others wrote meanwhile; what was borrowed of it
 * stays, but for its readers and keys.  PB_ELOCKED: a writer held it for all of `limit_s`.  On
 * any failure it stays stopped, and is only good to be closed.
 */
enum pb_status pb_archive_take_up(
    struct pb_archive *archive, uint32_t limit_s, struct pb_error *err) PB_MUST_CHECK;

#endif
