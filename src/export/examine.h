/* What an earlier run left is not believed: the whole is verified before it gets its name. */
#ifndef PB_EXPORT_EXAMINE_H
#define PB_EXPORT_EXAMINE_H

#include "core/world.h"
#include "probant/status.h"

/* PB_ECORRUPT: the bundle at path is not sound in itself. */
enum pb_status pb_export_examine(
    const struct pb_world *world, const char *path, struct pb_error *err) PB_MUST_CHECK;

#endif
