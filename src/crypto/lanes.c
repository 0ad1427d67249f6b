#include "crypto/lanes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/error.h"
#include "crypto/lanes_state.h"

#define SHA256_BLOCK 64
#define SHA256_LANES 2
#define SHA3_BLOCK PB_LANES_BLOCK

/* An input on its way through a lane: its whole blocks, then what is padded. */
struct lane {
	const struct pb_lanes_input *input; /* NULL: none is left for this lane */
	size_t blocks;                      /* that follow each other in memory */
	bool last;                          /* they are the padded ones */
	uint8_t padded[PB_LANES_BLOCK];     /* one block of SHA3-256, or two of SHA-256 */
};

/* Inputs of one hash under way. */
struct run {
	bool sha3; /* else SHA-256 */
	size_t block;
	pb_lanes_absorb_fn *absorb;
	unsigned width;
	const uint8_t *at[PB_LANES_MAX];
	struct lane lane[PB_LANES_MAX];
	union pb_lanes_state state;
};

/* ---- SHA-256 -------------------------------------------------------------------------------- */

static void
sha256_begin(struct run *run, unsigned l)
{
	/* FIPS 180-4, 5.3.3. */
	static const uint32_t first[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(&run->state.word32[8 * l], first, sizeof(first));
}

/* FIPS 180-4, 5.1.1: a bit 1, zeros, and the length in bits, which may need a block of its own. */
static size_t
sha256_pad(struct lane *lane, size_t left)
{
	size_t len = left + 1 + 8 <= SHA256_BLOCK ? SHA256_BLOCK : 2 * SHA256_BLOCK;

	lane->padded[left] = 0x80;
	pb_put_u64(&lane->padded[len - 8], (uint64_t)lane->input->len * 8);
	return len / SHA256_BLOCK;
}

static void
sha256_end(const struct run *run, unsigned l)
{
	for (unsigned i = 0; i < 8; i++)
		pb_put_u32(run->lane[l].input->out + (size_t)4 * i, run->state.word32[8 * l + i]);
}

/* ---- SHA3-256: little-endian, as the processors are that have lanes for it ------------------ */

static void
sha3_begin(struct run *run, unsigned l)
{
	for (size_t i = 0; i < PB_LANES_WORDS; i++)
		run->state.word64[i * run->width + l] = 0;
}

/* FIPS 202, 6.1 and 5.1: 01, and 1 0* 1. */
static size_t
sha3_pad(struct lane *lane, size_t left)
{
	lane->padded[left] ^= 0x06;
	lane->padded[SHA3_BLOCK - 1] ^= 0x80;
	return 1;
}

static void
sha3_end(const struct run *run, unsigned l)
{
	for (size_t i = 0; i < PB_DIGEST_LEN / 8; i++)
		memcpy(run->lane[l].input->out + 8 * i, &run->state.word64[i * run->width + l], 8);
}

/* ---- lanes ---------------------------------------------------------------------------------- */

static void
enter_last(struct run *run, unsigned l)
{
	struct lane *lane = &run->lane[l];
	size_t left = lane->input->len % run->block;

	memset(lane->padded, 0, sizeof(lane->padded));
	if (left > 0)
		memcpy(lane->padded, lane->input->data + lane->input->len - left, left);
	lane->blocks = run->sha3 ? sha3_pad(lane, left) : sha256_pad(lane, left);
	lane->last = true;
	run->at[l] = lane->padded;
}

/* input: NULL if there are no more. */
static void
begin(struct run *run, unsigned l, const struct pb_lanes_input *input)
{
	struct lane *lane = &run->lane[l];

	lane->input = input;
	if (input == NULL)
		return;
	if (run->sha3)
		sha3_begin(run, l);
	else
		sha256_begin(run, l);
	lane->blocks = input->len / run->block;
	lane->last = false;
	run->at[l] = input->data;
	if (lane->blocks == 0)
		enter_last(run, l);
}

/* As many blocks as all lanes have that are busy; false: none is.  The others read along. */
static bool
step(struct run *run)
{
	const uint8_t *any = NULL;
	size_t blocks = SIZE_MAX;

	for (unsigned l = 0; l < run->width; l++)
		if (run->lane[l].input != NULL && run->lane[l].blocks < blocks) {
			blocks = run->lane[l].blocks;
			any = run->at[l];
		}
	if (any == NULL)
		return false;
	for (unsigned l = 0; l < run->width; l++) {
		if (run->lane[l].input == NULL)
			run->at[l] = any;
		else
			run->lane[l].blocks -= blocks;
	}
	run->absorb(&run->state, run->at, blocks);
	return true;
}

/* All inputs through the lanes.  run is zeros but for what was chosen. */
static void
digest_all(struct run *run, const struct pb_lanes_input *inputs, size_t count)
{
	size_t next = 0;

	for (unsigned l = 0; l < run->width; l++, next++)
		begin(run, l, next < count ? &inputs[next] : NULL);
	while (step(run)) {
		for (unsigned l = 0; l < run->width; l++) {
			struct lane *lane = &run->lane[l];

			if (lane->input == NULL || lane->blocks > 0)
				continue;
			if (!lane->last) {
				enter_last(run, l);
				continue;
			}
			if (run->sha3)
				sha3_end(run, l);
			else
				sha256_end(run, l);
			begin(run, l, next < count ? &inputs[next] : NULL);
			next++;
		}
	}
	/* The last octets of inputs stand in it. */
	pb_wipe(run, sizeof(*run));
}

void
pb_lanes_init(struct pb_lanes *lanes)
{
	lanes->sha256 = pb_lanes_absorb_sha256();
	pb_lanes_narrow(lanes, PB_LANES_MAX);
}

void
pb_lanes_narrow(struct pb_lanes *lanes, unsigned width)
{
	if (width < SHA256_LANES)
		lanes->sha256 = NULL;
	lanes->sha3 = NULL;
	for (lanes->sha3_width = width; lanes->sha3 == NULL && lanes->sha3_width > 1;)
		if ((lanes->sha3 = pb_lanes_absorb_sha3(lanes->sha3_width)) == NULL)
			lanes->sha3_width /= 2;
}

static int
longer_first(const void *a, const void *b)
{
	const struct pb_lanes_input *one = a, *other = b;

	return one->len < other->len ? 1 : -(one->len > other->len);
}

void
pb_lanes_sort(struct pb_lanes_input *inputs, size_t count)
{
	if (count > 1)
		qsort(inputs, count, sizeof(inputs[0]), longer_first);
}

void
pb_lanes_sha256(const struct pb_lanes *lanes, const struct pb_lanes_input *inputs, size_t count)
{
	struct run run = { .block = SHA256_BLOCK, .absorb = lanes->sha256, .width = SHA256_LANES };

	if (count > 1 && lanes->sha256 != NULL) {
		digest_all(&run, inputs, count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		pb_digest_sha256(inputs[i].data, inputs[i].len, inputs[i].out);
}

/*
 * Whether the first input would still be busy long after all others had ended: a lane of SHA3-256
 * alone is slower than the library by 40 %, so the library takes it.
 */
static bool
stands_out(const struct pb_lanes_input *inputs, size_t count, unsigned width)
{
	size_t rest = 0, longest = 0;

	for (size_t i = 1; i < count; i++) {
		rest += inputs[i].len / width;
		if (inputs[i].len > longest)
			longest = inputs[i].len;
	}
	return inputs[0].len / 4 > (rest > longest ? rest : longest);
}

void
pb_lanes_sha3_256(const struct pb_lanes *lanes, const struct pb_lanes_input *inputs, size_t count)
{
	struct run run = {
		.sha3 = true, .block = SHA3_BLOCK, .absorb = lanes->sha3, .width = lanes->sha3_width
	};

	while (count > 0 &&
	       (lanes->sha3 == NULL || count == 1 || stands_out(inputs, count, run.width))) {
		pb_digest_sha3_256(inputs->data, inputs->len, inputs->out);
		inputs++;
		count--;
	}
	if (count > 0)
		digest_all(&run, inputs, count);
}
