/* Octets as they stand in memory: big-endian numbers, wiping, comparing. */
#include "core/buf.h"

#include <string.h>

void
pb_put_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

void
pb_put_u32(uint8_t *p, uint32_t value)
{
	pb_put_u16(p, (uint16_t)(value >> 16));
	pb_put_u16(p + 2, (uint16_t)value);
}

void
pb_put_u64(uint8_t *p, uint64_t value)
{
	pb_put_u32(p, (uint32_t)(value >> 32));
	pb_put_u32(p + 4, (uint32_t)value);
}

uint16_t
pb_get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

uint32_t
pb_get_u32(const uint8_t *p)
{
	return (uint32_t)pb_get_u16(p) << 16 | pb_get_u16(p + 2);
}

uint64_t
pb_get_u64(const uint8_t *p)
{
	return (uint64_t)pb_get_u32(p) << 32 | pb_get_u32(p + 4);
}

void
pb_wipe(void *p, size_t len)
{
	if (len > 0)
		explicit_bzero(p, len);
}

int
pb_equal(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t differ = 0;
	size_t i;

	for (i = 0; i < len; i++)
		differ |= x[i] ^ y[i];
	return differ == 0;
}
