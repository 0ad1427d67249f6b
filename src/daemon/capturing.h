/* The file `capturing` of an archive's directory: a writer captures, or ended without a stop. */
#ifndef PB_DAEMON_CAPTURING_H
#define PB_DAEMON_CAPTURING_H

#include <stdbool.h>

#include "core/world.h"
#include "probant/status.h"

/* *ret_unclean: it stands there.  Then *ret_last_s is the local clock of the newest record. */
enum pb_status pb_capturing_look(const struct pb_world *world, const char *dir, bool *ret_unclean,
    uint64_t *ret_last_s, struct pb_error *err) PB_MUST_CHECK;

/* Both are durable on PB_OK. */
enum pb_status pb_capturing_begin(
    const struct pb_files *files, const char *dir, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_capturing_end(
    const struct pb_files *files, const char *dir, struct pb_error *err) PB_MUST_CHECK;

#endif
