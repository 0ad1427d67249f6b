#include "mime/decode.h"

#include <gmime/gmime.h>
#include <string.h>

#define CHUNK ((size_t)16 * 1024)
#define BLOCK ((size_t)128)
#define NOT_BASE64 64
#define PAD 65

/* RFC 4648 section 4: the value of an octet. */
struct alphabet {
	uint8_t value[256];
};

static void
make_alphabet(struct alphabet *a)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";

	memset(a->value, NOT_BASE64, sizeof(a->value));
	for (size_t i = 0; i < 64; i++)
		a->value[(uint8_t)digits[i]] = (uint8_t)i;
	a->value['='] = PAD;
}

enum pb_encoding
pb_encoding_named(const char *value)
{
	enum pb_encoding encoding = PB_ENCODING_NONE;
	char *name;

	if (value == NULL)
		return PB_ENCODING_NONE;
	name = g_strstrip(g_strdup(value));
	name[strcspn(name, "; \t(")] = '\0';
	if (g_ascii_strcasecmp(name, "base64") == 0)
		encoding = PB_ENCODING_BASE64;
	else if (g_ascii_strcasecmp(name, "quoted-printable") == 0)
		encoding = PB_ENCODING_QUOTED;
	else if (g_ascii_strcasecmp(name, "x-uuencode") == 0 ||
		 g_ascii_strcasecmp(name, "uuencode") == 0 ||
		 g_ascii_strcasecmp(name, "x-uue") == 0)
		encoding = PB_ENCODING_UU;
	g_free(name);
	return encoding;
}

/* Padding ends a run of base64; where another follows, it begins at a group of its own. */
struct base64 {
	struct alphabet alphabet;
	uint32_t bits;
	unsigned count; /* digits in `bits`, 0 to 3 */
};

/* Writes to `to` unless it is NULL.  How many octets. */
static size_t
base64_step(struct base64 *state, const uint8_t *data, size_t len, uint8_t *to)
{
	size_t out = 0;
	uint8_t value;

	for (size_t i = 0; i < len; i++) {
		value = state->alphabet.value[data[i]];
		if (value == NOT_BASE64)
			continue;
		if (value == PAD) {
			state->count = 0;
			continue;
		}
		state->bits = state->bits << 6 | value;
		state->count = (state->count + 1) % 4;
		if (state->count == 1)
			continue;
		if (to != NULL)
			to[out] = (uint8_t)(state->bits >> (6 - 2 * ((state->count + 3) % 4)));
		out++;
	}
	return out;
}

/* 1 for the 64.  Without a table or a branch, so that a compiler does many at once. */
static uint8_t
is_digit(uint8_t octet)
{
	uint8_t letter = (uint8_t)((octet | 0x20) - 'a'), number = (uint8_t)(octet - '0');

	return (uint8_t)((letter < 26) | (number < 10) | (octet == '+') | (octet == '/'));
}

static uint8_t
block_digits(const uint8_t *data)
{
	uint8_t digits = 0;

	for (size_t i = 0; i < BLOCK; i++)
		digits = (uint8_t)(digits + is_digit(data[i]));
	return digits;
}

static uint64_t
count_digits(const uint8_t *data, size_t len)
{
	uint64_t digits = 0;

	for (; len >= BLOCK; data += BLOCK, len -= BLOCK)
		digits += block_digits(data);
	for (; len > 0; data++, len--)
		digits += is_digit(data[0]);
	return digits;
}

static uint64_t
base64_size(const uint8_t *data, size_t len)
{
	struct base64 state = { .bits = 0 };
	uint64_t digits = count_digits(data, len);
	size_t tail = len;

	/* One run, as almost all are: padding stands at the end, or nowhere. */
	while (tail > 0 && is_digit(data[tail - 1]) == 0)
		tail--;
	if (tail == 0 || memchr(data, '=', tail) == NULL)
		return digits / 4 * 3 + (digits % 4 > 1 ? digits % 4 - 1 : 0);
	make_alphabet(&state.alphabet);
	return base64_step(&state, data, len, NULL);
}

typedef size_t step_fn(
    const unsigned char *in, size_t len, unsigned char *out, int *state, guint32 *save);

/* Where the encoded lines begin, behind the line "begin 644 name"; its end if there is none. */
static size_t
uu_begin(const uint8_t *data, size_t len)
{
	size_t at = 0;
	const uint8_t *end;

	while (at < len) {
		end = memchr(data + at, '\n', len - at);
		end = end == NULL ? data + len : end + 1;
		if (len - at >= 6 && memcmp(data + at, "begin ", 6) == 0)
			return (size_t)(end - data);
		at = (size_t)(end - data);
	}
	return len;
}

/* What GMime's steps begin with. */
static int
begin(enum pb_encoding encoding, const uint8_t **data, size_t *len)
{
	size_t skipped;

	if (encoding != PB_ENCODING_UU)
		return 0;
	skipped = uu_begin(*data, *len);
	*data += skipped;
	*len -= skipped;
	return GMIME_UUDECODE_STATE_BEGIN;
}

static step_fn *
step_of(enum pb_encoding encoding)
{
	return encoding == PB_ENCODING_QUOTED ? g_mime_encoding_quoted_decode_step
					      : g_mime_encoding_uudecode_step;
}

uint64_t
pb_decode_size(enum pb_encoding encoding, const uint8_t *data, size_t len)
{
	uint8_t out[CHUNK + 16];
	uint64_t size = 0;
	guint32 save = 0;
	size_t n;
	int state = begin(encoding, &data, &len);

	if (encoding == PB_ENCODING_NONE)
		return len;
	if (encoding == PB_ENCODING_BASE64)
		return base64_size(data, len);
	for (; len > 0; data += n, len -= n) {
		n = MIN(len, CHUNK);
		size += step_of(encoding)(data, n, out, &state, &save);
	}
	return size;
}

bool
pb_decode(enum pb_encoding encoding, const uint8_t *data, size_t len, size_t max, GByteArray *to)
{
	struct base64 base64 = { .bits = 0 };
	uint8_t out[CHUNK + 16];
	guint32 save = 0;
	size_t n, made, room;
	int state = begin(encoding, &data, &len);

	make_alphabet(&base64.alphabet);
	for (; len > 0; data += n, len -= n) {
		n = MIN(len, CHUNK);
		if (encoding == PB_ENCODING_BASE64)
			made = base64_step(&base64, data, n, out);
		else if (encoding == PB_ENCODING_NONE)
			made = n;
		else
			made = step_of(encoding)(data, n, out, &state, &save);
		room = max - to->len;
		g_byte_array_append(
		    to, encoding == PB_ENCODING_NONE ? data : out, (guint)MIN(made, room));
		if (made > room)
			return false;
	}
	return true;
}
