/* Keccak-f[1600] in four or eight lanes (FIPS 202).  Word i of lane l stands at i * width + l. */
#include "crypto/lanes_state.h"

#include <string.h>

#if defined(__x86_64__)

#define SHA3_WORDS 25  /* of 64 bits, little-endian, each bit of the state once */
#define SHA3_RATE 136  /* octets of a block: 1600 bits less twice the digest's (FIPS 202, 6.1) */
#define SHA3_ROUNDS 24 /* FIPS 202, 3.4 */

/* Octets at any address, taken as a word. */
struct octets {
	uint64_t word;
} __attribute__((packed, may_alias));

/* FIPS 202, 3.2.5. */
static const uint64_t iota[SHA3_ROUNDS] = { 0x0000000000000001, 0x0000000000008082,
	0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
	0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
	0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b,
	0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
	0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080,
	0x0000000080000001, 0x8000000080008008 };

#define ROTATE(x, n) ((x) << (n) | (x) >> ((64 - (n)) & 63))

/* Theta's d over a, rho and pi make b; chi of it is row y of e (FIPS 202, 3.2).  i: word of a. */
#define ROW(y, i0, r0, i1, r1, i2, r2, i3, r3, i4, r4)                                             \
	b[0] = ROTATE(a[i0] ^ d[(i0) % 5], r0);                                                    \
	b[1] = ROTATE(a[i1] ^ d[(i1) % 5], r1);                                                    \
	b[2] = ROTATE(a[i2] ^ d[(i2) % 5], r2);                                                    \
	b[3] = ROTATE(a[i3] ^ d[(i3) % 5], r3);                                                    \
	b[4] = ROTATE(a[i4] ^ d[(i4) % 5], r4);                                                    \
	e[5 * (y) + 0] = b[0] ^ (~b[1] & b[2]);                                                    \
	e[5 * (y) + 1] = b[1] ^ (~b[2] & b[3]);                                                    \
	e[5 * (y) + 2] = b[2] ^ (~b[3] & b[4]);                                                    \
	e[5 * (y) + 3] = b[3] ^ (~b[4] & b[0]);                                                    \
	e[5 * (y) + 4] = b[4] ^ (~b[0] & b[1])

#define LANES 8
#define EACH(x) x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7)
#include "crypto/lanes_keccak.h"
#undef EACH
#undef LANES
#define LANES 4
#define EACH(x) x(0), x(1), x(2), x(3)
#include "crypto/lanes_keccak.h"

__attribute__((target("avx512f"))) static void
absorb_avx512(union pb_lanes_state *state, const uint8_t **at, size_t blocks)
{
	absorb_8(state->word64, at, blocks);
}

__attribute__((target("avx2"))) static void
absorb_avx2(union pb_lanes_state *state, const uint8_t **at, size_t blocks)
{
	absorb_4(state->word64, at, blocks);
}

pb_lanes_absorb_fn *
pb_lanes_absorb_sha3(unsigned width)
{
	if (width == 8)
		return __builtin_cpu_supports("avx512f") ? absorb_avx512 : NULL;
	return width == 4 && __builtin_cpu_supports("avx2") ? absorb_avx2 : NULL;
}

#else

pb_lanes_absorb_fn *
pb_lanes_absorb_sha3(unsigned width)
{
	(void)width;
	return NULL;
}

#endif
