#include "capture/seen.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define ROOM_FIRST 1024
#define KEY_MAX 16

void
pb_seen_init(struct pb_seen *seen, size_t key_len)
{
	pb_assert(key_len >= sizeof(uint64_t) && key_len <= KEY_MAX);
	*seen = (struct pb_seen){ .key_len = key_len };
}

/* A million of them are put in as an import begins: most are told by their first octets. */
static bool
equal(const struct pb_seen *seen, const uint8_t *slot, const uint8_t *key)
{
	uint64_t first, other;

	memcpy(&first, slot, sizeof(first));
	memcpy(&other, key, sizeof(other));
	return first == other &&
	       (seen->key_len == sizeof(first) || memcmp(slot, key, seen->key_len) == 0);
}

static uint8_t *
home(const struct pb_seen *seen, const uint8_t *key)
{
	uint64_t hash;

	memcpy(&hash, key, sizeof(hash));
	return seen->slot + ((size_t)hash & (seen->room - 1)) * seen->key_len;
}

/* *ret_slot: the one that holds the key, or else the empty one where it would stand. */
static bool
find(const struct pb_seen *seen, const uint8_t *key, uint8_t **ret_slot)
{
	static const uint8_t empty[KEY_MAX];
	const uint8_t *end = seen->slot + seen->room * seen->key_len;
	uint8_t *slot = home(seen, key);

	for (;;) {
		*ret_slot = slot;
		if (equal(seen, slot, key))
			return true;
		if (equal(seen, slot, empty))
			return false;
		slot += seen->key_len;
		if (slot == end)
			slot = seen->slot;
	}
}

void
pb_seen_expect(const struct pb_seen *seen, const uint8_t *key)
{
	if (seen->room > 0)
		__builtin_prefetch(home(seen, key), 1);
}

bool
pb_seen_has(const struct pb_seen *seen, const uint8_t *key)
{
	uint8_t *slot;

	return seen->room > 0 && find(seen, key, &slot);
}

static enum pb_status
grow(struct pb_seen *seen, size_t room, struct pb_error *err)
{
	struct pb_seen larger = *seen;
	size_t i;

	larger.room = room;
	larger.count = 0;
	if ((larger.slot = calloc(larger.room, larger.key_len)) == NULL)
		return pb_fail_memory(err, N_("remember what was imported"));
	for (i = 0; i < seen->room; i++) {
		static const uint8_t empty[KEY_MAX];
		const uint8_t *slot = seen->slot + i * seen->key_len;
		uint8_t *place;

		if (!equal(seen, slot, empty) && !find(&larger, slot, &place))
			memcpy(place, slot, seen->key_len);
	}
	larger.count = seen->count;
	free(seen->slot);
	*seen = larger;
	return PB_OK;
}

static bool
fits(size_t count, size_t room)
{
	return 4 * count <= 3 * room;
}

enum pb_status
pb_seen_reserve(struct pb_seen *seen, size_t count, struct pb_error *err)
{
	size_t room = seen->room == 0 ? ROOM_FIRST : seen->room;

	while (!fits(count, room))
		room *= 2;
	return room > seen->room ? grow(seen, room, err) : PB_OK;
}

enum pb_status
pb_seen_add(struct pb_seen *seen, const uint8_t *key, struct pb_error *err)
{
	enum pb_status status = pb_seen_reserve(seen, seen->count + 1, err);
	uint8_t *slot;

	if (status != PB_OK)
		return status;
	if (!find(seen, key, &slot)) {
		memcpy(slot, key, seen->key_len);
		seen->count++;
	}
	return PB_OK;
}

void
pb_seen_done(struct pb_seen *seen)
{
	free(seen->slot);
	pb_seen_init(seen, seen->key_len);
}
