/*
 * Archives, by libarchive: tar, ZIP, 7z, cpio, as they are or compressed by gzip, bzip2, xz, zstd
 * or lz4, and a single file compressed so.  Read over the world's file table, never by name;
 * no external program is started.
 *
 * Hostile ones meet PB_LIMIT_ENTRIES, PB_LIMIT_PATH and PB_LIMIT_EXPANSION.
 */
#ifndef PB_CAPTURE_CONTAINER_H
#define PB_CAPTURE_CONTAINER_H

#include "capture/bytes.h"
#include "capture/origin.h"
#include "core/world.h"

struct pb_container;

/* fd, a regular file of `size` octets, is borrowed; name: of it, in errors; borrowed too. */
enum pb_status pb_container_open(const struct pb_files *files, int fd, uint64_t size,
    const char *name, struct pb_container **ret_container, struct pb_error *err) PB_MUST_CHECK;

enum pb_entry_kind {
	PB_ENTRY_FILE,
	PB_ENTRY_DIRECTORY,
	PB_ENTRY_OTHER,    /* a link, a device: it has no octets of its own */
	PB_ENTRY_NAMELESS, /* its path cannot be had, or is too long */
	PB_ENTRY_ENCRYPTED
};

/*
 * The next entry: its place, with texts that are borrowed until the next call.  A file that is no
 * archive, whatever it begins with, is a "single" one without a filter.  PB_EEND; any other
 * status: nothing more can be had of this archive.
 */
enum pb_status pb_container_next(struct pb_container *container, struct pb_packed_place *ret_place,
    enum pb_entry_kind *ret_kind, struct pb_error *err) PB_MUST_CHECK;

/* The first octets of the entry, up to PB_LOOK_LEN, which are read again afterwards. */
enum pb_status pb_container_look(struct pb_container *container, const uint8_t **ret_data,
    size_t *ret_len, struct pb_error *err) PB_MUST_CHECK;

/* How errors name the entry: its path may be cut. */
void pb_container_where(struct pb_container *container, char *out, size_t size);

/* The entry's octets.  Borrowed. */
const struct pb_bytes *pb_container_bytes(struct pb_container *container);

void pb_container_free(struct pb_container *container);

#endif
