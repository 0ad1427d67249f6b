#include "cli/nearest.h"

#include <stdbool.h>
#include <string.h>

#define LONGEST 40
#define BEGINNING 3

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Letters to change, add, drop or swap with their neighbour ("optimal string alignment"). */
static unsigned
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned row[3][LONGEST + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_len; i++) {
		unsigned *now = row[i % 3], *before = row[(i + 2) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(before[j - 1] + (a[i - 1] != b[j - 1]),
			    least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], row[(i + 1) % 3][j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

void
pb_nearest_try(struct pb_nearest *nearest, const char *candidate)
{
	size_t len = strlen(nearest->word), other = strlen(candidate);
	bool begins = len >= BEGINNING && strncmp(nearest->word, candidate, len) == 0;
	unsigned far;

	if (len == 0 || len > LONGEST || other > LONGEST)
		return;
	far = begins ? 1 : distance(nearest->word, len, candidate, other);
	if (far > (len < 6 ? 1 : len / 3) || (nearest->found != NULL && far >= nearest->distance))
		return;
	nearest->found = candidate;
	nearest->distance = far;
}
