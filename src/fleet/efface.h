/* An archive's directory, with all that is in it, destroyed. */
#ifndef PB_FLEET_EFFACE_H
#define PB_FLEET_EFFACE_H

#include <stdbool.h>

#include "core/world.h"
#include "probant/status.h"

/*
 * It loses its name first, so that nobody takes what is left of it for a damaged archive; its keys
 * and secrets are written over with zeros and synced; then all of it is removed.  Without its
 * secrets nothing of it opens, whatever a medium keeps of removed files; whether a medium keeps
 * what was written over, no program can say.
 */
enum pb_status pb_efface(
    const struct pb_files *files, const char *dir, struct pb_error *err) PB_MUST_CHECK;

/* One that was cut off is finished: *ret_found, there was one. */
enum pb_status pb_efface_finish(const struct pb_files *files, const char *dir, bool *ret_found,
    struct pb_error *err) PB_MUST_CHECK;

#endif
