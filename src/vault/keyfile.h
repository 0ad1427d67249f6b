/* keys/<segment>.key: the slots of one segment, read and written. */
#ifndef PB_VAULT_KEYFILE_H
#define PB_VAULT_KEYFILE_H

#include <stdbool.h>

#include "core/world.h"
#include "vault/slot.h"

struct pb_keyfile;

/* Open for reading, or for reading and writing.  PB_ENOENT. */
enum pb_status pb_keyfile_open(const struct pb_files *files, const char *dir, const char *name,
    bool write, struct pb_keyfile **ret_keyfile, struct pb_error *err) PB_MUST_CHECK;

/* A new file that holds slot 0, of zeros; not synced.  PB_EEXIST.  On failure none is left. */
enum pb_status pb_keyfile_create(const struct pb_files *files, const char *dir, const char *name,
    struct pb_keyfile **ret_keyfile, struct pb_error *err) PB_MUST_CHECK;

uint64_t pb_keyfile_size(const struct pb_keyfile *keyfile); /* bytes when it was opened */

/* Slot `number` as it stands; PB_ECORRUPT beyond the end of the file. */
enum pb_status pb_keyfile_read(struct pb_keyfile *keyfile, uint64_t number,
    uint8_t out[PB_SLOT_LEN], struct pb_error *err) PB_MUST_CHECK;

/* `count` slots, one after the other, from slot `first` on: one write, not synced. */
enum pb_status pb_keyfile_write(struct pb_keyfile *keyfile, uint64_t first, const uint8_t *slots,
    size_t count, struct pb_error *err) PB_MUST_CHECK;

enum pb_status pb_keyfile_sync(struct pb_keyfile *keyfile, struct pb_error *err) PB_MUST_CHECK;

/* Slot 0 and those of `records` records stay; what follows is zeroed and cut off, durably. */
enum pb_status pb_keyfile_cut(
    struct pb_keyfile *keyfile, uint64_t records, struct pb_error *err) PB_MUST_CHECK;

void pb_keyfile_close(struct pb_keyfile *keyfile); /* NULL is fine */

#endif
