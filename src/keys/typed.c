#include "keys/typed.h"

#include <string.h>

#include "core/error.h"
#include "crypto/digest.h"

/*
 * A line is a number in base 32, its own number in front and its check behind, and divides by this
 * prime.  So it finds any one sign that is wrong, and any two that are exchanged: the
 * order of 32 modulo it is 68, and a line has at most 34 signs.
 */
#define MODULUS 1021
#define CHECK_SIGNS 2
#define LINES_MAX 99
#define DIGEST_LEN 4
#define SIGNS_MAX (PB_TYPED_OCTETS / 5 * 8 + CHECK_SIGNS)

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* ---- check ---------------------------------------------------------------------------------- */

static unsigned
remainder_of(unsigned number, const uint8_t *digits, size_t count)
{
	unsigned value = number % MODULUS;

	for (size_t i = 0; i < count; i++)
		value = (value * 32 + digits[i]) % MODULUS;
	return value;
}

static void
put_check(unsigned number, uint8_t *digits, size_t count)
{
	unsigned check = MODULUS - remainder_of(number, digits, count + CHECK_SIGNS);

	check %= MODULUS;
	digits[count] = (uint8_t)(check / 32);
	digits[count + 1] = (uint8_t)(check % 32);
}

/* ---- base 32 -------------------------------------------------------------------------------- */

/* 5 octets are 8 digits. */
static void
split(const uint8_t octets[5], uint8_t digits[8])
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 5; i++)
		bits = bits << 8 | octets[i];
	for (size_t i = 8; i-- > 0; bits >>= 5)
		digits[i] = bits & 31;
}

static void
join(const uint8_t digits[8], uint8_t octets[5])
{
	uint64_t bits = 0;

	for (size_t i = 0; i < 8; i++)
		bits = bits << 5 | digits[i];
	for (size_t i = 5; i-- > 0; bits >>= 8)
		octets[i] = bits & 0xff;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static enum pb_status
put_line(unsigned number, const uint8_t *octets, size_t len, struct pb_buf *lines)
{
	uint8_t digits[SIGNS_MAX] = { 0 };
	size_t count = len / 5 * 8;
	enum pb_status status = pb_buf_printf(lines, "%2u ", number);

	for (size_t i = 0; i < len / 5; i++)
		split(octets + 5 * i, digits + 8 * i);
	put_check(number, digits, count);
	for (size_t i = 0; status == PB_OK && i < count + CHECK_SIGNS; i++) {
		if (i % 4 == 0)
			status = pb_buf_append_text(lines, i == count ? "  " : " ");
		if (status == PB_OK)
			status = pb_buf_append_u8(lines, (uint8_t)signs[digits[i]]);
	}
	pb_wipe(digits, sizeof(digits));
	return status == PB_OK ? pb_buf_append_u8(lines, '\n') : status;
}

enum pb_status
pb_typed_lines(const void *data, size_t len, struct pb_buf *lines, struct pb_error *err)
{
	static const uint8_t zeros[5];
	struct pb_buf all = PB_BUF_EMPTY, text = PB_BUF_EMPTY;
	uint8_t digest[PB_DIGEST_LEN];
	enum pb_status status;

	if (len > (size_t)LINES_MAX * PB_TYPED_OCTETS - DIGEST_LEN)
		return pb_fail(
		    err, PB_ELIMIT, N_("write lines to type"), N_("it is too long"), "%zu", len);
	pb_digest_sha256(data, len, digest);
	status = pb_buf_append(&all, data, len);
	if (status == PB_OK)
		status = pb_buf_append(&all, digest, DIGEST_LEN);
	if (status == PB_OK)
		status = pb_buf_append(&all, zeros, (5 - all.len % 5) % 5);
	for (size_t at = 0; status == PB_OK && at < all.len; at += PB_TYPED_OCTETS) {
		size_t left = all.len - at;

		status = put_line((unsigned)(at / PB_TYPED_OCTETS) + 1, all.data + at,
		    left < PB_TYPED_OCTETS ? left : PB_TYPED_OCTETS, &text);
	}
	if (status == PB_OK)
		status = pb_buf_append(lines, text.data, text.len);
	pb_buf_wipe(&all);
	pb_buf_done(&all);
	pb_buf_done(&text);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("write lines to type"));
}

/* ---- typed ---------------------------------------------------------------------------------- */

/* What a sign stands for; Crockford: O is 0, I and L are 1.  32: nothing; 33: to be passed over. */
static uint8_t
digit_of(char c)
{
	const char *found;

	if (c == ' ' || c == '\t' || c == '-' || c == '\r' || c == '\n')
		return 33;
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (c == 'O')
		c = '0';
	if (c == 'I' || c == 'L')
		c = '1';
	found = c == '\0' ? NULL : strchr(signs, c);
	return found == NULL ? 32 : (uint8_t)(found - signs);
}

static enum pb_status
refuse(unsigned number, const char *why, struct pb_error *err)
{
	(void)pb_fail(err, PB_EDATA, N_("read a typed line"), why, "%u", number);
	return pb_fail_todo(err, PB_EDATA, N_("look at this line again, sign by sign"));
}

/* The line's own number in front of it, if somebody typed that too: it stands alone. */
static size_t
skip_number(unsigned number, const char *text, size_t len)
{
	unsigned value = 0;
	size_t at = 0, from;

	while (at < len && (text[at] == ' ' || text[at] == '\t'))
		at++;
	from = at;
	while (at < len && at - from < 2 && text[at] >= '0' && text[at] <= '9')
		value = value * 10 + (unsigned)(text[at++] - '0');
	return at > from && at < len && (text[at] == ' ' || text[at] == '\t') && value == number
		   ? at
		   : 0;
}

enum pb_status
pb_typed_line(
    unsigned number, const char *text, size_t len, struct pb_buf *octets, struct pb_error *err)
{
	uint8_t digits[SIGNS_MAX], five[5];
	enum pb_status status = PB_OK;
	size_t count = 0, at;

	for (at = skip_number(number, text, len); at < len; at++) {
		uint8_t digit = digit_of(text[at]);

		if (digit == 32)
			return refuse(
			    number, N_("there is a sign in it that none of them is"), err);
		if (digit == 33)
			continue;
		if (count == SIGNS_MAX)
			return refuse(number, N_("it has too many signs"), err);
		digits[count++] = digit;
	}
	if (count <= CHECK_SIGNS || count % 8 != CHECK_SIGNS)
		return refuse(number, N_("it has too few signs, or too many"), err);
	if (remainder_of(number, digits, count) != 0)
		return refuse(number, N_("a sign is wrong, or it is another line"), err);
	for (at = 0; status == PB_OK && at + 8 <= count - CHECK_SIGNS; at += 8) {
		join(digits + at, five);
		status = pb_buf_append(octets, five, sizeof(five));
	}
	pb_wipe(digits, sizeof(digits));
	pb_wipe(five, sizeof(five));
	return status == PB_OK ? PB_OK : pb_fail_memory(err, N_("read a typed line"));
}

enum pb_status
pb_typed_end(struct pb_buf *octets, size_t len, struct pb_error *err)
{
	uint8_t digest[PB_DIGEST_LEN];
	bool right = len <= octets->len && octets->len - len >= DIGEST_LEN &&
		     octets->len - len < DIGEST_LEN + 5;

	if (right) {
		pb_digest_sha256(octets->data, len, digest);
		right = memcmp(octets->data + len, digest, DIGEST_LEN) == 0;
		for (size_t i = len + DIGEST_LEN; right && i < octets->len; i++)
			right = octets->data[i] == 0;
	}
	if (!right) {
		(void)pb_fail(err, PB_EDATA, N_("read the typed lines"),
		    N_("each is sound, but together they are not what was printed"), "%s", "");
		return pb_fail_todo(
		    err, PB_EDATA, N_("are they all of one sheet, and all of its lines?"));
	}
	octets->len = len;
	return PB_OK;
}
