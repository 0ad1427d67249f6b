/* RFC 4648 sections 4 (base64) and 8 (base16, in lower case). */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
pb_hex_encode(const uint8_t *data, size_t len, char *out)
{
	size_t i;

	for (i = 0; i < len; i++) {
		*out++ = hex_digits[data[i] >> 4];
		*out++ = hex_digits[data[i] & 15];
	}
	*out = '\0';
}

/*
 * What a digit stands for, + 1; 0: it is none.  Tables, since digits come in no order that a
 * processor could foresee.
 */
/* clang-format off */
static const uint8_t hex_values[256] = {
	['0'] = 1, ['1'] = 2, ['2'] = 3, ['3'] = 4, ['4'] = 5, ['5'] = 6, ['6'] = 7, ['7'] = 8,
	['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
	['f'] = 16,
};
static const uint8_t base64_values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15,
	['P'] = 16, ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22,
	['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29,
	['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
	['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43,
	['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50,
	['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56, ['4'] = 57,
	['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};
/* clang-format on */

static int
hex_value(char c)
{
	return hex_values[(uint8_t)c] - 1;
}

bool
pb_hex_decode(const char *text, size_t text_len, uint8_t *out, size_t len)
{
	size_t i;

	if (text_len % 2 != 0 || text_len / 2 != len)
		return false;
	for (i = 0; i < text_len; i++) {
		if (hex_value(text[i]) < 0)
			return false;
	}
	for (i = 0; i < len; i++)
		out[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
	return true;
}

void
pb_base64_encode(const uint8_t *data, size_t len, char *out)
{
	uint32_t group;
	size_t i, n;

	for (i = 0; i < len; i += 3) {
		n = len - i;
		group = (uint32_t)data[i] << 16;
		if (n > 1)
			group |= (uint32_t)data[i + 1] << 8;
		if (n > 2)
			group |= data[i + 2];
		*out++ = base64_digits[group >> 18];
		*out++ = base64_digits[group >> 12 & 63];
		*out++ = n > 1 ? base64_digits[group >> 6 & 63] : '=';
		*out++ = n > 2 ? base64_digits[group & 63] : '=';
	}
	*out = '\0';
}

static int
base64_value(char c)
{
	return base64_values[(uint8_t)c] - 1;
}

/*
 * Four digits of which the last `pad` are padding: 3 - pad octets to out.
 * Bits behind the last octet must be zero (RFC 4648 section 3.5).
 */
static bool
decode_group(const char *text, size_t pad, uint8_t *out)
{
	uint32_t group = 0;
	size_t i;
	int value;

	for (i = 0; i < 4; i++) {
		value = i < 4 - pad ? base64_value(text[i]) : 0;
		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
	}
	if ((group & ((1U << (8 * pad)) - 1)) != 0)
		return false;
	for (i = 0; i < 3 - pad; i++)
		out[i] = (uint8_t)(group >> (16 - 8 * i));
	return true;
}

/* How many '=' end whole groups: 0, 1 or 2.  A third is no digit and is refused as such. */
static size_t
padding(const char *text, size_t len)
{
	if (len == 0 || text[len - 1] != '=')
		return 0;
	return text[len - 2] == '=' ? 2 : 1;
}

enum pb_status
pb_base64_decode(const char *text, size_t len, struct pb_buf *buf)
{
	enum pb_status status;
	size_t i, pad;
	uint8_t *out;

	if (len == 0)
		return PB_OK;
	if (len % 4 != 0)
		return PB_EDATA;
	status = pb_buf_reserve(buf, len / 4 * 3);
	if (status != PB_OK)
		return status;
	out = buf->data + buf->len;
	pad = padding(text, len);
	for (i = 0; i < len; i += 4) {
		if (!decode_group(text + i, i + 4 == len ? pad : 0, out))
			return PB_EDATA;
		out += 3;
	}
	buf->len += len / 4 * 3 - pad;
	return PB_OK;
}

bool
pb_base64_decode_exact(const char *text, size_t text_len, uint8_t *out, size_t len)
{
	uint8_t group[3];
	size_t i, pad;

	if (text_len != PB_BASE64_LEN(len))
		return false;
	pad = padding(text, text_len);
	if (text_len / 4 * 3 - pad != len)
		return false;
	/* Without the heap, since what this answers must not depend on memory: look, then write. */
	for (i = 0; i < text_len; i += 4)
		if (!decode_group(text + i, i + 4 == text_len ? pad : 0, group))
			return false;
	for (i = 0; i < text_len; i += 4)
		(void)decode_group(text + i, i + 4 == text_len ? pad : 0, out + i / 4 * 3);
	return true;
}
