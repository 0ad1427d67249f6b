#include "capture/seen.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "sys/zeros.h"

#define ROOM_FIRST 1024

void
pb_seen_init(struct pb_seen *seen, size_t key_len)
{
	pb_assert(key_len == sizeof(uint64_t) || key_len == 2 * sizeof(uint64_t));
	*seen = (struct pb_seen){ .key_len = key_len };
}

static uint64_t
half(const uint8_t *octets)
{
	uint64_t value;

	memcpy(&value, octets, sizeof(value));
	return value;
}

static size_t
home(const struct pb_seen *seen, uint64_t head)
{
	return (size_t)head & (seen->room - 1);
}

/* The slot that holds the key, or else the empty one where it would stand. */
static size_t
find(const struct pb_seen *seen, uint64_t head, uint64_t tail)
{
	size_t slot = home(seen, head);

	while (seen->head[slot] != 0 &&
	       (seen->head[slot] != head || (seen->tail != NULL && seen->tail[slot] != tail)))
		slot = (slot + 1) & (seen->room - 1);
	return slot;
}

static uint64_t
tail_of(const struct pb_seen *seen, const uint8_t *key)
{
	return seen->key_len > sizeof(uint64_t) ? half(key + sizeof(uint64_t)) : 0;
}

void
pb_seen_expect(const struct pb_seen *seen, const uint8_t *key)
{
	if (seen->room > 0)
		__builtin_prefetch(seen->head + home(seen, half(key)), 1);
}

bool
pb_seen_has(const struct pb_seen *seen, const uint8_t *key)
{
	return seen->room > 0 && seen->head[find(seen, half(key), tail_of(seen, key))] != 0;
}

static void
put(struct pb_seen *seen, uint64_t head, uint64_t tail)
{
	size_t slot = find(seen, head, tail);

	if (head == 0 || seen->head[slot] != 0)
		return;
	seen->head[slot] = head;
	if (seen->tail != NULL)
		seen->tail[slot] = tail;
	seen->count++;
}

static enum pb_status
grow(struct pb_seen *seen, size_t room, struct pb_error *err)
{
	struct pb_seen larger = { .key_len = seen->key_len, .room = room };
	size_t i;

	larger.head = pb_zeros(room * sizeof(uint64_t));
	if (seen->key_len > sizeof(uint64_t))
		larger.tail = pb_zeros(room * sizeof(uint64_t));
	if (larger.head == NULL || (seen->key_len > sizeof(uint64_t) && larger.tail == NULL)) {
		pb_seen_done(&larger);
		return pb_fail_memory(err, N_("remember what was imported"));
	}
	for (i = 0; i < seen->room; i++)
		if (seen->head[i] != 0)
			put(&larger, seen->head[i], seen->tail != NULL ? seen->tail[i] : 0);
	pb_seen_done(seen);
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

	if (status == PB_OK)
		put(seen, half(key), tail_of(seen, key));
	return status;
}

void
pb_seen_done(struct pb_seen *seen)
{
	free(seen->head);
	free(seen->tail);
	pb_seen_init(seen, seen->key_len);
}
