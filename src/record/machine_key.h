/*
 * The machine's key, private/machine.key: 32 random octets (FORMAT 3.1).  What must be
 * found again on the disk without standing there in clear is keyed by it.
 */
#ifndef PB_RECORD_MACHINE_KEY_H
#define PB_RECORD_MACHINE_KEY_H

#include "core/world.h"
#include "crypto/secret.h"

/* That of the archive at dir; made if it is not there.  PB_ECORRUPT: it has another length. */
enum pb_status pb_machine_key(const struct pb_world *world, const char *dir,
    struct pb_secret **ret_key, struct pb_error *err) PB_MUST_CHECK;

#endif
