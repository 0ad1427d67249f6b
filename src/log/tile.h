/*
 * C2SP tlog-tiles: paths and contents.  A tile of level L holds up to 256
 * hashes, each the root of 256^L leaves; an entry bundle up to 256 entries,
 * each with a u16 length before it.
 */
#ifndef PB_LOG_TILE_H
#define PB_LOG_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

#define PB_TILE_WIDTH 256
#define PB_TILE_PATH_MAX 96

struct pb_tile {
	bool entries;   /* an entry bundle (then level is 0) */
	unsigned level; /* 0..7 */
	uint64_t index;
	unsigned width; /* 1..256; 256 is a full tile */
};

/* "tile/0/x001/234", "tile/0/000.p/7", "tile/entries/000"...; NUL-terminated. */
void pb_tile_path(const struct pb_tile *tile, char out[PB_TILE_PATH_MAX]);
/* The inverse; false unless it is the one canonical path of a tile of a tree of < 2^64 leaves. */
bool pb_tile_path_parse(const char *path, struct pb_tile *ret_tile);

/* How wide tile (level, index) is in a tree of that size: 0 if it does not exist. */
unsigned pb_tile_width(unsigned level, uint64_t index, uint64_t size);
/* How many tiles, the partial one included, a level has in a tree of that size. */
uint64_t pb_tile_count(unsigned level, uint64_t size);

/* One entry of a bundle, its length before it, appended to buf. */
enum pb_status pb_tile_entry(struct pb_buf *buf, const void *entry, uint16_t len) PB_MUST_CHECK;

#endif
