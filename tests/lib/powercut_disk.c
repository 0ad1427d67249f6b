/* The parts of a power-cut disk: contents and names. */
#include "lib/powercut.h"

#include <stdlib.h>
#include <string.h>

void *
powercut_grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap == 0 ? 8 : 2 * *cap;
	array = realloc(array, *cap * size);
	if (array == NULL)
		abort();
	return array;
}

void *
powercut_copy(const void *data, size_t len)
{
	void *copy = malloc(len > 0 ? len : 1);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	return copy;
}

void
powercut_resize(struct powercut_bytes *bytes, uint64_t len)
{
	size_t cap = bytes->cap > 0 ? bytes->cap : 256;

	while (cap < len)
		cap *= 2;
	if (cap > bytes->cap) {
		bytes->data = realloc(bytes->data, cap);
		if (bytes->data == NULL)
			abort();
		bytes->cap = cap;
	}
	if (len > bytes->len)
		memset(bytes->data + bytes->len, 0, (size_t)len - bytes->len);
	bytes->len = (size_t)len;
}

void
powercut_write(struct powercut_bytes *bytes, uint64_t offset, const void *data, size_t len)
{
	if (offset + len > bytes->len)
		powercut_resize(bytes, offset + len);
	memcpy(bytes->data + offset, data, len);
}

static size_t
position(const struct powercut_entries *entries, const char *name)
{
	size_t i;

	for (i = 0; i < entries->count; i++)
		if (strcmp(entries->entry[i].name, name) == 0)
			break;
	return i;
}

size_t
powercut_find(const struct powercut_entries *entries, const char *name)
{
	size_t i = position(entries, name);

	return i < entries->count ? entries->entry[i].node : POWERCUT_NONE;
}

void
powercut_name(struct powercut_entries *entries, const char *name, size_t node)
{
	size_t i = position(entries, name);

	if (node == POWERCUT_NONE) {
		if (i == entries->count)
			return;
		free(entries->entry[i].name);
		entries->entry[i] = entries->entry[--entries->count];
		return;
	}
	if (i == entries->count) {
		entries->entry = powercut_grow(
		    entries->entry, entries->count, &entries->cap, sizeof(entries->entry[0]));
		entries->entry[i].name = powercut_copy(name, strlen(name) + 1);
		entries->count++;
	}
	entries->entry[i].node = node;
}

void
powercut_apply(struct test_powercut *disk, const struct powercut_entry_op *op, bool durable)
{
	struct powercut_node *node;

	if (op->from_dir != POWERCUT_NONE) {
		node = &disk->node[op->from_dir];
		powercut_name(
		    durable ? &node->durable_names : &node->names, op->from_name, POWERCUT_NONE);
	}
	node = &disk->node[op->dir];
	powercut_name(durable ? &node->durable_names : &node->names, op->name, op->node);
}

static bool
touches(const struct powercut_entry_op *op, size_t dir, const char *name)
{
	return (op->dir == dir && strcmp(op->name, name) == 0) ||
	       (op->from_dir == dir && op->from_dir != POWERCUT_NONE &&
		   strcmp(op->from_name, name) == 0);
}

bool
powercut_related(const struct powercut_entry_op *a, const struct powercut_entry_op *b)
{
	return touches(a, b->dir, b->name) ||
	       (b->from_dir != POWERCUT_NONE && touches(a, b->from_dir, b->from_name));
}
