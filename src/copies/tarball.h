/* A backup in one file: a pax tar (FORMAT 7.1), written and read as a stream by libarchive. */
#ifndef PB_COPIES_TARBALL_H
#define PB_COPIES_TARBALL_H

#include <stdbool.h>

#include "copies/source.h"

struct pb_tarball;

/* Into an open, empty file, whose octets are written one after the other.  Borrows files and path.
 */
enum pb_status pb_tarball_new(const struct pb_files *files, int fd, const char *path,
    int64_t time_s, struct pb_tarball **ret_tarball, struct pb_error *err) PB_MUST_CHECK;
/* A sink for pb_snapshot_take; borrowed. */
const struct pb_copy_sink *pb_tarball_sink(const struct pb_tarball *tarball);
/* SHA256SUMS, and the end.  ret_len: octets of the file. */
enum pb_status pb_tarball_end(
    struct pb_tarball *tarball, uint64_t *ret_len, struct pb_error *err) PB_MUST_CHECK;
void pb_tarball_free(struct pb_tarball *tarball); /* NULL is fine */

/*
 * Every file of a backup at `path`, as new files below dir: regular ones alone, of names that a
 * copy has, each once, of the length and the sum that it states, SHA256SUMS last.  log_only:
 * nothing but vault/ and log/checkpoint is written.  Nothing is synced.  PB_EDATA: it is none, was
 * cut off or changed; what was made by then is the caller's to remove.
 */
enum pb_status pb_tarball_unpack(const struct pb_files *files, const char *path, const char *dir,
    bool log_only, struct pb_error *err) PB_MUST_CHECK;

#endif
