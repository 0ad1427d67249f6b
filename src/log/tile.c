#include "log/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"

#define LEVELS 8 /* 256^8 = 2^64 */

/* Whether a tree of less than 2^64 leaves can have this tile. */
static bool
possible(unsigned level, uint64_t index)
{
	return level < LEVELS && index >> (8 * (LEVELS - 1 - level)) == 0;
}

void
pb_tile_path(const struct pb_tile *tile, char out[PB_TILE_PATH_MAX])
{
	uint64_t above = 1; /* the power of 1000 that the first element counts */
	size_t len;

	pb_assert(possible(tile->level, tile->index));
	pb_assert(tile->width >= 1 && tile->width <= PB_TILE_WIDTH);

	if (tile->entries)
		len = (size_t)snprintf(out, PB_TILE_PATH_MAX, "tile/entries/");
	else
		len = (size_t)snprintf(out, PB_TILE_PATH_MAX, "tile/%u/", tile->level);
	while (tile->index / above >= 1000)
		above *= 1000;
	for (; above > 0; above /= 1000)
		len += (size_t)snprintf(out + len, PB_TILE_PATH_MAX - len,
		    above > 1 ? "x%03u/" : "%03u", (unsigned)(tile->index / above % 1000));
	if (tile->width < PB_TILE_WIDTH)
		len += (size_t)snprintf(out + len, PB_TILE_PATH_MAX - len, ".p/%u", tile->width);
	pb_assert(len < PB_TILE_PATH_MAX);
}

/* Advance over a text; false if it is not next. */
static bool
skip(const char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

/* Up to three digits onto *value; false if there are none. */
static bool
digits(const char **at, uint64_t *value)
{
	const char *begin = *at;

	for (; **at >= '0' && **at <= '9' && *at - begin < 3; ++*at)
		*value = *value * 10 + (uint64_t)(**at - '0');
	return *at > begin;
}

bool
pb_tile_path_parse(const char *path, struct pb_tile *ret_tile)
{
	struct pb_tile tile = { .width = PB_TILE_WIDTH };
	char canonical[PB_TILE_PATH_MAX];
	const char *at = path;
	uint64_t number = 0;
	bool more;

	if (!skip(&at, "tile/"))
		return false;
	tile.entries = skip(&at, "entries/");
	if (!tile.entries && (!digits(&at, &number) || number >= LEVELS || !skip(&at, "/")))
		return false;
	tile.level = (unsigned)number;
	do {
		more = skip(&at, "x");
		if (tile.index > UINT64_MAX / 1000 - 1 || !digits(&at, &tile.index))
			return false;
		if (more && !skip(&at, "/"))
			return false;
	} while (more);
	if (skip(&at, ".p/")) {
		number = 0;
		if (!digits(&at, &number) || number < 1 || number >= PB_TILE_WIDTH)
			return false;
		tile.width = (unsigned)number;
	}
	/* Anything else that reads as the same tile is not its path. */
	if (!possible(tile.level, tile.index))
		return false;
	pb_tile_path(&tile, canonical);
	if (strcmp(path, canonical) != 0)
		return false;
	*ret_tile = tile;
	return true;
}

unsigned
pb_tile_width(unsigned level, uint64_t index, uint64_t size)
{
	uint64_t hashes;

	if (level >= LEVELS)
		return 0;
	hashes = size >> (8 * level);
	if (index < hashes / PB_TILE_WIDTH)
		return PB_TILE_WIDTH;
	return index == hashes / PB_TILE_WIDTH ? (unsigned)(hashes % PB_TILE_WIDTH) : 0;
}

uint64_t
pb_tile_count(unsigned level, uint64_t size)
{
	uint64_t hashes;

	if (level >= LEVELS)
		return 0;
	hashes = size >> (8 * level);
	return hashes / PB_TILE_WIDTH + (hashes % PB_TILE_WIDTH != 0);
}

enum pb_status
pb_tile_entry(struct pb_buf *buf, const void *entry, uint16_t len)
{
	uint8_t prefix[2];
	enum pb_status status;

	status = pb_buf_reserve(buf, sizeof(prefix) + len);
	if (status != PB_OK)
		return status;
	pb_put_u16(prefix, len);
	status = pb_buf_append(buf, prefix, sizeof(prefix));
	if (status != PB_OK)
		return status;
	return pb_buf_append(buf, entry, len);
}
