#include "stamp/form.h"

#include "core/limits.h"
#include "crypto/der.h"

#define CLASS 0xc0
#define CONSTRUCTED 0x20
#define NUMBER 0x1f /* all ones: the number is in the octets that follow */

/* X.690 8.9 to 8.12, 10.2: of the universal types only these two are constructed. */
static bool
tag_is_der(uint8_t tag)
{
	if ((tag & NUMBER) == NUMBER)
		return false;
	if ((tag & CLASS) != 0)
		return true;
	if (tag == PB_DER_SEQUENCE || tag == PB_DER_SET)
		return true;
	return tag != 0 && (tag & CONSTRUCTED) == 0 && tag != (PB_DER_SEQUENCE & NUMBER) &&
	       tag != (PB_DER_SET & NUMBER);
}

/* Passes one element, and marks the cursor if it is not DER. */
static void
pass(struct pb_cursor *c, unsigned depth)
{
	uint8_t tag = pb_cursor_left(c) > 0 ? *c->at : 0;
	struct pb_cursor inner;

	if (depth == 0 || !tag_is_der(tag)) {
		pb_cursor_fail(c);
		return;
	}
	pb_der_enter(c, tag, &inner);
	if ((tag & CONSTRUCTED) == 0)
		return;
	while (pb_cursor_left(&inner) > 0)
		pass(&inner, depth - 1);
	pb_der_leave(c, &inner);
}

bool
pb_stamp_der_form(const void *data, size_t len)
{
	struct pb_cursor c;

	pb_cursor_init(&c, data, len);
	pass(&c, PB_LIMIT_DER_DEPTH);
	return pb_cursor_finished(&c);
}
