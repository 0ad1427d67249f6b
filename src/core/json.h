/*
 * JSON (RFC 8259): a writer that streams into a buffer, and a strict reader.
 *
 * JSON of the formats is hashed as its bytes stand; nobody re-serialises it.
 * The writer writes no white space and keys in the order of the calls.  The
 * reader refuses a key twice, more than PB_LIMIT_JSON_DEPTH levels, invalid
 * UTF-8, integers beyond 64 bits with sign, and anything behind the value.
 */
#ifndef PB_CORE_JSON_H
#define PB_CORE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"

/* Borrows buf.  The first failure sticks: ask pb_json_writer_status once at the end. */
struct pb_json_writer {
	struct pb_buf *buf;
	enum pb_status status;
	bool comma; /* a comma is due before the next value or key */
};

void pb_json_writer_init(struct pb_json_writer *w, struct pb_buf *buf);
enum pb_status pb_json_writer_status(const struct pb_json_writer *w) PB_MUST_CHECK;

/* key is NULL inside an array and for the outermost value; else a literal of ours. */
void pb_json_object_begin(struct pb_json_writer *w, const char *key);
void pb_json_object_end(struct pb_json_writer *w);
void pb_json_array_begin(struct pb_json_writer *w, const char *key);
void pb_json_array_end(struct pb_json_writer *w);
/* Text of ours: valid UTF-8 (else PB_EINVAL), escaped as needed. */
void pb_json_text(struct pb_json_writer *w, const char *key, const char *text);
/* Octets from outside: a string if pb_utf8_plain, else {"octets": base64}. */
void pb_json_octets(struct pb_json_writer *w, const char *key, const void *data, size_t len);
void pb_json_hex(struct pb_json_writer *w, const char *key, const uint8_t *data, size_t len);
void pb_json_base64(struct pb_json_writer *w, const char *key, const uint8_t *data, size_t len);
/* Integers below 2^53 as numbers, larger ones as decimal strings. */
void pb_json_u64(struct pb_json_writer *w, const char *key, uint64_t value);
void pb_json_bool(struct pb_json_writer *w, const char *key, bool value);
void pb_json_null(struct pb_json_writer *w, const char *key);
/* A value that is strict JSON already, as it stands. */
void pb_json_raw(struct pb_json_writer *w, const char *key, const void *json, size_t len);

/* A parsed value.  Opaque; borrowed pointers live as long as the root. */
struct pb_json;

/*
 * PB_EDATA: not strict JSON.  PB_ELIMIT: beyond PB_LIMIT_JSON, _DEPTH or
 * _VALUES.  Free with pb_json_free.  err names the place only: the text may be
 * a secret.
 */
enum pb_status pb_json_parse(
    const void *data, size_t len, struct pb_json **ret_root, struct pb_error *err) PB_MUST_CHECK;
void pb_json_free(struct pb_json *root);

/* Members and items: NULL if absent, or if `value` is NULL or of another type. */
const struct pb_json *pb_json_get(const struct pb_json *value, const char *key);
const struct pb_json *pb_json_item(const struct pb_json *value, size_t index);
/* A member in the order in which they stand, and its key, borrowed. */
const struct pb_json *pb_json_member(
    const struct pb_json *value, size_t index, const char **ret_key);
size_t pb_json_count(const struct pb_json *value); /* items of an array, members of an object */
bool pb_json_is_object(const struct pb_json *value);
bool pb_json_is_array(const struct pb_json *value);

/* The string, NUL-terminated, borrowed; NULL if it is none or holds a NUL. */
const char *pb_json_string(const struct pb_json *value);
/*
 * A number without sign, fraction or exponent, or a decimal string for what is
 * 2^53 or more; false otherwise.
 */
bool pb_json_as_u64(const struct pb_json *value, uint64_t *ret_value);
bool pb_json_as_bool(const struct pb_json *value, bool *ret_value);
/* A string of exactly 2 * len hex digits; false otherwise, out untouched. */
bool pb_json_as_hex(const struct pb_json *value, uint8_t *out, size_t len);

#endif
