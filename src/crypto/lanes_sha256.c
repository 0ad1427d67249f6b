/*
 * SHA-256 in two lanes, by the processor's instructions for it (FIPS 180-4).  Word i of lane l
 * stands at 8 * l + i.
 */
#include "crypto/lanes_state.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#define LANES 2
#define SHA256_BLOCK 64 /* octets */

/* FIPS 180-4, 4.2.2. */
static const uint32_t k[64] __attribute__((aligned(16))) = { 0x428a2f98, 0x71374491, 0xb5c0fbcf,
	0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
	0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1,
	0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351,
	0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
	0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814,
	0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2 };

#define EACH_LANE for (unsigned l = 0; l < LANES; l++)

/* Four rounds: two words of the state each, since the instruction does two rounds. */
#define ROUNDS(g)                                                                                  \
	EACH_LANE                                                                                  \
	{                                                                                          \
		__m128i sum = _mm_add_epi32(                                                       \
		    w[(g) % 4][l], _mm_load_si128((const __m128i *)(const void *)&k[4 * (g)]));    \
                                                                                                   \
		cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], sum);                            \
		abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], _mm_shuffle_epi32(sum, 0x0e));   \
	}

/* Words 4g .. 4g + 3 of the message schedule make place for those sixteen further on. */
#define SCHEDULE(g)                                                                                \
	EACH_LANE                                                                                  \
	{                                                                                          \
		__m128i sum = _mm_sha256msg1_epu32(w[(g) % 4][l], w[((g) + 1) % 4][l]);            \
                                                                                                   \
		sum = _mm_add_epi32(                                                               \
		    sum, _mm_alignr_epi8(w[((g) + 3) % 4][l], w[((g) + 2) % 4][l], 4));            \
		w[(g) % 4][l] = _mm_sha256msg2_epu32(sum, w[((g) + 3) % 4][l]);                    \
	}

#define ROUNDS_AND_SCHEDULE(g) ROUNDS(g) SCHEDULE(g)

__attribute__((target("sha,sse4.1"))) static void
absorb(union pb_lanes_state *state, const uint8_t **at, size_t blocks)
{
	const __m128i flip = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i *words = (__m128i *)(void *)state;
	__m128i abef[LANES], cdgh[LANES], w[4][LANES];

	EACH_LANE
	{
		__m128i cdab = _mm_shuffle_epi32(_mm_load_si128(&words[2 * l]), 0xb1);
		__m128i efgh = _mm_shuffle_epi32(_mm_load_si128(&words[2 * l + 1]), 0x1b);

		abef[l] = _mm_alignr_epi8(cdab, efgh, 8);
		cdgh[l] = _mm_blend_epi16(efgh, cdab, 0xf0);
	}
	for (; blocks > 0; blocks--) {
		__m128i abef_before[LANES], cdgh_before[LANES];

		EACH_LANE
		{
			abef_before[l] = abef[l];
			cdgh_before[l] = cdgh[l];
			for (unsigned i = 0; i < 4; i++)
				w[i][l] = _mm_shuffle_epi8(
				    _mm_loadu_si128(
					(const __m128i *)(const void *)(at[l] + 16 * i)),
				    flip);
			at[l] += SHA256_BLOCK;
		}
		ROUNDS_AND_SCHEDULE(0);
		ROUNDS_AND_SCHEDULE(1);
		ROUNDS_AND_SCHEDULE(2);
		ROUNDS_AND_SCHEDULE(3);
		ROUNDS_AND_SCHEDULE(4);
		ROUNDS_AND_SCHEDULE(5);
		ROUNDS_AND_SCHEDULE(6);
		ROUNDS_AND_SCHEDULE(7);
		ROUNDS_AND_SCHEDULE(8);
		ROUNDS_AND_SCHEDULE(9);
		ROUNDS_AND_SCHEDULE(10);
		ROUNDS_AND_SCHEDULE(11);
		ROUNDS(12);
		ROUNDS(13);
		ROUNDS(14);
		ROUNDS(15);
		EACH_LANE
		{
			abef[l] = _mm_add_epi32(abef[l], abef_before[l]);
			cdgh[l] = _mm_add_epi32(cdgh[l], cdgh_before[l]);
		}
	}
	EACH_LANE
	{
		__m128i feba = _mm_shuffle_epi32(abef[l], 0x1b);
		__m128i dchg = _mm_shuffle_epi32(cdgh[l], 0xb1);

		_mm_store_si128(&words[2 * l], _mm_blend_epi16(feba, dchg, 0xf0));
		_mm_store_si128(&words[2 * l + 1], _mm_alignr_epi8(dchg, feba, 8));
	}
}

pb_lanes_absorb_fn *
pb_lanes_absorb_sha256(void)
{
	unsigned a, b, c, d;

	/* The compilers' own question does not know of these instructions everywhere. */
	if (!__builtin_cpu_supports("sse4.1") || !__get_cpuid_count(7, 0, &a, &b, &c, &d))
		return NULL;
	return (b & bit_SHA) != 0 ? absorb : NULL;
}

#else

pb_lanes_absorb_fn *
pb_lanes_absorb_sha256(void)
{
	return NULL;
}

#endif
