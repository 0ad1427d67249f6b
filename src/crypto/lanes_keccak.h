/*
 * Keccak-f[1600] over LANES inputs at once (FIPS 202), for lanes_sha3.c, which includes this once
 * for each width.  LANES: 4 or 8; EACH(x): x(0), x(1) ... for each lane, with commas between.
 * Makes absorb_LANES, to be inlined into a function that may use registers so wide.
 */

#include <stdint.h>
#include <string.h>

#ifdef LANES

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define VECTOR JOIN(vector_, LANES)

/* The same word of every lane. */
typedef uint64_t VECTOR __attribute__((vector_size(8 * LANES)));

static inline __attribute__((always_inline)) void
JOIN(round_, LANES)(const VECTOR a[SHA3_WORDS], VECTOR e[SHA3_WORDS], uint64_t constant)
{
	VECTOR c[5], d[5], b[5];

	c[0] = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
	c[1] = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
	c[2] = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
	c[3] = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
	c[4] = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
	d[0] = c[4] ^ ROTATE(c[1], 1);
	d[1] = c[0] ^ ROTATE(c[2], 1);
	d[2] = c[1] ^ ROTATE(c[3], 1);
	d[3] = c[2] ^ ROTATE(c[4], 1);
	d[4] = c[3] ^ ROTATE(c[0], 1);
	ROW(0, 0, 0, 6, 44, 12, 43, 18, 21, 24, 14);
	ROW(1, 3, 28, 9, 20, 10, 3, 16, 45, 22, 61);
	ROW(2, 1, 1, 7, 6, 13, 25, 19, 8, 20, 18);
	ROW(3, 4, 27, 5, 36, 11, 10, 17, 15, 23, 56);
	ROW(4, 2, 62, 8, 55, 14, 39, 15, 41, 21, 2);
	e[0] ^= constant;
}

/* `blocks` blocks of each lane, from at[], which moves behind them. */
static inline __attribute__((always_inline)) void
JOIN(absorb_, LANES)(uint64_t *state, const uint8_t **at, size_t blocks)
{
	VECTOR a[SHA3_WORDS], e[SHA3_WORDS];

	memcpy(a, state, sizeof(a));
	for (; blocks > 0; blocks--) {
		for (size_t i = 0; i < SHA3_RATE / 8; i++) {
#define WORD(lane) ((const struct octets *)(const void *)at[lane])[i].word
			a[i] ^= (VECTOR){ EACH(WORD) };
#undef WORD
		}
		for (size_t i = 0; i < LANES; i++)
			at[i] += SHA3_RATE;
		for (size_t i = 0; i < SHA3_ROUNDS; i += 2) {
			JOIN(round_, LANES)(a, e, iota[i]);
			JOIN(round_, LANES)(e, a, iota[i + 1]);
		}
	}
	memcpy(state, a, sizeof(a));
}

#undef VECTOR
#undef JOIN
#undef JOIN_

#endif
