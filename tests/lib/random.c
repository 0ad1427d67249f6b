#include "lib/world.h"

/* Steele, Lea and Flood's SplitMix64: a counter, mixed.  Not for keys that matter. */
static uint64_t
next(struct test_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int
fill(void *ctx, void *to, size_t len)
{
	struct test_random *random = ctx;
	uint8_t *at = to;
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		if (i % 8 == 0)
			bits = next(random);
		at[i] = (uint8_t)bits;
		bits >>= 8;
	}
	return 0;
}

void
test_random_init(struct test_random *random, uint64_t seed)
{
	*random = (struct test_random){
		.state = seed,
		.table = { .ctx = random, .fill = fill },
	};
}
