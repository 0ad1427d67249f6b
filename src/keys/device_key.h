/* A reader's key on a device, beside his certificate. */
#ifndef PB_KEYS_DEVICE_KEY_H
#define PB_KEYS_DEVICE_KEY_H

#include "core/world.h"
#include "crypto/reader.h"

/*
 * Which reader of the archive has his key on this device?  Found by what it can open: something
 * is sealed for each of them in turn.  Takes the device on PB_OK alone.  PB_ENOENT: none of
 * them.
 */
enum pb_status pb_device_key_open(const struct pb_world *world, const char *dir,
    const struct pb_reader_device *take_device, struct pb_reader_key **ret_key,
    struct pb_error *err) PB_MUST_CHECK;

#endif
