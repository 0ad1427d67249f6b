/* Octets as text: hexadecimal, base64, UTF-8, and what a terminal may be shown. */
#ifndef PB_CORE_TEXT_H
#define PB_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

/* Lower-case hex of len bytes into out[2 * len + 1], NUL-terminated. */
void pb_hex_encode(const uint8_t *data, size_t len, char *out);

/* Exactly 2 * len lower-case digits into len bytes; false, out untouched, otherwise. */
bool pb_hex_decode(const char *text, size_t text_len, uint8_t *out, size_t len);

#define PB_BASE64_LEN(len) (((len) + 2) / 3 * 4)

/* RFC 4648 section 4, padded, into out[PB_BASE64_LEN(len) + 1], NUL-terminated. */
void pb_base64_encode(const uint8_t *data, size_t len, char *out);

/*
 * Append the octets of padded base64 to buf.  Strict: no white space, no
 * missing padding, no bits set behind the end (RFC 4648 section 3.5), so that
 * one octet string has one encoding.  PB_EDATA otherwise; PB_ENOMEM.
 */
enum pb_status pb_base64_decode(const char *text, size_t len, struct pb_buf *buf) PB_MUST_CHECK;

/* Exactly `len` octets from base64: the fixed-size form.  false, out untouched, otherwise. */
bool pb_base64_decode_exact(const char *text, size_t text_len, uint8_t *out, size_t len);

/*
 * The character at data: its length in bytes (1 to 4) and its code point; 0,
 * ret_code untouched, if no well-formed one stands there (RFC 3629) or len is 0.
 */
size_t pb_utf8_next(const uint8_t *data, size_t len, uint32_t *ret_code);

/* RFC 3629 well-formedness: no surrogates, no overlong forms. */
bool pb_utf8_valid(const uint8_t *data, size_t len);

/* The same, and no control (C0, DEL, C1): what JSON may hold as a string from outside. */
bool pb_utf8_plain(const uint8_t *data, size_t len);

/*
 * Append what a terminal may be shown of octets from outside: well-formed
 * UTF-8 without controls, without what turns the order of letters, ends a line
 * or has no width (U+061C, U+200B-F, U+2028-E, U+2060-F, U+FEFF, U+E0000-7F),
 * at most four combining marks in a row; any other octet as \xNN.
 */
enum pb_status pb_text_safe(struct pb_buf *buf, const uint8_t *data, size_t len) PB_MUST_CHECK;

/* The same into to[size], size > 0, NUL-terminated and cut before what does not fit whole. */
void pb_text_safe_copy(char *to, size_t size, const uint8_t *data, size_t len);

/*
 * A decimal number without sign or leading zero, at most UINT64_MAX.  false,
 * ret_value untouched, for anything else.
 */
bool pb_decimal_parse(const char *text, size_t len, uint64_t *ret_value);

/* The same as text into out[21], NUL-terminated; answers its length. */
size_t pb_decimal_format(uint64_t value, char out[21]);

/*
 * Seconds since 1970 as "2026-05-06T17:42:00Z" into out[21] (RFC 3339, UTC);
 * "not a calendar date." for what is outside the years 0001 to 9999.
 */
void pb_time_format(int64_t time_s, char out[21]);

/*
 * "2026-05-06" (midnight, UTC) or "2026-05-06T17:42:00Z" as seconds since 1970, years
 * 1970 to 9999.  ret_day (may be NULL): only a day was named.  false otherwise.
 */
bool pb_time_parse(const char *text, int64_t *ret_time_s, bool *ret_day);

#endif
