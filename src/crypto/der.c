#include "crypto/der.h"

/* X.690 10.1: the short form below 128, else the fewest octets. */
static size_t
read_length(struct pb_cursor *c)
{
	uint8_t first = pb_cursor_u8(c);
	unsigned octets = first & 0x7f;
	size_t len = 0;

	if (first < 0x80)
		return first;
	if (octets == 0 || octets > 3) {
		pb_cursor_fail(c);
		return 0;
	}
	for (; octets > 0; octets--) {
		len = len << 8 | pb_cursor_u8(c);
		if (len == 0)
			pb_cursor_fail(c);
	}
	if (len < 0x80)
		pb_cursor_fail(c);
	return len;
}

void
pb_der_enter(struct pb_cursor *c, uint8_t tag, struct pb_cursor *ret_inner)
{
	const uint8_t *contents;
	size_t len;

	if (pb_cursor_u8(c) != tag)
		pb_cursor_fail(c);
	len = read_length(c);
	contents = pb_cursor_bytes(c, len);
	pb_cursor_init(ret_inner, contents, contents == NULL ? 0 : len);
	if (contents == NULL)
		pb_cursor_fail(ret_inner);
}

void
pb_der_leave(struct pb_cursor *c, const struct pb_cursor *inner)
{
	if (!pb_cursor_finished(inner))
		pb_cursor_fail(c);
}

bool
pb_der_is_next(const struct pb_cursor *c, uint8_t tag)
{
	return pb_cursor_left(c) > 0 && *c->at == tag;
}
