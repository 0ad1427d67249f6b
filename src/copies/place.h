/* Files and directories below a directory that is being filled. */
#ifndef PB_COPIES_PLACE_H
#define PB_COPIES_PLACE_H

#include <stdbool.h>

#include "archive/paths.h"

/*
 * The directories on the way to `path` below dir, made if need be.  PB_ECORRUPT: one of them is
 * none; a link would lead to anybody's files.
 */
enum pb_status pb_place_make(const struct pb_files *files, const char *dir, const char *path,
    struct pb_error *err) PB_MUST_CHECK;
/* The same, and nothing is made.  PB_ENOENT. */
enum pb_status pb_place_check(const struct pb_files *files, const char *dir, const char *path,
    struct pb_error *err) PB_MUST_CHECK;

/* Make the entries of every directory of the tree last; with_files: what is in its files, too. */
enum pb_status pb_place_sync(const struct pb_files *files, const char *dir, bool with_files,
    struct pb_error *err) PB_MUST_CHECK;

/* Remove it with all that is in it; links are removed, never followed.  As far as it goes. */
void pb_place_remove(const struct pb_files *files, const char *dir);

/* dir with `suffix` behind its name, and without the '/' at its end. */
enum pb_status pb_place_beside(
    struct pb_path *path, const char *dir, const char *suffix, struct pb_error *err) PB_MUST_CHECK;

/* The directory in which `path` stands, for sync_dir. */
enum pb_status pb_place_parent(
    struct pb_path *parent, const char *path, struct pb_error *err) PB_MUST_CHECK;

/* PB_EINVAL: `path` would stand inside an archive, or a copy of one. */
enum pb_status pb_place_outside(
    const struct pb_files *files, const char *path, struct pb_error *err) PB_MUST_CHECK;

#endif
