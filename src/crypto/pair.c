#include "crypto/pair.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "crypto/lanes_state.h"

#define BLOCK PB_PAIR_BLOCK
#define WORDS 8 /* of a lane's state, one lane behind the other */

struct input {
	uint64_t len;
	size_t rest_len;
	uint8_t rest[2 * BLOCK]; /* its last octets, and what pads them */
};

/* Without lanes, two digests one after the other. */
struct pb_pair {
	pb_lanes_absorb_fn *absorb;
	struct pb_digest *digest[2];
	struct input input[2];
	union pb_lanes_state state;
};

static void
begin(struct pb_pair *pair, unsigned l)
{
	/* FIPS 180-4, 5.3.3. */
	static const uint32_t first[WORDS] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	pb_wipe(&pair->input[l], sizeof(pair->input[l]));
	memcpy(&pair->state.word32[(size_t)WORDS * l], first, sizeof(first));
}

enum pb_status
pb_pair_new(const struct pb_lanes *lanes, struct pb_pair **ret_pair, struct pb_error *err)
{
	struct pb_pair *pair = aligned_alloc(_Alignof(struct pb_pair), sizeof(*pair));
	enum pb_status status = PB_OK;

	if (pair == NULL)
		return pb_fail_memory(err, N_("start a digest"));
	memset(pair, 0, sizeof(*pair));
	pair->absorb = lanes->sha256;
	for (unsigned l = 0; pair->absorb == NULL && status == PB_OK && l < 2; l++)
		status = pb_digest_new(PB_DIGEST_SHA256, &pair->digest[l], err);
	if (status != PB_OK) {
		pb_pair_free(pair);
		return status;
	}
	begin(pair, 0);
	begin(pair, 1);
	*ret_pair = pair;
	return PB_OK;
}

/* Blocks of one lane; the other reads along, and its state is put back. */
static void
absorb_one(struct pb_pair *pair, unsigned l, const uint8_t *from, size_t blocks)
{
	uint32_t *other = &pair->state.word32[(size_t)WORDS * (1 - l)];
	const uint8_t *at[2] = { from, from };
	uint32_t kept[WORDS];

	memcpy(kept, other, sizeof(kept));
	pair->absorb(&pair->state, at, blocks);
	memcpy(other, kept, sizeof(kept));
}

/* Whole blocks of both, as long as both have some. */
static void
absorb(struct pb_pair *pair, const uint8_t *const from[2], const size_t blocks[2])
{
	size_t both = blocks[0] < blocks[1] ? blocks[0] : blocks[1];
	const uint8_t *at[2] = { from[0], from[1] };

	if (both > 0)
		pair->absorb(&pair->state, at, both);
	for (unsigned l = 0; l < 2; l++)
		if (blocks[l] > both)
			absorb_one(pair, l, at[l], blocks[l] - both);
}

void
pb_pair_update(struct pb_pair *pair, const uint8_t *const data[2], const size_t len[2])
{
	const size_t blocks[2] = { len[0] / BLOCK, len[1] / BLOCK };

	for (unsigned l = 0; l < 2; l++) {
		struct input *input = &pair->input[l];

		pb_assert(len[l] == 0 || input->rest_len == 0);
		if (pair->absorb == NULL) {
			pb_digest_update(pair->digest[l], data[l], len[l]);
			continue;
		}
		input->len += len[l];
		if (len[l] % BLOCK == 0)
			continue;
		input->rest_len = len[l] % BLOCK;
		memcpy(input->rest, data[l] + blocks[l] * BLOCK, input->rest_len);
	}
	if (pair->absorb != NULL)
		absorb(pair, data, blocks);
}

/* FIPS 180-4, 5.1.1: a bit 1, zeros, and the length in bits, which may need a block of its own. */
static size_t
pad(struct input *input)
{
	size_t len = input->rest_len + 1 + 8 <= BLOCK ? BLOCK : 2 * BLOCK;

	input->rest[input->rest_len] = 0x80;
	pb_put_u64(&input->rest[len - 8], input->len * 8);
	return len / BLOCK;
}

void
pb_pair_end(struct pb_pair *pair, unsigned lane, uint8_t out[PB_DIGEST_LEN])
{
	struct input *input = &pair->input[lane];

	if (pair->absorb == NULL) {
		pb_digest_final(pair->digest[lane], out);
		return;
	}
	absorb_one(pair, lane, input->rest, pad(input));
	for (unsigned i = 0; i < WORDS; i++)
		pb_put_u32(out + (size_t)4 * i, pair->state.word32[WORDS * lane + i]);
	begin(pair, lane);
}

void
pb_pair_free(struct pb_pair *pair)
{
	if (pair == NULL)
		return;
	pb_digest_free(pair->digest[0]);
	pb_digest_free(pair->digest[1]);
	pb_wipe(pair, sizeof(*pair));
	free(pair);
}
