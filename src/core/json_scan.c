/* Words, numbers and strings of RFC 8259. */
#include "core/json_scan.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

bool
pb_json_scan_take(struct pb_json_scan *p, uint8_t octet)
{
	if (p->at == p->end || *p->at != octet)
		return false;
	p->at++;
	return true;
}

bool
pb_json_scan_word(struct pb_json_scan *p, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(p->end - p->at) < len || memcmp(p->at, word, len) != 0)
		return false;
	p->at += len;
	return true;
}

void
pb_json_scan_space(struct pb_json_scan *p)
{
	while (pb_json_scan_take(p, ' ') || pb_json_scan_take(p, '\t') ||
	       pb_json_scan_take(p, '\n') || pb_json_scan_take(p, '\r'))
		;
}

/* True if there was one at least. */
static bool
skip_digits(struct pb_json_scan *p)
{
	const uint8_t *first = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return p->at > first;
}

/* ---- numbers (RFC 8259 section 6) ---- */

enum pb_status
pb_json_scan_number(struct pb_json_scan *p, struct pb_json *value)
{
	bool negative = pb_json_scan_take(p, '-'), whole = true;
	const char *digits = (const char *)p->at;
	size_t len;
	uint64_t number;

	if (!pb_json_scan_take(p, '0') && !skip_digits(p))
		return PB_EDATA;
	len = (size_t)((const char *)p->at - digits);
	if (pb_json_scan_take(p, '.')) {
		whole = false;
		if (!skip_digits(p))
			return PB_EDATA;
	}
	if (pb_json_scan_take(p, 'e') || pb_json_scan_take(p, 'E')) {
		whole = false;
		if (!pb_json_scan_take(p, '+'))
			(void)pb_json_scan_take(p, '-');
		if (!skip_digits(p))
			return PB_EDATA;
	}
	value->kind = PB_JSON_OTHER;
	if (!whole)
		return PB_OK;
	if (!pb_decimal_parse(digits, len, &number) || number > (uint64_t)INT64_MAX + negative)
		return PB_EDATA;
	if (negative)
		return PB_OK;
	value->kind = PB_JSON_WHOLE;
	value->as.whole = number;
	return PB_OK;
}

/* ---- strings (RFC 8259 section 7) ---- */

/* The four digits of a \u escape. */
static bool
read_code_unit(struct pb_json_scan *p, uint32_t *ret_unit)
{
	uint32_t unit = 0;
	uint8_t c;
	int i;

	for (i = 0; i < 4; i++) {
		c = p->at < p->end ? *p->at : 0;
		if (c >= '0' && c <= '9')
			unit = unit << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			unit = unit << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
		p->at++;
	}
	*ret_unit = unit;
	return true;
}

/* A character by its one or two \u escapes, the first "\u" of which is read. */
static bool
read_code_point(struct pb_json_scan *p, uint32_t *ret_code)
{
	uint32_t high, low;

	if (!read_code_unit(p, &high) || (high >= 0xdc00 && high <= 0xdfff))
		return false;
	if (high < 0xd800 || high > 0xdbff) {
		*ret_code = high;
		return true;
	}
	if (!pb_json_scan_word(p, "\\u") || !read_code_unit(p, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return false;
	*ret_code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static char *
put_utf8(char *to, uint32_t code)
{
	int shift = code < 0x80 ? 0 : code < 0x800 ? 6 : code < 0x10000 ? 12 : 18;
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };

	*to++ = (char)(lead[shift / 6] | code >> shift);
	while (shift > 0) {
		shift -= 6;
		*to++ = (char)(0x80 | (code >> shift & 0x3f));
	}
	return to;
}

/* What a backslash announces, appended at *to.  It is never longer than its escape. */
static bool
read_escape(struct pb_json_scan *p, char **to)
{
	static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	const char *which;
	uint32_t code;

	if (pb_json_scan_take(p, 'u')) {
		if (!read_code_point(p, &code))
			return false;
		*to = put_utf8(*to, code);
		return true;
	}
	if (p->at == p->end || *p->at == '\0')
		return false;
	which = strchr(escapes, *p->at);
	if (which == NULL)
		return false;
	*(*to)++ = meanings[which - escapes];
	p->at++;
	return true;
}

/* Length of the string whose first quote is read, with its escapes, up to its last quote. */
static bool
measure(const struct pb_json_scan *p, size_t *ret_len)
{
	const uint8_t *at;

	for (at = p->at; at < p->end && *at != '"'; at++) {
		if (*at == '\\' && ++at == p->end)
			return false;
	}
	*ret_len = (size_t)(at - p->at);
	return at < p->end;
}

/* Decode to `to` up to the quote that measure has seen; the end of it, or NULL. */
static char *
decode(struct pb_json_scan *p, char *to)
{
	while (!pb_json_scan_take(p, '"')) {
		if (*p->at < 0x20)
			return NULL;
		if (!pb_json_scan_take(p, '\\'))
			*to++ = (char)*p->at++;
		else if (!read_escape(p, &to))
			return NULL;
	}
	*to = '\0';
	return to;
}

/* That the bytes are UTF-8 was seen over the whole text. */
enum pb_status
pb_json_scan_string(struct pb_json_scan *p, char **ret_text, size_t *ret_len)
{
	char *text, *end;
	size_t len;

	if (!pb_json_scan_take(p, '"') || !measure(p, &len))
		return PB_EDATA;
	text = malloc(len + 1);
	if (text == NULL)
		return PB_ENOMEM;
	end = decode(p, text);
	if (end == NULL) {
		free(text);
		return PB_EDATA;
	}
	*ret_text = text;
	*ret_len = (size_t)(end - text);
	return PB_OK;
}
