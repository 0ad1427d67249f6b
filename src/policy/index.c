#include "policy/index.h"

#include <stdlib.h>
#include <string.h>

/* ASCII alone: what a locale makes of other letters is not for a door to know. */
static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (uint8_t)c;
}

static int
compare(const char *text, size_t len, const char *other)
{
	int difference;

	for (size_t i = 0; i < len; i++) {
		if (other[i] == '\0')
			return 1;
		difference = lower(text[i]) - lower(other[i]);
		if (difference != 0)
			return difference;
	}
	return other[len] == '\0' ? 0 : -1;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct pb_policy_row *x = a, *y = b;
	int difference = compare(x->text, strlen(x->text), y->text);

	return difference != 0 ? difference : (x->archive > y->archive) - (x->archive < y->archive);
}

void
pb_policy_index_sort(struct pb_policy_row *rows, size_t count)
{
	if (count > 0)
		qsort(rows, count, sizeof(*rows), compare_rows);
}

bool
pb_policy_index_same(const struct pb_policy_row *a, const struct pb_policy_row *b)
{
	return compare(a->text, strlen(a->text), b->text) == 0;
}

size_t
pb_policy_index_find(const struct pb_policy_row *rows, size_t count, const char *text, size_t len)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(text, len, rows[middle].text) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && compare(text, len, rows[low].text) == 0 ? low : count;
}
