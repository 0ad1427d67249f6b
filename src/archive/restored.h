/*
 * An archive that came back from a copy (FORMAT 7.2).  As long as nobody can say what was destroyed
 * since that copy was made, it can be verified and nothing else.
 */
#ifndef PB_ARCHIVE_RESTORED_H
#define PB_ARCHIVE_RESTORED_H

#include "archive/archive.h"

/* Lock it: `size` records came back.  Durable. */
enum pb_status pb_restored_lock(const struct pb_files *files, const char *dir, uint64_t size,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * What it may be used for is settled: the next writer records it.  ledger: records of the newer
 * state that was asked; 0: none was, and whoever restores takes that upon himself.
 */
enum pb_status pb_restored_settle(const struct pb_files *files, const char *dir, uint64_t size,
    uint64_t ledger, struct pb_error *err) PB_MUST_CHECK;

/* Unlock one that is locked, upon oneself.  PB_ENOENT: it is not locked. */
enum pb_status pb_restored_accept(
    const struct pb_files *files, const char *dir, struct pb_error *err) PB_MUST_CHECK;

/* On opening: PB_EACCESS if it is locked. */
enum pb_status pb_restored_check(
    const struct pb_files *files, const char *dir, struct pb_error *err) PB_MUST_CHECK;

/* The record of what was settled, if it is not in the log yet. */
enum pb_status pb_restored_record(struct pb_archive *archive, struct pb_error *err) PB_MUST_CHECK;

#endif
