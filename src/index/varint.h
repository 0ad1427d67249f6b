/* Numbers of one octet where they are small: seven bits each, the lowest first (FORMAT 6.3). */
#ifndef PB_INDEX_VARINT_H
#define PB_INDEX_VARINT_H

#include "core/buf.h"
#include "core/cursor.h"

#define PB_VARINT_MAX 10

/* Into out[PB_VARINT_MAX]; answers how many octets. */
static inline size_t
pb_varint_put(uint8_t *out, uint64_t value)
{
	size_t len = 0;

	while (value >= 0x80) {
		out[len++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	out[len++] = (uint8_t)value;
	return len;
}

static inline enum pb_status
pb_varint_append(struct pb_buf *buf, uint64_t value)
{
	uint8_t out[PB_VARINT_MAX];

	return pb_buf_append(buf, out, pb_varint_put(out, value));
}

/* The next one; 0, and the cursor failed, if there is none. */
static inline uint64_t
pb_varint_get(struct pb_cursor *c)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t octet = pb_cursor_u8(c);

		value |= (uint64_t)(octet & 0x7f) << shift;
		if (octet < 0x80)
			return c->failed ? 0 : value;
	}
	pb_cursor_fail(c);
	return 0;
}

/* Signed numbers that are small on either side of 0. */
static inline uint64_t
pb_zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t
pb_unzigzag(uint64_t value)
{
	uint64_t half = value >> 1;

	return (value & 1) != 0 ? -(int64_t)half - 1 : (int64_t)half;
}

#endif
