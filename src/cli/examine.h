/* The verification that `probant verify` and `probant-verify` share. */
#ifndef PB_CLI_EXAMINE_H
#define PB_CLI_EXAMINE_H

#include "cli/options.h"
#include "cli/say.h"
#include "core/world.h"
#include "probant/archive.h"

/*
 * Whether an archive stands at dir at all (PB_ENOENT), so that nobody is asked
 * for a passphrase, nor told of a directory inside, where the name is wrong.
 */
enum pb_status pb_examine_place(
    const struct pb_world *world, const char *dir, struct pb_error *err) PB_MUST_CHECK;

/* A directory is an archive; a file is, or should be, a bundle. */
bool pb_examine_is_bundle(const struct pb_world *world, const char *path);

/*
 * Read what the options name, check the bundle or archive at path, print the verdict.
 * key (may be NULL) and quick are for archives.
 */
enum pb_exit pb_examine(const struct pb_world *world, const struct pb_options *options,
    const char *path, const struct pb_reader_key *key, bool quick);

#endif
