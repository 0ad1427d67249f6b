#include "doors/lone_dot.h"

static enum pb_lone_dot_at
step(enum pb_lone_dot_at at, uint8_t octet)
{
	const bool cr = octet == '\r', lf = octet == '\n';

	switch (at) {
	case PB_LONE_DOT_DOT:
		return lf ? PB_LONE_DOT_FOUND : cr ? PB_LONE_DOT_DOT_CR : PB_LONE_DOT_INSIDE;
	case PB_LONE_DOT_DOT_CR:
		return lf ? PB_LONE_DOT_LINE : PB_LONE_DOT_FOUND;
	case PB_LONE_DOT_ODD_DOT:
		return cr || lf ? PB_LONE_DOT_FOUND : PB_LONE_DOT_INSIDE;
	case PB_LONE_DOT_FOUND:
		return at;
	default:
		break;
	}
	if (cr)
		return PB_LONE_DOT_CR;
	if (lf)
		return at == PB_LONE_DOT_CR ? PB_LONE_DOT_LINE : PB_LONE_DOT_ODD;
	if (octet == '.' && at != PB_LONE_DOT_INSIDE)
		return at == PB_LONE_DOT_LINE ? PB_LONE_DOT_DOT : PB_LONE_DOT_ODD_DOT;
	return PB_LONE_DOT_INSIDE;
}

enum pb_lone_dot_at
pb_lone_dot(enum pb_lone_dot_at at, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* Nearly all octets of a message. */
		if (at == PB_LONE_DOT_INSIDE && data[i] > '\r')
			continue;
		at = step(at, data[i]);
	}
	return at;
}
