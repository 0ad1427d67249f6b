#include "doors/dot.h"

#include <string.h>

void
pb_dot_init(struct pb_dot *dot)
{
	/* An empty message ends with the line that DATA was on. */
	dot->at = PB_DOT_LINE_START;
}

static size_t
run_len(struct pb_dot *dot, const uint8_t *data, size_t len)
{
	const uint8_t *cr;
	size_t i = 0;

	for (; i < len; i++) {
		if (dot->at == PB_DOT_LINE_START && data[i] == '.')
			break;
		if (dot->at == PB_DOT_INSIDE) {
			cr = memchr(data + i, '\r', len - i);
			if (cr == NULL)
				return len;
			i = (size_t)(cr - data);
		}
		if (data[i] == '\r')
			dot->at = PB_DOT_CR;
		else if (dot->at == PB_DOT_CR && data[i] == '\n')
			dot->at = PB_DOT_LINE_START;
		else
			dot->at = PB_DOT_INSIDE;
	}
	return i;
}

size_t
pb_dot_next(
    struct pb_dot *dot, const uint8_t *data, size_t len, const uint8_t **ret_run, size_t *ret_len)
{
	static const uint8_t held = '\r';

	*ret_run = data;
	*ret_len = 0;
	if (dot->at == PB_DOT_STUFFED_CR && *data == '\n') {
		dot->at = PB_DOT_END;
		return 1;
	}
	if (dot->at == PB_DOT_STUFFED_CR) {
		*ret_run = &held;
		*ret_len = 1;
		dot->at = PB_DOT_CR;
		return 0;
	}
	if (dot->at == PB_DOT_LINE_START && *data == '.') {
		dot->at = PB_DOT_STUFFED;
		return 1;
	}
	if (dot->at == PB_DOT_STUFFED && *data == '\r') {
		dot->at = PB_DOT_STUFFED_CR;
		return 1;
	}
	if (dot->at == PB_DOT_STUFFED)
		dot->at = PB_DOT_INSIDE;
	*ret_len = run_len(dot, data, len);
	return *ret_len;
}
