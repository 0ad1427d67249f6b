/* Any 160 bytes as a leaf: what is not constant in it comes back as it was. */
#include <string.h>

#include "core/error.h"
#include "fuzz/fuzz.h"
#include "record/leaf.h"
#include "record/types.h"

/* magic[8] || seq, time, type: 17 || reserved[7] || the rest (FORMAT 1.3) */
#define FIELDS_AT 8
#define RESERVED_AT 25
#define REST_AT 32

static bool
same(const uint8_t *a, const uint8_t *b, size_t from, size_t to)
{
	return memcmp(a + from, b + from, to - from) == 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t bytes[PB_LEAF_LEN] = { 0 }, again[PB_LEAF_LEN];
	enum pb_leaf_fault fault, expected = PB_LEAF_SOUND;
	struct pb_leaf leaf;

	memcpy(bytes, data, len < sizeof(bytes) ? len : sizeof(bytes));
	fault = pb_leaf_decode(bytes, &leaf);
	pb_leaf_encode(&leaf, again);
	pb_assert(same(bytes, again, FIELDS_AT, RESERVED_AT));
	pb_assert(same(bytes, again, REST_AT, PB_LEAF_LEN));

	if (!same(bytes, again, 0, FIELDS_AT))
		expected = PB_LEAF_MAGIC;
	else if (!same(bytes, again, RESERVED_AT, REST_AT))
		expected = PB_LEAF_RESERVED;
	else if (!pb_record_type_known(leaf.type))
		expected = PB_LEAF_TYPE;
	pb_assert(fault == expected);
	return 0;
}
