/* Any octets as a message: cut into slices, the same ones however they arrive. */
#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "fuzz/fuzz.h"
#include "record/cutter.h"
#include "record/types.h"

#define SLICES_MAX (PB_LIMIT_HEADER_SLICES + PB_LIMIT_BODY_SLICES)

/* What the sink has seen of one message. */
struct seen {
	const uint8_t *data; /* the message */
	size_t len;
	size_t at; /* octets that have come out */
	size_t count;
	uint8_t kind[SLICES_MAX];
	size_t start[SLICES_MAX];
};

static enum pb_status
begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct seen *seen = ctx;

	(void)err;
	pb_assert(seen->count < SLICES_MAX);
	/* No slice is empty. */
	pb_assert(seen->count == 0 || seen->at > seen->start[seen->count - 1]);
	seen->kind[seen->count] = kind;
	seen->start[seen->count++] = seen->at;
	return PB_OK;
}

static enum pb_status
take(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	struct seen *seen = ctx;

	(void)err;
	pb_assert(seen->count > 0);
	pb_assert(len <= seen->len - seen->at && memcmp(data, seen->data + seen->at, len) == 0);
	seen->at += len;
	return PB_OK;
}

/* The size of the next chunk, 1 or more. */
typedef size_t chunk_fn(uint64_t *state);

static size_t
whole(uint64_t *state)
{
	(void)state;
	return SIZE_MAX;
}

static size_t
single(uint64_t *state)
{
	(void)state;
	return 1;
}

/* Mostly small ones, now and then a large one. */
static size_t
varied(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return 1 + (*state >> 40) % ((size_t)1 << (*state >> 60));
}

static void
cut(struct pb_cutter *cutter, struct seen *seen, chunk_fn *chunk, uint64_t state)
{
	size_t n;

	for (size_t at = 0; at < seen->len; at += n) {
		n = chunk(&state);
		if (n > seen->len - at)
			n = seen->len - at;
		pb_assert(pb_cutter_write(cutter, seen->data + at, n, NULL) == PB_OK);
	}
	pb_assert(pb_cutter_finish(cutter, NULL) == PB_OK);
	pb_assert(seen->at == seen->len);
}

/* A slice of the same kind as the one before begins where FORMAT 1.4 lets one begin. */
static bool
begins_well(const struct seen *seen, size_t i)
{
	size_t start = seen->start[i], left = seen->len - start;
	const uint8_t *at = seen->data + start;

	if (at[-1] != '\n')
		return false;
	if (seen->kind[i] == PB_PART_HEADER)
		return *at != ' ' && *at != '\t';
	return left > 2 && at[0] == '-' && at[1] == '-';
}

static void
check_slices(const struct seen *seen)
{
	unsigned header = 0, body = 0;

	for (size_t i = 0; i < seen->count; i++) {
		if (seen->kind[i] == PB_PART_HEADER) {
			pb_assert(body == 0);
			header++;
		} else {
			pb_assert(seen->kind[i] == PB_PART_BODY && header > 0);
			body++;
		}
		if (i > 0 && seen->kind[i] == seen->kind[i - 1])
			pb_assert(begins_well(seen, i));
	}
	pb_assert(header <= PB_LIMIT_HEADER_SLICES && body <= PB_LIMIT_BODY_SLICES);
	pb_assert((seen->count == 0) == (seen->len == 0));
}

/* FNV-1a: the chunks are the input's own. */
static uint64_t
seed(const uint8_t *data, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 1099511628211u;
	return hash;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static chunk_fn *const chunks[] = { single, varied };
	struct seen first = { .data = data, .len = len };
	struct seen seen;
	struct pb_part_sink sink = { &first, begin, take };
	struct pb_cutter *cutter = NULL;

	pb_assert(pb_cutter_new(&sink, &cutter, NULL) == PB_OK);
	cut(cutter, &first, whole, 0);
	check_slices(&first);
	sink.ctx = &seen;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		seen = (struct seen){ .data = data, .len = len };
		cut(cutter, &seen, chunks[i], seed(data, len));
		pb_assert(seen.count == first.count);
		pb_assert(memcmp(seen.kind, first.kind, sizeof(seen.kind)) == 0);
		pb_assert(memcmp(seen.start, first.start, sizeof(seen.start)) == 0);
	}
	pb_cutter_free(cutter);
	return 0;
}
